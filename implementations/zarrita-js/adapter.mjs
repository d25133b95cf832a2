// Ask zarrita.js through the functions that its users call. It has none to list a group.

import {
  describe,
  elements,
  opening,
  reading,
  serve,
} from "../kit/javascript/zarr_adapter.mjs";
import { FileSystemStore } from "@zarrita/storage";
import * as zarr from "zarrita";

const OPEN = { 2: zarr.open.v2, 3: zarr.open.v3 };

async function read({ store, path, zarr_format }) {
  const array = await opening(() => openNode(store, path, zarr_format, { kind: "array" }));
  if (array.shape?.length === 0) return readOnly(array);
  const { data, shape, stride } = await reading(() => zarr.get(array));
  return elements(dataTypeName(array.dtype), shape, data, stride);
}

async function read_region({ store, path, zarr_format, start, stop }) {
  if (start.length === 0) return read({ store, path, zarr_format });
  const array = await opening(() => openNode(store, path, zarr_format, { kind: "array" }));
  const region = start.map((from, axis) => zarr.slice(from, stop[axis]));
  const { data, shape, stride } = await reading(() => zarr.get(array, region));
  return elements(dataTypeName(array.dtype), shape, data, stride);
}

/** The only element, from where `get` takes it: that gives a number, which has lost its bits. */
async function readOnly(array) {
  const { data } = await reading(() => array.getChunk([]));
  return elements(dataTypeName(array.dtype), [], data);
}

async function metadata({ store, path, zarr_format }) {
  const node = await opening(() => openNode(store, path, zarr_format));
  if (node instanceof zarr.Group) {
    return { metadata: { node_type: "group", attributes: attributesOf(node) } };
  }
  const members = { attributes: attributesOf(node), shape: node.shape };
  members.data_type = dataTypeName(node.dtype);
  if (zarr_format === 3 && "dimensionNames" in node) {
    members.dimension_names = node.dimensionNames ?? null; // since 0.7
  }
  return { metadata: { node_type: "array", ...members } };
}

/** The attributes, unless what zarrita.js passes on as them is no object. */
function attributesOf({ attrs }) {
  return attrs?.constructor === Object ? attrs : undefined;
}

function openNode(store, path, zarr_format, options) {
  const root = zarr.root(new FileSystemStore(store));
  return OPEN[zarr_format](root.resolve(path), options);
}

/** What the protocol calls a data type: of zarrita.js' own names, those that begin with `v2:`. */
function dataTypeName(dtype) {
  if (dtype === "v2:object") return "string"; // other objects than strings are not passed on
  const [, kind, length] = /^v2:([SU])(\d+)$/.exec(dtype) ?? [];
  if (kind === "S") return `|S${length}`;
  if (kind === "U") return `fixed_length_utf32[${4 * length}]`;
  return dtype;
}

await serve(describe("zarrita-js", "zarrita", "@zarrita/storage", "numcodecs"), {
  read,
  read_region,
  metadata,
});

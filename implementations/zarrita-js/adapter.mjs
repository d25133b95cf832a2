// Ask zarrita.js through the functions that its users call. It has none to list a group.

import {
  Unsupported,
  bytesOf,
  describe,
  elements,
  opening,
  reading,
  serve,
  strideOf,
  writing,
} from "../kit/javascript/zarr_adapter.mjs";
import { FileSystemStore } from "@zarrita/storage";
import * as zarr from "zarrita";

const ARRAYS = {
  bool: zarr.BoolArray,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};
const NAMES_DIMENSIONS = "dimensionNames" in zarr.Array.prototype; // since 0.7
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
  if (zarr_format === 3 && NAMES_DIMENSIONS) {
    members.dimension_names = node.dimensionNames ?? null;
  }
  return { metadata: { node_type: "array", ...members } };
}

async function write({ store, path, zarr_format, metadata, elements }) {
  if (zarr_format !== 3) throw new Unsupported("zarrita.js creates arrays of Zarr v3 alone");
  const options = creation(metadata["zarr.json"]);
  const root = zarr.root(new FileSystemStore(store));
  const array = await writing(() => zarr.create(root.resolve(path), options));
  return set(array, null, elements);
}

/** What `create` takes of zarr.json. Its options have been written without underscores since 0.7. */
function creation(document) {
  const { shape, data_type, chunk_grid, chunk_key_encoding, fill_value, codecs } = document;
  const { attributes, dimension_names: dimensionNames, zarr_format, node_type } = document;
  const known = { shape, data_type, chunk_grid, chunk_key_encoding, fill_value, codecs };
  Object.assign(known, { attributes, dimension_names: dimensionNames, zarr_format, node_type });
  const unknown = Object.keys(document).filter((name) => !(name in known));
  if (unknown.length) throw new Unsupported(`create has no option for ${unknown.join(", ")}`);
  if (dimensionNames && !NAMES_DIMENSIONS) throw new Unsupported("create has no dimension names");
  if (chunk_grid.name !== "regular") throw new Unsupported("create makes regular grids alone");
  if (chunk_key_encoding.name !== "default") throw new Unsupported("create has one key encoding");
  const { chunk_shape: chunkShape } = chunk_grid.configuration;
  const chunkSeparator = chunk_key_encoding.configuration?.separator;
  const fillValue = scalar(data_type, fill_value);
  const before = { data_type, chunk_shape: chunkShape, chunk_separator: chunkSeparator };
  before.fill_value = fillValue;
  const since = { dtype: data_type, chunkShape, chunkSeparator, fillValue, dimensionNames };
  return { shape, codecs, attributes, ...before, ...since };
}

/** A fill value as zarrita.js has it: a number where it is one, and of 64 bits a BigInt. */
function scalar(dtype, value) {
  if (dtype === "int64" || dtype === "uint64") return BigInt(value);
  if (typeof value !== "string") return value;
  const named = { NaN, Infinity, "-Infinity": -Infinity };
  if (value in named) return named[value];
  throw new Unsupported("create takes numbers, and no bits");
}

async function write_region({ store, path, zarr_format, start, stop, elements }) {
  const array = await opening(() => openNode(store, path, zarr_format, { kind: "array" }));
  const region = start.map((from, axis) => zarr.slice(from, stop[axis]));
  return set(array, region, elements);
}

async function set(array, region, elements) {
  const { data_type, shape } = elements;
  if (!ARRAYS[data_type]) throw new Unsupported(`JavaScript has no array of ${data_type}`);
  const data = new ARRAYS[data_type](bytesOf(elements));
  const chunk = { data, shape, stride: strideOf(shape) };
  await writing(() => zarr.set(array, region, shape.length ? chunk : scalarOf(data)));
  return {};
}

/** The only element, which is all that an array without dimensions takes. */
function scalarOf(data) {
  return "get" in data ? data.get(0) : data[0];
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
  write,
  write_region,
});

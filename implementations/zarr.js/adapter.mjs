// Ask zarr.js through the functions that its users call. It reads v2, and has none to list a group.

import {
  Unsupported,
  describe,
  elements,
  opening,
  reading,
  serve,
  v2DataTypeName,
} from "../kit/javascript/zarr_adapter.mjs";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ContainsGroupError, Group, KeyError, openArray, openGroup, slice } from "zarr";

/** It comes with stores for HTTP and for memory only; this is one for a directory. */
class DirectoryStore {
  constructor(root) {
    this.root = root;
  }

  getItem(key) {
    try {
      return readFileSync(join(this.root, key));
    } catch (error) {
      throw error.code === "ENOENT" ? new KeyError(key) : error;
    }
  }

  containsItem(key) {
    return existsSync(join(this.root, key));
  }
}

async function read(question) {
  const place = locate(question);
  const array = await opening(() => openArray(place));
  return values(array, await reading(() => array.getRaw()));
}

async function read_region({ start, stop, ...question }) {
  const place = locate(question);
  const array = await opening(() => openArray(place));
  const region = start.map((from, axis) => slice(from, stop[axis]));
  return values(array, await reading(() => array.getRaw(region)));
}

function values({ dtype }, raw) {
  if (typeof raw === "number") return elements("float64", [], Float64Array.of(raw));
  return elements(v2DataTypeName(dtype), raw.shape, raw.data);
}

async function metadata(question) {
  const place = locate(question);
  const node = await opening(() => openNode(place));
  const said = await opening(() => node.attrs.asObject());
  const attributes = said?.constructor === Object ? said : undefined;
  if (node instanceof Group) return { metadata: { node_type: "group", attributes } };
  const { shape, dtype } = node;
  const data_type = v2DataTypeName(dtype);
  return { metadata: { node_type: "array", attributes, shape, data_type } };
}

async function openNode({ store, path, mode }) {
  try {
    return await openArray({ store, path, mode });
  } catch (error) {
    if (error instanceof ContainsGroupError) return openGroup(store, path, mode);
    throw error;
  }
}

function locate({ store, path, zarr_format }) {
  if (zarr_format !== 2) throw new Unsupported("zarr.js knows Zarr v2 only");
  return { store: new DirectoryStore(store), path, mode: "r" };
}

await serve(describe("zarr.js", "zarr"), { read, read_region, metadata });

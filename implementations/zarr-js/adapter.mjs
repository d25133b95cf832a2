// Ask zarr-js through the function that its users call for a whole array, which it has for v2.
//
// It fetches whatever it is given a function to fetch with; in Node.js its documentation gives it
// `readFile`. What it passes on is an ndarray, which knows its type if it is one of JavaScript's.

import {
  Unsupported,
  describe,
  elements,
  reading,
  serve,
  v2DataTypeName,
} from "../kit/javascript/zarr_adapter.mjs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import zarr from "zarr-js";

async function read({ store, path, zarr_format }) {
  if (zarr_format !== 2) throw new Unsupported("zarr-js reads no whole arrays of Zarr v3");
  const directory = join(store, path);
  const { data, shape, stride } = await reading(() => load(directory));
  const { dtype } = JSON.parse(await readFile(join(directory, ".zarray"), "utf8"));
  const [name, typed] = Array.isArray(data) ? typedAs(dtype, data) : [v2DataTypeName(dtype), data];
  return elements(name, shape, typed, stride);
}

/**
 * What it throws once a file has come, it throws to nobody: there an error is a rejection that
 * nobody handles, and a line in a browser's console. It is its word on the data all the same.
 */
async function load(directory) {
  const files = [];
  const { load } = zarr((path) => files[files.push(readFile(path)) - 1]);
  let thrown;
  try {
    return await new Promise((resolve, reject) => {
      process.on("unhandledRejection", (thrown = reject));
      load(directory, (error, array) => (error ? reject(error) : resolve(array)));
    });
  } finally {
    await Promise.allSettled(files); // nothing of this may be thrown during the next question
    await setImmediate();
    process.off("unhandledRejection", thrown);
  }
}

/** Plain values as an array of the stored type, if that is what they are; or else in words. */
function typedAs(dtype, data) {
  const name = v2DataTypeName(dtype);
  const holds = (type) => data.every((item) => typeof item === type);
  if (name === "bool" && holds("boolean")) return [name, Uint8Array.from(data, Number)];
  const TypedArray = TYPED_ARRAYS[dtype.slice(1)];
  if (TypedArray && holds("number")) return [name, TypedArray.from(data)];
  const [, kind, length] = /^.([SU])(\d+)$/.exec(dtype) ?? [];
  if (kind && holds("string")) return [name, ofOneLength(kind, Number(length), data)];
  return ["string", data.map(String)];
}

/** Strings as they are stored: filled up with zeros, which zarr-js has taken away. */
function ofOneLength(kind, length, strings) {
  const size = kind === "U" ? 4 * length : length;
  const bytes = Buffer.alloc(size * strings.length);
  strings.forEach((string, index) => {
    const element = bytes.subarray(index * size, (index + 1) * size);
    if (kind === "S") element.write(string);
    else codePoints(string, length).forEach((each, at) => element.writeUInt32LE(each, 4 * at));
  });
  return Object.defineProperty(bytes, "BYTES_PER_ELEMENT", { value: size });
}

const codePoints = (string, most) => Array.from(string, (each) => each.codePointAt(0)).slice(0, most);

const TYPED_ARRAYS = {
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
};

await serve(describe("zarr-js"), { read });

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
  const { data, shape, stride, offset } = await reading(() => load(directory));
  const { dtype } = JSON.parse(await readFile(join(directory, ".zarray"), "utf8"));
  const [name, typed] = Array.isArray(data) ? typedAs(dtype, data) : [v2DataTypeName(dtype), data];
  return elements(name, shape, typed.slice(offset), stride);
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

/** Plain numbers and booleans as a typed array, with its name; all else as strings. */
function typedAs(dtype, data) {
  const TypedArray = TYPED_ARRAYS[dtype.slice(1)];
  const holds = (type) => data.every((item) => typeof item === type);
  if (holds("boolean")) return ["bool", Uint8Array.from(data, Number)];
  if (TypedArray && holds("number")) return [v2DataTypeName(dtype), TypedArray.from(data)];
  return ["string", data.map(String)];
}

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

// An adapter to a library that knows a few arrays by heart, to test the kit with.

import {
  elements,
  opening,
  reading,
  serve,
  values,
  writing,
} from "../kit/javascript/zarr_adapter.mjs";

const library = {
  open(path) {
    console.log("a library may print what it likes");
    if (path === "/absent") throw new Error("there is no such node");
    return path;
  },
  async write(path, data) {
    if (path === "/full") throw new Error("there is no room");
    return data;
  },
  async read(path) {
    if (path === "/broken") throw new Error("its chunk is broken");
    if (path === "/fault") return ((again) => again(again))((again) => again(again) + 1);
    if (path === "/holes") return ["a", undefined];
    if (path === "/strings") return ["a", "", "ü"];
    if (path === "/nans") return new Float64Array(new BigUint64Array([1n << 63n, NAN]).buffer);
    return new BigUint64Array([2n ** 64n - 1n, 1n]);
  },
};

const NAN = 0x7ff0000000000001n;
const NAMES = { "/holes": "string", "/strings": "string", "/nans": "float64" };

async function read({ path }) {
  const node = await opening(() => library.open(path));
  const found = await reading(() => library.read(node));
  return elements(NAMES[path] ?? "uint64", [found.length], found);
}

/** What was to be written, and the fill value, which JSON numbers of JavaScript cannot hold. */
async function write({ path, metadata, elements: asked }) {
  const data = await writing(() => library.write(path, values(asked)));
  const fill_value = String(metadata["zarr.json"].fill_value);
  return { ...elements(asked.data_type, asked.shape, data), fill_value };
}

/** What the region is asked of: rows of three, stored column by column after one element more. */
function read_region({ start, stop }) {
  const data = Uint16Array.of(1, 4, 2, 5, 3, 6);
  return elements("uint16", [stop[0] - start[0], 3], data, [1, 2]);
}

const metadata = () => ({ metadata: { attributes: { huge: 1e999, big: 2n ** 70n, plain: 1.5 } } });

const description = { name: "echo", version: "1.0", language: "javascript", libraries: {} };
await serve(description, { read, read_region, metadata, write });

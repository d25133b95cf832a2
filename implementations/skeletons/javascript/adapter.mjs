// Puts the questions of zarr-conformance to {{ name }}.

import { Unsupported, serve } from "./zarr_adapter.mjs";
// import { describe, elements, opening, reading } from "./zarr_adapter.mjs";
// import * as library from "the-library";

/** The elements of the array at `path` in the directory `store`. */
async function read({ store, path, zarr_format }) {
  // const array = await opening(() => library.open(store + path)); // what it throws, it refuses
  // const values = await reading(() => array.read());
  // return elements(array.dtype, array.shape, values);
  throw new Unsupported("reading is not written yet");
}

// Once the library is there: describe("{{ name }}", "its-package"), which knows its version.
await serve({ name: "{{ name }}", version: "unknown", language: "javascript" }, { read });

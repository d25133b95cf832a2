/**
 * What an adapter in JavaScript needs: the message loop, and elements to bytes.
 *
 * An adapter is a process that answers questions about Zarr stores, one JSON object a line, on
 * standard input and output; `implementations/README.md` gives the messages. This file imports
 * nothing but Node.js itself, so that a new adapter can start with a copy of it:
 *
 *     import { describe, elements, opening, reading, serve } from "./zarr_adapter.mjs";
 *     import * as library from "library";
 *
 *     async function read({ store, path }) {
 *       const array = await opening(() => library.open(store, path));
 *       const values = await reading(() => array.read());
 *       return elements(array.dtype, array.shape, values);
 *     }
 *
 *     await serve(describe("library"), { read });
 *
 * Import it before the library: from then on standard output is the protocol's alone, and whatever
 * else is printed goes to standard error.
 */

import { readFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

Object.defineProperty(process, "stdout", { get: () => process.stderr });

// When two promises of a library fail it may wait for one of them only. What nobody waits for is a
// line in the console of a browser; here it would end the process, perhaps at a later question.
process.on("unhandledRejection", (reason) => console.error(reason));

const LONGEST_MESSAGE = 400; // characters of an error that are passed on

/** The library said no: `stage` is "open", "read" (elements) or "write". */
class Refused extends Error {
  constructor(stage, cause) {
    const said = cause instanceof Error ? `${cause.name}: ${withCauses(cause)}` : String(cause);
    super(said.slice(0, LONGEST_MESSAGE), { cause });
    this.stage = stage;
  }
}

/** The adapter cannot put this question to its library, or cannot pass on the answer. */
export class Unsupported extends Error {}

/** While the library is looking for the node and at its metadata. */
export const opening = (work) => attempt("open", work);

/** While the library is fetching and decoding chunks. */
export const reading = (work) => attempt("read", work);

/** While the library is writing chunks or metadata, or deleting them. */
export const writing = (work) => attempt("write", work);

/** Takes what the library throws for its refusal. Keep the adapter's own work outside. */
async function attempt(stage, work) {
  try {
    return await work();
  } catch (error) {
    throw isFault(error) ? error : new Refused(stage, error);
  }
}

/**
 * Whether an error is no word on the data: the machine or the engine gave up, or code in
 * WebAssembly left its memory. It ends the process, as a crash does.
 */
function isFault(error) {
  const exhausted = /call stack|allocation failed|out of memory/i;
  if (error instanceof WebAssembly.RuntimeError) return true;
  if (error instanceof RangeError && exhausted.test(error.message)) return true;
  return error instanceof Error && error.cause !== undefined && isFault(error.cause);
}

function withCauses(error) {
  const cause = error.cause instanceof Error ? `: ${withCauses(error.cause)}` : "";
  return error.message + cause;
}

/** Who is answering: the version of the first package, and of all that it stands on. */
export function describe(name, ...packages) {
  const installed = packages.length ? packages : [name];
  const libraries = Object.fromEntries(installed.map((each) => [each, versionOf(each)]));
  libraries.node = process.versions.node;
  return { name, version: libraries[installed[0]], language: "javascript", libraries };
}

function versionOf(packageName) {
  for (let folder = dirname(process.argv[1]); ; folder = dirname(folder)) {
    try {
      const file = join(folder, "node_modules", packageName, "package.json");
      return JSON.parse(readFileSync(file, "utf8")).version;
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}

/** What the protocol calls a data type of Zarr v2: as v3 does, if it has that type. */
export function v2DataTypeName(dtype) {
  const [, kind, size] = /^[<>|]([biufcUV])(\d+)$/.exec(dtype) ?? [];
  const bits = 8 * size;
  const names = { b: "bool", i: `int${bits}`, u: `uint${bits}`, f: `float${bits}` };
  const others = { c: `complex${bits}`, U: `fixed_length_utf32[${4 * size}]`, V: `r${bits}` };
  return { ...names, ...others }[kind] ?? dtype;
}

/**
 * The answer to `read`: elements in C order, from a typed array or an array of strings, in which
 * `undefined` is a place that the library left empty; JSON makes it `null`.
 *
 * Bits are moved, never converted. `stride` counts elements. Without it they are all of `data`, in
 * C order already.
 */
export function elements(dataType, shape, data, stride = undefined) {
  const order = stride && [...positions(shape, stride)];
  if (order && !order.every((each) => each >= 0 && each < data.length)) {
    throw new Unsupported("the strides lead out of the elements");
  }
  if (Array.isArray(data)) {
    const items = order ? order.map((position) => data[position]) : data;
    if (!items.every((item) => typeof item === "string" || item === undefined)) {
      throw new Unsupported("the elements are objects other than strings");
    }
    return { data_type: dataType, shape, elements: items };
  }
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const ordered = order ? gathered(bytes, data.BYTES_PER_ELEMENT, order) : bytes;
  return { data_type: dataType, shape, elements: ordered.toString("base64") };
}

/** The elements of a question, of a fixed size: a buffer of their own, little-endian in C order. */
export function bytesOf({ elements }) {
  if (Array.isArray(elements)) throw new Unsupported("the elements have lengths of their own");
  return Uint8Array.from(Buffer.from(elements, "base64")).buffer;
}

/** How many elements lie between neighbours in each dimension, in C order. */
export function strideOf(shape) {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((count, n) => count * n, 1));
}

const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: globalThis.Float16Array,
  float32: Float32Array,
  float64: Float64Array,
};

/**
 * The elements of a question, in C order: a typed array, or of a type that has none their bytes.
 *
 * Where each element has its own length it is an array, of strings or of `Uint8Array`s.
 */
export function values({ data_type: dataType, elements }) {
  if (Array.isArray(elements)) {
    const bytes = (item) => new Uint8Array(bytesOf({ elements: item }));
    return dataType === "string" ? elements : elements.map(bytes);
  }
  return new (ARRAYS[dataType] ?? Uint8Array)(bytesOf({ elements }));
}

/** Where each element is, in C order. */
function* positions(shape, stride, axis = 0, start = 0) {
  if (axis === shape.length) {
    yield start;
    return;
  }
  for (let index = 0; index < shape[axis]; index++) {
    yield* positions(shape, stride, axis + 1, start + index * stride[axis]);
  }
}

function gathered(bytes, size, order) {
  return Buffer.concat(order.map((each) => bytes.subarray(each * size, (each + 1) * size)));
}

/**
 * Answer until told to stop: `questions` has a function for each question known here.
 *
 * It gets the question's members as one object and returns the answer's. It may throw what
 * `opening` and `reading` do, or `Unsupported`; anything else that it throws is a fault of the
 * adapter, and ends the process rather than pass for a refusal.
 */
export async function serve(description, questions) {
  for await (const line of lines()) {
    const { id, ...message } = parsed(line);
    const [[question, parameters]] = Object.entries(message);
    if (question === "stop") break;
    writeLine({ id, ...(await answerTo(question, parameters, description, questions)) });
  }
  process.exit(0); // whatever a library still waits for
}

async function answerTo(question, parameters, description, questions) {
  if (question === "describe") {
    return { returned: { ...description, questions: Object.keys(questions) } };
  }
  try {
    if (!Object.hasOwn(questions, question)) {
      throw new Unsupported(`this adapter does not know how to ${question}`);
    }
    return { returned: await questions[question](parameters) };
  } catch (error) {
    const { message } = error;
    if (error instanceof Refused) return { refused: { stage: error.stage, message } };
    if (error instanceof Unsupported) return { unsupported: { message } };
    throw error;
  }
}

async function* lines() {
  let rest = "";
  for await (const text of process.stdin.setEncoding("utf8")) {
    const complete = (rest + text).split("\n");
    rest = complete.pop();
    yield* complete;
  }
}

function writeLine(message) {
  const line = Buffer.from(JSON.stringify(message, inJson) + "\n");
  for (let written = 0; written < line.length; ) {
    written += writeSync(1, line, written);
  }
}

/** The message in a line, in which integers that no number has are `bigint`s. */
function parsed(line) {
  if (!/[:,[ ]-?\d{16}/.test(line)) return JSON.parse(line);
  const stringOrInteger = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
  const marked = line.replace(stringOrInteger, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `{"__bigint":"${token}"}`,
  );
  return JSON.parse(marked, (_name, value) =>
    value?.__bigint === undefined ? value : BigInt(value.__bigint),
  );
}

/** The value, or if JSON cannot say it, a note of what stood there. */
function inJson(_name, value) {
  const sayable = typeof value === "number" ? Number.isFinite(value) : typeof value !== "bigint";
  return sayable ? value : { not_json: String(value) };
}

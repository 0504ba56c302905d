import assert from "node:assert/strict";
import { test } from "node:test";
import { objection, type Stage } from "./verdict.ts";

class CodedError extends Error {
  readonly code: string;
  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const texts = new Set(["type mismatch", "unknown type", "not in kebab case", "unreachable"]);
const recital = `${"all is wrong; ".repeat(60)} type mismatch, unknown type, not in kebab case`;
const coreTrap = new WebAssembly.RuntimeError("memory access out of bounds");

const cases: ReadonlyArray<[name: string, error: unknown, stage: Stage, wanted: string, objection: string | undefined]> = [
  ["the stated text within the message", new CodedError("validate/invalid", "type mismatch: u8, u16"), "compile", "type mismatch", undefined],
  ["no text stated", new CodedError("decode/unexpected-end", "anything"), "compile", "", undefined],
  ["another text", new CodedError("validate/invalid", "unknown type 3"), "compile", "type mismatch", "another message"],
  ["another stage", new CodedError("link/missing-import", "type mismatch"), "compile", "type mismatch", "an error of another stage (link/missing-import)"],
  ["no error of ours", new TypeError("type mismatch"), "compile", "type mismatch", "not an error of the engine"],
  ["no error at all", "type mismatch", "compile", "type mismatch", "not an error of the engine"],
  ["a recital of texts", new CodedError("validate/invalid", recital), "compile", "type mismatch", "the message recites many texts"],
  ["a long message of one text", new CodedError("validate/invalid", `type mismatch ${"x".repeat(700)}`), "compile", "type mismatch", undefined],
  ["V8's words for a core trap", new CodedError("trap/core", "in f", coreTrap), "trap", "wasm trap: out of bounds memory access", undefined],
  ["V8's words do not count elsewhere", new CodedError("validate/invalid", "x", coreTrap), "compile", "out of bounds memory access", "another message"],
  ["the text in a cause", new CodedError("trap/core", "in f", new Error("unreachable")), "trap", "unreachable", undefined],
];
for (const [name, error, stage, wanted, expected] of cases) {
  test(`verdict on ${name}`, () => assert.equal(objection(error, stage, wanted, texts), expected));
}

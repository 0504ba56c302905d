import assert from "node:assert/strict";
import test from "node:test";
import { coreModule, section } from "../binary/test-bytes.ts";
import { coreModuleError } from "./core-errors.ts";

/** Module bodies that the JavaScript engine refuses, and what is found in our message. */
const bodies: ReadonlyArray<[what: string, results: number[], code: number[], words: RegExp]> = [
  ["a result of another type", [0x7f], [0x42, 0, 0x0b], /^invalid core module: type mismatch: /],
  ["no result", [0x7f], [0x0b], /^invalid core module: type mismatch: /],
  ["an operand missing", [], [0x6a, 0x1a, 0x0b], /^invalid core module: type mismatch: /],
  ["an unknown function", [], [0x10, 9, 0x0b], /^invalid core module: .*function index #?9/],
];
for (const [what, results, code, words] of bodies) {
  test(`refusal of ${what}`, () => {
    const bytes = coreModule(section(1, 1, 0x60, 0, results.length, ...results), section(3, 1, 0), section(10, 1, code.length + 1, 0, ...code));
    assert.throws(
      () => new WebAssembly.Module(Uint8Array.from(bytes)),
      (refusal) => {
        const error = coreModuleError(refusal, 1000);
        assert.equal(error.code, "validate/core-module");
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /WebAssembly\.Module|@\+/);
        assert.ok(error.detail.offset! > 1000 && error.detail.offset! <= 1000 + bytes.length);
        assert.equal(error.detail.cause, refusal);
        return true;
      },
    );
  });
}

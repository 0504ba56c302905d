import assert from "node:assert/strict";
import test from "node:test";
import { assertComponentError, component, decode, single } from "./test-bytes.ts";

const CANON = 8;
const NO_OPTIONS = [0];

/** Binary.md "Canonical Definitions": every opcode with operands that tell them apart. */
const canons: ReadonlyArray<[bytes: number[], canon: object]> = [
  [[0x00, 0x00, 5, 1, 0x00, 6], { canon: "lift", coreFunc: 5, options: [{ kind: "utf8", offset: 15 }], type: 6 }],
  [[0x01, 0x00, 5, ...NO_OPTIONS], { canon: "lower", func: 5, options: [] }],
  [[0x02, 7], { canon: "resource.new", type: 7 }],
  [[0x03, 7], { canon: "resource.drop", type: 7 }],
  [[0x04, 7], { canon: "resource.rep", type: 7 }],
  [[0x05], { canon: "task.cancel" }],
  [[0x06, 1], { canon: "subtask.cancel", async: true }],
  [[0x09, 0x00, 0x79, ...NO_OPTIONS], { canon: "task.return", result: "u32", options: [] }],
  [[0x09, 0x01, 0x00, ...NO_OPTIONS], { canon: "task.return", result: undefined, options: [] }],
  [[0x0a, 0x7f, 1], { canon: "context.get", type: "i32", slot: 1 }],
  [[0x0b, 0x7e, 0], { canon: "context.set", type: "i64", slot: 0 }],
  [[0x0c, 0], { canon: "thread.yield", cancellable: false }],
  [[0x0d], { canon: "subtask.drop" }],
  [[0x0e, 9], { canon: "stream.new", type: 9 }],
  [[0x0f, 9, ...NO_OPTIONS], { canon: "stream.read", type: 9, options: [] }],
  [[0x10, 9, ...NO_OPTIONS], { canon: "stream.write", type: 9, options: [] }],
  [[0x11, 9, 0], { canon: "stream.cancel-read", type: 9, async: false }],
  [[0x12, 9, 1], { canon: "stream.cancel-write", type: 9, async: true }],
  [[0x13, 9], { canon: "stream.drop-readable", type: 9 }],
  [[0x14, 9], { canon: "stream.drop-writable", type: 9 }],
  [[0x15, 9], { canon: "future.new", type: 9 }],
  [[0x16, 9, ...NO_OPTIONS], { canon: "future.read", type: 9, options: [] }],
  [[0x17, 9, ...NO_OPTIONS], { canon: "future.write", type: 9, options: [] }],
  [[0x18, 9, 0], { canon: "future.cancel-read", type: 9, async: false }],
  [[0x19, 9, 1], { canon: "future.cancel-write", type: 9, async: true }],
  [[0x1a, 9], { canon: "future.drop-readable", type: 9 }],
  [[0x1b, 9], { canon: "future.drop-writable", type: 9 }],
  [[0x1c, ...NO_OPTIONS], { canon: "error-context.new", options: [] }],
  [[0x1d, ...NO_OPTIONS], { canon: "error-context.debug-message", options: [] }],
  [[0x1e], { canon: "error-context.drop" }],
  [[0x1f], { canon: "waitable-set.new" }],
  [[0x20, 1, 3], { canon: "waitable-set.wait", cancellable: true, memory: 3 }],
  [[0x21, 0, 3], { canon: "waitable-set.poll", cancellable: false, memory: 3 }],
  [[0x22], { canon: "waitable-set.drop" }],
  [[0x23], { canon: "waitable.join" }],
  [[0x24], { canon: "backpressure.inc" }],
  [[0x25], { canon: "backpressure.dec" }],
  [[0x26], { canon: "thread.index" }],
  [[0x27, 2, 3], { canon: "thread.new-indirect", type: 2, table: 3 }],
  [[0x28], { canon: "thread.resume-later" }],
  [[0x29, 1], { canon: "thread.suspend", cancellable: true }],
  [[0x2a, 0], { canon: "thread.suspend-then-resume", cancellable: false }],
  [[0x2b, 0], { canon: "thread.yield-then-resume", cancellable: false }],
  [[0x2c, 1], { canon: "thread.suspend-then-promote", cancellable: true }],
  [[0x2d, 1], { canon: "thread.yield-then-promote", cancellable: true }],
  [[0x40, 2], { canon: "thread.spawn-ref", shared: true, type: 2 }],
  [[0x41, 2, 3], { canon: "thread.spawn-indirect", shared: true, type: 2, table: 3 }],
  [[0x42], { canon: "thread.available-parallelism", shared: true }],
];
for (const [bytes, canon] of canons) {
  test(`decodes ${JSON.stringify(canon)}`, () => {
    assert.deepEqual(decode(component(single(CANON, ...bytes))), [{ kind: "canon", canon, offset: 11 }]);
  });
}

test("every other opcode is rejected", () => {
  const known = new Set(canons.map(([[opcode]]) => opcode));
  for (let opcode = 0; opcode < 0x100; opcode++) {
    if (known.has(opcode)) continue;
    const message = `invalid leading byte (0x${opcode.toString(16)}) for canonical function`;
    assertComponentError(() => decode(component(single(CANON, opcode))), { code: "decode/invalid-leading-byte", offset: 11, message });
  }
});

test("decodes every option", () => {
  const bytes = [0x00, 0x01, 0x02, 0x06, 0x09, 0x03, 9, 0x04, 9, 0x05, 9];
  const more = [0x07, 9, 0x08, 9];
  const options = [bytes, more].map((list, i) => {
    const [definition] = decode(component(single(CANON, 0x01, 0x00, 0, i === 0 ? 8 : 2, ...list)));
    assert.ok(definition?.kind === "canon" && definition.canon.canon === "lower");
    return definition.canon.options.map((option) => ("index" in option ? `${option.kind} ${option.index}` : option.kind));
  });
  assert.deepEqual(options.flat(), ["utf8", "utf16", "latin1+utf16", "async", "gc", "memory 9", "realloc 9", "post-return 9", "callback 9", "core-type 9"]);
});

const malformed: ReadonlyArray<[bytes: number[], code: string, offset: number, message: string]> = [
  [[0x00, 0x01, 0, 0, 0], "decode/invalid-leading-byte", 12, "invalid leading byte (0x1) for canonical function lift"],
  [[0x01, 0x01, 0, 0], "decode/invalid-leading-byte", 12, "invalid leading byte (0x1) for canonical function lower"],
  [[0x01, 0x00, 0, 1, 0x0a], "decode/invalid-leading-byte", 15, "invalid leading byte (0xa) for canonical option"],
  [[0x01, 0x00, 0, 11], "decode/too-many", 14, "canonical options size is out of bounds"],
  [[0x09, 0x02], "decode/invalid-leading-byte", 12, "invalid leading byte (0x2) for component function results"],
  [[0x09, 0x01, 0x01], "decode/invalid-leading-byte", 13, "invalid leading byte (0x1) for number of results"],
  [[0x0a, 0x40, 0], "decode/invalid-leading-byte", 12, "invalid value type"],
  [[0x0c, 0x02], "decode/invalid-leading-byte", 12, "invalid boolean value"],
  [[0x20, 0x00], "decode/unexpected-end", 13, "unexpected end-of-file"],
];
for (const [bytes, code, offset, message] of malformed) {
  test(`rejects ${message} in ${bytes}`, () => assertComponentError(() => decode(component(single(CANON, ...bytes))), { code, offset, message }));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BUFFERED_BYTES, MAX_LOG_LINE_BYTES } from "../limits.ts";
import { LineSink } from "./line-sink.ts";
import { log } from "./log.ts";

function lines() {
  const got: string[] = [];
  const kept = log(({ message }) => got.push(message), { bytesPerSecond: 1e9 });
  const sink = new LineSink(kept, "stdout");
  return { got, kept, sink, write: (text: string) => sink.write(new TextEncoder().encode(text)) };
}

const writes: readonly (readonly [name: string, writes: readonly string[], lines: readonly string[], rest: readonly string[]])[] = [
  ["a line", ["one\n"], ["one"], []],
  ["a line in pieces", ["o", "n", "e\nt", "wo\n"], ["one", "two"], []],
  ["empty lines", ["\n\na\n"], ["", "", "a"], []],
  ["lines of Windows", ["a\r\nb\r", "\n"], ["a", "b"], []],
  ["no line end", ["a\nb"], ["a"], ["b"]],
  ["nothing", [""], [], []],
  ["a long line", ["x".repeat(MAX_LOG_LINE_BYTES + 1), "\n"], ["x".repeat(MAX_LOG_LINE_BYTES), "x"], []],
  ["a line just as long as may be", [`${"x".repeat(MAX_LOG_LINE_BYTES)}\n`], ["x".repeat(MAX_LOG_LINE_BYTES)], []],
];
for (const [name, parts, expected, rest] of writes) {
  test(name, () => {
    const { got, sink, write } = lines();
    for (const part of parts) write(part);
    assert.deepEqual(got, expected);
    sink.end();
    assert.deepEqual(got, [...expected, ...rest]);
  });
}

test("a character may come in two writes; what is no UTF-8 is shown as such", () => {
  const { got, sink } = lines();
  for (const bytes of [[0xc3], [0xa9, 0xff, 0x0a], [0xc3]]) sink.write(Uint8Array.from(bytes));
  sink.end();
  assert.deepEqual(got, ["\u00e9\ufffd", "\ufffd"]);
});

test("threat 12: output without any line end is not gathered", () => {
  const { got, sink } = lines();
  const chunk = new Uint8Array(MAX_BUFFERED_BYTES).fill(0x78);
  for (let i = 0; i < 64; i++) sink.write(chunk);
  assert.ok(got.join("").length >= 64 * MAX_BUFFERED_BYTES - MAX_LOG_LINE_BYTES);
  assert.ok(got.every((line) => line.length <= MAX_LOG_LINE_BYTES));
});

test("threat 25: when its log is revoked the stream is closed", () => {
  const { got, kept, sink, write } = lines();
  write("kept\nunfinished");
  kept.revoke();
  assert.equal(sink.permit(), undefined);
  write("late\n");
  sink.end();
  assert.deepEqual(got, ["kept"]);
});

/** What gets into a recording, and what doesn't. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FuncType, ValueType } from "@tenon/engine";
import type { TappedWire } from "../app/recorder.ts";
import { Recorder } from "./recorder.ts";
import { readRecording } from "./recording.ts";
import { hiding } from "./secrets.ts";

const HEADER = { "tenon-recording": 1, app: "a", part: "b", at: "2026-01-01T00:00:00.000Z" } as const;
const string: ValueType = { kind: "string" };
const bytes = { kind: "list", element: { kind: "u8" } } as ValueType;

function wire(param: ValueType, result: ValueType): TappedWire {
  const type: FuncType = { kind: "func", params: [{ name: "of", type: param }], result, async: false };
  return { from: "b", import: "x:y/z", to: "c", export: "x:y/z@1.0.0", functions: new Map([["f", type]]) };
}

interface Recorded {
  readonly recorder: Recorder;
  /** A call by the wire that gives `given`, or throws it if it is an Error. */
  call(arg: unknown, given: unknown): unknown;
  text(): string;
}

function recorded(on: TappedWire, more: Partial<ConstructorParameters<typeof Recorder>[0]> = {}): Recorded {
  let text = "";
  const recorder = new Recorder({ header: HEADER, write: (lines) => void (text += lines), after: () => () => {}, ...more });
  const interposer = recorder.tap.make(on);
  const next = (given: unknown) => (): unknown => {
    if (given instanceof Error) throw given;
    return given;
  };
  return {
    recorder,
    call: (arg, given) => interposer({ import: on.import, function: "f", args: [arg], next: next(given) }),
    text() {
      recorder.flush();
      return text;
    },
  };
}

test("the file has a line for the recording, for each wire, for a call and for its end", () => {
  const { call, text } = recorded(wire(string, string));
  call("a\n\u2028", "b");
  assert.throws(() => call("b", new Error("no")), { message: "no" });
  assert.deepEqual(text().split("\n"), [
    '{"tenon-recording":1,"app":"a","part":"b","at":"2026-01-01T00:00:00.000Z"}',
    '{"wire":1,"in":false,"from":"b","import":"x:y/z","to":"c","export":"x:y/z@1.0.0"}',
    '{"call":1,"wire":1,"function":"f","args":["a\\n\u2028"]}',
    '{"end":1,"result":"b"}',
    '{"call":2,"wire":1,"function":"f","args":["b"]}',
    '{"end":2,"failed":"no"}',
    "",
  ]);
});

test("what is changed after the call is recorded as it was", () => {
  const { call, text } = recorded(wire(bytes, bytes));
  const [given, made] = [Uint8Array.of(1), Uint8Array.of(2)];
  call(given, made);
  given[0] = made[0] = 9;
  assert.match(text(), /"args":\["AQ=="\]\}\n\{"end":1,"result":"Ag=="/);
});

test("a value that is not of its type fails nothing but its own call", () => {
  const { call, text } = recorded(wire(bytes, bytes));
  assert.equal(call([1], null), null);
  assert.match(text(), /"args":\["AQ=="\]\}\n\{"end":1,"failed":"what it gives is not of its type"\}/);
});

test("a disk that is full ends the recording, not the calls", () => {
  let writes = 0;
  const write = (): void => {
    writes += 1;
    if (writes > 1) throw new Error("ENOSPC");
  };
  const { call, recorder } = recorded(wire(string, string), { write });
  assert.equal(call("a", "b"), "b");
  recorder.flush();
  assert.equal((recorder.failure as Error).message, "ENOSPC");
  assert.equal(call("a", "b"), "b");
  recorder.flush();
  assert.equal(writes, 2);
});

test("calls that never let the timer come are written when there are many", () => {
  let longest = 0;
  const { call, recorder } = recorded(wire(string, string), { write: (text) => void (longest = Math.max(longest, text.length)) });
  const value = "x".repeat(64 * 1024);
  for (let i = 0; i < 100; i++) call(value, value);
  recorder.flush();
  assert.ok(longest < 1.2 * 1024 * 1024);
});

test("a recording ends where it becomes too large, and says how many calls are missing", () => {
  const lines: number[] = [];
  const { call, recorder } = recorded(wire(string, string), { write: (text) => void lines.push(text.length) });
  const value = "x".repeat(8 * 1024 * 1024);
  for (let i = 0; i < 8; i++) call(value, value);
  recorder.flush();
  assert.equal(recorder.calls, 6);
  assert.equal(lines.at(-1), '{"dropped":2}\n'.length);
});

test("secrets are in no recording: not in texts, bytes or messages", () => {
  const secrets = new Set(["hunter2", ""]);
  const { call, text } = recorded(wire(string, bytes), { secrets: () => secrets });
  call("Bearer hunter2hunter2", new TextEncoder().encode("hhunter2 hunter"));
  assert.throws(() => call("", new Error("hunter2 is wrong")), { message: "hunter2 is wrong" });
  const all = text();
  assert.match(all, /"args":\["Bearer <secret><secret>"\]/);
  assert.ok(all.includes(new TextEncoder().encode("h<secret> hunter").toBase64()));
  assert.match(all, /"failed":"<secret> is wrong"/);
  assert.doesNotMatch(all, /hunter2/);
});

test("bytes without a secret stay the same bytes", () => {
  const { bytes: hide } = hiding(() => new Set(["aab"]));
  const given = new TextEncoder().encode("aaac");
  assert.equal(hide(given), given);
  assert.equal(new TextDecoder().decode(hide(new TextEncoder().encode("aaab"))), "a<secret>");
});

test("lines of a later version of the same kind are passed over", () => {
  const text = `${JSON.stringify(HEADER)}\n{"mark":1}\n{"dropped":2}\n{"dropped":1}\n`;
  assert.deepEqual(readRecording(new TextEncoder().encode(text), "f"), { header: HEADER, lines: [], dropped: 3 });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Lock, lockProblems, lockText, parseLock } from "./lock.ts";
import { AppError, describeProblem } from "./problem.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)];

const TEXT = `{
  "lock": 1,
  "components": {
    "./counter.wasm": { "sha256": "${A}" },
    "npm:@scope/pkg/x.wasm": { "sha256": "${B}", "npm": "@scope/pkg@1.2.3-rc.1" }
  }
}
`;

const LOCK: Lock = new Map([
  ["npm:@scope/pkg/x.wasm", { sha256: B, package: { name: "@scope/pkg", version: "1.2.3-rc.1" } }],
  ["./counter.wasm", { sha256: A }],
]);

test("a lock is written sorted, and read back", () => {
  assert.equal(lockText(LOCK), TEXT);
  assert.deepEqual(parseLock(TEXT, "tenon.lock"), LOCK);
  assert.equal(lockText(new Map()), '{\n  "lock": 1,\n  "components": {}\n}\n');
});

test("whatever components are called, their lock is read as it was written", () => {
  const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
  const name = fc.stringMatching(/^[^@]+$/);
  const version = fc.string({ minLength: 1 }).filter((each) => !/[\n\r\u2028\u2029]/.test(each));
  const from = fc.tuple(name, version).map(([name, version]) => ({ name, version }));
  const locked = fc.tuple(sha256, fc.option(from)).map(([sha256, from]) => ({ sha256, ...(from === null ? {} : { package: from }) }));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), locked)), (entries) => {
      const lock = new Map(entries);
      assert.deepEqual(parseLock(lockText(lock), ""), lock);
      assert.equal(lockText(new Map([...lock].reverse())), lockText(lock));
    }),
  );
});

const anew = "\n  `tenon update` writes it anew";
const refused: ReadonlyArray<[text: string, message: string]> = [
  ["[]", `tenon.lock:1:1: this is no lock of version 1${anew}`],
  ['{ "lock": 2 }', `tenon.lock:1:1: this is no lock of version 1${anew}`],
  ['{ "lock": 1 }', `tenon.lock:1:1: \`components\` is an object, not absent${anew}`],
  ['{ "lock": 1, "components": [] }', `tenon.lock:1:28: \`components\` is an object, not a list${anew}`],
  [
    '{ "lock": 1, "components": { "a": {}, "b": 1 } }',
    `tenon.lock:1:35: \`a\` has no \`sha256\` of 64 hexadecimal digits${anew}\ntenon.lock:1:44: \`b\` has no \`sha256\` of 64 hexadecimal digits${anew}`,
  ],
  [`{ "lock": 1, "components": { "a": { "sha256": "${A}", "npm": "x" } } }`, `tenon.lock:1:35: \`npm\` of \`a\` is "package@version"${anew}`],
  ["{", "tenon.lock:1:2: `}` is expected"],
];
for (const [text, message] of refused) {
  test(`refuses ${text.slice(0, 60)}`, () =>
    assert.throws(
      () => parseLock(text, "tenon.lock"),
      (error) => error instanceof AppError && error.message === message,
    ));
}

test("code that is not as it is locked", () => {
  const present: Lock = new Map([
    ["./counter.wasm", { sha256: B }],
    ["npm:@scope/pkg/x.wasm", { sha256: A, package: { name: "@scope/pkg", version: "1.3.0" } }],
    ["./new.wasm", { sha256: A }],
  ]);
  const hint = "\n  `tenon update` says what is different, and locks it";
  assert.deepEqual(lockProblems(LOCK, present, "tenon.lock").map(describeProblem), [
    `tenon.lock: \`./counter.wasm\` is not the code that is locked${hint}`,
    `tenon.lock: \`npm:@scope/pkg/x.wasm\` is not the code that is locked: 1.2.3-rc.1 is locked, 1.3.0 is there${hint}`,
    `tenon.lock: \`./new.wasm\` is not locked${hint}`,
  ]);
  assert.deepEqual(lockProblems(present, LOCK, "tenon.lock").length, 2);
  assert.deepEqual(lockProblems(LOCK, LOCK, "tenon.lock"), []);
});

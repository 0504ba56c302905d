import assert from "node:assert/strict";
import { test } from "node:test";
import type { Use } from "../capability/authority.ts";
import { clock } from "../clock/clock-capability.ts";
import { MAX_LOG_LINE_BYTES } from "../limits.ts";
import { type LogEntry, log } from "./log.ts";

const info = (message: string, context = "c"): LogEntry => ({ level: "info", context, message });

test("entries are passed on as they come", () => {
  const entries: LogEntry[] = [];
  const kept = log((entry) => entries.push(entry));
  kept.write({ level: "critical", context: "store", message: "caf\u00e9\tgone" });
  assert.deepEqual(entries, [{ level: "critical", context: "store", message: "caf\u00e9\tgone" }]);
});

test("threat 12: a guest's words can't move the cursor, colour a terminal, forge a line or turn the text round", () => {
  const entries: LogEntry[] = [];
  const kept = log((entry) => entries.push(entry));
  const hostile = "a\x1b[2J\x1b]0;title\x07b\r\nroot: ok\x7f\u009b31m\u202e\u2028\0";
  kept.write(info(hostile, `${hostile}c`));
  const [{ message, context }] = entries as [LogEntry];
  assert.equal(message, "a\\u{1b}[2J\\u{1b}]0;title\\u{7}b\\u{d}\\u{a}root: ok\\u{7f}\\u{9b}31m\\u{202e}\\u{2028}\\u{0}");
  assert.equal(context, `${message}c`);
});

test("threat 12: what comes faster than the limit is dropped and counted, and the log says so", () => {
  const entries: LogEntry[] = [];
  const time = clock({ fake: true });
  const kept = log((entry) => entries.push(entry), { bytesPerSecond: 1000, clock: time.monotonic });
  for (let i = 0; i < 100_000; i++) kept.write(info("x".repeat(67)));
  assert.equal(entries.length, 10);
  assert.equal(kept.dropped, 99_990 * 67);
  time.advance(100_000_000n);
  kept.write(info("again"));
  assert.match(entries[10]!.message, /^6699330 bytes were dropped/);
  assert.deepEqual(entries[11], info("again"));
  kept.write(info("once more, too long for what is left of a tenth of a second"));
  assert.equal(entries.length, 12);
  kept.end();
  assert.match(entries[12]!.message, /^59 bytes were dropped/);
  kept.end();
  assert.equal(entries.length, 13);
});

test("threat 12: silence saves up no more than one second", () => {
  let passed = 0;
  const time = clock({ fake: true });
  const kept = log(() => (passed += 1), { bytesPerSecond: 1000, clock: time.monotonic });
  time.advance(3_600_000_000_000n);
  for (let i = 0; i < 1000; i++) kept.write(info("x".repeat(67)));
  assert.equal(passed, 10);
});

test("threat 12: entries without any text have their cost", () => {
  let passed = 0;
  const kept = log(() => (passed += 1), { bytesPerSecond: 1000, clock: clock({ fake: true }).monotonic });
  for (let i = 0; i < 1000; i++) kept.write(info("", ""));
  assert.ok(passed < 100);
  assert.ok(kept.dropped > 0);
});

test("threat 11: a message longer than a line is cut and the rest counted", () => {
  const entries: LogEntry[] = [];
  const kept = log((entry) => entries.push(entry));
  kept.write(info("x".repeat(MAX_LOG_LINE_BYTES + 5), "y".repeat(10 * MAX_LOG_LINE_BYTES)));
  assert.deepEqual([kept.dropped, entries.at(-1)!.message.length, entries.at(-1)!.context.length], [5, MAX_LOG_LINE_BYTES, MAX_LOG_LINE_BYTES]);
});

test("threat 25: a revoked log takes nothing: `log` has no error case, so it traps", () => {
  const entries: LogEntry[] = [];
  const kept = log((entry) => entries.push(entry));
  kept.revoke();
  assert.throws(() => kept.write(info("x")), { name: "Trap", message: "`log`: the capability `log` has been revoked" });
  assert.deepEqual(entries, []);
});

test("an audit hears of each entry and what became of it", () => {
  const uses: Use[] = [];
  const kept = log(() => {}, { bytesPerSecond: 40, clock: clock({ fake: true }).monotonic });
  kept.audit((use) => uses.push(use));
  for (const message of ["one", "two"]) kept.write(info(message));
  assert.deepEqual(
    uses.map(({ operation, target, outcome }) => [operation, target, outcome]),
    [
      ["log", "c", "ok"],
      ["log", "c", "dropped"],
    ],
  );
});

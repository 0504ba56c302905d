import assert from "node:assert/strict";
import { test } from "node:test";
import { compileProbe } from "../../fixtures/probe.ts";
import type { Use } from "../capability/authority.ts";
import { run } from "../command/run.ts";
import { MAX_BUFFERED_BYTES } from "../limits.ts";
import { type LogEntry, log } from "../log/log.ts";
import { BytesSource, QueueSource } from "../streams/input-source.ts";
import { CallbackSink, CollectingSink } from "../streams/output-sink.ts";
import { untilReady } from "../streams/waitable.ts";
import { stdio } from "./stdio.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const versions = ["probe", "probe-p3"] as const;

for (const version of versions) {
  test(`a guest reads and writes the streams of the capability (${version})`, async () => {
    const stdout = new CollectingSink();
    const given = stdio({ stdin: new BytesSource("Ada\n"), stdout });
    await run(await compileProbe(version), { args: ["probe", "cat", "9"], stdio: given });
    assert.equal(stdout.text(), "Ada\n");
  });

  test(`lines of a guest come to the log, the last without its end too (${version})`, async () => {
    const entries: LogEntry[] = [];
    const given = stdio({ stdin: new BytesSource("one\ntwo"), log: log((entry) => entries.push(entry)) });
    await run(await compileProbe(version), { args: ["probe", "cat", "5"], stdio: given });
    assert.deepEqual(entries, [
      { level: "info", context: "stdout", message: "one" },
      { level: "info", context: "stdout", message: "two" },
    ]);
  });

  test(`threat 12: a flood of a guest's ends at the limit and is counted (${version})`, async () => {
    const stdout = new CollectingSink();
    const given = stdio({ stdout, limit: 100_000 });
    await run(await compileProbe(version), { args: ["probe", "pour", "4", "1048576"], stdio: given });
    assert.equal(stdout.bytes().length, 100_000);
    assert.ok(given.dropped > 0);
  });

  test(`threat 25: a guest that waits for input finds it at its end when the streams are revoked (${version})`, async () => {
    const stdin = new QueueSource(10);
    const stdout = new CollectingSink();
    const given = stdio({ stdin });
    const running = run(await compileProbe(version), { args: ["probe", "cat", "9"], stdio: given, stdout });
    stdin.push(bytes("Ada\n"));
    while (stdout.text() === "") await new Promise((resolve) => setTimeout(resolve, 1));
    given.revoke();
    assert.equal((await running).exitCode, 0);
    assert.equal(stdout.text(), "Ada\n");
  });
}

test("threat 12: one limit for both outputs", () => {
  const [stdout, stderr] = [new CollectingSink(), new CollectingSink()];
  const given = stdio({ stdout, stderr, limit: 5 });
  given.stdout.write(bytes("abc"));
  given.stderr.write(bytes("defg"));
  given.stdout.write(bytes("h"));
  assert.deepEqual([stdout.text(), stderr.text(), given.dropped], ["abc", "de", 3]);
});

test("threat 12: beyond the limit nobody waits for a reader that does not read", async () => {
  const given = stdio({ stdout: new CallbackSink(() => new Promise(() => {})), limit: MAX_BUFFERED_BYTES });
  given.stdout.write(new Uint8Array(MAX_BUFFERED_BYTES));
  assert.equal(given.stdout.permit(), MAX_BUFFERED_BYTES);
  await untilReady(given.stdout);
});

test("threat 12: within the limit a guest waits for a slow reader, and no more than a buffer is held", () => {
  const given = stdio({ stdout: new CallbackSink(() => new Promise(() => {})), limit: 10 * MAX_BUFFERED_BYTES });
  given.stdout.write(new Uint8Array(MAX_BUFFERED_BYTES));
  assert.deepEqual([given.stdout.permit(), given.stdout.ready()], [0, false]);
});

test("threat 25: after the revocation nothing is read, written or flushed, and who waited is woken", async () => {
  const [stdin, stdout] = [new QueueSource(10), new CollectingSink()];
  const stuck = new CallbackSink(() => new Promise(() => {}));
  const given = stdio({ stdin, stdout, stderr: stuck });
  given.stderr.write(new Uint8Array(MAX_BUFFERED_BYTES));
  const waits = [untilReady(given.stdin), untilReady(given.stderr)];
  given.revoke();
  await Promise.all(waits);
  stdin.push(bytes("late"));
  given.stdout.write(bytes("late"));
  assert.deepEqual([given.stdin.read(9), given.stdout.permit(), given.stderr.permit(), stdout.text()], [undefined, undefined, undefined, ""]);
  await Promise.all([untilReady(given.stdin), untilReady(given.stdout)]);
  await new Promise<void>((resolve) => given.stderr.onReady(resolve));
});

test("a waiter that is cancelled is not woken by the revocation", () => {
  const given = stdio({ stdin: new QueueSource(10) });
  given.stdin.onReady(() => assert.fail("woken"))();
  given.revoke();
});

test("a terminal is told as long as it is there", () => {
  const stdout = Object.assign(new CollectingSink(), { isTerminal: true });
  const given = stdio({ stdout });
  assert.deepEqual([given.stdout.isTerminal, given.stdin.isTerminal], [true, false]);
  given.revoke();
  assert.equal(given.stdout.isTerminal, false);
});

test("an audit hears of reads and writes", () => {
  const uses: Use[] = [];
  const given = stdio({ stdin: new BytesSource("a"), stdout: new CollectingSink(), limit: 1 });
  given.audit((use) => uses.push(use));
  given.stdin.read(1);
  given.stdin.read(1);
  given.stdout.write(bytes("a"));
  given.stdout.write(bytes("a"));
  assert.deepEqual(
    uses.map(({ operation, target, outcome }) => [operation, target, outcome]),
    [
      ["read", "stdin", "ok"],
      ["read", "stdin", "closed"],
      ["write", "stdout", "ok"],
      ["write", "stdout", "dropped"],
    ],
  );
});

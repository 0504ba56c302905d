import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../document/document.ts";
import { describeProblem } from "../document/problem.ts";
import { QueueSource } from "../streams/input-source.ts";
import { CollectingSink } from "../streams/output-sink.ts";
import type { Capability } from "./kind.ts";
import { standardKinds } from "./standard.ts";
import { terminalKind } from "./terminal.ts";
import { testContext } from "./test-context.ts";

type Interface = Record<string, (...args: unknown[]) => unknown>;
interface Output {
  blockingWriteAndFlush(bytes: Uint8Array): void;
}

const kinds = standardKinds();
const told = (name: string, config: JsonObject) => kinds.get(name)!.check(config, []).map(describeProblem);
const make = (name: string, config: JsonObject, context = testContext()) => kinds.get(name)!.make(config, context);
const provided = (capability: Capability, part = "a", context = testContext()) => capability.provide(context.importer(part)) as Record<string, Interface>;
const bytes = (text: string) => new TextEncoder().encode(text);
const MILLISECOND = 1_000_000n;

test("where there is no machine, kinds that need one are not there, or in memory", () => {
  assert.deepEqual([...kinds.keys()], ["basics", "clock", "config", "cron", "directory", "environment", "keyvalue", "log", "network", "random"]);
  assert.deepEqual(told("directory", { path: "./data" }), ['`directory` has no option "path": it has `files`, `as`, `rights`, `bytes`, `handles`, `also`']);
  assert.deepEqual(told("directory", {}), ['`directory` needs `files`: what is in it\n  "files": {}']);
  assert.deepEqual(told("directory", { files: { "a.txt": "a" } }), []);
  assert.deepEqual(told("network", {}), ['there are no sockets on this platform: `network` needs `memory`\n  "memory": true']);
  assert.deepEqual(told("network", { memory: true }), []);
});

test("what a kind says it conveys is what a part gets", async () => {
  const configs: Readonly<Record<string, JsonObject>> = { cron: { at: "@daily" }, directory: { files: {} }, network: { memory: true } };
  for (const kind of kinds.values()) {
    const capability = await kind.make(configs[kind.name] ?? {}, testContext());
    assert.deepEqual(Object.keys(provided(capability)).sort(), [...kind.exports].sort(), kind.name);
    await capability.close();
  }
});

test("clock: real in steps, frozen, fake", async () => {
  const now = (clock: Record<string, Interface>) => (clock["wasi:clocks/wall-clock@0.2.12"]!.now!() as { seconds: bigint }).seconds;
  const resolution = (clock: Record<string, Interface>) => clock["wasi:clocks/monotonic-clock@0.2.12"]!.resolution!();
  assert.equal(resolution(provided(await make("clock", {}))), MILLISECOND);
  assert.equal(resolution(provided(await make("clock", { resolution: "250ms" }))), 250n * MILLISECOND);
  assert.equal(resolution(provided(await make("clock", { resolution: "0.01ms" }))), 10_000n);
  assert.equal(now(provided(await make("clock", { frozen: "2026-01-31T12:00:00Z" }))), 1_769_860_800n);
  const [fake, real] = [await make("clock", { fake: true }), await make("clock", {})];
  const [ada, test] = [provided(fake, "ada"), provided(fake, "test")];
  assert.equal(now(ada), 0n);
  test["tenon:testing/clock@0.1.0"]!.advance!(90n * 1_000_000_000n);
  assert.equal(now(ada), 90n);
  assert.throws(() => provided(real)["tenon:testing/clock@0.1.0"]!.advance!(1n), {
    name: "Trap",
    message: '`tenon:testing/clock`: only a fake clock can be moved, `"with": { "fake": true }`',
  });
  await fake.close();
  assert.throws(() => now(ada), /the capability `clock` has been revoked/);
});

test("clock: what is wrong", () => {
  const date = 'expected true, or a date such as 2026-01-31T12:00:00Z\n  "frozen": "2026-01-31T12:00:00Z"';
  for (const frozen of ["today", "2026-02", "2026-13-01", "2026-01-31T12:00:00", false, 0])
    assert.deepEqual(told("clock", { frozen }), [`\`frozen\` of \`clock\` is ${JSON.stringify(frozen)}; ${date}`]);
  for (const resolution of ["1", "0ms", "0.0000001ms", "-1ms", 5])
    assert.deepEqual(told("clock", { resolution }), [
      `\`resolution\` of \`clock\` is ${JSON.stringify(resolution)}; expected a time such as "10ms"\n  "resolution": "10ms"`,
    ]);
  assert.deepEqual(told("clock", { fake: true, frozen: true }), ["`clock` has `frozen` and `fake`: it is one of real, frozen and fake"]);
  assert.deepEqual(told("clock", { fake: "2026-01-31" }), []);
});

test("random: with a seed each part draws the same, whatever others draw", async () => {
  const drawn = (imports: Record<string, Interface>) => String(imports["wasi:random/random@0.2.12"]!.getRandomBytes!(8n));
  const [seeded, real] = [await make("random", { seed: 7 }), await make("random", {})];
  const [ada, grace] = [provided(seeded, "ada"), provided(seeded, "grace")];
  const first = drawn(ada);
  assert.notEqual(drawn(ada), first);
  assert.equal(drawn(grace), first);
  assert.notEqual(drawn(provided(real)), drawn(provided(real)));
  await seeded.close();
  assert.throws(() => drawn(ada), /the capability `random` has been revoked/);
  assert.deepEqual(told("random", { seed: "x" }), ['`seed` of `random` is "x"; expected a whole number\n  "seed": 7']);
});

test("log: logging and both outputs to each part's own log, no faster than it may", async () => {
  const context = testContext();
  const log = await make("log", { bytesPerSecond: 100 }, context);
  const [ada, grace] = [provided(log, "ada", context), provided(log, "grace", context)];
  (ada["wasi:cli/stderr@0.2.12"]!.getStderr!() as Output).blockingWriteAndFlush(bytes("Oh\n"));
  grace["wasi:logging/logging@0.1.0-draft"]!.log!("info", "", "Hej");
  for (let i = 0; i < 9; i++) ada["wasi:logging/logging@0.1.0-draft"]!.log!("info", "", "x".repeat(90));
  await log.close();
  assert.deepEqual(context.lines.slice(0, 2), ["ada: Oh", "grace: Hej"]);
  assert.match(context.lines.at(-1)!, /^ada: \d+ bytes were dropped/);
});

test("terminal: for one part; another gets closed streams, until the first is gone", async () => {
  const [stdin, stdout] = [new QueueSource(10), new CollectingSink()];
  const kind = terminalKind(() => ({ stdin, stdout, stderr: stdout }));
  const context = testContext();
  assert.deepEqual(kind.asks({}, context), [{ id: "terminal", words: "reads what is typed in the terminal and writes to it", own: false }]);
  const terminal = await kind.make({}, context);
  const [first, second] = [context.importer("first"), context.importer("second")];
  const write = (importer: typeof first, text: string) =>
    ((terminal.provide(importer) as Record<string, Interface>)["wasi:cli/stdout@0.2.12"]!.getStdout!() as Output).blockingWriteAndFlush(bytes(text));
  const closed = (error: unknown) => (error as { tag?: string }).tag === "closed";
  write(first, "one ");
  assert.throws(() => write(second, "two "), closed);
  // The same part, swapped: it has the terminal while the one before still ends what it does.
  const swapped = context.importer("first");
  write(swapped, "three ");
  write(first, "four ");
  await terminal.release!(first);
  write(swapped, "five ");
  await terminal.release!(swapped);
  await terminal.release!(second);
  write(second, "six");
  assert.equal(stdout.text(), "one three four five six");
  assert.deepEqual(context.lines, ["capability: `first` has the terminal: `second` gets closed streams"]);
  const kept = (terminal.provide(second) as Record<string, Interface>)["wasi:cli/stdout@0.2.12"]!;
  await terminal.close();
  assert.throws(() => (kept.getStdout!() as Output).blockingWriteAndFlush(bytes("x")), closed);
});

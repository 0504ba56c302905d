import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { clock } from "../clock/clock-capability.ts";
import { BytesSource, QueueSource } from "../streams/input-source.ts";
import { CollectingSink } from "../streams/output-sink.ts";
import { type RunModuleOptions, runModule } from "./run-module.ts";

const guest = async (name: string) => WebAssembly.compile(await readFile(new URL(`../../fixtures/preview1/${name}.wasm`, import.meta.url)));
const catcher = await guest("catcher");

async function outcome(module: WebAssembly.Module, options: RunModuleOptions) {
  const stdout = new CollectingSink();
  const { exitCode } = await runModule(module, { stdout, ...options });
  return { exitCode, stdout: stdout.text() };
}

test("threat 11: a module can't catch its end: what exits has exited", async () => {
  assert.deepEqual(await outcome(catcher, { args: ["one"] }), { exitCode: 7, stdout: "" });
});

test("threat 11: nor what its host throws at it", async () => {
  const revoked = clock({});
  revoked.revoke();
  const stdout = new CollectingSink();
  await assert.rejects(runModule(catcher, { args: ["a", "b"], clock: revoked, stdout }), { name: "Trap", message: /clock.* has been revoked/ });
  assert.equal(stdout.text(), "");
});

test("a module waits for input that comes later", async () => {
  const stdin = new QueueSource(10);
  const running = outcome(await guest("cat"), { stdin });
  for (const part of ["one ", "two, which is longer than one read ", "three"]) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    stdin.push(new TextEncoder().encode(part));
  }
  stdin.end();
  assert.deepEqual(await running, { exitCode: 0, stdout: "one two, which is longer than one read three" });
});

test("an error of its output reaches it", async () => {
  const stdin = new QueueSource(10);
  stdin.push(Uint8Array.of(1));
  assert.deepEqual(await runModule(await guest("cat"), { stdin }), { exitCode: 64 });
});

test("where WebAssembly can't be suspended, what need not wait works, and what would says so", async (t) => {
  const { Suspending, promising } = WebAssembly as { Suspending?: unknown; promising?: unknown };
  Object.assign(WebAssembly, { Suspending: undefined, promising: undefined });
  t.after(() => Object.assign(WebAssembly, { Suspending, promising }));
  assert.deepEqual(await outcome(await guest("cat"), { stdin: new BytesSource("all there") }), { exitCode: 0, stdout: "all there" });
  await assert.rejects(outcome(await guest("cat"), { stdin: new QueueSource(1) }), { code: "call/would-suspend", message: /`fd_read` has to wait/ });
});

const text = (name: string): number[] => [name.length, ...new TextEncoder().encode(name)];
const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
const START = section(7, 1, ...text("_start"), 0, 0);
/** With one function, of the type `() -> ()` unless said otherwise, that is imported or has that body. */
function moduleOf(from: readonly [module: string, name: string] | readonly number[], { type = [0x60, 0, 0], exports = START } = {}): WebAssembly.Module {
  const imported = typeof from[0] === "string";
  const rest = imported
    ? [...section(2, 1, ...text(from[0] as string), ...text(from[1] as string), 0, 0), ...exports]
    : [...section(3, 1, 0), ...exports, ...section(10, 1, from.length + 2, 0, ...(from as number[]), 0x0b)];
  return new WebAssembly.Module(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, 1, ...type), ...rest]));
}
/** Its start function asks for a turn. */
const STARTS = new WebAssembly.Module(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, 2, 0x60, 0, 1, 0x7f, 0x60, 0, 0)],
    ...[...section(2, 1, ...text("wasi_snapshot_preview1"), ...text("sched_yield"), 0, 0), ...section(3, 1, 1)],
    ...[...section(7, 1, ...text("_start"), 0, 1), ...section(8, 1), ...section(10, 1, 5, 0, 0x10, 0, 0x1a, 0x0b)],
  ]),
);
const UNREACHABLE = 0x00;
const I64_PARAMETER = [0x60, 1, 0x7e, 0];

const refused: readonly (readonly [what: string, module: WebAssembly.Module, code: string])[] = [
  ["a function that preview 1 lacks", moduleOf(["wasi_snapshot_preview1", "fd_open"]), "link/missing-import"],
  ["one with the name of an object's", moduleOf(["wasi_snapshot_preview1", "toString"]), "link/missing-import"],
  ["a function of another module", moduleOf(["env", "fd_read"]), "link/missing-import"],
  ["a function with another type", moduleOf(["wasi_snapshot_preview1", "fd_close"]), "link/import-mismatch"],
  ["no `_start`", moduleOf([], { exports: [] }), "call/type-mismatch"],
  ["a `_start` that takes something", moduleOf([], { type: I64_PARAMETER }), "call/type-mismatch"],
  ["a start function that uses WASI", STARTS, "call/would-suspend"],
  ["a trap", moduleOf([UNREACHABLE]), "trap/core"],
];
for (const [what, module, code] of refused) {
  test(`${what}: ${code}`, async () => {
    await assert.rejects(runModule(module), (error: { code?: string }) => error.code === code);
  });
}

test("a module that does nothing ends with 0", async () => {
  assert.deepEqual(await runModule(moduleOf([])), { exitCode: 0 });
});

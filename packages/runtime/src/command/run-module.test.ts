import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { clock } from "../clock/clock-capability.ts";
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

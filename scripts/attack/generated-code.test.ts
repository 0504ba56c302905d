import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { ROOT } from "../source-files.ts";

/** Each of them would throw where strings can't become code. */
const PROGRAM = `
import { readFile } from "node:fs/promises";
import { compile } from "@tenon/engine";
import { dts } from "@tenon/engine/dts";
import { run, CollectingSink, wasi } from "@tenon/runtime";

let strict = false;
try { Reflect.construct(Function, ["return 1"]); } catch { strict = true; }
if (!strict) throw new Error("strings become code here: nothing is shown");

const load = async (path) => compile(await readFile(path));
const scores = await (await load("examples/rust/scoreboard.wasm")).instantiate(wasi());
const caller = await load("examples/caller/caller.wasm");
await caller.instantiate({ ...wasi(), ...scores.exports });
caller.open();
dts(caller);
const stdout = new CollectingSink();
await run(await load("examples/hello/hello.rust.wasm"), { args: ["hello", "Ada"], stdout });
process.stdout.write(stdout.text());
`;

test("threat 21: components are loaded, joined, run and declared where no string can become code", () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--disallow-code-generation-from-strings", "--input-type=module"], {
    cwd: ROOT,
    input: PROGRAM,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, "Hello Ada, from Rust\n");
});

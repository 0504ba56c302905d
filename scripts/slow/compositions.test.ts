/**
 * Compositions do what they do in wasmtime (`WASMTIME`, else the one on the path): what a command prints, and what each exported function
 * gives for random arguments. One of ours is committed; those of others lie in the folder that `COMPOSITIONS` names, else in
 * ../shared/compositions: `*.wasm` that import no more than WASI, and beside each may lie a `.json` (see `Setting`).
 * `conformance/compositions/prepare.sh` fills such a folder.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { prepareCall } from "../../packages/cli/src/invoke.ts";
import { type Component, compile, type FuncType, type Imports, type Instance, promising, rewire, Store } from "../../packages/engine/src/index.ts";
import { CollectingSink, run, type WasiOptions, wasi02 } from "../../packages/runtime/src/index.ts";
import { ROOT } from "../source-files.ts";
import { argumentTexts, hasText } from "./wave-values.ts";

/** How a composition is run. */
interface Setting {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Options of wasmtime for proposals that it has off. */
  readonly wasmtime?: readonly string[];
  /** What it is composed of, each file after those that it imports from: we wire these one to another as well. */
  readonly parts?: readonly string[];
}

const WASMTIME = process.env.WASMTIME ?? "wasmtime";
const CALLS = Number(process.env.COMPOSITION_CALLS ?? 3);
const SEED = Number(process.env.COMPOSITION_SEED ?? 1);
const FOLDERS = [path.join(ROOT, "conformance/compositions"), process.env.COMPOSITIONS ?? path.join(ROOT, "../shared/compositions")];
const isThere = spawnSync(WASMTIME, ["--version"]).status === 0;
if (!isThere && process.env.CI !== undefined) throw new Error(`${WASMTIME} does not run: here nothing may be skipped`);

for (const folder of FOLDERS) {
  if (!isThere) test(folder, { skip: "wasmtime is not here" }, () => undefined);
  else if (!existsSync(folder)) test(folder, { skip: "no compositions of others are here" }, () => undefined);
  else for (const name of readdirSync(folder).sort()) if (name.endsWith(".wasm")) compareAll(folder, name);
}

const scratch = mkdtempSync(path.join(tmpdir(), "tenon-compositions-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What can be seen of a run: output, and how it ended. */
interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly end: number | "failed";
}

function compareAll(folder: string, name: string): void {
  const file = path.join(folder, name);
  const note = file.replace(/wasm$/, "json");
  const setting: Setting = existsSync(note) ? JSON.parse(readFileSync(note, "utf8")) : {};
  const { parts } = setting;
  test(name, async (t) => {
    const compiled = path.join(scratch, name.replace(/wasm$/, "cwasm"));
    const { status, stderr } = spawnSync(WASMTIME, ["compile", ...(setting.wasmtime ?? []), file, "-o", compiled], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const composed = await load([file]);
    if (exportNamed(composed.component, "wasi:cli/run@") !== undefined) {
      const expected = theirs(compiled, setting, [], setting.args ?? []);
      await t.test("run", async () => assert.deepEqual(await command(composed, name, setting), expected));
      if (parts !== undefined) {
        const loaded = await load(parts.map((part) => path.join(folder, part)));
        await t.test("run, its parts wired", async () => assert.deepEqual(await command(loaded, name, setting), expected));
        await t.test("run, its parts wired, and run again when all are re-wired", async () => {
          const { stdout, stderr, end } = await commandTwice(loaded, name, setting);
          assert.deepEqual({ stdout, stderr, end }, { stdout: expected.stdout.repeat(2), stderr: expected.stderr.repeat(2), end: expected.end });
        });
      }
    }
    for (const { functionName, type } of calls(composed.component)) {
      await t.test(functionName, async () => {
        for (const args of fc.sample(argumentTexts(type), { numRuns: type.params.length === 0 ? 1 : CALLS, seed: SEED })) {
          const text = `${functionName}(${args})`;
          assert.deepEqual(await invoke(composed, text, name, setting), theirs(compiled, setting, ["--invoke", text], []), text);
        }
      });
    }
  });
}

/** A component, and what goes before it. */
interface Loaded {
  readonly component: Component;
  readonly before: readonly Component[];
}

async function load(files: readonly string[]): Promise<Loaded> {
  const all = await Promise.all(files.map(async (file) => compile(readFileSync(file))));
  return { component: all.at(-1)!, before: all.slice(0, -1) };
}

/** What the components before export besides WASI. */
async function provided({ before }: Loaded, wasi: Imports, make: (component: Component, imports: Imports) => Promise<Instance>): Promise<Imports> {
  let imports: Imports = {};
  for (const component of before) {
    const { exports } = await make(component, { ...wasi, ...imports });
    imports = { ...imports, ...Object.fromEntries(Object.entries(exports).filter(([name]) => !name.startsWith("wasi:"))) };
  }
  return imports;
}

const exportNamed = (component: Component, prefix: string): string | undefined => component.exports.find(({ name }) => name.startsWith(prefix))?.name;

/** Functions whose calls can be written down and whose results depend on the guest alone; wasmtime takes only names that are of one. */
function calls({ imports, exports }: Component): { functionName: string; type: FuncType }[] {
  const imported = new Set(imports.map(({ name }) => name.replace(/@.*/, "")));
  const functions = exports.flatMap(({ name, type }) => {
    if (type.sort === "func") return [{ interfaceName: "", functionName: name, type: type.type }];
    if (type.sort !== "instance") return [];
    return [...type.type.exports].flatMap(([functionName, { sort, type }]) =>
      sort === "func" ? [{ interfaceName: name.replace(/@.*/, ""), functionName, type }] : [],
    );
  });
  const count = (name: string): number => functions.filter(({ functionName }) => functionName === name).length;
  return functions.filter(
    ({ interfaceName, functionName, type }) =>
      !imported.has(interfaceName) &&
      !/^wasi:cli\/(run|exit)$/.test(interfaceName) &&
      !functionName.startsWith("[") &&
      count(functionName) === 1 &&
      hasText(type),
  );
}

function optionsOf(name: string, { args = [], env = {} }: Setting): WasiOptions & { stdout: CollectingSink; stderr: CollectingSink } {
  return { args: [name, ...args], env, stdout: new CollectingSink(), stderr: new CollectingSink() };
}

async function command(loaded: Loaded, name: string, setting: Setting): Promise<Outcome> {
  const options = optionsOf(name, setting);
  const store = new Store();
  return ours(options, async () => {
    const imports = await provided(loaded, wasi02(options), (component, imports) => component.instantiate(imports, { store }));
    return (await run(loaded.component, { ...options, imports })).exitCode;
  });
}

/** Every part has open ends, which lead to new parts when the command runs again. */
async function commandTwice(loaded: Loaded, name: string, setting: Setting): Promise<Outcome> {
  const options = optionsOf(name, setting);
  const store = new Store();
  const wasi = wasi02(options);
  const fresh = (): Promise<Imports> => provided(loaded, wasi, (component, imports) => component.open(imports, { store }));
  return ours(options, async () => {
    const { exports, ends } = await loaded.component.open({ ...wasi, ...(await fresh()) }, { store });
    const { run } = exports[exportNamed(loaded.component, "wasi:cli/run@")!] as { run: unknown };
    await promising(run)();
    const others = await fresh();
    rewire([...ends.values()].filter(({ name }) => name in others).map((end) => ({ end, to: others[end.name] })));
    await promising(run)();
    return 0;
  });
}

async function invoke(loaded: Loaded, text: string, name: string, setting: Setting): Promise<Outcome> {
  const options = optionsOf(name, setting);
  const call = prepareCall(text, loaded.component, name);
  return ours(options, async () => {
    const { exports } = await loaded.component.instantiate(wasi02(options));
    // wasmtime prints that there is no result.
    const result = (await call.of(exports)) ?? "()";
    options.stdout.write(new TextEncoder().encode(`${result}\n`));
    return 0;
  });
}

async function ours({ stdout, stderr }: { stdout: CollectingSink; stderr: CollectingSink }, act: () => Promise<number>): Promise<Outcome> {
  let end: Outcome["end"] = "failed";
  try {
    end = await act();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "Trap") throw error;
  }
  return { stdout: stdout.text(), stderr: end === "failed" ? "" : stderr.text(), end };
}

/** wasmtime ends with 134 when the guest traps. */
function theirs(file: string, { env = {}, wasmtime = [] }: Setting, options: readonly string[], args: readonly string[]): Outcome {
  const environment = Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const { stdout, stderr, status } = spawnSync(
    WASMTIME,
    ["run", "--allow-precompiled", "--argv0", path.basename(file).replace(/cwasm$/, "wasm"), ...wasmtime, ...environment, ...options, file, ...args],
    { encoding: "utf8" },
  );
  assert.ok(status === 134 || !stderr.startsWith("Error: "), stderr);
  return status === 134 ? { stdout, stderr: "", end: "failed" } : { stdout, stderr, end: status ?? "failed" };
}

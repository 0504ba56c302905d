/** What the README says to try, tried: each of its commands, on an app that runs. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Component, compile } from "@tenon/engine";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const TENON = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "text-tools-"));
let running: ChildProcess;
let written = "";

before(() => {
  cpSync(HERE, folder, { recursive: true, filter: (path) => !/\/build$|\/\.tenon$|\/python$/.test(path) });
  const document = join(folder, "tenon.jsonc");
  // So that nobody waits for two seconds.
  writeFileSync(document, readFileSync(document, "utf8").replace("*/2 * * * * *", "* * * * * *"));
  running = spawn(process.execPath, [TENON, "run", folder], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [running.stdout!, running.stderr!]) stream.on("data", (text) => (written += text));
});

after(async () => {
  const ended = new Promise((resolve) => running.once("exit", resolve));
  running.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true });
});

/** The next line that the pipeline writes by a tool: what it says of the most frequent word. */
async function next(tool: string): Promise<number> {
  const from = written.length;
  const line = new RegExp(`${tool}: .* \\(most often: the (\\d+)`);
  for (;;) {
    const found = line.exec(written.slice(from));
    if (found !== null) return Number(found[1]);
    assert.equal(running.exitCode, null, written);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function tenon(command: string): Promise<string> {
  const args = [...command.matchAll(/'([^']*)'|([^\s']+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const { stdout } = await promisify(execFile)(process.execPath, [TENON, ...args, "--app", folder]);
  return stdout;
}

/** Which tool is at work after a command, and what the command prints. */
const expected: readonly (readonly [command: string, tool: string, printed: RegExp])[] = [
  ["swap tool ./javascript/tool.wasm --dry-run", "capitals, in Rust", /nothing is changed; this would:[\s\S]*`longest` starts as an empty text/],
  ["swap tool ./javascript/tool.wasm", "sorted, in JavaScript", /revision 2: .*\n[\s\S]*`tool` keeps its state by `tools:text\/handover@1.0.0`/],
  ["swap tool ./c/tool.wasm", "backwards, in C", /revision 3: /],
  ["wire pipeline 'tools:text/*' spare", "backwards, in C", /from `spare` instead of `tool`/],
  ["interpose pipeline 'tools:text/*' log", "backwards, in C", /there is log instead of nothing/],
  ["undo", "backwards, in C", /revision 6: undo: interpose/],
  ["undo", "backwards, in C", /revision 7: undo: wire/],
  ["undo --wake", "sorted, in JavaScript", /revision 8: undo: swap/],
  ["log", "sorted, in JavaScript", /8 .* undo: swap tool for .\/c\/tool.wasm/],
]; // biome-ignore format: a table

test("every command of the README does what it says, and no word is forgotten", async () => {
  const readme = readFileSync(join(HERE, "README.md"), "utf8");
  const commands = [...readme.matchAll(/^tenon ([^#\n]*?)\s*(?:#.*)?$/gm)].map(([, command]) => command!);
  assert.deepEqual(commands, expected.map(([command]) => command)); // biome-ignore format: a line
  const counts = [await next("capitals, in Rust")];
  for (const [command, tool, printed] of expected) {
    assert.match(await tenon(command), printed);
    counts.push(await next(tool));
  }
  const [rust, dry, javascript, c, spare, logged, unlogged, back, woken] = counts as [number, number, number, number, number, number, number, number, number];
  // One state goes on, from language to language; the spare tool has its own.
  assert.ok(rust < dry && dry < javascript && javascript < c, `${counts}`);
  assert.ok(spare < logged && logged < unlogged, `${counts}`);
  assert.ok(back > c, `${counts}`);
  // The instance of then knows nothing of what the one in C has seen.
  assert.ok(woken > javascript, `${counts}`);
  assert.match(written, /pipeline → tools:text\/tool@1\.0\.0: about\(\) = "backwards, in C"/);
});

interface Tool {
  apply(text: string): string;
  favourites(most: number): object[];
}
interface Handover {
  save(): object;
  load(state: object): void;
}

test("each tool takes up what each other one saves, also nothing", async () => {
  const components = await Promise.all(["rust", "javascript", "c"].map(async (name) => compile(readFileSync(join(HERE, name, "tool.wasm")))));
  const open = async (component: Component) => {
    const { exports } = await component.instantiate();
    const [tool, handover] = ["tool", "handover"].map((name) => exports[Object.keys(exports).find((key) => key.includes(`/${name}@`))!]);
    return { tool: tool as Tool, handover: handover as Handover };
  };
  for (const from of components) {
    for (const to of components) {
      for (const texts of [[], ["to be or not to be", "é to"]]) {
        const [before, after] = [await open(from), await open(to)];
        for (const text of texts) before.tool.apply(text);
        // A field that version 1.0 does not have starts empty.
        after.handover.load({ longest: "", ...before.handover.save() });
        for (const { tool } of [before, after]) tool.apply("to go on");
        assert.deepEqual(after.tool.favourites(9), before.tool.favourites(9));
      }
    }
  }
});

const NEEDS = `reader needs to be told the most frequent words, whatever the tool is written in: it holds
reader needs to read each line before the next one comes: nothing checks it
`;

test("the tests pass with each of the tools, and what is checked of the needs holds", async () => {
  const document = join(folder, "tenon.jsonc");
  const text = readFileSync(document, "utf8");
  for (const tool of ["rust", "javascript", "c"]) {
    const copy = mkdtempSync(join(tmpdir(), "text-tools-"));
    cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith(".tenon") });
    writeFileSync(join(copy, "tenon.jsonc"), text.replace(/"tool": \{ "component": "[^"]*"/, `"tool": { "component": "./${tool}/tool.wasm"`));
    const { stdout } = await promisify(execFile)(process.execPath, [TENON, "test", "--app", copy]);
    assert.match(stdout, /3 passed, 0 failed/);
    assert.equal((await promisify(execFile)(process.execPath, [TENON, "check", "--needs", copy])).stdout, NEEDS);
    rmSync(copy, { recursive: true });
  }
});

/** What the README says to try, tried on an app that runs; and that no visit is lost whatever is changed meanwhile. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compile } from "@tenon/engine";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const TENON = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
const LANGUAGES = ["rust", "javascript", "c"];

const folder = mkdtempSync(join(tmpdir(), "visitors-"));
let running: ChildProcess;
let port: number;

before(async () => {
  cpSync(HERE, folder, { recursive: true, filter: (path) => !/\/build$|\/\.tenon$|\.db[^/]*$/.test(path) });
  port = await freePort();
  const document = join(folder, "tenon.jsonc");
  writeFileSync(document, readFileSync(document, "utf8").replace('"port": 8080', `"port": ${port}`));
  running = spawn(process.execPath, [TENON, "run", folder], { stdio: ["ignore", "pipe", "pipe"] });
  let written = "";
  await new Promise<void>((resolve, reject) => {
    for (const stream of [running.stdout!, running.stderr!]) {
      stream.on("data", (text) => {
        written += text;
        if (written.includes("listening at")) resolve();
      });
    }
    running.once("exit", () => reject(new Error(written)));
  });
});

after(async () => {
  const ended = once(running, "exit");
  running.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true });
});

async function visit(path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

/** What a command of the README prints. */
async function run(command: string): Promise<string> {
  const [name, ...args] = command.split(" ");
  if (name === "curl") return visit(args[0]!.replace("localhost:8080", ""));
  assert.equal(name, "tenon");
  const { stdout } = await promisify(execFile)(process.execPath, [TENON, ...args, "--app", folder]);
  return stdout;
}

const expected: readonly (readonly [line: string, printed: readonly RegExp[]])[] = [
  ["curl localhost:8080/home", [/^Counter \/home: 1\n$/]],
  ["tenon status", [/counter[\s\S]*site/]],
  ["tenon interpose counter atomics log", [/revision 2: /]],
  ["curl localhost:8080/home; tenon logs", [/^Counter \/home: 2\n$/, /increment\(bucket#\d+, "\/home", 1\) = 2/]],
  ["tenon swap counter ./javascript/visits.wasm", [/revision 3: /]],
  ["curl localhost:8080/home", [/^Counter \/home: 3\n$/]],
  ["tenon configure store backend=sqlite path=./visits.db", [/revision 4: /]],
  ["curl localhost:8080/home", [/^Counter \/home: 4\n$/]],
  ["tenon undo; tenon undo; tenon undo", [/undo: configure/, /undo: swap/, /undo: interpose/]],
  ["curl localhost:8080/home", [/^Counter \/home: 5\n$/]],
];

test("every line of the README does what it says", async () => {
  const [, second] = readFileSync(join(HERE, "README.md"), "utf8").split("In a second terminal");
  const lines = [...second!.matchAll(/^((?:tenon|curl) [^#\n]*?)\s*(?:#.*)?$/gm)].map(([, line]) => line!);
  assert.deepEqual(lines, expected.map(([line]) => line)); // biome-ignore format: a line
  const text = readFileSync(join(folder, "tenon.jsonc"), "utf8");
  for (const [line, printed] of expected) {
    for (const [i, command] of line.split("; ").entries()) assert.match(await run(command), printed[i]!, command);
  }
  assert.equal(readFileSync(join(folder, "tenon.jsonc"), "utf8"), text);
  assert.ok(existsSync(join(folder, "visits.db")));
});

test("visitors come while code and store are changed: each is counted once, and none is sent away", async () => {
  const counts: number[] = [];
  let isOver = false;
  const visitors = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const answer = await visit("/busy");
      counts.push(Number(/^Counter \/busy: (\d+)\n$/.exec(answer)?.[1] ?? assert.fail(answer)));
    }
  });
  for (const language of ["c", "javascript", "rust"]) await run(`tenon swap counter ./${language}/visits.wasm`);
  await run("tenon configure store backend=sqlite path=./busy.db");
  await run("tenon undo");
  isOver = true;
  await Promise.all(visitors);
  assert.deepEqual(
    counts.sort((a, b) => a - b),
    Array.from(counts, (_, i) => i + 1),
  );
});

test("each counter imports standard interfaces and nothing else", async () => {
  for (const language of LANGUAGES) {
    const component = await compile(readFileSync(join(HERE, language, "visits.wasm")));
    const imports = component.imports.map(({ name }) => name);
    for (const each of ["wasi:keyvalue/store@0.2.0-draft", "wasi:keyvalue/atomics@0.2.0-draft"]) assert.ok(imports.includes(each), `${language}: ${each}`);
    assert.deepEqual(
      imports.filter((each) => !each.startsWith("wasi:")),
      [],
    );
    assert.match(component.exports.map(({ name }) => name).join(), /wasi:http\/incoming-handler@0\.2\./);
  }
});

test("a path with any characters is counted as it is; a store that is gone is told, in each language", async () => {
  const wires = async (to: string) => run(`tenon wire counter wasi:keyvalue/* ${to}`);
  for (const language of LANGUAGES) {
    const at = `./${language}/visits.wasm`;
    if (!readFileSync(join(folder, "tenon.jsonc"), "utf8").includes(at)) await run(`tenon swap counter ${at}`);
    assert.equal(await visit(`/${language}/a%20b?c="d"&é`), `Counter /${language}/a%20b?c=%22d%22&%C3%A9: 1\n`);
    await run("tenon cut counter wasi:keyvalue/*");
    const response = await fetch(`http://127.0.0.1:${port}/x`);
    assert.deepEqual([language, response.status, (await response.text()).slice(0, 24)], [language, 503, "the store does not count"]);
    await wires("store");
    assert.match(await visit("/again"), /^Counter \/again: \d\n$/);
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

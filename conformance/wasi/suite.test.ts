/** That the runner of the public suite notices what differs: a suite of our own making, put to programs of Node. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { drive } from "./drive.ts";
import { commandLine, type Host, hostOf, tenon } from "./host.ts";
import { readSuite } from "./suite.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tenon-suite-test-"));
after(() => rmSync(folder, { recursive: true }));

/** What a test's program does. Arguments come after `--env`, `--dir` and the file. */
const programs: Readonly<Record<string, string>> = {
  quiet: "",
  status: "process.exitCode = 7",
  echo: "process.stdin.pipe(process.stdout)",
  leaves: `const at = process.argv.indexOf("--dir"); require("node:fs").writeFileSync(process.argv[at + 1].split("::")[0] + "/left", "")`,
  serves: `require("node:http").createServer((q, s) => s.end(q.url)).listen(0, "127.0.0.1", function () { console.error("at http://127.0.0.1:" + this.address().port + "/") }); process.on("SIGINT", () => process.exit(0))`,
  asks: `const { HTTP_SERVER_MAIN: at } = Object.fromEntries(process.argv.flatMap((each, i, all) => (each === "--env" ? [all[i + 1].split("=")] : []))); fetch("http://" + at + "/x").then((r) => r.text()).then((t) => process.exit(t === "yes" ? 0 : 1))`,
};

const node = (program: string): Host => ({ name: "node", command: [process.execPath, "-e", programs[program]!, "--"], flags: () => [] });

function suite(world: string, config: object | undefined) {
  const place = path.join(folder, "tests/rust/testsuite", world);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(path.join(place, "files"), { recursive: true });
  writeFileSync(path.join(place, "x.wasm"), "");
  if (config !== undefined) writeFileSync(path.join(place, "x.json"), JSON.stringify(config));
  return readSuite(folder).filter(({ wasm }) => wasm.startsWith(place));
}

const run = { type: "run" };
const wait = { type: "wait" };
const request = (response: object) => ({ type: "request", path: "/x", response });
const kill = { type: "kill", signal: "SIGINT" };

type Case = readonly [what: string, program: string, config: object | undefined, failure: RegExp | undefined];
const cases: readonly Case[] = [
  ["nothing is described", "quiet", undefined, undefined],
  ["another status", "status", undefined, /exit status: 7, expected 0/],
  ["the status that is expected", "status", { exit_code: 7 }, undefined],
  ["output that is expected and does not come", "quiet", { stdout: "hello" }, /stdout: "", expected "hello"/],
  ["input and output", "echo", { operations: [run, { type: "write", id: "stdin", payload: "abc" }, { type: "read", payload: "abc" }, wait] }, undefined],
  [
    "other output",
    "echo",
    { operations: [run, { type: "write", id: "stdin", payload: "abd" }, { type: "read", payload: "abc" }, wait] },
    /"abd", expected "abc"/,
  ],
  ["a service", "serves", { world: "wasi:http/service", operations: [run, request({ body: "/x" }), kill, wait] }, undefined],
  ["another answer", "serves", { world: "wasi:http/service", operations: [run, request({ body: "/y" }), kill, wait] }, /body: "\/x", expected "\/y"/],
  ["a server to talk to", "asks", { servers: [{ name: "main", endpoints: [{ path: "/x", response: "yes" }] }], operations: [run, wait] }, undefined],
  [
    "one that answers otherwise",
    "asks",
    { servers: [{ name: "main", endpoints: [{ path: "/x", response: "no" }] }], operations: [run, wait] },
    /exit status: 1/,
  ],
];
for (const [what, program, config, failure] of cases) {
  test(what, async () => {
    const [found, ...others] = suite("wasm32-wasip3", config);
    assert.deepEqual(others, []);
    const difference = await drive(node(program), found!, found!.wasm);
    if (failure === undefined) assert.equal(difference, undefined);
    else assert.match(difference ?? "nothing", failure);
  });
}

test("a test has a copy of its directory", async () => {
  const [found] = suite("wasm32-wasip3", { root: "files" });
  assert.equal(await drive(node("leaves"), found!, found!.wasm), undefined);
  assert.equal(existsSync(path.join(path.dirname(found!.wasm), "files/left")), false);
});

test("a preview 1 module is run as it is, and as a component, which tells of success or failure only", () => {
  assert.deepEqual(
    suite("wasm32-wasip1", { exit_code: 33 }).map(({ group, name, operations }) => [group, name, operations.at(-1)]),
    [
      ["p1", "rust/x", { type: "wait", exitCode: 33 }],
      ["p2", "rust/x", { type: "wait", exitCode: 1 }],
    ],
  );
});

test("each host is told in its own words", () => {
  const test = { group: "http", args: ["a"], env: { A: "1" }, root: "/r", proposals: ["http"], asksServers: true } as const;
  assert.match(commandLine(tenon, "x.wasm", test).join(" "), /main\.ts serve --port 0 --allow-net 127\.0\.0\.1:\* .*--env A=1 --dir \/r::\/ x\.wasm a$/);
  assert.equal(
    commandLine(hostOf("/bin/wasmtime"), "x.wasm", test).join(" "),
    "/bin/wasmtime serve -Wcomponent-model-async -Sp3,http -Scli --addr=127.0.0.1:0 --env A=1 --dir /r::/ x.wasm a",
  );
});

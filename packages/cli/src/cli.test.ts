/** The command as a user meets it: arguments and input in, standard output, standard error and exit status out. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundleCommand } from "../../../scripts/build.ts";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));
const SHARED_GUESTS = fileURLToPath(new URL("../../../../shared/guests/wasm/", import.meta.url));
const example = (path: string): string => join(EXAMPLES, path);

const folder = mkdtempSync(join(tmpdir(), "tenon-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** As it is installed: bundled, which also starts faster. */
const MAIN = join(folder, "package/js/main.js");
const ENVIRONMENT = { ...process.env, NO_COLOR: "1", XDG_CACHE_HOME: join(folder, "cache") };
before(async () => {
  await bundleCommand(PACKAGE, join(folder, "package"));
  cpSync(join(PACKAGE, "package.json"), join(folder, "package/package.json"));
});

function written(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

function tenon(args: readonly string[], { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env: { ...ENVIRONMENT, ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ stdout, stderr, status, signal }));
    child.stdin.on("error", () => {}).end(input);
  });
}

const HELLO = example("hello/hello.rust.wasm");
const HELLO_C = example("hello/hello.c.wasm");
const SCORES = example("kotlin/scoreboard.wasm");
const FAULTS = example("trap/faults.rust.wasm");
const FAULTS_C = example("trap/faults.c.wasm");
const CALLER = example("caller/caller.wasm");
/** Uses files, sockets and HTTP, and says what it was refused. */
const GRANTS = example("grants/grants.wasm");
/** A command that does one thing to files. */
const FILES = fileURLToPath(new URL("../../../benchmarks/files/guest/files.wasm", import.meta.url));
/** A command of WASI 0.3. */
const PROBE = fileURLToPath(new URL("../../runtime/fixtures/probe-p3/probe.wasm", import.meta.url));
const PREVIEW1 = fileURLToPath(new URL("../../runtime/fixtures/preview1/catcher.wasm", import.meta.url));
const CORE = written("core.wasm", Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
const CUT = written("cut.wasm", Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, 200));
const EMPTY = written("empty.wasm", "");
const TEXT = written("notes.txt", "Dear diary,\n");
const WAT = written("x.wat", ";; a comment\n(component)\n");
const ELF = written("program", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0));

interface Case {
  readonly args: readonly string[];
  readonly input?: string;
  readonly env?: Record<string, string>;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
  readonly status?: number;
}

const cases: Readonly<Record<string, Case>> = {
  "no command": { args: [], stderr: /^tenon runs WebAssembly components, and apps made of them .*\n[\s\S]*usage: tenon COMMAND/, status: 2 },
  "--help": { args: ["--help"], stdout: /usage: tenon COMMAND[\s\S]*run[\s\S]*serve[\s\S]*inspect[\s\S]*validate/ },
  "help run": { args: ["help", "run"], stdout: /^usage: tenon run / },
  "run --help": { args: ["run", "--help"], stdout: /^usage: tenon run [\s\S]*--invoke[\s\S]*Examples:/ },
  "--version": { args: ["--version"], stdout: /^tenon \d+\.\d+\.\d+\n$/ },
  "an unknown command": { args: ["walk"], stderr: /^tenon: there is no command `walk`; the commands are run, serve, inspect, validate, .*; .*\n$/, status: 2 },
  "a file for a command": { args: ["x.wasm"], stderr: "tenon: there is no command `x.wasm`; try `tenon run x.wasm`\n", status: 2 },
  "a name that objects have": { args: ["constructor"], stderr: /^tenon: there is no command `constructor`/, status: 2 },
  "no file": { args: ["serve"], stderr: /^tenon: which component\? usage: tenon serve .*\n$/, status: 2 },
  "no app": { args: ["run"], stderr: "tenon: there is no tenon.jsonc here or above: `tenon new NAME` makes an app, `--app FOLDER` names one\n", status: 1 },
  "a folder without an app": { args: ["run", folder], stderr: `tenon: there is no app at ${folder}: no ${join(folder, "tenon.jsonc")}\n`, status: 1 },
  "an app with arguments": { args: ["run", folder, "--yes"], stderr: /^tenon: an app takes no arguments, and `--yes` is one: /, status: 2 },
  "an unknown option": { args: ["run", "--fast", HELLO], stderr: "tenon: there is no option `--fast`; `tenon run --help` lists them\n", status: 2 },
  "an option without its value": { args: ["serve", HELLO, "--port"], stderr: "tenon: `--port` needs a value: --port N\n", status: 2 },
  "a flag with a value": { args: ["serve", "--reuse=yes", HELLO], stderr: "tenon: `--reuse` takes no value\n", status: 2 },
  "one argument too many": { args: ["validate", HELLO, "b"], stderr: /^tenon: `b` is one argument too many; usage: tenon validate FILE\n$/, status: 2 },
  "an option that other runtimes have": { args: ["run", "--mapdir", "a::b", HELLO], stderr: "tenon: `--mapdir`: write --dir HOST::GUEST\n", status: 2 },
  "options that exclude each other": { args: ["serve", "--reuse", "--fresh", HELLO], stderr: "tenon: `--reuse` and `--fresh` exclude each other\n", status: 2 },
  "a port that is none": { args: ["serve", "--port", "http", HELLO], stderr: /^tenon: `--port http`: a port is a number/, status: 2 },
  "a variable without a name": { args: ["run", "--env", "=x", HELLO], stderr: /^tenon: `--env =x` names no variable/, status: 2 },
  "a variable that isn't set": {
    args: ["run", "--env", "NOT_SET_HERE", HELLO],
    stderr: /^tenon: `--env NOT_SET_HERE`: your environment has no NOT_SET_HERE/,
    status: 2,
  },

  "a directory without a name": { args: ["run", "--dir", "::/data", HELLO], stderr: /^tenon: `--dir ::\/data`: write --dir HOST, /, status: 2 },
  "two directories under one name": {
    args: ["run", "--dir", `${folder}::/d`, "--dir", `${EXAMPLES}::/d`, HELLO],
    stderr: /^tenon: `--dir`: the component would find both .* as `\/d`/,
    status: 2,
  },
  "a directory that isn't there": {
    args: ["run", "--dir", "nowhere::/d", HELLO],
    stderr: "tenon: `--dir nowhere`: there is no directory nowhere\n",
    status: 1,
  },
  "a file for a directory": { args: ["run", "--dir", `${TEXT}::/d`, HELLO], stderr: `tenon: \`--dir ${TEXT}\`: ${TEXT} is not a directory\n`, status: 1 },
  "rights without a name": {
    args: ["run", "--dir", `${folder}:ro`, HELLO],
    stderr: `tenon: \`--dir ${folder}:ro\`: there is no directory ${folder}:ro; write --dir ${folder}::${folder}:ro\n`,
    status: 1,
  },
  "a directory of the kernel's": { args: ["run", "--dir", "/proc", HELLO], stderr: /^tenon: .*`\/proc` can't be a guest's directory/, status: 1 },

  "a rule without a port": {
    args: ["run", "--allow-net", "example.com", HELLO],
    stderr: "tenon: the rule `example.com` can't be read: has no port: write `host:port`, or `host:*` for every port\n",
    status: 2,
  },
  "a name to listen on": {
    args: ["run", "--listen", "example.com:80", HELLO],
    stderr: /^tenon: the rule `example.com:80` can't be used for listening/,
    status: 2,
  },
  "a configuration without a value": {
    args: ["run", "--config", "greeting", HELLO],
    stderr: "tenon: `--config greeting` has no value: write --config greeting=VALUE\n",
    status: 2,
  },
  "what would be granted": {
    args: ["run", "--show-grants", "--dir", `${EXAMPLES}::/e:ro`, "--env", "TOKEN=secret", "--allow-net", "example.com:443", "--config", "a=b", HELLO, "Ada"],
    stdout: new RegExp(
      [
        `^${HELLO} gets`,
        "  standard input, output and error, its arguments, clocks and random numbers",
        "  the environment variables TOKEN",
        `  the directory ${EXAMPLES} as /e, to read`,
        "  connections and HTTP requests to example.com:443",
        "  the configuration values a\n$",
      ].join("\n"),
    ),
  },
  "what is asked for and not granted": {
    args: ["run", "--show-grants", "--dir", EXAMPLES, "--listen", "127.0.0.1:0", GRANTS],
    stdout:
      /to read and write\n {2}listening on 127.0.0.1:0\nIt also imports, and will find empty or refused:\n {2}HTTP requests to others \(--allow-net HOST:PORT grants it\)\n$/,
  },
  "what would be granted to a handler": {
    args: ["serve", "--show-grants", example("http/http-hello.wasm")],
    stdout: /gets\n {2}the requests that come in, standard output and error, clocks and random numbers\n/,
  },
  "a file without a directory": {
    args: ["run", GRANTS, "read", "notes.txt"],
    stderr: /^notes.txt: .*\ntenon: it looked for a file and has no directory: --dir HOST::GUEST gives it one, .*\n$/,
    status: 1,
  },
  "a socket without a network": {
    args: ["run", GRANTS, "connect", "127.0.0.1:9"],
    stderr: /^127.0.0.1:9: access-denied\ntenon: it asked for a socket and was refused: --allow-net HOST:PORT or --listen ADDRESS:PORT grants one\n$/,
    status: 1,
  },
  "a connection that no rule allows": {
    args: ["run", "--allow-net", "127.0.0.1:8", GRANTS, "connect", "127.0.0.1:9"],
    stderr: /^127.0.0.1:9: access-denied\ntenon: it asked to connect to 127.0.0.1:9 and was refused: --allow-net 127.0.0.1:9 grants it\n$/,
    status: 1,
  },
  "a request that no rule allows": {
    args: ["run", "--allow-net", "localhost:8", GRANTS, "fetch", "http://127.0.0.1:9/path?secret"],
    stderr: /^.*HttpRequestDenied\ntenon: it asked for http:\/\/127.0.0.1:9\/path and was refused: --allow-net 127.0.0.1:9 grants it\n$/,
    status: 1,
  },
  "a name that no rule allows": {
    args: ["run", GRANTS, "look-up", "localhost"],
    stderr: "localhost: access-denied\ntenon: it asked for the addresses of localhost and was refused: --allow-net localhost:PORT grants it\n",
    status: 1,
  },

  "a file in a directory": { args: ["run", "--dir", `${folder}::/`, FILES, "read", "4096", "notes.txt"], stderr: "Ok(12)\n" },
  "the same by a stream": { args: ["run", "--dir", `${folder}::/`, FILES, "stream", "5", "notes.txt"], stderr: "Ok(12)\n" },
  "a file outside of it": { args: ["run", "--dir", `${folder}/package::/`, FILES, "read", "4096", "../notes.txt"], stderr: /not-permitted/, status: 1 },
  "a file that is made": { args: ["run", "--dir", `${folder}::/d`, FILES, "write", "10", "3", "made.txt"], stderr: "Ok(30)\n" },
  "a file that may only be read": { args: ["run", "--dir", `${folder}::/:ro`, FILES, "write", "10", "3", "notes.txt"], stderr: /not-permitted/, status: 1 },
  "what may only be read is read": { args: ["run", "--dir", `${folder}::/d:ro`, FILES, "read", "100", "notes.txt"], stderr: "Ok(12)\n" },

  "a missing file": { args: ["run", "nowhere.wasm"], stderr: "tenon: there is no file nowhere.wasm\n", status: 1 },
  "a directory": { args: ["serve", folder], stderr: `tenon: ${folder} is a directory; give the .wasm file in it\n`, status: 1 },
  "an empty file": { args: ["run", EMPTY], stderr: `tenon: ${EMPTY} is empty\n`, status: 1 },
  "a text file": { args: ["run", TEXT], stderr: `tenon: ${TEXT} is not a WebAssembly file\n`, status: 1 },
  "a component as text": { args: ["run", WAT], stderr: /is a component in text form; `wasm-tools parse`/, status: 1 },
  "some other program": { args: ["run", ELF], stderr: `tenon: ${ELF} is not a WebAssembly file\n`, status: 1 },
  "a core module": { args: ["run", CORE], stderr: /is a core module that is no command: it exports no function `_start`\n$/, status: 1 },
  "a core module where only components will do": {
    args: ["serve", CORE],
    stderr: /is a core module, not a component: `tenon run` runs those of WASI preview 1;.*\n$/,
    status: 1,
  },
  "a core module of preview 1": { args: ["run", PREVIEW1], status: 7 },
  "a function of one": { args: ["run", "--invoke", "f()", PREVIEW1], stderr: /is a core module: only components tell the types/, status: 1 },
  "a component cut short": { args: ["run", CUT], stderr: /^tenon: .*cut\.wasm: .* \(at offset 0x[0-9a-f]+\).*\n$/, status: 1 },
  "the same in validate": { args: ["validate", CUT], stderr: /^tenon: .*cut\.wasm: .* \(at offset 0x[0-9a-f]+\).*\n$/, status: 1 },
  "the same in inspect": { args: ["inspect", CUT], stderr: /^tenon: .*cut\.wasm: .* \(at offset 0x[0-9a-f]+\).*\n$/, status: 1 },
  "a component that is no command": { args: ["run", SCORES], stderr: /is not a command: it does not export `wasi:cli\/run`; `tenon run --invoke`/, status: 1 },
  "a component that serves": { args: ["run", example("http/http-hello.wasm")], stderr: /answers HTTP requests: try `tenon serve/, status: 1 },
  "a component that doesn't serve": { args: ["serve", HELLO], stderr: /does not answer HTTP requests/, status: 1 },
  "an import without a provider": { args: ["run", "--invoke", 'play("Ada")', CALLER], stderr: /^tenon: .*`tenon:scoreboard\/scores@0\.1\.0`.*\n$/, status: 1 },

  "a command": { args: ["run", HELLO, "Ada", "--env", "-x"], stdout: "Hello Ada, from Rust\nHello --env, from Rust\nHello -x, from Rust\n" },
  "a command in C": { args: ["run", HELLO_C, "Ada"], stdout: /Ada/ },
  "its input": { args: ["run", HELLO, "-"], input: "Ada\nZoë\n", stdout: "Hello Ada, from Rust\nHello Zoë, from Rust\n" },
  "its environment": { args: ["run", "--env", "GREETING=Hej", HELLO], stdout: "Hej World, from Rust\n" },
  "a variable passed on": { args: ["run", "--env", "GREETING", HELLO], env: { GREETING: "Hoi" }, stdout: "Hoi World, from Rust\n" },
  "no variable of ours": { args: ["run", HELLO], env: { GREETING: "Hoi" }, stdout: "Hello World, from Rust\n" },

  "a command of WASI 0.3": { args: ["run", "--env", "A=1", PROBE, "env", "x", "y"], stdout: "A=1\ncwd=None args=x,y\n" },
  "its input in streams": { args: ["run", PROBE, "cat", "2"], input: "Ada\nZoë\n", stdout: "Ada\nZoë\n" },
  "its status": { args: ["run", PROBE, "exit-after", "3", "7"], stdout: "eee", status: 7 },
  "its error": { args: ["run", PROBE, "fail"], status: 1 },
  "its trap": { args: ["run", PROBE, "trap"], stdout: "before", stderr: /^tenon: .*probe\.wasm trapped: .*unreachable/, status: 134 },
  "a guest that waits for itself": {
    args: ["run", PROBE, "deadlock-inside"],
    stderr: /^tenon: .*probe\.wasm trapped: deadlock detected: .*: `run` of `probe` waits for a read of a stream\n/,
    status: 134,
  },
  "a guest that waits for its host, which waits for it": {
    args: ["run", PROBE, "deadlock"],
    stderr: /^tenon: .*probe\.wasm trapped: deadlock detected: .*: `run` of `probe` waits for a read of a future\n/,
    status: 134,
  },

  "a call": { args: ["run", "--invoke", 'greet("Ada")', SCORES], stdout: '"Hello Ada, this is Kotlin!"\n' },
  "a call by its interface": { args: ["run", "--invoke", "tenon:scoreboard/scores#best([])", SCORES], stdout: "none\n" },
  "a call of a function that isn't there": {
    args: ["run", "--invoke", "part()", SCORES],
    stderr: /^tenon: .*scoreboard\.wasm exports no function `part`; it exports .*greet/,
    status: 1,
  },
  "a call with a wrong argument": { args: ["run", "--invoke", "greet(3)", SCORES], stderr: /^tenon: .*\n$/, status: 1 },
  "a call that is none": { args: ["run", "--invoke", "greet", SCORES], stderr: /^tenon: .*`greet` is no call.*\n$/, status: 1 },
  "a call that gives nothing": { args: ["run", "--invoke", 'give-up("")', FAULTS], stdout: "" },

  "a trap, with lines from DWARF": {
    args: ["run", "--invoke", "divide(1, 0)", FAULTS_C],
    stderr:
      /^tenon: .*faults\.c\.wasm trapped: .*divide.*\n {4}at quotient \(c\/faults\.c:6\)\n {4}at exports_faults_divide \(c\/faults\.c:\d+\)\n[\s\S]*function `divide`\n$/,
    status: 134,
  },
  "a trap in Rust": {
    args: ["run", "--invoke", "peek(4294967295)", FAULTS],
    stderr: /trapped: .*\n[\s\S]* {4}at .*byte_at.* \(.*lib\.rs:\d+\)\n/,
    status: 134,
  },
  "a panic in Rust": {
    args: ["run", "--invoke", 'give-up("no")', FAULTS],
    stderr: /trapped: .*\n[\s\S]* {4}at core::panicking::panic_fmt\n {4}at give-up \(.*lib\.rs:\d+\)\n/,
    status: 134,
  },
  "a stack that is used up": { args: ["run", "--invoke", "descend(100000000)", FAULTS_C], stderr: /trapped: .*stack.*\n/, status: 134 },

  "a valid component": { args: ["validate", HELLO] },
  "its WIT, sizes and producers": {
    args: ["inspect", HELLO],
    stdout: /export wasi:cli\/run@0\.2\.[\s\S]*sizes in bytes[\s\S]*core module 0[\s\S]*made by[\s\S]*language: Rust/,
  },
};

for (const [name, { args, input, env, stdout = "", stderr = "", status = 0 }] of Object.entries(cases)) {
  test(name, { concurrency: true }, async () => {
    const outcome = await tenon(args, { ...(input === undefined ? {} : { input }), ...(env === undefined ? {} : { env }) });
    const told = JSON.stringify(outcome, undefined, 2);
    assert.equal(outcome.status, status, told);
    if (typeof stderr === "string") assert.equal(outcome.stderr, stderr);
    else assert.match(outcome.stderr, stderr);
    if (typeof stdout === "string") assert.equal(outcome.stdout, stdout);
    else assert.match(outcome.stdout, stdout);
    assert.doesNotMatch(outcome.stderr, /\.[tj]s:\d+:\d+|bug of tenon/, "a JavaScript stack");
  });
}

test("an app, by the command as it is installed", async () => {
  const env = { XDG_CONFIG_HOME: join(folder, "settings") };
  const outcomes: string[] = [];
  for (const args of [
    ["new", "hits"],
    ["configure", "site", "port=0", "--app", "hits", "--reason", "any that is free"],
    ["check", "hits"],
    ["diff", "--app", "hits"],
  ]) {
    const { status, stdout, stderr } = await tenon(args, { env });
    assert.deepEqual([status, stderr], [0, ""], args.join(" "));
    outcomes.push(stdout);
  }
  assert.equal(outcomes[0], `${join("hits", "tenon.jsonc")}\n\`tenon run hits\` runs it\n`);
  assert.match(outcomes[1]!, /^revision 2: configure site\n/);
  assert.equal(outcomes[2], "all is well: 4 parts, 6 wires\n");
  assert.match(outcomes[3]!, /^- .*"port": 8080.*\n\+ .*"port": 0\b.*\n$/);
});

test("inspect --json is JSON", async () => {
  const { stdout } = await tenon(["inspect", "--json", CALLER]);
  const described = JSON.parse(stdout) as { kind: string; imports: { name: string }[] };
  assert.equal(described.kind, "component");
  assert.deepEqual(
    described.imports.map(({ name }) => name),
    ["tenon:scoreboard/scores@0.1.0"],
  );
});

test("large output to a pipe arrives whole", async () => {
  const lines = 20_000;
  const names = Array.from({ length: lines }, (_, i) => `n${i}`).join("\n");
  const { stdout, status } = await tenon(["run", HELLO, "-"], { input: `${names}\n` });
  assert.equal(status, 0);
  assert.equal(stdout.split("\n").length, lines + 1);
  assert.ok(stdout.endsWith(`Hello n${lines - 1}, from Rust\n`));
});

for (const [kind, file, argument] of [
  ["in Rust", HELLO, "-"],
  ["in C", HELLO_C, "-"],
  ["of WASI 0.3", PROBE, "join"],
] as const) {
  test(`a command ${kind} whose reader goes away ends in silence`, { skip: process.platform === "win32" }, async () => {
    const child = spawn(process.execPath, [MAIN, "run", file, argument], { env: ENVIRONMENT });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const endless = setInterval(() => child.stdin.write("Ada\n".repeat(10_000)), 1);
    child.stdin.on("error", () => {});
    child.stdout.once("data", () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once("close", resolve));
    clearInterval(endless);
    assert.deepEqual({ status, stderr }, { status: 141, stderr: "" });
  });
}

test("a full disk is told as such", { skip: existsSync("/dev/full") ? false : "there is no /dev/full" }, async () => {
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [MAIN, "run", HELLO, "Ada"], { env: ENVIRONMENT, stdio: ["ignore", full, "pipe"] });
  closeSync(full);
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const status = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(status, 1);
  assert.match(stderr, /^hello: No space left on device/);
});

for (const [kind, args] of [
  ["", [HELLO, "-"]],
  [" of WASI 0.3", [PROBE, "cat", "4"]],
] as const) {
  test(`a signal ends a waiting command${kind} at once, as it ends any program`, { skip: process.platform === "win32" }, async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const child = spawn(process.execPath, [MAIN, "run", ...args], { env: ENVIRONMENT, stdio: ["pipe", "pipe", "inherit"] });
      child.stdin.write("Ada\n");
      await new Promise((resolve) => child.stdout.once("data", resolve));
      const ended = new Promise((resolve) => child.once("exit", (_, by) => resolve(by)));
      child.kill(signal);
      assert.equal(await ended, signal);
    }
  });
}

test("serve answers, and tells what failed", { skip: process.platform === "win32" }, async () => {
  const child = spawn(process.execPath, [MAIN, "serve", "--port", "0", example("http/http-hello.wasm")], {
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const line = await new Promise<string>((resolve) => child.stderr.setEncoding("utf8").once("data", resolve));
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0];
    assert.ok(url, line);
    const response = await fetch(url);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), "Hello World, from Rust\n");
    const port = new URL(url).port;
    const second = await tenon(["serve", "--port", port, example("http/http-hello.wasm")]);
    assert.deepEqual(second, { stdout: "", stderr: `tenon: port ${port} is in use; \`--port 0\` takes a free one\n`, status: 1, signal: null });
    const told = new Promise<string>((resolve) => child.stderr.once("data", resolve));
    assert.equal((await fetch(`${url}panic`)).status, 500);
    assert.match(await told, /http-hello\.wasm trapped: /);
    assert.equal((await fetch(`${url}Ada`)).status, 200, "the next request is served");
  } finally {
    const ended = new Promise((resolve) => child.once("exit", (status) => resolve(status)));
    child.kill("SIGTERM");
    assert.equal(await ended, 0);
  }
});

test("components of other toolchains", { skip: existsSync(SHARED_GUESTS) ? false : "their folder is not beside the repository" }, async (t) => {
  for (const name of ["c", "cpp", "rust", "zig", "nim", "java", "assemblyscript", "kotlin-gc", "quickjs"]) {
    await t.test(name, async () => {
      const { stdout, stderr, status } = await tenon(["run", "--invoke", 'greet("Ada")', join(SHARED_GUESTS, `poly.${name}.wasm`)]);
      assert.equal(stderr, "");
      assert.match(stdout, /^"Hello, Ada, from .*"\n$/i);
      assert.equal(status, 0);
    });
  }
});

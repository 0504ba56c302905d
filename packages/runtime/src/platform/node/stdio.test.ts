/** Standard streams as a Unix user expects them, with real processes. */
import assert from "node:assert/strict";
import { type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const CHILD = fileURLToPath(new URL("../../../fixtures/run-probe.ts", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the probe by a shell, so that real pipes are between the processes. `$PROBE` is the command. */
function shell(script: string, options: SpawnOptions = {}, probe = "probe"): Promise<Outcome> {
  const child = spawn("bash", ["-o", "pipefail", "-c", script], {
    env: { ...process.env, NODE_COMPILE_CACHE: CACHE, PROBE: `${process.execPath} --no-warnings ${CHILD} ${probe}` },
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  const out: string[] = ["", ""];
  child.stdout?.on("data", (chunk) => (out[0] += chunk));
  child.stderr?.on("data", (chunk) => (out[1] += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout: out[0]!, stderr: out[1]! })));
}

/** The sources are TypeScript: the children share what became of them. */
const CACHE = mkdtempSync(join(tmpdir(), "tenon-stdio-"));
after(() => rmSync(CACHE, { recursive: true }));

const windows = process.platform === "win32" ? "needs a POSIX shell" : false;

const scripts: readonly (readonly [what: string, script: string, stdout: string, code: number])[] = [
  ["a file as input", `$PROBE count 4096 < ${CHILD}`, `${readFileSync(CHILD).length}\n`, 0],
  ["a pipe as input", "printf hello | $PROBE cat 100", "hello", 0],
  ["a slow pipe", "(printf a; sleep 0.1; printf b; sleep 0.1; printf c) | $PROBE cat 1", "abc", 0],
  ["10 MB through a pipe by small reads", "head -c 10000000 /dev/zero | $PROBE count 4096", "10000000\n", 0],
  ["no input", "$PROBE cat 10 < /dev/null", "", 0],
  ["closed input", "$PROBE cat 10 <&-", "", 0],
  ["large output to a pipe", "$PROBE pour 160 65536 | wc -c | tr -d ' '", "10485760\n", 0],
  ["large output to a slow reader", "$PROBE pour 160 65536 | (sleep 0.3; wc -c) | tr -d ' '", "10485760\n", 0],
  ["output that was not flushed", "$PROBE unflushed 300000 | wc -c | tr -d ' '", "300000\n", 0],
  ["one big write", "$PROBE pour 1 5000000 | wc -c | tr -d ' '", "5000000\n", 0],
  ["many lines", "$PROBE lines 20000 | wc -l | tr -d ' '", "20000\n", 0],
  ["exit status", "$PROBE exit-with-code 42", "", 42],
  ["exit status of an error", "$PROBE fail", "", 1],
  ["output before a trap", "$PROBE env a", "SHELL_OF=tests\ncwd=None args=a\n", 0],
  ["a pipe is no terminal", "echo | $PROBE terminal", "false false\n", 0],
  ["a process that does not read its input ends", "exec 3< <(sleep 1); $PROBE env <&3", "SHELL_OF=tests\ncwd=None args=\n", 0],
];
const scripts02: typeof scripts = [
  ["a trap", "$PROBE trap 2>/dev/null", "", 134],
  ["input that nobody waits for any more does not hold the process", "exec 3< <(exec 2>&-; sleep 6; echo late); $PROBE race 10 <&3", "[1]\n", 0],
  ["a guest that asks in a loop", "(sleep 0.1; printf yo) | $PROBE busy", "yo\n", 0],
];
const scripts03: typeof scripts = [
  ["output before a trap of the guest", "$PROBE trap 2>/dev/null", "before", 134],
  ["input that nobody waits for any more does not hold the process", "exec 3< <(exec 2>&-; sleep 6; echo late); $PROBE race 10 <&3", "time\n", 0],
  ["input joined to output by a guest that sees neither", "head -c 3000000 /dev/zero | $PROBE join | wc -c | tr -d ' '", "3000000\n", 0],
  ["input without end does not keep timers from their turn", "$PROBE flood < /dev/zero", "time\n", 0],
  ["output before an exit", "$PROBE exit-after 300000 7 | wc -c | tr -d ' '", "300000\n", 7],
  ["output before an exit, to a slow reader", "$PROBE exit-after 300000 7 | (sleep 0.3; wc -c) | tr -d ' '", "300000\n", 7],
  ["a task that goes on after the end", "$PROBE after-return", "in time\n", 0],
  ["a dropped input does not hold the process", "exec 3< <(exec 2>&-; sleep 6; echo late); $PROBE drop-input <&3", "Ok(())\n", 0],
];
for (const [probe, all] of [
  ["probe", [...scripts, ...scripts02]],
  ["probe-p3", [...scripts, ...scripts03]],
] as const) {
  describe(`the streams of a process, ${probe}`, { concurrency: 4, skip: windows }, () => {
    for (const [what, script, stdout, code] of all) {
      test(what, async () => {
        assert.deepEqual(await shell(script, {}, probe), { code, stdout, stderr: "" });
      });
    }
  });
}

const failures = [
  ["probe", "closed", "failed: the output can't be written"],
  ["probe-p3", "ErrorCode::Pipe", "ErrorCode::Io"],
] as const;
for (const [probe, closed, failed] of failures) {
  test(`a reader that closes the pipe: the stream is closed, the process ends, ${probe}`, { skip: windows }, async () => {
    const { code, stderr } = await shell("$PROBE pour 1000 65536 | head -c 10 > /dev/null", {}, probe);
    assert.deepEqual([code, stderr], [1, closed]);
  });

  test(`a full disk is a failure, told without the host's paths, ${probe}`, { skip: process.platform === "linux" ? false : "needs /dev/full" }, async () => {
    assert.deepEqual(await shell("$PROBE pour 1 10 > /dev/full", {}, probe), { code: 1, stdout: "", stderr: failed });
  });
}

test("closed output is what Node makes of it: nowhere", { skip: windows }, async () => {
  assert.deepEqual(await shell("$PROBE pour 1 10 >&-"), { code: 0, stdout: "", stderr: "" });
});

test("a terminal is told", { skip: process.platform === "linux" ? false : "needs script(1) of Linux" }, async () => {
  const { stdout, stderr } = await shell('command -v script > /dev/null || { echo "true true"; exit; }; script -qec "$PROBE terminal" /dev/null < /dev/null');
  assert.match(stdout + stderr, /(true|false) true/);
});

for (const probe of ["probe", "probe-p3"]) {
  test(`standard streams that are sockets, as Node gives its children, ${probe}`, { skip: windows }, async () => {
    const child = spawn(process.execPath, ["--no-warnings", CHILD, probe, "cat", "4096"], { stdio: ["pipe", "pipe", "inherit"] });
    let received = 0;
    child.stdout.on("data", (chunk) => (received += chunk.length));
    for (let i = 0; i < 50; i++) child.stdin.write(Buffer.alloc(65536));
    setTimeout(() => child.stdin.end("end"), 50);
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.deepEqual([code, received], [0, 50 * 65536 + 3]);
  });
}

test("output to a file goes where its offset is", { skip: windows }, async () => {
  const file = join(CACHE, "output");
  writeFileSync(file, "before\n");
  const { code } = await shell("$PROBE lines 2; $PROBE exit 0", { stdio: ["ignore", openSync(file, "a"), "ignore"] });
  assert.deepEqual([code, readFileSync(file, "utf8")], [0, `before\n${`${"x".repeat(63)}\n`.repeat(2)}`]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "@tenon/engine";
import { compileProbe } from "../../fixtures/probe.ts";
import { BytesSource, type InputSource, QueueSource } from "../streams/input-source.ts";
import { CallbackSink, CollectingSink } from "../streams/output-sink.ts";
import { run } from "./run.ts";

const probe = await compileProbe();
const probe03 = await compileProbe("probe-p3");

/** Runs a probe in memory. */
async function outcome(args: string, stdin: InputSource = new BytesSource(""), component = probe) {
  const [stdout, stderr] = [new CollectingSink(), new CollectingSink()];
  const { exitCode } = await run(component, { args: ["probe", ...args.split(" ")], env: { A: "1" }, stdin, stdout, stderr });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

const results: readonly (readonly [args: string, exitCode: number, stdout: string])[] = [
  ["env x y", 0, "A=1\ncwd=None args=x,y\n"],
  ["exit 0", 0, ""],
  ["exit 1", 1, ""],
  ["exit-with-code 7", 7, ""],
  ["exit-with-code 255", 255, ""],
  ["fail", 1, ""],
  ["random 100", 0, "100\n"],
  ["sleep 1", 0, ""],
  ["terminal", 0, "false false\n"],
  ["lines 3", 0, `${"x".repeat(63)}\n`.repeat(3)],
  ["unflushed 100000", 0, "z".repeat(100_000)],
];
for (const [args, exitCode, stdout] of results) {
  test(`${args}: ${exitCode}`, async () => {
    assert.deepEqual(await outcome(args), { exitCode, stdout, stderr: "" });
  });
}

for (const args of ["trap", "poll-nothing", "write-too-much", "write-without-permit", "blocking-write-too-much", "random 1099511627776"]) {
  test(`${args} traps`, async () => {
    await assert.rejects(outcome(args), (error: { code: string }) => error.code.startsWith("trap/"));
  });
}

for (const size of [1, 4096, 65536, 1 << 30]) {
  test(`input is copied to output by reads of ${size}`, async () => {
    const content = "abcdefghij".repeat(size === 1 ? 10 : 20_000);
    assert.deepEqual(await outcome(`cat ${size}`, new BytesSource(content)), { exitCode: 0, stdout: content, stderr: "" });
  });
}

test("splice copies input to output", async () => {
  const content = "x".repeat(200_000);
  assert.equal((await outcome("splice", new BytesSource(content))).stdout, content);
});

test("the guest waits for input that comes later, and the event loop goes on", async () => {
  const queue = new QueueSource(10);
  const running = outcome("cat 100", queue);
  for (const part of ["one ", "two ", "three"]) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    queue.push(new TextEncoder().encode(part));
  }
  queue.end();
  assert.equal((await running).stdout, "one two three");
});

for (const [what, args] of [
  ["asks", "busy"],
  ["reads", "busy-read"],
] as const) {
  test(`a guest that ${what} in a loop instead of waiting gets its input`, async () => {
    const queue = new QueueSource(10);
    setTimeout(() => {
      queue.push(new TextEncoder().encode("late"));
      queue.end();
    }, 5);
    assert.equal((await outcome(args, queue)).stdout.trim(), "late");
  });
}

test("poll tells which of several is ready", async () => {
  assert.equal((await outcome("race 5", new QueueSource(1))).stdout, "[1]\n");
  assert.equal((await outcome("race 5000", new BytesSource("x"))).stdout, "[0, 2]\n");
});

test("all that was written has been passed on when run resolves, however slow the receiver", async () => {
  let received = 0;
  const stdout = new CallbackSink(async (chunk) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    received += chunk.length;
  });
  await run(probe, { args: ["probe", "pour", "5", "65536"], stdout });
  assert.equal(received, 5 * 65536);
  await run(probe, { args: ["probe", "unflushed", "50000"], stdout });
  assert.equal(received, 5 * 65536 + 50_000);
});

test("a closed output is an error of the guest's, not of the host's", async () => {
  const stderr = new CollectingSink();
  const { exitCode } = await run(probe, { args: ["probe", "pour", "5", "65536"], stderr });
  assert.deepEqual([exitCode, stderr.text()], [1, "closed"]);
});

test("another provider can stand in for one of WASI's interfaces", async () => {
  const stdout = new CollectingSink();
  const environment = { getEnvironment: () => [["B", "2"]], getArguments: () => ["probe", "env"], initialCwd: () => "/x" };
  await run(probe, { stdout, imports: { "wasi:cli/environment@0.2.12": environment } });
  assert.equal(stdout.text(), 'B=2\ncwd=Some("/x") args=\n');
});

test("two at once do not disturb each other", async () => {
  const outcomes = await Promise.all([outcome("sleep 5"), outcome("env a"), outcome("exit-with-code 3"), outcome("random 7")]);
  assert.deepEqual(
    outcomes.map(({ exitCode, stdout }) => [exitCode, stdout.length > 0]),
    [
      [0, false],
      [0, true],
      [3, false],
      [0, true],
    ],
  );
});

const results03: readonly (readonly [args: string, input: string, exitCode: number, stdout: string])[] = [
  ["env x y", "", 0, "A=1\ncwd=None args=x,y\n"],
  ["exit 0", "", 0, ""],
  ["exit 1", "", 1, ""],
  ["exit-with-code 255", "", 255, ""],
  ["exit-after 100000 7", "", 7, "e".repeat(100_000)],
  ["exit-elsewhere", "", 9, ""],
  ["fail", "", 1, ""],
  ["cat 3", "abcdefgh", 0, "abcdefgh"],
  ["join", "x".repeat(200_000), 0, "x".repeat(200_000)],
  ["count 1", "abcdefgh", 0, "8\n"],
  ["ended", "abc", 0, "3 Ok(())\n"],
  ["drop-input", "abc", 0, "Ok(())\n"],
  ["pour 3 200000", "", 0, "p".repeat(600_000)],
  ["unflushed 100000", "", 0, "z".repeat(100_000)],
  ["after-return", "", 0, "in time\n"],
  ["sleep 1", "", 0, ""],
  ["sleeps 100", "", 0, "100\n"],
  ["yields 200", "", 0, ""],
  ["race 60000", "abc", 0, "input abc\n"],
  ["random 100", "", 0, "100\n"],
  ["time", "", 0, "true\n"],
  ["terminal", "", 0, "false false\n"],
  ["both-versions 4", "abcde", 0, "0\n1\n2\n3\n2 3\n"],
];
for (const [args, input, exitCode, stdout] of results03) {
  test(`0.3: ${args}: ${exitCode}`, async () => {
    assert.deepEqual(await outcome(args, new BytesSource(input), probe03), { exitCode, stdout, stderr: "" });
  });
}

test("0.3: the outcome does not depend on the order in which tasks go on", async () => {
  for (const args of ["cat 3", "join", "both-outputs 1000", "sleeps 30", "exit-elsewhere", "after-return"]) {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 10; seed++) {
      const [stdout, stderr] = [new CollectingSink(), new CollectingSink()];
      const store = new Store({ seed, closed: true });
      const { exitCode } = await run(probe03, { args: ["probe", ...args.split(" ")], stdin: new BytesSource("abcdefgh"), stdout, stderr, store });
      outcomes.add(JSON.stringify([exitCode, stdout.text(), stderr.text(), store.waiting]));
    }
    assert.equal(outcomes.size, 1, `${args}: ${[...outcomes].join("\n")}`);
  }
});

test("0.3: both outputs at once", async () => {
  assert.deepEqual(await outcome("both-outputs 100000", undefined, probe03), { exitCode: 0, stdout: "a".repeat(100_000), stderr: "b".repeat(100_000) });
});

test("0.3: what was written before a trap is passed on", async () => {
  const stdout = new CollectingSink();
  await assert.rejects(run(probe03, { args: ["probe", "trap"], stdout }), { name: "Trap" });
  assert.equal(stdout.text(), "before");
});

test("0.3: a guest that waits for itself is a deadlock, and told what it waits for", async () => {
  await assert.rejects(outcome("deadlock-inside", undefined, probe03), {
    code: "trap/deadlock",
    message: /`run` of `.*` waits for a read of a stream$/,
  });
});

test("0.3: input comes when it comes; a read that was cancelled takes none of it", async () => {
  const queue = new QueueSource(10);
  const stdout = new CollectingSink();
  const stderr = new CallbackSink(() => {
    queue.push(new TextEncoder().encode("abc"));
    queue.end();
    return undefined;
  });
  assert.deepEqual(await run(probe03, { args: ["probe", "cancelled-read"], stdin: queue, stdout, stderr }), { exitCode: 0 });
  assert.equal(stdout.text(), "3\n");
});

test("0.3: the time comes while no input does; the read is over with the command", async () => {
  const queue = new QueueSource(10);
  assert.equal((await outcome("race 1", queue, probe03)).stdout, "time\n");
});

test("0.3: no more is read than is written", async () => {
  let read = 0;
  const stdin: InputSource = {
    read(length) {
      read += length;
      return new Uint8Array(length);
    },
    ready: () => true,
    onReady: () => () => {},
  };
  let written = 0;
  const stdout = new CallbackSink(async (chunk) => {
    written += chunk.length;
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (written > 1_000_000) stdout.close();
  });
  // The guest finds its output closed, which it does not expect.
  await assert.rejects(run(probe03, { args: ["probe", "join"], stdin, stdout }), { name: "Trap" });
  assert.ok(read - written <= 3 * 65536, `${read} read, ${written} written`);
});

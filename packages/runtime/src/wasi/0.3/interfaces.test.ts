/** Each small interface as a guest finds it: what is given is passed on, what is not given is empty, closed or denied. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MonotonicClock } from "../../clock/clock.ts";
import { MAX_RANDOM_BYTES } from "../../limits.ts";
import { seededRandom } from "../../random/random-source.ts";
import { BytesSource, QueueSource } from "../../streams/input-source.ts";
import { CallbackSink, CollectingSink } from "../../streams/output-sink.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { nextTurn, WakeList } from "../../streams/waitable.ts";
import type { InputStream, OutputStream } from "../0.2/io/streams.ts";
import { Exit } from "../cli/exit.ts";
import { wasi } from "../imports.ts";
import type { WasiOptions } from "../options.ts";
import { WASI_03_CANDIDATES, WASI_03_VERSION, wasi03 } from "./imports.ts";

type Interface = Record<string, (...args: unknown[]) => unknown>;
type Reading = [AsyncIterable<Uint8Array>, Promise<unknown>];
const provided = (name: string, options?: WasiOptions): Interface => wasi03(options)[`wasi:${name}@${WASI_03_VERSION}`] as Interface;
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const OK = { tag: "ok", val: undefined };

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += new TextDecoder().decode(chunk);
  return text;
}

function thrown(operation: () => unknown): unknown {
  try {
    operation();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("nothing is given: nothing is there", async () => {
  const environment = provided("cli/environment");
  assert.deepEqual([environment.getEnvironment!(), environment.getArguments!(), environment.getInitialCwd!()], [[], [], undefined]);
  const [stream, result] = provided("cli/stdin").readViaStream!() as Reading;
  assert.deepEqual([await textOf(stream), await result], ["", OK]);
  for (const name of ["cli/stdout", "cli/stderr"]) assert.deepEqual(await provided(name).writeViaStream!(bytes("x")), { tag: "err", val: "pipe" });
  assert.deepEqual(provided("filesystem/preopens").getDirectories!(), []);
});

test("arguments, variables and directory are passed on", () => {
  const environment = provided("cli/environment", { args: ["x.wasm", "a b"], env: { A: "1", B: "" }, initialCwd: "/data" });
  assert.deepEqual(environment.getArguments!(), ["x.wasm", "a b"]);
  assert.deepEqual(environment.getEnvironment!(), [
    ["A", "1"],
    ["B", ""],
  ]);
  assert.equal(environment.getInitialCwd!(), "/data");
});

test("exit ends with a status", () => {
  const exit = provided("cli/exit");
  assert.equal(Exit.in(thrown(() => exit.exit!({ tag: "err" })))?.exitCode, 1);
  assert.equal(Exit.in(thrown(() => exit.exitWithCode!(7)))?.exitCode, 7);
});

test("standard input is a stream, with a future that tells how it ended", async () => {
  const [stream, result] = provided("cli/stdin", { stdin: new BytesSource("abc") }).readViaStream!() as Reading;
  assert.deepEqual([await textOf(stream), await result], ["abc", OK]);
});

test("a failure of standard input is told by the future", async () => {
  const stdin = new QueueSource(10);
  stdin.push(bytes("abc"));
  stdin.fail(new StreamFailure("cut"));
  const [stream, result] = provided("cli/stdin", { stdin }).readViaStream!() as Reading;
  assert.deepEqual([await textOf(stream), await result], ["abc", { tag: "err", val: "io" }]);
});

test("standard input that is dropped is no failure", async () => {
  const [stream, result] = provided("cli/stdin", { stdin: new QueueSource(10) }).readViaStream!() as Reading;
  await stream[Symbol.asyncIterator]().return!();
  assert.deepEqual(await result, OK);
});

test("a stream is written to standard output, and the future tells when it is passed on", async () => {
  const stdout = new CollectingSink();
  assert.deepEqual(await provided("cli/stdout", { stdout }).writeViaStream!(new Blob(["abc"]).stream()), OK);
  assert.equal(stdout.text(), "abc");
});

test("a failure of standard output drops the stream and is told by the future", async () => {
  const stderr = new CallbackSink(() => Promise.reject(new StreamFailure("no room")));
  let dropped = false;
  const data = new ReadableStream(
    {
      pull: (controller) => controller.enqueue(bytes("x")),
      cancel() {
        dropped = true;
      },
    },
    { highWaterMark: 0 },
  );
  assert.deepEqual(await provided("cli/stderr", { stderr }).writeViaStream!(data), { tag: "err", val: "io" });
  assert.equal(dropped, true);
});

test("a fault of the host's own is no error of the guest's, nor an unhandled rejection", async () => {
  const stdout = Object.assign(new CollectingSink(), {
    write() {
      throw new TypeError("a bug");
    },
  });
  const result = provided("cli/stdout", { stdout }).writeViaStream!(bytes("x")) as Promise<unknown>;
  await nextTurn();
  await assert.rejects(result, TypeError);
});

test("0.2 and 0.3 read one input and write one output", async () => {
  const stdout = new CollectingSink();
  const imports = wasi({ stdin: new BytesSource("ab"), stdout, random: seededRandom(1n), args: ["x"] }) as Record<string, Interface>;
  const [older, newer] = [(imports["wasi:cli/stdin@0.2.12"]!.getStdin as () => InputStream)(), imports["wasi:cli/stdin@0.3.0"]!.readViaStream!() as Reading];
  assert.deepEqual(older.read(1n), bytes("a"));
  assert.equal(await textOf(newer[0]), "b");
  const out = (imports["wasi:cli/stdout@0.2.12"]!.getStdout as () => OutputStream)();
  out.blockingWriteAndFlush(bytes("1"));
  await imports["wasi:cli/stdout@0.3.0"]!.writeViaStream!(bytes("2"));
  out.blockingWriteAndFlush(bytes("3"));
  assert.equal(stdout.text(), "123");
  assert.deepEqual(imports["wasi:cli/environment@0.2.12"]!.getArguments!(), imports["wasi:cli/environment@0.3.0"]!.getArguments!());
});

test("release candidates with the interfaces of the release are served", () => {
  const imports = wasi03();
  for (const candidate of WASI_03_CANDIDATES) assert.equal(imports[`wasi:cli/stdin@${candidate}`], imports[`wasi:cli/stdin@${WASI_03_VERSION}`]);
});

test("a terminal is told where there is one", () => {
  const stdin = Object.assign(new BytesSource(""), { isTerminal: true });
  assert.notEqual(provided("cli/terminal-stdin", { stdin }).getTerminalStdin!(), undefined);
  const stdout = Object.assign(new CollectingSink(), { isTerminal: true });
  assert.notEqual(provided("cli/terminal-stdout", { stdout }).getTerminalStdout!(), undefined);
  assert.equal(provided("cli/terminal-stderr", { stdout }).getTerminalStderr!(), undefined);
});

/** A clock that the test turns. */
class TestClock implements MonotonicClock {
  readonly resolution = 7n;
  readonly waiting = new WakeList();
  instant = 100n;
  now(): bigint {
    return this.instant;
  }
  wakeAt(_instant: bigint, wake: () => void): () => void {
    return this.waiting.add(wake);
  }
}

test("waiting ends when its time has come; what has passed is not waited for", async () => {
  const monotonic = new TestClock();
  const clock = provided("clocks/monotonic-clock", { clock: { monotonic } });
  assert.deepEqual([clock.now!(), clock.getResolution!()], [100n, 7n]);
  assert.deepEqual([clock.waitUntil!(100n, {}), clock.waitUntil!(0n, {}), clock.waitFor!(0n, {})], [undefined, undefined, undefined]);
  const over: string[] = [];
  const waits = [
    (clock.waitUntil!(150n, {}) as Promise<void>).then(() => over.push("until 150")),
    (clock.waitFor!(60n, {}) as Promise<void>).then(() => over.push("for 60")),
  ];
  for (monotonic.instant of [150n, 160n]) {
    monotonic.waiting.wakeAll();
    await nextTurn();
    over.push(`at ${monotonic.instant}`);
  }
  await Promise.all(waits);
  assert.deepEqual(over, ["until 150", "at 150", "for 60", "at 160"]);
});

test("a wait that is cancelled leaves no timer behind", async () => {
  const monotonic = new TestClock();
  const cancel = new AbortController();
  const waiting = provided("clocks/monotonic-clock", { clock: { monotonic } }).waitFor!(60n, { signal: cancel.signal }) as Promise<void>;
  assert.equal(monotonic.waiting.size, 1);
  cancel.abort("enough");
  await assert.rejects(waiting, (reason) => reason === "enough");
  assert.equal(monotonic.waiting.size, 0);
});

test("a guest that only waits for what has passed leaves the event loop its turn", async () => {
  let turned = false;
  setTimeout(() => {
    turned = true;
  }, 1);
  const clock = provided("clocks/monotonic-clock");
  while (!turned) await clock.waitFor!(0n, {});
});

test("the system clock is the one that was given; its resolution is a duration", () => {
  const wall = { now: () => ({ seconds: -1n, nanoseconds: 6 }), resolution: { seconds: 1n, nanoseconds: 5 } };
  const clock = provided("clocks/system-clock", { clock: { wall } });
  assert.deepEqual([clock.now!(), clock.getResolution!()], [{ seconds: -1n, nanoseconds: 6 }, 1_000_000_005n]);
});

test("the time zone is not told", () => {
  const zone = provided("clocks/timezone");
  assert.deepEqual([zone.ianaId!(), zone.utcOffset!({ seconds: 0n, nanoseconds: 0 }), zone.toDebugString!()], [undefined, undefined, "UTC"]);
});

const byteFunctions: readonly (readonly [string, string])[] = [
  ["random/random", "getRandomBytes"],
  ["random/insecure", "getInsecureRandomBytes"],
];
for (const [name, key] of byteFunctions) {
  test(`${name}: as many bytes as asked for, or as many as are given at once`, () => {
    const random = provided(name, { random: { fill: () => {} } });
    for (const [asked, given] of [
      [0n, 0],
      [1n, 1],
      [100_000n, 100_000],
      [BigInt(MAX_RANDOM_BYTES) + 1n, MAX_RANDOM_BYTES],
      [2n ** 64n - 1n, MAX_RANDOM_BYTES],
    ] as const) {
      assert.equal((random[key]!(asked) as Uint8Array).length, given);
    }
  });
}

test("random numbers are 64 bits and differ; a seed repeats them, and both versions have the same", () => {
  const random = provided("random/random");
  assert.notEqual(random.getRandomU64!(), random.getRandomU64!());
  assert.equal(typeof provided("random/insecure").getInsecureRandomU64!(), "bigint");
  const first = (name: string) => (wasi({ random: seededRandom(7n) })[name] as Interface).getRandomU64!();
  assert.equal(first("wasi:random/random@0.3.0"), first("wasi:random/random@0.2.12"));
});

test("the insecure seed is the same each time, in both versions, and another for each host", () => {
  const imports = wasi() as Record<string, Interface>;
  const { getInsecureSeed } = imports["wasi:random/insecure-seed@0.3.0"]!;
  assert.equal((getInsecureSeed!() as bigint[]).length, 2);
  assert.deepEqual(getInsecureSeed!(), getInsecureSeed!());
  assert.deepEqual(imports["wasi:random/insecure-seed@0.2.12"]!.insecureSeed!(), getInsecureSeed!());
  assert.notDeepEqual(provided("random/insecure-seed").getInsecureSeed!(), getInsecureSeed!());
});

test("no socket is made, no name resolved", () => {
  const { TcpSocket: tcp, UdpSocket: udp } = provided("sockets/types") as unknown as Record<string, { create(family: string): unknown }>;
  const refused = { tag: "access-denied" };
  assert.deepEqual(
    thrown(() => tcp!.create("ipv4")),
    refused,
  );
  assert.deepEqual(
    thrown(() => udp!.create("ipv6")),
    refused,
  );
  assert.deepEqual(
    thrown(() => provided("sockets/ip-name-lookup").resolveAddresses!("localhost")),
    refused,
  );
});

/** Each small interface as a guest finds it: what is given is passed on, what is not given is empty, closed or denied. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MonotonicClock } from "../../clock/clock.ts";
import { MAX_RANDOM_BYTES } from "../../limits.ts";
import { seededRandom } from "../../random/random-source.ts";
import { BytesSource } from "../../streams/input-source.ts";
import { CollectingSink } from "../../streams/output-sink.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { Exit } from "../cli/exit.ts";
import type { WasiOptions } from "../options.ts";
import { Fields } from "./http/fields.ts";
import { OutgoingRequest } from "./http/outgoing.ts";
import { WASI_02_VERSION, wasi02 } from "./imports.ts";
import { IoError } from "./io/error.ts";
import type { Pollable } from "./io/poll.ts";
import type { InputStream, OutputStream } from "./io/streams.ts";

type Interface = Record<string, (...args: unknown[]) => unknown>;
const provided = (name: string, options?: WasiOptions): Interface => wasi02(options)[`wasi:${name}@${WASI_02_VERSION}`] as Interface;
const isTrap = (error: { code: string }) => error.code === "trap/host-threw";
const thrown = (operation: () => unknown): unknown => {
  try {
    operation();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
};

test("nothing is given: nothing is there", () => {
  const environment = provided("cli/environment");
  assert.deepEqual([environment.getEnvironment!(), environment.getArguments!(), environment.initialCwd!()], [[], [], undefined]);
  assert.deepEqual(
    thrown(() => (provided("cli/stdin").getStdin!() as InputStream).read(1n)),
    { tag: "closed" },
  );
  for (const name of ["stdout", "stderr"]) {
    const stream = provided(`cli/${name}`)[name === "stdout" ? "getStdout" : "getStderr"]!() as OutputStream;
    assert.deepEqual(
      thrown(() => stream.checkWrite()),
      { tag: "closed" },
    );
  }
  assert.deepEqual(provided("filesystem/preopens").getDirectories!(), []);
});

test("no variable of the host's environment is seen, nor what every object inherits", () => {
  const pairs = provided("cli/environment", { env: { A: "1" } }).getEnvironment!();
  assert.deepEqual(pairs, [["A", "1"]]);
});

test("arguments, variables and directory are passed on", () => {
  const environment = provided("cli/environment", { args: ["x.wasm", "a b"], env: { A: "1", B: "" }, initialCwd: "/data" });
  assert.deepEqual(environment.getArguments!(), ["x.wasm", "a b"]);
  assert.deepEqual(environment.getEnvironment!(), [
    ["A", "1"],
    ["B", ""],
  ]);
  assert.equal(environment.initialCwd!(), "/data");
});

const exits: readonly (readonly [name: string, argument: unknown, code: number])[] = [
  ["exit", { tag: "ok" }, 0],
  ["exit", { tag: "err" }, 1],
  ["exitWithCode", 0, 0],
  ["exitWithCode", 255, 255],
];
for (const [name, argument, code] of exits) {
  test(`${name}(${JSON.stringify(argument)}) ends with ${code}`, () => {
    const error = thrown(() => provided("cli/exit")[name]!(argument));
    assert.equal(Exit.in(error)?.exitCode, code);
    assert.equal(Exit.in(new Error("trap", { cause: error }))?.exitCode, code);
    assert.equal(Exit.in(new Error("other")), undefined);
  });
}

test("standard streams are one source and one sink however often they are asked for", () => {
  const stdout = new CollectingSink();
  const options = { stdin: new BytesSource("ab"), stdout };
  const imports = wasi02(options);
  const stdin = imports[`wasi:cli/stdin@${WASI_02_VERSION}`] as Interface;
  (stdin.getStdin!() as InputStream).read(1n);
  assert.deepEqual((stdin.getStdin!() as InputStream).read(9n), Uint8Array.of(0x62));
  for (const name of ["a", "b"])
    ((imports[`wasi:cli/stdout@${WASI_02_VERSION}`] as Interface).getStdout!() as OutputStream).blockingWriteAndFlush(new TextEncoder().encode(name));
  assert.equal(stdout.text(), "ab");
});

test("a terminal is told where there is one", () => {
  const stdin = Object.assign(new BytesSource(""), { isTerminal: true });
  assert.notEqual(provided("cli/terminal-stdin", { stdin }).getTerminalStdin!(), undefined);
  assert.equal(provided("cli/terminal-stdin").getTerminalStdin!(), undefined);
  const stdout = Object.assign(new CollectingSink(), { isTerminal: true });
  assert.notEqual(provided("cli/terminal-stdout", { stdout }).getTerminalStdout!(), undefined);
  assert.equal(provided("cli/terminal-stderr", { stdout }).getTerminalStderr!(), undefined);
});

test("clocks are those that were given", () => {
  let now = 100n;
  const monotonic: MonotonicClock = { now: () => now, resolution: 7n, wakeAt: () => () => {} };
  const wall = { now: () => ({ seconds: 5n, nanoseconds: 6 }), resolution: { seconds: 1n, nanoseconds: 0 } };
  const clock = provided("clocks/monotonic-clock", { clock: { monotonic, wall } });
  assert.deepEqual([clock.now!(), clock.resolution!()], [100n, 7n]);
  const [instant, duration] = [clock.subscribeInstant!(150n) as Pollable, clock.subscribeDuration!(60n) as Pollable];
  assert.deepEqual([instant.ready(), duration.ready()], [false, false]);
  now = 150n;
  assert.deepEqual([instant.ready(), duration.ready()], [true, false]);
  now = 160n;
  assert.equal(duration.ready(), true);
  assert.deepEqual(provided("clocks/wall-clock", { clock: { wall } }).now!(), { seconds: 5n, nanoseconds: 6 });
  assert.deepEqual(provided("clocks/wall-clock", { clock: { wall } }).resolution!(), { seconds: 1n, nanoseconds: 0 });
});

test("the time zone is not the host's", () => {
  const zone = provided("clocks/timezone");
  assert.equal(zone.utcOffset!({ seconds: 0n, nanoseconds: 0 }), 0);
  assert.deepEqual(zone.display!({ seconds: 0n, nanoseconds: 0 }), { utcOffset: 0, name: "UTC", inDaylightSavingTime: false });
});

const byteFunctions: readonly (readonly [string, string])[] = [
  ["random/random", "getRandomBytes"],
  ["random/insecure", "getInsecureRandomBytes"],
];
for (const [name, key] of byteFunctions) {
  test(`${name}: as many bytes as asked for, or a trap before anything is allocated`, () => {
    const random = provided(name);
    for (const length of [0n, 1n, 100_000n]) assert.equal((random[key]!(length) as Uint8Array).length, Number(length));
    for (const length of [BigInt(MAX_RANDOM_BYTES) + 1n, 2n ** 40n, 2n ** 64n - 1n]) assert.throws(() => random[key]!(length), isTrap);
  });
}

test("random numbers are 64 bits and differ; a seed repeats them", () => {
  const random = provided("random/random");
  assert.notEqual(random.getRandomU64!(), random.getRandomU64!());
  assert.equal(typeof provided("random/insecure").getInsecureRandomU64!(), "bigint");
  assert.equal((provided("random/insecure-seed").insecureSeed!() as bigint[]).length, 2);
  const again = () => provided("random/random", { random: seededRandom(7n) }).getRandomU64!();
  assert.equal(again(), again());
});

test("no socket is made, no name resolved, no request sent", () => {
  const network = provided("sockets/instance-network").instanceNetwork!();
  assert.equal(
    thrown(() => provided("sockets/tcp-create-socket").createTcpSocket!("ipv4")),
    "access-denied",
  );
  assert.equal(
    thrown(() => provided("sockets/udp-create-socket").createUdpSocket!("ipv6")),
    "access-denied",
  );
  assert.equal(
    thrown(() => provided("sockets/ip-name-lookup").resolveAddresses!(network, "localhost")),
    "access-denied",
  );
  const request = new OutgoingRequest(new Fields());
  request.setPathWithQuery("/");
  assert.deepEqual(
    thrown(() => provided("http/outgoing-handler").handle!(request, undefined)),
    { tag: "HTTP-request-denied" },
  );
});

test("an error tells the interface that it belongs to, and no other", () => {
  const error = new IoError(new StreamFailure("no room", { filesystem: "insufficient-space" }));
  const http = new IoError(new StreamFailure("cut", { http: { tag: "connection-terminated" } }));
  assert.equal(provided("filesystem/types").filesystemErrorCode!(error), "insufficient-space");
  assert.equal(provided("filesystem/types").filesystemErrorCode!(http), undefined);
  assert.deepEqual(provided("http/types").httpErrorCode!(http), { tag: "connection-terminated" });
  assert.equal(provided("http/types").httpErrorCode!(error), undefined);
  assert.equal(provided("sockets/network").networkErrorCode!(error), undefined);
});

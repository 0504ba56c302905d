/** What guests are told of failures: an error code, or words of ours. Everything that they get is searched for what is the host's. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { compileProbe } from "../../../fixtures/probe.ts";
import { run } from "../../command/run.ts";
import { QueueSource } from "../../streams/input-source.ts";
import { CallbackSink, CollectingSink } from "../../streams/output-sink.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import type { InputStream, OutputStream } from "../../wasi/0.2/io/streams.ts";
import { wasi } from "../../wasi/imports.ts";
import { directory } from "./directory/directory.ts";
import { network } from "./network/network.ts";

/** In the path of everything of ours here. */
const SECRET = "of-the-host";
const folder = mkdtempSync(join(tmpdir(), `tenon-${SECRET}-`));
after(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, "sub"));
writeFileSync(join(folder, "file"), "content");
writeFileSync(join(folder, "sub/unreadable"), "", { mode: 0 });
symlinkSync(join(folder, "file"), join(folder, "absolute"));
symlinkSync("loop", join(folder, "loop"));

/** Stacks, modules and places of ours. */
const HOST = new RegExp(`${SECRET}|${tmpdir()}|\\bat .*:\\d+|node:|file://|\\.[tj]s\\b|E(?:NOENT|ACCES|INVAL|IO)\\b`);

/** Every text in what a guest gets, with what its methods tell of an error. */
function* textsOf(value: unknown, depth = 0): Generator<string> {
  if (typeof value === "string") yield value;
  if (value instanceof Uint8Array) yield new TextDecoder().decode(value);
  if (typeof value !== "object" || value === null || depth > 4) return;
  if ("toDebugString" in value) yield (value as { toDebugString(): string }).toDebugString();
  for (const each of Object.values(value)) yield* textsOf(each, depth + 1);
}

function checkTold(what: string, value: unknown): void {
  // Whatever is no error value becomes a trap, of which the guest hears nothing.
  if (value instanceof Error && !Object.hasOwn(value, "payload")) return;
  for (const text of textsOf(value)) assert.doesNotMatch(text, HOST, what);
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

function methodsOf(object: object): string[] {
  const names = new Set<string>();
  for (let at = Object.getPrototypeOf(object) as object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor") names.add(name);
  return [...names];
}

const FLAGS: readonly unknown[] = [
  {},
  { symlinkFollow: true },
  { create: true, exclusive: true },
  { directory: true },
  { read: true },
  { write: true, mutateDirectory: true },
];
const PATHS = ["file", "none", "sub", "sub/unreadable", "absolute", "loop", "file/x", "..", `/${SECRET}`, join(folder, "file"), "a\0b", "", "x".repeat(5000)];

/** Ways to call a method that nobody would call so: paths and flags in all places, numbers beyond every limit. */
function* calls(descriptor: unknown): Generator<unknown[]> {
  for (const path of PATHS) {
    for (const flags of FLAGS) {
      yield [flags, path, flags, flags];
      yield [path, descriptor, path];
      yield [flags, path, descriptor, path];
      yield [path, path];
      yield [path];
    }
  }
  for (const number of [0n, 2n ** 63n, 2n ** 64n - 1n]) {
    yield [number, number];
    yield [number];
    yield [new Uint8Array(1), number];
    yield [{ tag: "timestamp", val: { seconds: number, nanoseconds: 0 } }, { tag: "now" }];
  }
}

for (const version of ["0.2.12", "0.3.0"]) {
  test(`threat 24: no operation on files tells where they lie (${version})`, async () => {
    const imports = wasi({ directories: { "/d": directory({ path: folder, rights: "read" }), "/w": directory({ path: join(folder, "sub") }) } }) as Record<
      string,
      Methods
    >;
    const preopens = imports[`wasi:filesystem/preopens@${version}`]!.getDirectories!() as [Methods, string][];
    assert.deepEqual(
      preopens.map(([, name]) => name),
      ["/d", "/w"],
    );
    let asked = 0;
    for (const [descriptor] of preopens) {
      const methods = methodsOf(descriptor);
      for (const method of methods) {
        for (const args of calls(descriptor)) {
          asked++;
          let told: unknown;
          try {
            told = descriptor[method]!(...args);
            if (told instanceof Promise) told = await told.catch((error: unknown) => error);
          } catch (error) {
            told = error;
          }
          checkTold(`${method}(${String(args[0])}, ${String(args[1])})`, told);
        }
      }
    }
    assert.ok(asked > 10_000);
  });
}

const failure = () => new StreamFailure("the input can't be read", {}, new Error(`EIO: ${folder}/file`));

test("threat 24: a stream that fails tells the guest nothing of the host's words (0.2)", async () => {
  const stdin = new QueueSource(9);
  stdin.fail(failure());
  const stdout = new CallbackSink(() => Promise.reject(new Error(`EACCES: ${folder}`)));
  const imports = wasi({ stdin, stdout }) as Record<string, Methods>;
  const input = imports["wasi:cli/stdin@0.2.12"]!.getStdin!() as InputStream;
  const output = imports["wasi:cli/stdout@0.2.12"]!.getStdout!() as OutputStream;
  assert.throws(
    () => input.read(9n),
    (error: unknown) => {
      const [text] = textsOf((error as { val: unknown }).val);
      assert.equal(text, "the input can't be read");
      checkTold("read", error);
      return true;
    },
  );
  await assert.rejects(
    async () => output.blockingWriteAndFlush(Uint8Array.of(1)),
    (error: unknown) => {
      checkTold("write", error);
      return (error as { tag: string }).tag === "last-operation-failed";
    },
  );
});

test("threat 24: a guest that prints what it was told of failing streams prints nothing of the host's", async () => {
  for (const version of ["probe", "probe-p3"] as const) {
    const [stdin, stdout, stderr] = [new QueueSource(9), new CollectingSink(), new CollectingSink()];
    stdin.fail(failure());
    await run(await compileProbe(version), { args: ["probe", "cat", "9"], stdin, stdout, stderr }).catch(() => {});
    assert.doesNotMatch(stdout.text() + stderr.text(), HOST);
  }
});

test("threat 24: sockets tell error codes", async () => {
  const imports = wasi({
    network: network({ connect: ["127.0.0.1:*", "[::1]:*"], lookup: ["*"], resolve: () => Promise.reject(new Error(folder)) }),
  }) as Record<string, Methods>;
  const lookup = imports["wasi:sockets/ip-name-lookup@0.3.0"]!.resolveAddresses!("example.com") as Promise<unknown>;
  checkTold(
    "resolve-addresses",
    await lookup.catch((error: unknown) => {
      assert.ok(!(error instanceof Error));
      return error;
    }),
  );
  const TcpSocket = imports["wasi:sockets/types@0.3.0"]!.TcpSocket as unknown as { create(family: string): Methods };
  const socket = TcpSocket.create("ipv4");
  await assert.rejects(
    async () => socket.connect!({ tag: "ipv4", val: { port: 1, address: [127, 0, 0, 1] } }),
    (error: unknown) => {
      assert.ok(!(error instanceof Error));
      checkTold("connect", error);
      return true;
    },
  );
});

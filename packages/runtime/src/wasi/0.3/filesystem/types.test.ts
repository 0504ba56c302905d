/** The filesystem of WASI 0.3 where it differs from that of 0.2: how errors, types and times are put, and its streams. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenHandles } from "../../../capability/open-handles.ts";
import { FileError } from "../../../directory/file-error.ts";
import type { Handle } from "../../../directory/handle.ts";
import { memoryDirectory } from "../../../directory/memory/memory-directory.ts";
import type { Chunks } from "../../../streams/chunk-reader.ts";
import { WASI_03_VERSION, wasi03 } from "../imports.ts";
import { Descriptor } from "./types.ts";

const bytes = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);
const OK = { tag: "ok", val: undefined };
const err = (tag: string) => ({ tag: "err", val: { tag } });
const READ = { read: true };
const BOTH = { read: true, write: true };

function root(directory = memoryDirectory({ files: { "a.txt": "hello", "sub/b.txt": "bye" } })): Descriptor {
  const preopens = wasi03({ directories: { "/": directory } })[`wasi:filesystem/preopens@${WASI_03_VERSION}`] as {
    getDirectories(): [Descriptor, string][];
  };
  return preopens.getDirectories()[0]![0];
}

const open = (directory: Descriptor, path: string, flags: Record<string, boolean> = READ, how: Record<string, boolean> = {}): Descriptor =>
  directory.openAt({}, path, how, flags) as Descriptor;

/** What a guest would take of a stream; what is given at once is no promise. */
async function all<T>(stream: object): Promise<T[]> {
  const found: T[] = [];
  for await (const each of stream as AsyncIterable<T>) found.push(each);
  return found;
}

async function read(file: Descriptor, offset = 0n): Promise<[text: string, outcome: unknown]> {
  const [chunks, outcome] = file.readViaStream(offset);
  return [Buffer.concat(await all<Uint8Array>(chunks)).toString(), await outcome];
}

test("an error is a case; a type that has no name is `other`", () => {
  const directory = root();
  assert.throws(
    () => directory.statAt({}, "nowhere"),
    (error) => {
      assert.deepEqual(error, { tag: "no-entry" });
      return true;
    },
  );
  const handle = { stat: () => ({ type: "unknown", size: 0n, links: 1n, accessed: undefined, modified: -1n, changed: -1_000_000_001n }) };
  const stat = new Descriptor(handle as unknown as Handle, new OpenHandles()).stat() as unknown as Record<string, unknown>;
  assert.deepEqual(stat, {
    type: { tag: "other" },
    linkCount: 1n,
    size: 0n,
    dataAccessTimestamp: undefined,
    dataModificationTimestamp: { seconds: -1n, nanoseconds: 999_999_999 },
    statusChangeTimestamp: { seconds: -2n, nanoseconds: 999_999_999 },
  });
});

test("times before 1970 can be set and are told", () => {
  const file = open(root(), "a.txt", BOTH);
  const instant = { seconds: -3n, nanoseconds: 500_000_000 };
  file.setTimes({ tag: "timestamp", val: instant }, { tag: "no-change" });
  assert.deepEqual((file.stat() as { dataAccessTimestamp: unknown }).dataAccessTimestamp, instant);
});

test("a file is read as a stream, and the future tells that it is over", async () => {
  const directory = root();
  assert.deepEqual(await read(open(directory, "a.txt"), 1n), ["ello", OK]);
  assert.deepEqual(await read(open(directory, "a.txt"), 100n), ["", OK]);
  assert.deepEqual(await read(directory), ["", err("is-directory")]);
  assert.deepEqual(await read(open(directory, "a.txt"), 2n ** 63n), ["", err("invalid")]);
});

test("a stream that is dropped has not failed", async () => {
  const [chunks, outcome] = open(root(), "a.txt").readViaStream(0n);
  (chunks as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().return!();
  assert.deepEqual(await outcome, OK);
});

test("a stream is written, from an offset and at the end", async () => {
  const file = open(root(), "new", BOTH, { create: true });
  assert.deepEqual(await file.writeViaStream([bytes("ab"), bytes("cd")], 1n), OK);
  assert.deepEqual(await file.appendViaStream(bytes("end")), OK);
  assert.deepEqual(await read(file), ["\0abcdend", OK]);
});

test("what can't be written: the stream is let go, the future tells why", async () => {
  const written = async (act: (data: Chunks) => Promise<unknown>) => {
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
    const outcome = await act(data);
    return [outcome, dropped];
  };
  const directory = root();
  assert.deepEqual(await written((data) => open(directory, "a.txt").writeViaStream(data, 0n)), [err("bad-descriptor"), true]);
  assert.deepEqual(await written((data) => directory.appendViaStream(data)), [err("bad-descriptor"), true]);
  const readOnly = root(memoryDirectory({ files: { "a.txt": "hello" }, rights: "read" }));
  assert.deepEqual(await written((data) => open(readOnly, "a.txt").writeViaStream(data, 0n)), [err("not-permitted"), true]);
  const small = root(memoryDirectory({ quota: { bytes: 10 } }));
  assert.deepEqual(await written((data) => open(small, "f", BOTH, { create: true }).appendViaStream(data)), [err("insufficient-space"), true]);
});

test("a directory is listed as a stream", async () => {
  const directory = root();
  const [entries, outcome] = directory.readDirectory();
  assert.deepEqual((await all<{ name: string; type: unknown }>(entries)).map(({ name, type }) => `${name} ${(type as { tag: string }).tag}`).sort(), [
    "a.txt regular-file",
    "sub directory",
  ]);
  assert.deepEqual(await outcome, OK);
  const [none, why] = open(directory, "a.txt").readDirectory();
  assert.deepEqual([await all(none), await why], [[], err("not-directory")]);
});

test("a listing that comes later, or does not", async () => {
  const listing = (list: () => Promise<unknown>) =>
    new Descriptor({ kind: "directory", list, authority: { revoked: false }, close() {} } as unknown as Handle, new OpenHandles()).readDirectory();
  const [entries, outcome] = listing(async () => [{ name: "x", type: "regular-file" }]);
  assert.deepEqual([await all(entries), await outcome], [[{ name: "x", type: { tag: "regular-file" } }], OK]);
  const [none, why] = listing(() => Promise.reject(new FileError("io")));
  assert.deepEqual([await all(none), await why], [[], err("io")]);
});

test("after the revocation streams and listings in flight end with `not-permitted`", async () => {
  const capability = memoryDirectory({ files: { "a.txt": "hello" } });
  const directory = root(capability);
  const [chunks, outcome] = open(directory, "a.txt").readViaStream(0n);
  const [entries, listed] = directory.readDirectory();
  const { promise, resolve } = Promise.withResolvers<void>();
  const written = open(directory, "a.txt", BOTH).appendViaStream(
    (async function* () {
      yield bytes("1");
      await promise;
      yield bytes("2");
    })(),
  );
  await new Promise((done) => setTimeout(done, 1));
  capability.revoke();
  resolve();
  assert.deepEqual([await all<Uint8Array>(chunks), await outcome], [[], err("not-permitted")]);
  assert.deepEqual([await all(entries), await listed], [[], err("not-permitted")]);
  assert.deepEqual(await written, err("not-permitted"));
  assert.throws(
    () => directory.getFlags(),
    (error) => (error as { tag: string }).tag === "not-permitted",
  );
});

test("streams and listings that are over are not kept", async () => {
  const open3 = new OpenHandles();
  const capability = memoryDirectory({ files: { "a.txt": "hello" } });
  const directory = new Descriptor(capability.open() as Handle, open3);
  const file = open(directory, "a.txt", BOTH);
  const before = open3.size;
  await read(file);
  await file.appendViaStream(bytes("x"));
  await all(directory.readDirectory()[0]);
  const [dropped] = directory.readDirectory();
  (dropped as unknown as AsyncIterable<unknown>)[Symbol.asyncIterator]().return!();
  await new Promise((done) => setTimeout(done, 1));
  assert.equal(open3.size, before);
});

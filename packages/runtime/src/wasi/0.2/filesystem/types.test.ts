/** The filesystem of WASI 0.2 as a guest calls it, over a directory in memory: how things are put, and what each failure is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenHandles } from "../../../capability/open-handles.ts";
import { FileError } from "../../../directory/file-error.ts";
import type { FileHandle, Handle } from "../../../directory/handle.ts";
import { memoryDirectory } from "../../../directory/memory/memory-directory.ts";
import { WASI_02_VERSION, wasi02 } from "../imports.ts";
import type { InputStream, OutputStream } from "../io/streams.ts";
import type { DirectoryEntryStream } from "./directory-entry-stream.ts";
import { Descriptor } from "./types.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const READ = { read: true };
const WRITE = { write: true };
const NEW = { create: true };
const FOLLOW = { symlinkFollow: true };

/** As the engine hands over what a sync backend gives. */
function now<T>(value: T | Promise<T>): T {
  assert.ok(!(value instanceof Promise), "it had to wait");
  return value;
}

function root(directory = memoryDirectory({ files: { "a.txt": "hello", "sub/b.txt": "bye" } })): Descriptor {
  const preopens = wasi02({ directories: { "/data": directory } })[`wasi:filesystem/preopens@${WASI_02_VERSION}`] as {
    getDirectories(): [Descriptor, string][];
  };
  const [[descriptor, name]] = now(preopens.getDirectories()) as [[Descriptor, string]];
  assert.equal(name, "/data");
  return descriptor;
}

const open = (directory: Descriptor, path: string, flags: Record<string, boolean> = READ, how: Record<string, boolean> = {}): Descriptor =>
  now(directory.openAt(FOLLOW, path, how, flags));

/** The error value that an operation throws. */
function refused(operation: () => unknown): unknown {
  try {
    operation();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("each directory that is given is found under its name, and stays open when a guest lets go of it", () => {
  const [one, other] = [memoryDirectory(), memoryDirectory()];
  const preopens = wasi02({ directories: { "/": one, __proto__x: other } })[`wasi:filesystem/preopens@${WASI_02_VERSION}`] as {
    getDirectories(): [Descriptor, string][];
  };
  const first = preopens.getDirectories();
  assert.deepEqual(
    first.map(([, name]) => name),
    ["/", "__proto__x"],
  );
  first[0]![0][Symbol.dispose]();
  assert.equal(now(preopens.getDirectories()[0]![0].getType()), "directory");
});

test("a directory is opened once, however often it is asked for", () => {
  const preopens = wasi02({ directories: { "/": memoryDirectory().limit({ handles: 1 }) } })[`wasi:filesystem/preopens@${WASI_02_VERSION}`] as {
    getDirectories(): [Descriptor, string][];
  };
  for (let i = 0; i < 10; i++) assert.equal(preopens.getDirectories()[0]![0].isSameObject(preopens.getDirectories()[0]![0]), true);
});

test("a directory that was revoked before: asking for directories traps", () => {
  const directory = memoryDirectory({ name: "directory ./data" });
  directory.revoke();
  assert.throws(() => root(directory), { name: "Trap", message: /`directory \.\/data` has been revoked/ });
});

test("a file is read: no bytes are the end, of a read of nothing too", () => {
  const file = open(root(), "a.txt");
  const read = (length: bigint, offset: bigint) => {
    const [content, end] = now(file.read(length, offset));
    return [text(content), end];
  };
  assert.deepEqual(read(2n, 0n), ["he", false]);
  assert.deepEqual(read(100n, 2n), ["llo", false]);
  assert.deepEqual(read(100n, 5n), ["", true]);
  assert.deepEqual(read(0n, 0n), ["", true]);
  assert.deepEqual(read(2n ** 64n - 1n, 1n), ["ello", false]);
});

test("a file is written where it is said, streams go on from there", () => {
  const directory = root();
  const file = open(directory, "new", { ...READ, ...WRITE }, NEW);
  assert.equal(now(file.write(bytes("abc"), 2n)), 3n);
  const stream = now(file.writeViaStream(1n));
  stream.blockingWriteAndFlush(bytes("12"));
  stream.blockingWriteAndFlush(bytes("3"));
  now(file.appendViaStream()).blockingWriteAndFlush(bytes("end"));
  assert.equal(text(now(file.read(100n, 0n))[0]), "\x00123cend");
  now(file.setSize(2n));
  const input = now(file.readViaStream(1n));
  assert.equal(text(now(input.blockingRead(100n))), "1");
  assert.deepEqual(
    refused(() => input.blockingRead(1n)),
    { tag: "closed" },
  );
});

test("stat tells type, size, links and times; times before 1970 can't be said", () => {
  const file = open(root(), "a.txt", WRITE);
  now(file.setTimes({ tag: "timestamp", val: { seconds: 5n, nanoseconds: 7 } }, { tag: "timestamp", val: { seconds: 1n << 33n, nanoseconds: 999_999_999 } }));
  const stat = now(file.stat());
  assert.deepEqual(
    { ...stat, statusChangeTimestamp: undefined },
    {
      type: "regular-file",
      linkCount: 1n,
      size: 5n,
      dataAccessTimestamp: { seconds: 5n, nanoseconds: 7 },
      dataModificationTimestamp: { seconds: 1n << 33n, nanoseconds: 999_999_999 },
      statusChangeTimestamp: undefined,
    },
  );
  now(file.setTimes({ tag: "no-change" }, { tag: "now" }));
  assert.deepEqual(now(file.stat()).dataAccessTimestamp, { seconds: 5n, nanoseconds: 7 });
  assert.ok(now(file.stat()).dataModificationTimestamp!.seconds > 1_700_000_000n);
});

test("times before 1970 are not told", async () => {
  const handle = { kind: "file", stat: () => ({ type: "regular-file", size: 0n, links: 1n, accessed: -1n, modified: undefined, changed: 0n }) };
  const stat = now(new Descriptor(handle as unknown as FileHandle, new OpenHandles()).stat());
  assert.deepEqual(
    [stat.dataAccessTimestamp, stat.dataModificationTimestamp, stat.statusChangeTimestamp],
    [undefined, undefined, { seconds: 0n, nanoseconds: 0 }],
  );
});

test("names are made, listed, renamed, linked and removed", () => {
  const directory = root();
  now(directory.createDirectoryAt("new"));
  now(directory.symlinkAt("../a.txt", "new/link"));
  assert.equal(now(directory.readlinkAt("new/link")), "../a.txt");
  assert.equal(now(directory.statAt({}, "new/link")).type, "symbolic-link");
  assert.equal(now(directory.statAt(FOLLOW, "new/link")).size, 5n);
  now(directory.linkAt({}, "a.txt", open(directory, "new"), "hard"));
  assert.equal(now(directory.statAt({}, "new/hard")).linkCount, 2n);
  now(directory.renameAt("new/hard", directory, "moved"));
  const entries: unknown[] = [];
  const listing = now(directory.readDirectory()) as DirectoryEntryStream;
  for (let entry = listing.readDirectoryEntry(); entry !== undefined; entry = listing.readDirectoryEntry()) entries.push(`${entry.type} ${entry.name}`);
  assert.equal(listing.readDirectoryEntry(), undefined);
  assert.deepEqual(entries.sort(), ["directory new", "directory sub", "regular-file a.txt", "regular-file moved"]);
  now(directory.unlinkFileAt("moved"));
  now(directory.unlinkFileAt("new/link"));
  now(directory.removeDirectoryAt("new"));
  assert.equal(
    refused(() => directory.statAt({}, "new")),
    "no-entry",
  );
});

test("flags and types are told", () => {
  const directory = root();
  const set = (flags: Readonly<Record<string, boolean>>) => Object.keys(flags).filter((flag) => flags[flag]);
  assert.deepEqual(set(now(directory.getFlags())), ["read", "mutateDirectory"]);
  assert.deepEqual(set(now(open(directory, "sub").getFlags())), ["read"]);
  assert.deepEqual(set(now(open(directory, "a.txt").getFlags())), ["read"]);
  assert.deepEqual(set(now(open(directory, "a.txt", { ...READ, ...WRITE }).getFlags())), ["read", "write"]);
  assert.deepEqual(set(now(root(memoryDirectory({ rights: "read" })).getFlags())), ["read"]);
  assert.deepEqual([now(directory.getType()), now(open(directory, "a.txt").getType())], ["directory", "regular-file"]);
});

test("the same object, the same hash", () => {
  const directory = root();
  const [one, again, other] = [open(directory, "a.txt"), open(directory, "a.txt"), open(directory, "sub")];
  assert.deepEqual([now(one.isSameObject(again)), now(one.isSameObject(other)), now(directory.isSameObject(directory))], [true, false, true]);
  assert.deepEqual(now(one.metadataHash()), now(directory.metadataHashAt({}, "a.txt")));
  assert.notDeepEqual(now(one.metadataHash()), now(other.metadataHash()));
});

type Refusal = readonly [operation: string, act: (directory: Descriptor, file: Descriptor) => unknown, code: string];
const refusals: readonly Refusal[] = [
  ["read of a directory", (directory) => directory.read(1n, 0n), "bad-descriptor"],
  ["write to a directory", (directory) => directory.write(bytes("x"), 0n), "bad-descriptor"],
  ["read-via-stream of a directory", (directory) => directory.readViaStream(0n), "is-directory"],
  ["write-via-stream of a directory", (directory) => directory.writeViaStream(0n), "bad-descriptor"],
  ["append-via-stream of a directory", (directory) => directory.appendViaStream(), "bad-descriptor"],
  ["advise of a directory", (directory) => directory.advise(0n, 0n, "normal"), "bad-descriptor"],
  ["set-size of a directory", (directory) => directory.setSize(0n), "bad-descriptor"],
  ["read-directory of a file", (_, file) => file.readDirectory(), "not-directory"],
  ["open-at of a file", (_, file) => file.openAt({}, "x", {}, READ), "not-directory"],
  ["open-at of a file, synchronised", (_, file) => file.openAt({}, "x", {}, { fileIntegritySync: true }), "not-directory"],
  ["stat-at of a file", (_, file) => file.statAt({}, "x"), "not-directory"],
  ["set-times-at of a file", (_, file) => file.setTimesAt({}, "x", { tag: "now" }, { tag: "now" }), "not-directory"],
  ["metadata-hash-at of a file", (_, file) => file.metadataHashAt({}, "x"), "not-directory"],
  ["create-directory-at of a file", (_, file) => file.createDirectoryAt("x"), "not-directory"],
  ["remove-directory-at of a file", (_, file) => file.removeDirectoryAt("x"), "not-directory"],
  ["unlink-file-at of a file", (_, file) => file.unlinkFileAt("x"), "not-directory"],
  ["readlink-at of a file", (_, file) => file.readlinkAt("x"), "not-directory"],
  ["symlink-at of a file", (_, file) => file.symlinkAt("x", "y"), "not-directory"],
  ["link-at of a file", (directory, file) => file.linkAt({}, "x", directory, "y"), "not-directory"],
  ["link-at to a file", (directory, file) => directory.linkAt({}, "a.txt", file, "y"), "not-directory"],
  ["rename-at of a file", (directory, file) => file.renameAt("x", directory, "y"), "not-directory"],
  ["rename-at to a file", (directory, file) => directory.renameAt("a.txt", file, "y"), "not-directory"],
  ["open-at with writes that reach the disk", (directory) => directory.openAt({}, "a.txt", {}, { write: true, dataIntegritySync: true }), "unsupported"],
  ["open-at of a file as a directory", (directory) => directory.openAt({}, "a.txt", { directory: true }, READ), "not-directory"],
  ["open-at that makes a directory", (directory) => directory.openAt({}, "x", { directory: true, create: true }, READ), "invalid"],
  ["open-at of what is there", (directory) => directory.openAt({}, "a.txt", { create: true, exclusive: true }, WRITE), "exist"],
  ["open-at of a directory to write", (directory) => directory.openAt({}, "sub", {}, WRITE), "is-directory"],
  ["open-at outside", (directory) => directory.openAt(FOLLOW, "../x", {}, READ), "not-permitted"],
  ["open-at of an absolute path", (directory) => directory.openAt(FOLLOW, "/etc/passwd", {}, READ), "not-permitted"],
  ["a path with NUL", (directory) => directory.statAt({}, "a\0b"), "invalid"],
  ["write to what is open to read", (_, file) => file.write(bytes("x"), 0n), "bad-descriptor"],
  ["a position that no file has", (_, file) => file.read(1n, 2n ** 63n), "invalid"],
  ["a time that can't be", (_, file) => file.setTimes({ tag: "timestamp", val: { seconds: 2n ** 64n - 1n, nanoseconds: 0 } }, { tag: "now" }), "overflow"],
];
for (const [operation, act, code] of refusals) {
  test(`${operation}: ${code}`, () => {
    const directory = root();
    assert.equal(
      refused(() => act(directory, open(directory, "a.txt"))),
      code,
    );
  });
}

test("what may only be read: every change is not-permitted", () => {
  const directory = root(memoryDirectory({ files: { "a.txt": "hello" }, rights: "read" }));
  const file = open(directory, "a.txt");
  const changes: readonly (() => unknown)[] = [
    () => directory.openAt({}, "a.txt", {}, WRITE),
    () => directory.openAt({}, "a.txt", { truncate: true }, READ),
    () => directory.openAt({}, "new", { create: true }, READ),
    () => directory.createDirectoryAt("d"),
    () => directory.renameAt("a.txt", directory, "b"),
    () => directory.linkAt({}, "a.txt", directory, "b"),
    () => directory.symlinkAt("a.txt", "b"),
    () => directory.unlinkFileAt("a.txt"),
    () => directory.removeDirectoryAt("d"),
    () => directory.setTimesAt({}, "a.txt", { tag: "now" }, { tag: "now" }),
    () => directory.setTimes({ tag: "now" }, { tag: "now" }),
    () => file.setTimes({ tag: "now" }, { tag: "now" }),
    () => file.setSize(0n),
    () => file.write(bytes("x"), 0n),
    () => file.writeViaStream(0n),
    () => file.appendViaStream(),
  ];
  for (const change of changes) assert.equal(refused(change), "not-permitted", String(change));
  assert.equal(text(now(file.read(10n, 0n))[0]), "hello");
});

test("after the revocation every function has its error case, streams and listings fail, and `is-same-object` traps", () => {
  const capability = memoryDirectory({ files: { "a.txt": "hello" } });
  const directory = root(capability);
  const file = open(directory, "a.txt", { ...READ, ...WRITE });
  const input = now(file.readViaStream(0n)) as InputStream;
  const output = now(file.writeViaStream(0n)) as OutputStream;
  const listing = now(directory.readDirectory()) as DirectoryEntryStream;
  capability.revoke();
  const uses: readonly (() => unknown)[] = [
    () => directory.stat(),
    () => directory.getFlags(),
    () => directory.getType(),
    () => directory.openAt({}, "a.txt", {}, READ),
    () => directory.readDirectory(),
    () => file.read(1n, 0n),
    () => file.write(bytes("x"), 0n),
    () => file.sync(),
    () => file.readViaStream(0n),
    () => file.metadataHash(),
    () => listing.readDirectoryEntry(),
  ];
  for (const use of uses) assert.equal(refused(use), "not-permitted", String(use));
  for (const act of [() => input.blockingRead(1n), () => output.checkWrite()]) {
    const { tag, val } = refused(act) as { tag: string; val: never };
    const { filesystemErrorCode } = wasi02()[`wasi:filesystem/types@${WASI_02_VERSION}`] as { filesystemErrorCode(error: never): string };
    assert.deepEqual([tag, filesystemErrorCode(val)], ["last-operation-failed", "not-permitted"]);
  }
  assert.throws(() => file.isSameObject(directory), { name: "Trap" });
});

test("what a guest drops is closed, and streams outlive the descriptor they are of", () => {
  const directory = memoryDirectory({ files: { "a.txt": "hello" } }).limit({ handles: 4 });
  const top = root(directory);
  for (let i = 0; i < 10; i++) open(top, "a.txt")[Symbol.dispose]();
  const file = open(top, "a.txt");
  const input = now(file.readViaStream(0n));
  file[Symbol.dispose]();
  assert.equal(text(now(input.blockingRead(100n))), "hello");
  input[Symbol.dispose]();
  for (let i = 0; i < 10; i++) {
    const again = open(top, "a.txt", WRITE);
    now(again.writeViaStream(0n))[Symbol.dispose]();
    again[Symbol.dispose]();
  }
});

test("listings that are not let go are limited", () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 40_000; i++) files[`f${i}`] = "";
  const directory = root(memoryDirectory({ files }));
  const listings: DirectoryEntryStream[] = [];
  assert.equal(
    refused(() => {
      for (;;) listings.push(now(directory.readDirectory()));
    }),
    "insufficient-memory",
  );
  listings.pop()![Symbol.dispose]();
  listings.push(now(directory.readDirectory()));
});

test("what answers later: the bytes are kept, the failure is the error value", async () => {
  const shared = bytes("first");
  const file = {
    kind: "file",
    read: async () => {
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => shared.set(bytes("xxxxx")))));
      return shared;
    },
    stat: () => Promise.reject(new TypeError("a bug")),
    sync: () => Promise.reject(new FileError("insufficient-space")),
    close() {},
  };
  const descriptor = new Descriptor(file as unknown as Handle, new OpenHandles());
  const [content] = await descriptor.read(5n, 0n);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(text(content), "first");
  assert.equal(await (descriptor.sync() as Promise<unknown>).catch((error) => error), "insufficient-space");
  await assert.rejects(descriptor.stat() as Promise<unknown>, TypeError);
});

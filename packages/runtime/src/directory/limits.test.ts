import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "@tenon/engine";
import fc from "fast-check";
import { MAX_LISTED_NAMES, MAX_MEMORY_FILE_BYTES, MAX_OPEN_HANDLES, MAX_READ_BYTES } from "../limits.ts";
import { StreamFailure } from "../streams/stream-failure.ts";
import { FileError } from "./file-error.ts";
import type { DirectoryHandle, FileHandle, Handle } from "./handle.ts";
import { memoryDirectory } from "./memory/memory-directory.ts";
import { open, openDirectory, openFile, outcome, textOf, write } from "./test-guest.ts";

test("threat 11: no more handles and streams are open than may be", async () => {
  for (const [directory, limit] of [
    [memoryDirectory({ files: { f: "x" } }), MAX_OPEN_HANDLES],
    [memoryDirectory({ files: { f: "x" } }).limit({ handles: 2 ** 40 }), MAX_OPEN_HANDLES],
    [memoryDirectory({ files: { f: "x" } }).limit({ handles: 7 }), 7],
    [
      memoryDirectory({ files: { f: "x" } })
        .limit({ handles: 7 })
        .limit({ handles: 100 })
        .readOnly(),
      7,
    ],
    [
      await memoryDirectory({ files: { "d/f": "x" } })
        .limit({ handles: 7 })
        .subdirectory("d"),
      7,
    ],
  ] as const) {
    const guest = await directory.open();
    for (let times = 0; times < 3; times++) {
      const file = await openFile(guest, "f");
      const opened: { close?(): void }[] = [file];
      const more = (): (() => unknown)[] => [() => open(guest, "f"), () => open(guest, "."), () => directory.open(), () => file.readStream(0n)];
      while (opened.length + 1 < limit) opened.push((await more()[opened.length % 4]!()) as Handle);
      for (const one of more()) assert.equal(await outcome(one), "quota");
      opened.pop()!.close!();
      opened.push(file.readStream(0n));
      for (const one of more()) assert.equal(await outcome(one), "quota");
      for (const each of opened) each.close!();
    }
  }
});

test("threat 11: nothing is made or emptied for a handle that there is no room for", async () => {
  const guest = await memoryDirectory({ files: { f: "x" } })
    .limit({ handles: 1 })
    .open();
  assert.equal(await outcome(() => open(guest, "new", "wc")), "quota");
  assert.equal(await outcome(() => open(guest, "f", "wt")), "quota");
  assert.deepEqual(
    (await guest.list()).map(({ name }) => name),
    ["f"],
  );
  assert.equal((await guest.statAt("f", true)).size, 1n);
});

test("threat 11: handles that share a limit share it", async () => {
  const root = memoryDirectory().limit({ handles: 3 });
  const derived = [root.readOnly(), root.limit({}), await root.subdirectory(".")];
  const handles = await Promise.all(derived.map((each) => each.open()));
  assert.equal(await outcome(() => root.open()), "quota");
  handles[0]!.close();
  handles[0]!.close();
  assert.equal(await outcome(() => root.open()), "ok");
});

test("threat 11: no more is written than may be, by whatever way", async () => {
  const ways: Readonly<Record<string, (file: FileHandle) => unknown>> = {
    write: (file) => file.write(new Uint8Array(11), 0n),
    append: (file) => file.append(new Uint8Array(11)),
    "a gap and a byte": (file) => file.write(new Uint8Array(1), 10n),
    growth: (file) => file.setSize(11n),
  };
  for (const [name, way] of Object.entries(ways)) {
    const root = memoryDirectory();
    const guest = await root.limit({ bytes: 10 }).open();
    const file = await openFile(guest, "f", "rwc");
    const got = await outcome(() => way(file));
    const { size } = await file.stat();
    assert.ok(size <= 10n, name);
    assert.equal(got, name === "write" || name === "append" ? "ok" : "quota");
    // What failed took nothing.
    const rest = 10n - size;
    if (rest > 0n) assert.equal(await file.append(new Uint8Array(20)), rest);
    assert.equal(await outcome(() => file.append(new Uint8Array(1))), "quota");
    assert.equal(await outcome(() => file.write(new Uint8Array(1), 0n)), "quota");
    assert.equal(await file.write(new Uint8Array(0), 0n), 0n);
    await file.setSize(0n);
    assert.equal(await outcome(() => file.setSize(1n)), "quota");
    await write(await root.open(), "g", "others may");
  }
});

test("threat 11: what fails, and what is not written, does not count", async () => {
  const root = memoryDirectory({ quota: { bytes: 5 } });
  const guest = await root.limit({ bytes: 10 }).open();
  const file = await openFile(guest, "f", "rwc");
  for (let times = 0; times < 5; times++) {
    for (const failing of [
      () => file.write(new Uint8Array(6), 0n),
      () => file.append(new Uint8Array(9)),
      () => file.setSize(7n),
      () => file.write(new Uint8Array(1), 8n),
    ]) {
      assert.equal(await outcome(failing), "insufficient-space");
    }
  }
  for (let times = 0; times < 2; times++) assert.equal(await file.write(new Uint8Array(5), 0n), 5n);
  assert.equal(await outcome(() => file.write(new Uint8Array(1), 0n)), "quota");
});

test("threat 11: a limit that is no number is refused", () => {
  for (const limit of [Number.NaN, -1, undefined as unknown as number, "many" as unknown as number]) {
    const limited: (() => unknown)[] = [
      () => memoryDirectory().limit({ bytes: limit }),
      () => memoryDirectory().limit({ handles: limit }),
      () => memoryDirectory({ quota: { bytes: limit } }),
      () => memoryDirectory({ quota: { nodes: limit } }),
    ];
    for (const act of limited) {
      // What is not there is no limit.
      if (limit === undefined) act();
      else assert.throws(act, (error) => error instanceof ComponentError && error.code === "grant/denied");
    }
  }
});

test("a stream beyond the limit writes what it may, and fails then", async () => {
  for (const bytes of [10, 25]) {
    const guest = await memoryDirectory().limit({ bytes }).open();
    const file = await openFile(guest, "f", "rwc");
    const sink = file.appendStream();
    for (let count = 0; count < 3; count++) sink.write(new Uint8Array(10));
    assert.throws(
      () => sink.permit(),
      (error) => error instanceof StreamFailure && error.code.filesystem === "quota",
    );
    assert.equal(sink.permit(), undefined);
    assert.equal((await file.stat()).size, BigInt(bytes));
  }
});

test("threat 11: memory has a size, and what is deleted is free again", async () => {
  const guest = await memoryDirectory({ quota: { bytes: 1000, nodes: 5 } }).open();
  const file = await openFile(guest, "f", "rwc");
  assert.equal(await outcome(() => file.write(new Uint8Array(1001), 0n)), "insufficient-space");
  assert.equal(await outcome(() => file.write(new Uint8Array(1), 1000n)), "insufficient-space");
  assert.equal(await outcome(() => file.setSize(1001n)), "insufficient-space");
  await file.write(new Uint8Array(1000), 0n);
  assert.equal(await outcome(() => guest.symlinkAt("x", "l")), "insufficient-space");
  await guest.unlinkFileAt("f");
  // It is still open.
  assert.equal(await outcome(() => guest.symlinkAt("x", "l")), "insufficient-space");
  file.close();
  await guest.symlinkAt("x".repeat(1000), "l");
  assert.equal(await outcome(() => guest.symlinkAt("x", "m")), "insufficient-space");
  await guest.unlinkFileAt("l");
  for (let count = 0; count < 20; count++) {
    await guest.createDirectoryAt("a");
    await guest.createDirectoryAt("a/b");
    await write(guest, "a/b/c", "123");
    await guest.linkAt("a/b/c", false, guest, "d");
    await guest.symlinkAt("456", "e");
    for (const full of [
      () => guest.createDirectoryAt("x"),
      () => open(guest, "x", "wc"),
      () => guest.symlinkAt("y", "x"),
      () => guest.linkAt("d", false, guest, "x"),
    ]) {
      assert.equal(await outcome(full), "insufficient-space");
    }
    await guest.renameAt("e", guest, "d");
    await guest.renameAt("a/b/c", guest, "d");
    await guest.unlinkFileAt("d");
    await guest.removeDirectoryAt("a/b");
    await guest.removeDirectoryAt("a");
  }
  await write(guest, "f", "x".repeat(1000));
});

test("threat 11: a file in memory is no longer than a file may be", async () => {
  const guest = await memoryDirectory({ quota: { bytes: 2 ** 60 } }).open();
  const file = await openFile(guest, "f", "rwc");
  for (const position of [BigInt(MAX_MEMORY_FILE_BYTES), 2n ** 40n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n]) {
    assert.equal(await outcome(() => file.write(new Uint8Array(1), position)), "file-too-large");
    assert.equal(await outcome(() => file.setSize(position + 1n)), position === 2n ** 63n - 1n ? "invalid" : "file-too-large");
    assert.equal((await file.read(1n, position)).length, 0);
  }
  assert.equal((await file.stat()).size, 0n);
});

test("threat 11: deep trees are walked, moved and let go", async () => {
  const root = memoryDirectory();
  let guest = await root.open();
  const top = await root.open();
  for (let depth = 0; depth < 20_000; depth++) {
    await guest.createDirectoryAt("d");
    const next = await openDirectory(guest, "d");
    guest.close();
    guest = next;
  }
  assert.equal(await outcome(() => top.renameAt("d", guest, "d")), "invalid");
  await top.renameAt("d", top, "e");
  assert.equal((await top.statAt("e/d/d", true)).type, "directory");
  assert.ok(MAX_LISTED_NAMES >= (await top.list()).length);
});

const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n),
);
const time = fc.oneof(fc.bigInt(), fc.constantFrom("now" as const, "no-change" as const));
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("__proto__", "constructor", "then", "toString", "hasOwnProperty", "..", ".", "f", "d"),
  fc.array(fc.string({ unit: "grapheme", maxLength: 5 })).map((parts) => parts.join("/")),
);

test("threat 11: hostile numbers get an error case or an answer of a bounded size", async () => {
  const property = fc.asyncProperty(u64, u64, time, time, async (one, other, accessed, modified) => {
    const guest = await memoryDirectory({ files: { f: "content" }, quota: { bytes: 1 << 20 } }).open();
    const file = await openFile(guest, "f", "rw");
    const bytes = await outcomeOf(() => file.read(one, other));
    if (bytes instanceof Uint8Array) assert.ok(bytes.length <= MAX_READ_BYTES);
    await outcome(() => file.readStream(one));
    await outcome(() => file.writeStream(one));
    for (const use of [
      () => file.advise(one, other),
      () => file.setSize(one),
      () => file.write(new Uint8Array(3), one),
      () => file.setTimes(accessed, modified),
      () => guest.setTimesAt("f", true, accessed, modified),
    ]) {
      await outcome(use);
    }
    assert.ok((await file.stat()).size <= 1 << 20);
  });
  await fc.assert(property, { numRuns: 300 });
});

test("threat 13: hostile names get an error case, and those that can be are names like others", async () => {
  const property = fc.asyncProperty(name, name, async (one, other) => {
    const guest = await memoryDirectory({ files: { f: "content", "d/g": "x" } }).open();
    const uses: ((guest: DirectoryHandle) => unknown)[] = [
      () => guest.createDirectoryAt(one),
      () => guest.symlinkAt(other, one),
      () => guest.linkAt("f", false, guest, one),
      () => guest.renameAt(one, guest, other),
      () => guest.statAt(one, true),
      () => guest.readLinkAt(one),
      () => open(guest, one),
      () => guest.removeDirectoryAt(one),
      () => guest.unlinkFileAt(other),
    ];
    for (const use of uses) await outcome(() => use(guest));
    if ((await outcome(() => open(guest, other, "wcx"))) === "ok") assert.equal(await textOf(guest, other), "");
    for (const { name: listed } of await guest.list())
      assert.ok(listed !== "" && listed !== "." && listed !== ".." && !/[/\0]/.test(listed) && listed.isWellFormed());
  });
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  await fc.assert(property, { numRuns: 500 });
  assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), before);
});

async function outcomeOf<T>(act: () => T | Promise<T>): Promise<T | FileError> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof FileError) return error;
    throw error;
  }
}

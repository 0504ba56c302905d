import assert from "node:assert/strict";
import { test } from "node:test";
import type { Use } from "../capability/authority.ts";
import type { Directory } from "./directory.ts";
import type { DirectoryHandle, OpenFlags } from "./handle.ts";
import { memoryDirectory } from "./memory/memory-directory.ts";
import { flags, open, openDirectory, openFile, outcome, textOf, write } from "./test-guest.ts";

const FILES = { "d/f": "in d", "d/e/g": "deep", "other/h": "in other", top: "on top" };

/** All that a guest may not do where it may only read. */
const CHANGES: Readonly<Record<string, (guest: DirectoryHandle) => unknown>> = {
  "write a file": (guest) => open(guest, "f", "w"),
  "make a file": (guest) => open(guest, "new", "c"),
  "make a file to read": (guest) => open(guest, "new", "rcx"),
  "empty a file": (guest) => open(guest, "f", "rt"),
  "make a directory": (guest) => guest.createDirectoryAt("new"),
  "remove a directory": (guest) => guest.removeDirectoryAt("e"),
  unlink: (guest) => guest.unlinkFileAt("f"),
  "set times": (guest) => guest.setTimes("now", "now"),
  "set times of a name": (guest) => guest.setTimesAt("f", true, "now", "now"),
  "make a link": (guest) => guest.symlinkAt("f", "new"),
  link: (guest) => guest.linkAt("f", false, guest, "new"),
  rename: (guest) => guest.renameAt("f", guest, "new"),
};

test("threat 15: where a guest may only read, no operation changes anything, however the handle was come by", async () => {
  const root = memoryDirectory({ files: FILES });
  const readers: readonly Directory[] = [
    (await root.subdirectory("d")).readOnly(),
    await root.readOnly().subdirectory("d"),
    (await root.subdirectory("d")).readOnly().limit({}),
    memoryDirectory({ files: { f: FILES["d/f"], "e/g": FILES["d/e/g"] }, rights: "read" }),
  ];
  for (const reader of readers) {
    const guest = await reader.open();
    assert.deepEqual(guest.rights, { read: true, write: false, mutate: false });
    const same = await openDirectory(guest, ".");
    assert.equal(same.rights.mutate, false);
    for (const handle of [guest, same]) {
      for (const [name, change] of Object.entries(CHANGES)) assert.equal(await outcome(() => change(handle)), "not-permitted", name);
      const file = await openFile(handle, "f");
      for (const change of [
        () => file.write(new Uint8Array(1), 0n),
        () => file.append(new Uint8Array(1)),
        () => file.setSize(0n),
        () => file.setTimes(0n, 0n),
        () => file.writeStream(0n),
        () => file.appendStream(),
      ]) {
        assert.equal(await outcome(change), "not-permitted");
      }
      assert.equal(await outcome(() => file.sync(false)), "ok");
      assert.equal(await textOf(handle, "f"), "in d");
      assert.deepEqual((await handle.list()).map(({ name }) => name).sort(), ["e", "f"]);
      file.close();
    }
    same.close();
  }
  assert.equal(await textOf(await root.open(), "d/f"), "in d");
});

test("threat 15: what may be changed is the directory's affair, not that of the flags of its handle", async () => {
  const guest = await memoryDirectory({ files: FILES }).open();
  const unasked = await guest.openAt("d", true, flags("d") as OpenFlags, { read: true, write: false, mutate: false });
  assert.equal(unasked.rights.mutate, false);
  await write(unasked as DirectoryHandle, "new", "x");
  assert.equal(await textOf(guest, "d/new"), "x");
});

/** By link or rename a guest would get what it may only read where it may write, or keep what it is to lose. */
const ACROSS: ReadonlyArray<readonly [name: string, from: string, to: string, expected: string]> = [
  ["within one directory", "root", "root", "ok"],
  ["from a directory to one that it was derived from", "d", "root", "ok"],
  ["from a directory to one derived from it", "root", "d", "ok"],
  ["from what is limited to what it was derived from", "limited", "root", "ok"],
  ["to what is limited", "root", "limited", "ok"],
  ["from what can only be read", "reader", "root", "not-permitted"],
  ["to what can only be read", "root", "reader", "not-permitted"],
  ["from what can only be read to what can only be read", "reader", "reader", "not-permitted"],
  ["from a directory to its neighbour", "d", "other", "cross-device"],
  ["from a limited directory to one that was limited otherwise", "limited", "limited2", "cross-device"],
  ["from one tree to another", "root", "stranger", "cross-device"],
];

for (const [name, from, to, expected] of ACROSS) {
  test(`threat 15: link and rename ${name}: ${expected}`, async () => {
    const root = memoryDirectory({ files: FILES });
    const directories = new Map<string, Directory>([
      ["root", root],
      ["d", await root.subdirectory("d")],
      ["other", await root.subdirectory("other")],
      ["reader", root.readOnly()],
      ["limited", root.limit({ bytes: 10 })],
      ["limited2", root.limit({ bytes: 10 })],
      ["stranger", memoryDirectory({ files: FILES })],
    ]);
    const [source, destination] = [await directories.get(from)!.open(), await directories.get(to)!.open()];
    const path = from === "d" ? "f" : "top";
    assert.equal(await outcome(() => source.linkAt(path, false, destination, "linked")), expected);
    assert.equal(await outcome(() => source.renameAt(path, destination, "moved")), expected);
    const [names, left] = [await destination.list(), await source.list()].map((list) => list.map((entry) => entry.name));
    for (const made of ["linked", "moved"]) assert.equal(names!.includes(made), expected === "ok");
    assert.equal(left!.includes(path), expected !== "ok");
  });
}

test("a link at the old path is not followed by `link-at`", async () => {
  const guest = await memoryDirectory({ files: FILES }).open();
  assert.equal(await outcome(() => guest.linkAt("top", true, guest, "new")), "invalid");
});

test("the audit is told of every use, with the outcome that the guest saw", async () => {
  const root = memoryDirectory({ files: FILES, name: "data" });
  const told: Use[] = [];
  root.audit((use) => told.push(use));
  const below = await root.subdirectory("d");
  const guest = await below.open();
  const file = await openFile(guest, "e/../f", "rw");
  const inner = await openDirectory(guest, "e");
  await outcome(() => open(inner, "../f"));
  await file.read(1n, 0n);
  await outcome(() => file.write(new Uint8Array(1), 2n ** 63n));
  file.readStream(0n);
  await inner.statAt("g", true);
  below.revoke();
  await outcome(() => file.stat());
  root.audit(undefined);
  await outcome(() => file.stat());
  assert.deepEqual(
    told.map(({ operation, target, outcome: how }) => `${operation} ${target}: ${how}`),
    [
      "open-at e/../f: ok",
      "open-at e: ok",
      "open-at e/../f: not-permitted",
      "read e/../f: ok",
      "write e/../f: invalid",
      "read-via-stream e/../f: ok",
      "stat-at e/g: ok",
      "stat e/../f: not-permitted",
    ],
  );
  assert.deepEqual([...new Set(told.map(({ capability }) => capability))], ["data"]);
  const own: string[] = [];
  const again = await root.subdirectory("d");
  again.audit(({ capability }) => own.push(capability));
  await (await again.open()).list();
  assert.deepEqual(own, ["data/d"]);
});

test("an audit does not grow with the path that handles were opened by", async () => {
  const root = memoryDirectory();
  let longest = 0;
  root.audit(({ target }) => (longest = Math.max(longest, target.length)));
  let guest = await root.open();
  for (let depth = 0; depth < 100; depth++) {
    const next = await openDirectory(guest, `${"./".repeat(200)}.`);
    guest.close();
    guest = next;
  }
  assert.equal(longest, 4096);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "@tenon/engine";
import { FileError } from "../file-error.ts";
import type { DirectoryNode, FileNode } from "../node.ts";
import { directorySuite } from "../test-directory-suite.ts";
import { type InPlace, outcome, type TestHost, textOf } from "../test-guest.ts";
import { DirectoryInode, Disk } from "./disk.ts";
import { memoryDirectory } from "./memory-directory.ts";
import { MemoryDirectory } from "./memory-node.ts";

const CREATE = { read: true, write: true, create: true, exclusive: false, truncate: false };

/** A directory `root` beside one with a canary, on one disk. */
const inPlace: InPlace = async (act) => {
  const top = new DirectoryInode(new Disk(1 << 24, 100_000));
  top.links = 1;
  const all = new MemoryDirectory(top);
  for (const name of ["root", "outside"]) all.makeDirectory(name);
  const outside = all.enter("outside") as MemoryDirectory;
  (outside.open("canary", CREATE) as FileNode).write(new TextEncoder().encode("canary"), 0);
  const before = outside.statOf("canary");
  const at = <T>(path: string, act: (directory: DirectoryNode, name: string) => T): T => {
    const names = path.split("/");
    const last = names.pop()!;
    let directory = all.enter("root") as DirectoryNode;
    for (const name of names) directory = directory.enter(name) as DirectoryNode;
    return act(directory, last);
  };
  const host: TestHost = {
    write: (path, text) => at(path, (directory, name) => (directory.open(name, CREATE) as FileNode).write(new TextEncoder().encode(text), 0)),
    symlink: (target, path) => at(path, (directory, name) => directory.makeSymlink(name, target)),
    rename: (from, to) => at(from, (directory, name) => at(to, (newDirectory, newName) => directory.rename(name, newDirectory, newName))),
  };
  await act(all.enter("root") as MemoryDirectory, host);
  assert.deepEqual(outside.statOf("canary"), before);
  assert.deepEqual(outside.list(), [{ name: "canary", type: "regular-file" }]);
  assert.deepEqual(all.list().length, 2);
};

directorySuite("memory", inPlace);

test("nothing goes from one tree in memory to another", () => {
  const [one, other] = [1, 2].map(() => new MemoryDirectory(new DirectoryInode(new Disk(1000, 10)))) as [MemoryDirectory, MemoryDirectory];
  one.open("f", CREATE);
  for (const act of [() => one.link("f", other, "g"), () => one.rename("f", other, "g")]) {
    assert.throws(act, (error) => error instanceof FileError && error.code === "cross-device");
  }
});

test("`memoryDirectory` has the files that it is given", async () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const directory = memoryDirectory({ files: { top: "text", "a/b/deep": bytes, "a/other": "", ["__proto__"]: "a name" } });
  bytes.fill(9);
  const guest = await directory.open();
  assert.deepEqual((await guest.list()).map(({ name }) => name).sort(), ["__proto__", "a", "top"]);
  assert.equal(await textOf(guest, "top"), "text");
  assert.equal(await textOf(guest, "a/b/deep"), "\x01\x02\x03");
  assert.equal(await textOf(guest, "__proto__"), "a name");
  const reader = await memoryDirectory({ files: { f: "x" }, rights: "read" }).open();
  assert.equal(await outcome(() => reader.unlinkFileAt("f")), "not-permitted");
});

const WRONG: ReadonlyArray<readonly [files: Record<string, string>, reason: string]> = [
  [{ "": "x" }, "no-entry"],
  [{ "/f": "x" }, "not-permitted"],
  [{ "../f": "x" }, "invalid"],
  [{ "a/../f": "x" }, "invalid"],
  [{ "a/": "x" }, "invalid"],
  [{ "a//f": "x" }, "invalid"],
  [{ "a\0": "x" }, "invalid"],
  [{ f: "x", "f/g": "x" }, "not-directory"],
  [{ "f/g": "x", f: "x" }, "exist"],
  [{ ["n".repeat(256)]: "x" }, "name-too-long"],
  [{ f: "x".repeat(101) }, "insufficient-space"],
];

for (const [files, reason] of WRONG) {
  test(`\`memoryDirectory\` refuses ${JSON.stringify(Object.keys(files)).slice(0, 30)}: ${reason}`, () => {
    assert.throws(
      () => memoryDirectory({ files, quota: { bytes: 100 } }),
      (error) => error instanceof ComponentError && error.code === "grant/denied" && error.message.endsWith(reason),
    );
  });
}

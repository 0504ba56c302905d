import assert from "node:assert/strict";
import { mkdirSync, readdirSync, renameSync, rmdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { DirectoryNode } from "../../../directory/node.ts";
import { MAX_KEPT_DIRECTORIES } from "../../../limits.ts";
import { CREATE, directoryIn, fileIn, inPlace, LINUX, refuses } from "./test-backends.ts";

const descriptors = () => readdirSync("/proc/self/fd").length;

/** Goes there by steps, and back. */
function pass(from: DirectoryNode, path: string): void {
  from.known?.(path)?.close();
  const entered: DirectoryNode[] = [];
  for (const name of path.split("/")) entered.push(directoryIn(entered.at(-1) ?? from, name));
  for (const each of entered.toReversed()) each.close();
}

/** Whether it is known, and is what is there now. */
function isKnown(from: DirectoryNode, path: string): boolean {
  const known = from.known?.(path);
  known?.close();
  return known !== undefined;
}

for (const { open } of LINUX) {
  test("threat 13: a directory that was passed is known, as long as it is where it was", () =>
    inPlace(({ root, outside }) => {
      mkdirSync(join(root, "a/b/c"), { recursive: true });
      const directory = open(root);
      const changes: ReadonlyArray<readonly [from: string, to: string]> = [
        ["a", "z"],
        ["a/b", "z"],
        ["a/b/c", "a/b/z"],
      ];
      assert.equal(isKnown(directory, "a/b/c"), false);
      for (const [from, to] of changes) {
        pass(directory, "a/b/c");
        assert.equal(isKnown(directory, "a/b/c"), true);
        assert.equal(isKnown(directory, "a/b/c"), true);
        renameSync(join(root, from), join(root, to));
        // What is there instead is another directory, or leads out.
        if (from === "a/b/c") mkdirSync(join(root, from));
        else symlinkSync(outside, join(root, from));
        assert.equal(isKnown(directory, "a/b/c"), false);
        if (from === "a/b/c") rmdirSync(join(root, from));
        else renameSync(join(root, from), join(root, "link"));
        renameSync(join(root, to), join(root, from));
      }
      pass(directory, "a/b/c");
      rmdirSync(join(root, "a/b/c"));
      assert.equal(isKnown(directory, "a/b/c"), false);
      directory.close();
    }));

  test("threat 13: what is known is used and closed like what was entered", () =>
    inPlace(({ root }) => {
      mkdirSync(join(root, "a/b"), { recursive: true });
      const before = descriptors();
      const directory = open(root);
      pass(directory, "a/b");
      const known = directory.known!("a/b")!;
      assert.equal(directory.known!("a/b"), undefined);
      fileIn(known, "f", CREATE).close();
      assert.deepEqual(readdirSync(join(root, "a/b")), ["f"]);
      known.close();
      refuses("bad-descriptor", () => known.list());
      assert.equal(isKnown(directory, "a/b"), true);
      const late = directory.known!("a/b")!;
      directory.close();
      refuses("bad-descriptor", () => directory.list());
      late.close();
      assert.equal(descriptors(), before);
    }));

  test("threat 13: a starting point that is moved as a whole knows what it knew; another knows nothing of it", () =>
    inPlace(({ path, root }) => {
      mkdirSync(join(root, "a/b/c"), { recursive: true });
      const directory = open(root);
      pass(directory, "a/b");
      renameSync(root, join(path, "elsewhere"));
      assert.equal(isKnown(directory, "a/b"), true);
      renameSync(join(path, "elsewhere"), root);
      assert.equal(isKnown(directory, "a/b"), true);
      const again = directory.reopen() as DirectoryNode;
      assert.equal(isKnown(again, "a/b"), false);
      const inner = directoryIn(directory, "a").reopen() as DirectoryNode;
      pass(inner, "b/c");
      assert.equal(isKnown(inner, "b/c"), true);
      assert.equal(isKnown(inner, "b"), true);
      // Beside it now stands another with the same names, which is not below it.
      renameSync(join(root, "a"), join(root, "z"));
      mkdirSync(join(root, "a/b/c"), { recursive: true });
      pass(directory, "a/b/c");
      const known = inner.known!("b/c")!;
      writeFileSync(join(root, "z/b/c/mine"), "");
      assert.deepEqual(known.list(), [{ name: "mine", type: "regular-file" }]);
      for (const each of [known, inner, again, directory]) each.close();
    }));

  test("threat 13: no more are kept open than may be", () =>
    inPlace(({ root }) => {
      const before = descriptors();
      const directory = open(root);
      const names = Array.from({ length: MAX_KEPT_DIRECTORIES + 8 }, (_, i) => `d${i}`);
      for (const name of names) {
        mkdirSync(join(root, name));
        pass(directory, name);
      }
      const other = directory.reopen() as DirectoryNode;
      for (const name of names) pass(other, name);
      assert.equal(descriptors(), before + 2 + MAX_KEPT_DIRECTORIES);
      assert.equal(isKnown(other, names.at(-1)!), true);
      assert.equal(isKnown(other, names[0]!), false);
      directory.close();
      other.close();
      assert.equal(descriptors(), before);
    }));
}

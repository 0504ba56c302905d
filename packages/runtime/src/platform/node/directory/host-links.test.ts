/** What the host, or another guest, puts in the place of a directory or file: links that lead out of the root. */
import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { DirectoryNode } from "../../../directory/node.ts";
import { BACKENDS, CREATE, directoryIn, fileIn, inPlace, LINUX, READ, refuses, textOf, WRITE } from "./test-backends.ts";

for (const { name, open } of BACKENDS) {
  test(`threat 13: no operation follows a link (${name})`, () =>
    inPlace(({ root, outside, canary }) => {
      symlinkSync(outside, join(root, "out"));
      symlinkSync(canary, join(root, "canary"));
      symlinkSync(join(outside, "new"), join(root, "dangling"));
      const directory = open(root);
      assert.equal(directory.enter("out"), outside);
      assert.equal(directory.enter("canary"), canary);
      assert.equal(directory.open("canary", READ), canary);
      assert.equal(directory.open("canary", { ...WRITE, truncate: true }), canary);
      assert.equal(directory.open("out", READ), outside);
      assert.equal(directory.open("dangling", CREATE), join(outside, "new"));
      refuses("exist", () => directory.open("dangling", { ...CREATE, exclusive: true }));
      refuses("exist", () => directory.makeDirectory("dangling"));
      refuses("exist", () => directory.makeSymlink("canary", "x"));
      refuses("not-directory", () => directory.removeDirectory("out"));
      directory.setTimesOf("canary", 1_000_000_000n, 2_000_000_000n);
      assert.equal(lstatSync(join(root, "canary"), { bigint: true }).mtimeNs, 2_000_000_000n);
      const stat = directory.statOf("canary");
      assert.ok("type" in stat);
      assert.equal(stat.type, "symbolic-link");
      assert.equal(directory.readLink("canary"), canary);
      directory.rename("canary", directory, "renamed");
      assert.equal(readlinkSync(join(root, "renamed")), canary);
      writeFileSync(join(root, "file"), "");
      directory.rename("file", directory, "renamed");
      assert.ok(lstatSync(join(root, "renamed")).isFile());
      directory.unlink("out");
      assert.deepEqual(readdirSync(root).sort(), ["dangling", "renamed"]);
      directory.close();
    }));

  test(`threat 13: a directory that a link has taken the place of is not left (${name})`, () =>
    inPlace(({ root, outside }) => {
      mkdirSync(join(root, "d"));
      writeFileSync(join(root, "d/canary"), "inside");
      const inner = directoryIn(open(root), "d");
      renameSync(join(root, "d"), join(root, "e"));
      symlinkSync(outside, join(root, "d"));
      // What goes on there goes on in the directory that was opened, or nowhere.
      const attempts: ReadonlyArray<() => unknown> = [
        () => assert.equal(textOf(fileIn(inner, "canary", READ)), "inside"),
        () => fileIn(inner, "canary", { ...WRITE, truncate: true }).close(),
        () => fileIn(inner, "new", { ...CREATE, exclusive: true }).close(),
        () => inner.makeDirectory("made"),
        () => inner.makeSymlink("link", "x"),
        () => inner.rename("canary", inner, "moved"),
        () => inner.setTimesOf("moved", 1n, 1n),
        () => inner.unlink("moved"),
        () => inner.setTimes(1n, 1n),
        () => inner.list(),
      ];
      for (const attempt of attempts) {
        try {
          attempt();
        } catch (error) {
          assert.ok(name !== "Linux", String(error));
          assert.equal((error as { code?: unknown }).code, "not-permitted");
        }
      }
    }));

  test(`threat 13: a name is one name (${name})`, () =>
    inPlace(({ root }) => {
      mkdirSync(join(root, "d"));
      const directory = open(root);
      for (const each of ["", ".", "..", "../outside/canary", "/etc/passwd", "d/..", "d/"]) {
        refuses("not-permitted", () => directory.enter(each));
        refuses("not-permitted", () => directory.open(each, CREATE));
        refuses("not-permitted", () => directory.makeSymlink(each, "x"));
        refuses("not-permitted", () => directory.rename("d", directory, each));
      }
      refuses("invalid", () => directory.open("a\0b", CREATE));
      directory.close();
    }));

  test(`threat 13: what is closed is nothing any more (${name})`, () =>
    inPlace(({ root, canary }) => {
      writeFileSync(join(root, "f"), "");
      const directory = open(root);
      const file = fileIn(directory, "f", WRITE);
      const other = directory.reopen() as DirectoryNode;
      file.close();
      directory.close();
      // Takes the numbers that have become free.
      const others = [other, other.reopen() as DirectoryNode, other.reopen() as DirectoryNode];
      for (const act of [
        () => file.read(new Uint8Array(1), 0),
        () => file.write(new Uint8Array(1), 0),
        () => file.append(new Uint8Array(1)),
        () => file.setSize(0),
        () => file.stat(),
        () => file.sync(true),
        () => file.setTimes("now", "now"),
      ])
        refuses("bad-descriptor", act);
      for (const act of [
        () => directory.open("f", READ),
        () => directory.enter("f"),
        () => directory.list(),
        () => directory.stat(),
        () => directory.reopen(),
        () => directory.unlink("f"),
        () => directory.rename("f", other, "g"),
        () => other.rename("f", directory, "g"),
        () => directory.setTimes("now", "now"),
      ])
        refuses("bad-descriptor", act);
      file.close();
      directory.close();
      for (const each of others) {
        assert.deepEqual(each.list(), [{ name: "f", type: "regular-file" }]);
        each.close();
      }
      assert.ok(readFileSync(canary).length > 0);
    }));
}

for (const { name, open } of LINUX) {
  test(`threat 13: a directory that was moved or removed is still the one that was opened (${name})`, () =>
    inPlace(({ root }) => {
      mkdirSync(join(root, "d"));
      const directory = open(root);
      const inner = directoryIn(directory, "d");
      directory.rename("d", directory, "e");
      fileIn(inner, "f", CREATE).close();
      assert.deepEqual(readdirSync(join(root, "e")), ["f"]);
      unlinkSync(join(root, "e/f"));
      rmdirSync(join(root, "e"));
      mkdirSync(join(root, "e"));
      refuses("no-entry", () => inner.open("f", CREATE));
      refuses("no-entry", () => inner.makeDirectory("f"));
      assert.deepEqual(readdirSync(join(root, "e")), []);
    }));
}

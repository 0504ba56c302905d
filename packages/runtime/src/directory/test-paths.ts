/** For tests: the tricks by which a path could lead out of a directory, tried with every operation. */
import assert from "node:assert/strict";
import { MAX_LINKS, MAX_NAME_BYTES, MAX_PATH_BYTES } from "../limits.ts";
import type { DirectoryHandle } from "./handle.ts";
import { type EachTest, FILE, open, openDirectory, outcome, plant, textOf, write } from "./test-guest.ts";

/** Every operation on a path that could do harm, and what it is called. */
const OPERATIONS: ReadonlyMap<string, (guest: DirectoryHandle, path: string) => unknown> = new Map<string, (guest: DirectoryHandle, path: string) => unknown>([
  ["open", (guest, path) => open(guest, path)],
  ["open, not following", (guest, path) => open(guest, path, "r", false)],
  ["open to write", (guest, path) => open(guest, path, "rw")],
  ["create", (guest, path) => open(guest, path, "wc")],
  ["create anew", (guest, path) => open(guest, path, "wcx")],
  ["truncate", (guest, path) => open(guest, path, "wt")],
  ["open as directory", (guest, path) => open(guest, path, "d")],
  ["stat", (guest, path) => guest.statAt(path, true)],
  ["set times", (guest, path) => guest.setTimesAt(path, true, 0n, 0n)],
  ["hash", (guest, path) => guest.metadataHashAt(path, true)],
  ["make directory", (guest, path) => guest.createDirectoryAt(path)],
  ["remove directory", (guest, path) => guest.removeDirectoryAt(path)],
  ["unlink", (guest, path) => guest.unlinkFileAt(path)],
  ["read link", (guest, path) => guest.readLinkAt(path)],
  ["make link", (guest, path) => guest.symlinkAt("d", path)],
  ["link from", (guest, path) => guest.linkAt(path, false, guest, "new")],
  ["link to", (guest, path) => guest.linkAt("f", false, guest, path)],
  ["rename from", (guest, path) => guest.renameAt(path, guest, "new")],
  ["rename to", (guest, path) => guest.renameAt("f", guest, path)],
]);

/** Refused whatever is asked. */
const REFUSED: ReadonlyArray<readonly [path: string, code: string]> = [
  ["", "no-entry"],
  ["/", "not-permitted"],
  ["/f", "not-permitted"],
  ["//f", "not-permitted"],
  ["/../f", "not-permitted"],
  ["..", "not-permitted"],
  ["../", "not-permitted"],
  ["../outside/canary", "not-permitted"],
  ["./..", "not-permitted"],
  ["./../place/f", "not-permitted"],
  ["d/../..", "not-permitted"],
  ["d/../../place/f", "not-permitted"],
  ["d/e/../../../outside/canary", "not-permitted"],
  ["d//..//..//outside/canary", "not-permitted"],
  ["nothing/../..", "no-entry"],
  ["f/..", "not-directory"],
  ["f/../f", "not-directory"],
  ["f/.", "not-directory"],
  ["up/f", "not-permitted"],
  ["up/outside/canary", "not-permitted"],
  ["up/place/f", "not-permitted"],
  ["up/.", "not-permitted"],
  ["d/up2/x", "not-permitted"],
  ["out/canary", "not-permitted"],
  ["rooted/etc/passwd", "not-permitted"],
  ["self/x", "loop"],
  ["ping/x", "loop"],
  ["f\0", "invalid"],
  ["d/\0", "invalid"],
  ["\0", "invalid"],
  ["f\0/../x", "invalid"],
  [`${"n".repeat(MAX_NAME_BYTES + 1)}`, "name-too-long"],
  [`${"é".repeat(MAX_NAME_BYTES / 2 + 1)}`, "name-too-long"],
  [`${"n".repeat(MAX_NAME_BYTES + 1)}/x`, "name-too-long"],
  [`${"d/../".repeat(MAX_PATH_BYTES / 5)}ff`, "name-too-long"],
  ["\ud800", "illegal-byte-sequence"],
  ["d/\udfff/x", "illegal-byte-sequence"],
];

/** With a slash behind it a link is followed, but for what never makes or replaces what a link leads to. */
const SLASHED = ["up/", "up///", "out/", "rooted/"];
const NOT_FOLLOWING: ReadonlyMap<string, string> = new Map([
  ["create", "is-directory"],
  ["create anew", "is-directory"],
  ["make directory", "exist"],
  ["rename to", "not-directory"],
]);

/** Links whose own name is harmless: to follow them is not. */
const FOLLOWED: ReadonlyArray<readonly [path: string, code: string]> = [
  ["up", "not-permitted"],
  ["out", "not-permitted"],
  ["canary", "not-permitted"],
  ["rooted", "not-permitted"],
  ["absolute", "not-permitted"],
  ["d/up2", "not-permitted"],
  ["self", "loop"],
  ["ping", "loop"],
];
const FOLLOWING = ["open", "open to write", "create", "truncate", "open as directory", "stat", "set times", "hash"];

const LINKS: ReadonlyArray<readonly [path: string, target: string]> = [
  ["up", ".."],
  ["out", "../outside"],
  ["canary", "../outside/canary"],
  ["rooted", "/"],
  ["absolute", "/etc/passwd"],
  ["d/up2", "../.."],
  ["self", "self"],
  ["ping", "pong"],
  ["pong", "ping"],
];

const TRAILING: ReadonlyArray<readonly [operation: string, path: string, expected: string]> = [
  ["open", "d/", "ok"],
  ["open", "d///", "ok"],
  ["open", "d/.", "ok"],
  ["open", "f/", "not-directory"],
  ["open", "f//", "not-directory"],
  ["open", "nothing/", "no-entry"],
  ["open, not following", "l/", "ok"],
  ["open, not following", "l", "loop"],
  ["create", "new/", "is-directory"],
  ["create", "d/", "is-directory"],
  ["create anew", "f", "exist"],
  ["create anew", "l", "exist"],
  ["create anew", ".", "exist"],
  ["open to write", "d", "is-directory"],
  ["open to write", "d/", "is-directory"],
  ["open to write", ".", "is-directory"],
  ["truncate", ".", "is-directory"],
  ["open as directory", "f", "not-directory"],
  ["stat", "f/", "not-directory"],
  ["stat", "l/", "ok"],
  ["make directory", "new/", "ok"],
  ["make directory", "f/", "exist"],
  ["make directory", ".", "exist"],
  ["make directory", "d/..", "exist"],
  ["remove directory", "empty/", "ok"],
  ["remove directory", "f/", "not-directory"],
  ["remove directory", "f", "not-directory"],
  ["remove directory", "l", "not-directory"],
  ["remove directory", "l/", "not-directory"],
  ["remove directory", "d", "not-empty"],
  ["remove directory", ".", "invalid"],
  ["unlink", "f/", "not-directory"],
  ["unlink", "d", "is-directory"],
  ["unlink", "d/", "is-directory"],
  ["unlink", ".", "is-directory"],
  ["unlink", "l/", "not-directory"],
  ["unlink", "l", "ok"],
  ["read link", "l", "ok"],
  ["read link", "f", "invalid"],
  ["read link", "d", "invalid"],
  ["read link", ".", "invalid"],
  ["make link", "new/", "no-entry"],
  ["make link", "d/", "exist"],
  ["make link", "f/", "not-directory"],
  ["make link", ".", "exist"],
  ["link from", "f/", "not-directory"],
  ["link from", "d", "not-permitted"],
  ["link from", "d/", "not-permitted"],
  ["link from", ".", "not-permitted"],
  ["link to", "new/", "no-entry"],
  ["link to", "f", "exist"],
  ["link to", "l", "exist"],
  ["rename from", "d/", "ok"],
  ["rename from", "f/", "not-directory"],
  ["rename from", ".", "busy"],
  ["rename from", "l/", "not-directory"],
  ["rename to", "new/", "not-directory"],
  ["rename to", "d", "is-directory"],
  ["rename to", ".", "busy"],
  ["rename to", "f", "ok"],
];

async function refusesAll(guest: DirectoryHandle): Promise<void> {
  const wrong: string[] = [];
  const see = async (operation: string, path: string, expected: string): Promise<void> => {
    const got = await outcome(() => OPERATIONS.get(operation)!(guest, path));
    if (got !== expected) wrong.push(`${operation} ${JSON.stringify(path.slice(0, 40))}: ${got}, not ${expected}`);
  };
  for (const [path, code] of REFUSED) for (const operation of OPERATIONS.keys()) await see(operation, path, code);
  for (const path of SLASHED) for (const operation of OPERATIONS.keys()) await see(operation, path, NOT_FOLLOWING.get(operation) ?? "not-permitted");
  for (const [path, code] of FOLLOWED) for (const operation of FOLLOWING) await see(operation, path, code);
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    (await guest.list()).map((entry) => entry.name).sort(),
    ["canary", "absolute", "d", "empty", "f", "l", "out", "ping", "pong", "rooted", "self", "up"].sort(),
  );
  assert.equal(await textOf(guest, "f"), FILE);
}

export function pathTests(each: EachTest): void {
  each("threat 13: paths that lead out are refused by every operation, with links of the host's", async (guest, host) => {
    await plant(guest);
    for (const [path, target] of LINKS) host.symlink(target, path);
    await refusesAll(guest);
  });

  each("threat 13: the same with links of the guest's own, which can't be absolute", async (guest, host) => {
    await plant(guest);
    for (const [path, target] of LINKS) {
      const made = await outcome(() => guest.symlinkAt(target, path));
      assert.equal(made, target.startsWith("/") ? "not-permitted" : "ok");
      if (made !== "ok") host.symlink(target, path);
    }
    assert.equal(await outcome(() => guest.readLinkAt("rooted")), "not-permitted");
    assert.equal(await guest.readLinkAt("out"), "../outside");
    await refusesAll(guest);
  });

  each("threat 13: a handle stays with its directory, wherever that goes", async (guest, host) => {
    await plant(guest);
    const handle = await openDirectory(guest, "d/e");
    assert.equal(await outcome(() => open(handle, "../e")), "not-permitted");
    host.rename("d", "z");
    host.symlink("../outside", "d");
    await write(handle, "mine", "1");
    assert.equal(await textOf(guest, "z/e/mine"), "1");
    assert.equal(await outcome(() => open(handle, "../../f")), "not-permitted");
    assert.equal(await outcome(() => open(guest, "d/e")), "not-permitted");
    await guest.renameAt("z/e", guest, "e");
    await guest.removeDirectoryAt("z");
    assert.deepEqual(await handle.list(), [{ name: "mine", type: "regular-file" }]);
    await handle.unlinkFileAt("mine");
    await guest.removeDirectoryAt("e");
    assert.equal(await outcome(() => open(handle, "new", "wc")), "no-entry");
    assert.equal(await outcome(() => guest.renameAt("f", handle, "f")), "no-entry");
    assert.equal(await textOf(guest, "f"), FILE);
    handle.close();
  });

  each("threat 13: what became a link on the way is not followed out", async (guest, host) => {
    await plant(guest);
    await write(guest, "d/e/file", "inside");
    assert.equal(await textOf(guest, "d/e/file"), "inside");
    host.rename("d/e", "kept");
    host.symlink("../../outside", "d/e");
    for (const path of ["d/e/file", "d/e/canary", "d/e/new"]) {
      for (const operation of OPERATIONS.values()) assert.equal(await outcome(() => operation(guest, path)), "not-permitted");
    }
  });

  each("threat 13: a link is followed as often as it may be", async (guest) => {
    await plant(guest);
    await guest.symlinkAt("f", "link1");
    for (let at = 2; at <= MAX_LINKS + 1; at++) await guest.symlinkAt(`./d/../link${at - 1}`, `link${at}`);
    assert.equal(await textOf(guest, `link${MAX_LINKS}`), FILE);
    assert.equal(await outcome(() => open(guest, `link${MAX_LINKS + 1}`)), "loop");
  });

  each("threat 13: the longest names and paths work", async (guest) => {
    for (const name of ["n".repeat(MAX_NAME_BYTES), `é${"ü".repeat(MAX_NAME_BYTES / 2 - 1)}`]) {
      await write(guest, name, "x");
      assert.equal(await textOf(guest, name), "x");
      await guest.unlinkFileAt(name);
    }
    await plant(guest);
    assert.equal(await textOf(guest, `${"./".repeat(MAX_PATH_BYTES / 2 - 1)}/f`), FILE);
    assert.equal(await outcome(() => guest.symlinkAt("t".repeat(MAX_PATH_BYTES + 1), "s")), "name-too-long");
    assert.equal(await outcome(() => guest.symlinkAt("", "s")), "no-entry");
    assert.equal(await outcome(() => guest.symlinkAt("a\0b", "s")), "invalid");
  });

  each("threat 13: slashes at the end and dots", async (guest) => {
    const wrong: string[] = [];
    for (const [index, [operation, path, expected]] of TRAILING.entries()) {
      const place = `case${index}`;
      await guest.createDirectoryAt(place);
      const inner = await openDirectory(guest, place);
      await plant(inner);
      const got = await outcome(() => OPERATIONS.get(operation)!(inner, path));
      if (got !== expected) wrong.push(`${operation} ${path}: ${got}, not ${expected}`);
      inner.close();
    }
    assert.deepEqual(wrong, []);
  });
}

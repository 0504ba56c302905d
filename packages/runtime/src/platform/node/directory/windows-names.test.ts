/** Names that mean something else on Windows. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { openPortableRoot } from "./portable-root.ts";
import { CREATE, inPlace, refuses } from "./test-backends.ts";
import { isPlainOnWindows, isSameName } from "./windows-names.ts";

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  devices: [
    "CON",
    "con",
    "PRN",
    "AUX",
    "NUL",
    "nul",
    "COM1",
    "com9",
    "COM0",
    "COM\u00b9",
    "COM\u00b2",
    "com\u00b3",
    "LPT1",
    "LPT\u00b3",
    "CONIN$",
    "conout$",
    "CLOCK$",
  ],
  "devices with an extension": ["NUL.txt", "con.tar.gz", "AUX .txt", "COM1 .", "lpt\u00b9.x", "NUL  "],
  "streams and drives": ["file:stream", "file::$DATA", "C:", "C:file", "d::$INDEX_ALLOCATION", "NUL:"],
  "what Windows leaves off": ["file.", "file ", "file. .", "..", ".", "...", " "],
  "separators and patterns": ["a\\b", "\\\\?\\C:", "a/b", "*", "a?", "<", ">", '"', "|"],
  "control characters": ["\u0000", "a\nb", "\u001f", "\u007f"],
};

for (const [what, names] of Object.entries(REFUSED)) {
  test(`threat 14: on Windows, ${what} are refused`, () => {
    for (const name of names) assert.equal(isPlainOnWindows(name), false, JSON.stringify(name));
  });
}

test("threat 14: on Windows, other names are not", () => {
  const names = ["console", "CONS", "nully.txt", "COM10", "COM", "lpt", "a.nul", ".hidden", "a b", "PROGRA~1", "com4x", "\u00b9", "CONIN", "\u{1f600}"];
  for (const name of names) assert.equal(isPlainOnWindows(name), true, name);
});

test("threat 14: a short name is not the long one; case and the form of accents make no other name", () => {
  assert.equal(isSameName("PROGRA~1", "Program Files"), false);
  assert.equal(isSameName("secret~1.txt", "secret-and-long.txt"), false);
  assert.equal(isSameName("readme", "README"), true);
  assert.equal(isSameName("\u00e9", "e\u0301"), true);
});

test("threat 14: by the rules of Windows no operation takes such a name, and there are no links", () =>
  inPlace(({ root }) => {
    const directory = openPortableRoot(root, "windows");
    directory.makeDirectory("d");
    for (const name of Object.values(REFUSED).flat()) {
      refuses("not-permitted", () => directory.open(name, CREATE));
      refuses("not-permitted", () => directory.enter(name));
      refuses("not-permitted", () => directory.makeDirectory(name));
      refuses("not-permitted", () => directory.rename("d", directory, name));
      refuses("not-permitted", () => directory.link("d", directory, name));
      refuses("not-permitted", () => directory.statOf(name));
      refuses("not-permitted", () => directory.unlink(name));
    }
    refuses("unsupported", () => directory.makeSymlink("l", "d"));
    directory.close();
    assert.deepEqual(readdirSync(root), ["d"]);
  }));

test("threat 13: by the rules of Windows what leads elsewhere is refused as it stands", { skip: process.platform === "win32" }, () =>
  inPlace(async ({ root, outside, canary }) => {
    const { symlinkSync } = await import("node:fs");
    const { join } = await import("node:path");
    symlinkSync(outside, join(root, "junction"));
    symlinkSync(canary, join(root, "link"));
    const directory = openPortableRoot(root, "windows");
    for (const name of ["junction", "link"]) {
      refuses("not-permitted", () => directory.enter(name));
      refuses("not-permitted", () => directory.open(name, CREATE));
      refuses("not-permitted", () => directory.readLink(name));
      refuses("not-permitted", () => directory.unlink(name));
      refuses("not-permitted", () => directory.removeDirectory(name));
      refuses("not-permitted", () => directory.rename(name, directory, "x"));
    }
    directory.close();
  }),
);

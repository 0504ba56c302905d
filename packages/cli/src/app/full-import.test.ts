import assert from "node:assert/strict";
import { test } from "node:test";
import { fullImport } from "./full-import.ts";

const app = {
  imports: async () => ["wasi:keyvalue/store@0.2.0-draft", "wasi:http/types@0.2.0", "wasi:filesystem/types@0.2.0", "log", "shop:log/restore@1.0.0"],
};

const meant: ReadonlyArray<[given: string, name: string]> = [
  ["store", "wasi:keyvalue/store@0.2.0-draft"],
  ["keyvalue/store", "wasi:keyvalue/store@0.2.0-draft"],
  ["wasi:keyvalue/store", "wasi:keyvalue/store@0.2.0-draft"],
  ["wasi:keyvalue/store@0.2.0-draft", "wasi:keyvalue/store@0.2.0-draft"],
  ["http/types", "wasi:http/types@0.2.0"],
  ["log", "log"],
  // Prefixes are the document's, and so is what is none of its imports.
  ["wasi:*", "wasi:*"],
  ["*", "*"],
  ["tore", "tore"],
  ["store@0.2.0", "store@0.2.0"],
];
for (const [given, name] of meant) {
  test(`${given} means ${name}`, async () => assert.equal(await fullImport(app, "shop", given), name));
}

test("of two that end alike neither is meant", async () => {
  await assert.rejects(fullImport(app, "shop", "types"), {
    name: "InputError",
    message: "`shop` has several imports that end in `types`: `wasi:http/types@0.2.0`, `wasi:filesystem/types@0.2.0`",
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { layerViolations, placeViolations } from "./layers.ts";
import { ROOT, sourceFiles, trackedTextFiles } from "./source-files.ts";

const list = (found: ReturnType<typeof layerViolations>): string => found.map(({ where, rule }) => `${where}: ${rule}`).join("\n");

test("every folder imports only what lies below it", () => {
  assert.equal(list(sourceFiles().flatMap(layerViolations)), "");
});

test("no tracked file names a machine's path or a package host", () => {
  assert.equal(list(trackedTextFiles().flatMap(placeViolations)), "");
});

test("packages declare no dependency that the table forbids", () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    engine: [],
    runtime: ["@tenon/engine", "croner", "jsonc-parser"],
    cli: ["@tenon/engine", "@tenon/runtime", "diff"],
  };
  for (const [name, expected] of Object.entries(allowed)) {
    const manifest = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as { dependencies?: Record<string, string> };
    assert.deepEqual(Object.keys(manifest.dependencies ?? {}).sort(), expected, `packages/${name}`);
  }
});

const forbidden: ReadonlyArray<[path: string, text: string]> = [
  ["packages/engine/src/binary/reader.ts", 'import { link } from "../link/linker.ts";'],
  ["packages/engine/src/abi/lift.ts", 'import type { Api } from "../api/component.ts";'],
  ["packages/engine/src/text/wit.ts", 'import { compile } from "../api/component.ts";'],
  ["packages/engine/src/api/component.ts", 'import { wit } from "../text/wit.ts";'],
  ["packages/engine/src/api/component.ts", 'import { run } from "../../../runtime/src/index.ts";'],
  ["packages/engine/src/api/component.ts", 'import { run } from "@tenon/runtime";'],
  ["packages/engine/src/api/component.ts", 'import { readFile } from "node:fs";'],
  ["packages/engine/src/api/component.ts", "const b = Buffer.from([1]);"],
  ["packages/engine/src/api/component.ts", "setTimeout(done, 1);"],
  ["packages/engine/src/api/component.ts", "let counter = 0;"],
  ["packages/runtime/src/http/server.ts", 'import { createServer } from "node:http";'],
  ["packages/runtime/src/http/server.ts", 'const fs = await import("node:fs");'],
  ["packages/runtime/src/http/server.ts", 'import { main } from "tenon";'],
  ["packages/cli/src/run.ts", 'import { parse } from "yargs";'],
  ["packages/cli/src/run.ts", "return new " + 'Function("return 1")();'],
  ["scripts/anything.ts", "ev" + 'al("1")'],
];
for (const [path, text] of forbidden) {
  test(`forbids ${text} in ${path}`, () => {
    assert.equal(layerViolations({ path, text }).length, 1);
  });
}

const permitted: ReadonlyArray<[path: string, text: string]> = [
  ["packages/engine/src/link/linker.ts", 'import { Store } from "../store/store.ts";'],
  ["packages/engine/src/index.ts", 'export { compile } from "./api/component.ts";'],
  ["packages/engine/src/binary/reader.test.ts", 'import test from "node:test";'],
  ["packages/engine/src/store/store.ts", "this.process(record.document(1)); // Buffer.from"],
  ["packages/runtime/src/platform/node/server.ts", 'import { createServer } from "node:http";'],
  ["packages/runtime/src/http/server.ts", 'import { compile } from "@tenon/engine";'],
  ["packages/cli/src/run.ts", 'import { wit } from "@tenon/engine/wit";'],
];
for (const [path, text] of permitted) {
  test(`permits ${text} in ${path}`, () => {
    assert.equal(list(layerViolations({ path, text })), "");
  });
}

test("finds a machine's path and a host in a lock file", () => {
  assert.equal(placeViolations({ path: "README.md", text: `see ${["", "work", "main"].join("/")}` }).length, 1);
  assert.equal(placeViolations({ path: "package-lock.json", text: '"resolved": "https://example.org/a.tgz"' }).length, 1);
  assert.equal(placeViolations({ path: "README.md", text: "import x from ./work/y" }).length, 0);
});

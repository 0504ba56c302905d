import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { MUTATIONS, mutated } from "./attack/mutations.ts";
import { attackFiles, textOf } from "./attack/named-tests.ts";
import { THREATS } from "./attack/threats.ts";
import { ROOT } from "./source-files.ts";

for (const mutation of MUTATIONS) {
  test(`threat ${mutation.threat}, ${mutation.defence}: can be taken out of ${mutation.file}`, () => {
    const text = mutated(readFileSync(join(ROOT, mutation.file), "utf8"), mutation);
    // What remains is a program: a test must fail because the defence is gone, not because nothing runs.
    stripTypeScriptTypes(text);
    assert.ok(existsSync(join(ROOT, mutation.test)));
    assert.match(textOf(ROOT, mutation.test), new RegExp(`["'\`]threat ${mutation.threat}: `));
  });
}

test("a defence that is not found, or found twice, is told", () => {
  const [mutation] = MUTATIONS;
  assert.throws(() => mutated("", mutation!), /nowhere/);
  assert.throws(() => mutated(`${mutation!.find} ${mutation!.find}`, mutation!), /more than once/);
});

test("every threat has a defence that can be taken out", () => {
  for (const threat of THREATS.keys()) {
    assert.ok(
      MUTATIONS.some((each) => each.threat === threat),
      `threat ${threat}`,
    );
  }
});

test("every threat has its row on the page, whose tests are there", () => {
  const page = readFileSync(join(ROOT, "docs/security.md"), "utf8");
  const tests = attackFiles(ROOT).map((path) => textOf(ROOT, path));
  for (const [threat, about] of THREATS) {
    const row = page.split("\n").find((line) => line.startsWith(`| ${threat} | ${about} | `));
    assert.ok(row !== undefined, `threat ${threat}`);
    const names = [...row.matchAll(/`([^`]+ [^`]+)`/g)].map(([, name]) => name!).filter((name) => !name.startsWith("npm "));
    assert.ok(names.length > 0, `threat ${threat}`);
    for (const name of names)
      assert.ok(
        tests.some((text) => text.includes(`threat ${threat}: ${name}`)),
        name,
      );
  }
});

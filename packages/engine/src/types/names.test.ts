import assert from "node:assert/strict";
import test from "node:test";
import { isLabel, NameProblem, parseExternName } from "./names.ts";

const ALL = { cmNestedNames: true };

test("labels", () => {
  for (const label of ["a", "a-b", "A", "a-B", "a0", "a-0", "a11-w0rds", "A1-2-3", "a0-000-3d4a-54FF"]) assert.ok(isLabel(label), label);
  for (const label of ["", "aB", "Ab", "a-", "-a", "-", "0", "0-a", "a--b", "a0-3d4A", "a_b", "a.b", "ä", "a ", "a\n"]) assert.ok(!isLabel(label), label);
});

test("a label that almost fits takes no time", () => {
  const start = performance.now();
  assert.ok(!isLabel(`a${"-1".repeat(50_000)}!`));
  assert.ok(!isLabel(`a-${"1".repeat(100_000)}!`));
  assert.ok(performance.now() - start < 500);
});

const kinds: ReadonlyArray<[name: string, kind: string]> = [
  ["a-b", "label"],
  ["[constructor]a-b", "constructor"],
  ["[method]a.b", "method"],
  ["[static]a-0.b-1", "static"],
  ["wasi:http/types", "interface"],
  ["wasi:http/types@0.2.0", "interface"],
  ["wasi:http/types@not-yet-checked", "interface"],
  ["a:b:c/d/E", "interface"],
  ["unlocked-dep=<a:b>", "dependency"],
  ["unlocked-dep=<a:b@*>", "dependency"],
  ["unlocked-dep=<a:b/c@{>=1.0.0 <2.0.0}>", "dependency"],
  ["locked-dep=<a:b@1.2.3>,integrity=<sha256-YQ==>", "dependency"],
  ["url=<https://example.com/x>", "url"],
  ["integrity=<sha512-YQ==?x sha256-YWFh>", "hash"],
];
for (const [name, kind] of kinds) test(`${name} is a ${kind} name`, () => assert.equal(parseExternName(name, ALL).kind, kind));

const problems: ReadonlyArray<[name: string, problem: string]> = [
  ["", "`` is not in kebab case"],
  ["aB", "`aB` is not in kebab case"],
  ["[foo]a", "`[foo]a` is not in kebab case"],
  ["[constructor]a.b", "`a.b` is not in kebab case"],
  ["[method]a", "failed to find `.` character"],
  ["[method]a.b.c", "`b.c` is not in kebab case"],
  ["[static]1.b", "`1` is not in kebab case"],
  ["wasi:http", "expected `/` after package name"],
  ["WASI:http/types", "character `W` is not lowercase in package name/namespace"],
  ["wasi:http/TyPes", "`TyPes` is not in kebab case"],
  ["wasi:http/types!", "trailing characters found: `!`"],
  ["wasi/http:a", "expected `:` at `/http:a`"],
  ["locked-dep=<a:b@1>", "`1` is not a valid semver: unexpected end of input while parsing major version number"],
  ["unlocked-dep=<a:b@{1.0.0}>", "expected `>=` or `<` at start of version range"],
  ["unlocked-dep=<a:b@{>=1.0.0 2.0.0}>", "expected `<` at start of version range upper bounds"],
  ["url=<a<b>", "url cannot contain `<`"],
  ["url=<a", "failed to find `>` character"],
  ["url=<a>,x", "expected `integrity=<` at `x`"],
  ["integrity=<>", "integrity hash cannot be empty"],
  ["integrity=<md5-YQ==>", "unrecognized hash algorithm: `md5-YQ==`"],
  ["integrity=<sha256>", "expected `-` after hash algorithm: sha256"],
  ["integrity=<sha256-a_b>", "not valid base64: `a_b`"],
];
for (const [name, problem] of problems) {
  test(`refuses ${JSON.stringify(name)}`, () => {
    assert.throws(
      () => parseExternName(name, ALL),
      (error) => error instanceof NameProblem && error.message === problem,
    );
  });
}

test("nested names can be switched off", () => {
  assert.throws(() => parseExternName("a:b:c/d", { cmNestedNames: false }), /expected `\/` after package name/);
  assert.throws(() => parseExternName("a:b/c/d", { cmNestedNames: false }), /trailing characters found: `\/d`/);
});

test("strong uniqueness", () => {
  const key = (name: string): string => parseExternName(name, ALL).key;
  for (const [a, b] of [
    ["a-b", "A-B"],
    ["[method]a.b", "[static]A.b"],
    ["[method]a.a", "a"],
    ["[static]a.a", "A"],
    ["[constructor]a", "[constructor]A"],
  ] as const) {
    assert.equal(key(a), key(b), `${a} and ${b}`);
  }
  for (const [a, b] of [
    ["a", "[constructor]a"],
    ["[method]a.b", "[method]b.b"],
    ["[method]a.b", "b"],
    ["a:b/c", "a:b/C"],
    ["a:b/c@1.0.0", "a:b/c@2.0.0"],
  ] as const) {
    assert.notEqual(key(a), key(b), `${a} and ${b}`);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { component } from "../binary/test-bytes.ts";
import { instances, nested, types } from "../validate/test-components.ts";
import { type Component, compile, validate } from "./component.ts";
import { promising } from "./promising.ts";

const bytes = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** Exports `then`, `constructor`, `to-string` and `value-of`, all a core function named `__proto__` that gives 7. */
const NAMES = bytes(
  "AGFzbQ0AAQABKgBhc20BAAAAAQUBYAABfwMCAQAHDQEJX19wcm90b19fAAAKBgEEAEEHCwIEAQAAAAcFAUAAAHkGDwEAAAEACV9fcHJvdG9fXwgGAQAAAAAACzUEAAR0aGVuAQAAAAtjb25zdHJ1Y3" +
    "RvcgEAAAAJdG8tc3RyaW5nAQAAAAh2YWx1ZS1vZgEAAA==",
);
/** Imports `test:track/math@0.2.3` with `double` and a function `note`, through core modules named `__proto__` and `constructor`; exports `run`. */
const CALLER = bytes(
  "AGFzbQ0AAQAHFgFCAgFAAQFueQB5BAAGZG91YmxlAQAKGgEAFXRlc3Q6dHJhY2svbWF0aEAwLjIuMwUABwsBQAEEdGV4dHkBAAoJAQAEbm90ZQEBBgsBAQAABmRvdWJsZQgJAgEAAQABAAAAAVgAYX" +
    "NtAQAAAAEKAmABfwF/YAF/AAInAglfX3Byb3RvX18GZG91YmxlAAALY29uc3RydWN0b3IEbm90ZQABAwIBAAcHAQNydW4AAgoMAQoAIAAQASAAEAALAjIDAQEGZG91YmxlAAABAQRub3RlAAEAAAIJ" +
    "X19wcm90b19fEgALY29uc3RydWN0b3ISAQcIAUABAW55AHkGCQEAAAECA3J1bggGAQAAAgACCwkBAANydW4BAgA=",
);
/** Exports `test:track/math@0.2.9` with the `double` that `CALLER` wants, and `test:wrong/math@0.2.3` with one that takes an `f32`. */
const MATH = bytes(
  "AGFzbQ0AAQABPgBhc20BAAAAAQsCYAF/AX9gAX0BfwMDAgABBxICBmRvdWJsZQAABXdyb25nAAEKDgIHACAAQQJsCwQAQQALAgQBAAAABwgBQAEBbnkAeQYMAQAAAQAGZG91YmxlCAYBAAAAAAAHCA" +
    "FAAQFudgB5BgsBAAABAAV3cm9uZwgGAQAAAQABBRkCAQEABmRvdWJsZQEAAQEABmRvdWJsZQEBCzUCABV0ZXN0OnRyYWNrL21hdGhAMC4yLjkFAAAAFXRlc3Q6d3JvbmcvbWF0aEAwLjIuMwUBAA==",
);

/** Imports `tick`; exports `g(n)`, tick(n) + 1 + 100 through two nested components. */
const NESTED = bytes(
  "AGFzbQ0AAQAHCAFAAQFueQB5CgkBAAR0aWNrAQAEiQEAYXNtDQABAAcIAUABAW55AHkKCQEABHRpY2sBAAgFAQEAAAABMABhc20BAAAAAQYBYAF/AX8CBgEAAXQAAAMCAQAHBQEBZgABCgsBCQAgAB" +
    "AAQQFqCwINAgEBAXQAAAAAAQASAAcIAUABAW55AHkGBwEAAAEBAWYIBgEAAAEAAQsHAQABZgEBAAULAQAAAQR0aWNrAQAEhwEAYXNtDQABAAcIAUABAW55AHkKBgEAAWYBAAgFAQEAAAABMQBhc20B" +
    "AAAAAQYBYAF/AX8CBgEAAXQAAAMCAQAHBQEBZwABCgwBCgAgABAAQeQAagsCDQIBAQF0AAAAAAEAEgAHCAFAAQFueQB5BgcBAAABAQFnCAYBAAABAAELBwEAAWcBAQAGBgEBAAABZgUIAQABAQFmAQ" +
    "EGBgEBAAEBZwsHAQABZwECAA==",
);

/** Exports a core module `m`, a component `c` (imports `n`; exports a resource and `f`, n() + 1) and a component `d` whose outer alias names `m`. */
const EXPORTING = bytes(
  "AGFzbQ0AAQABJgBhc20BAAAAAQUBYAABfwMCAQAHCQEFc2V2ZW4AAAoGAQQAQQcLBIwBAGFzbQ0AAQAHBQFAAAB5CgYBAAFuAQAHBAE/fwALBwEAAXIDAQAIBQEBAAAAAS0AYXNtAQAAAAEFAWAAAX" +
    "8CBgEAAW4AAAMCAQAHBQEBZgABCgkBBwAQAEEBagsCDQIBAQFuAAAAAAEAEgAHBQFAAAB5BgcBAAABAQFmCAYBAAABAAMLBwEAAWYBAQAEOwBhc20NAAEABgYBABECAQACBAEAAAAHBQFAAAB5BgsB" +
    "AAABAAVzZXZlbggGAQAAAAAACwcBAAFnAQAACxQDAAFtABEAAAABYwQAAAABZAQBAA==",
);
/** Imports a component `c`, a function `n` and a core module `m`; exports `f` of an instance of `c`, and `seven` of one of `m`. */
const IMPORTING = bytes(
  "AGFzbQ0AAQAHHwFBBQFAAAB5AwABbgEABAABcgMBAUAAAHkEAAFmAQIKBgEAAWMEAAcFAUAAAHkKBgEAAW4BAQMRAVACAWAAAX8DBXNldmVuAAAKBwEAAW0AEQAFCAEAAAEBbgEAAgQBAAAABwUBQA" +
    "AAeQYLAQAAAQAFc2V2ZW4IBgEAAAAAAgsLAQAFc2V2ZW4BAQAGBgEBAAABZgsHAQABZgEDAA==",
);

type Run = (n: unknown) => number;
const note = (): void => {};
const double = (n: number): number => 2 * n;

test("threat 20: names that JavaScript gives a meaning to have none here", async () => {
  const instance = await (await compile(NAMES)).instantiate();
  const exports = instance.exports as Record<string, () => number>;
  assert.equal(Object.getPrototypeOf(exports), null);
  assert.deepEqual(Object.keys(exports).sort(), ["constructor", "then_", "toString", "valueOf"]);
  for (const key of Object.keys(exports)) assert.equal(exports[key]!(), 7);
  // Neither awaiting nor coercing calls a guest.
  assert.equal(await Promise.resolve(exports), exports);
  assert.equal(`${exports}`, "[object Exports]");
});

test("threat 20: core modules, and what they import, may have the names that objects have", async () => {
  const { exports } = await (await compile(CALLER)).instantiate({ "test:track/math@0.2.3": { double }, note });
  assert.equal((exports.run as Run)(4), 8);
});

const providers: readonly (readonly [what: string, imports: Record<string, unknown>, code: string, message: RegExp])[] = [
  ["nothing", {}, "link/missing-import", /import `test:track\/math@0\.2\.3`, export `double`: func was not found/],
  [
    "another track",
    { "test:track/math@0.3.0": { double }, note },
    "link/missing-import",
    /the host has `test:track\/math@0\.3\.0`, which is of another version track/,
  ],
  [
    "other functions",
    { "test:track/math@0.2.3": { halve: double, add: double }, note },
    "link/missing-import",
    /export `double`: func was not found .*; what is given has `halve`, `add`$/,
  ],
  ["an empty object", { "test:track/math@0.2.3": {}, note }, "link/missing-import", /; what is given has nothing at all$/],
  ["a function for an instance", { "test:track/math@0.2.3": double, note }, "link/import-mismatch", /expected instance found func/],
  ["an instance for a function", { "test:track/math@0.2.3": { double }, note: {} }, "link/import-mismatch", /import `note`: expected function found instance/],
  ["a number for a function", { "test:track/math@0.2.3": { double: 2 }, note }, "link/import-mismatch", /expected function found the JavaScript value `2`/],
  [
    "what every object inherits",
    { "test:track/math@0.2.3": Object.create({ toString: double }), note },
    "link/missing-import",
    /export `double`: func was not found/,
  ],
];
for (const [what, imports, code, message] of providers) {
  test(`linking refuses ${what}`, async () => {
    const caller = await compile(CALLER);
    assert.throws(() => caller.link(imports), { code, message });
  });
}

test("an import takes a provider of its version track, from JavaScript or from another instance", async () => {
  const caller = await compile(CALLER);
  const noted: number[] = [];
  const given = { note: (n: number) => noted.push(n) };
  const fromHost = await caller.instantiate({ ...given, "test:track/math@0.2.12": { double } });
  const math = await (await compile(MATH)).instantiate();
  const fromGuest = await caller.instantiate({ ...given, ...math.exports });
  assert.equal((fromHost.exports.run as Run)(4), 8);
  assert.equal((fromGuest.exports.run as Run)(21), 42);
  assert.deepEqual(noted, [4, 21]);
  assert.equal(fromGuest.store, math.store);
});

test("a function of another instance is type-checked", async () => {
  const { exports } = await (await compile(MATH)).instantiate();
  const caller = await compile(CALLER);
  assert.throws(() => caller.link({ note, "test:track/math@0.2.3": exports["test:wrong/math@0.2.3"] }), {
    code: "link/import-mismatch",
    message: /export `double`: parameter `n`: `u32` in the import, `f32` in the provider/,
  });
});

test("one linked component makes instances that share nothing", async () => {
  const linked = (await compile(CALLER)).link({ note, "test:track/math@0.2.3": { double } });
  const [a, b] = [await linked.instantiate(), await linked.instantiate()];
  assert.notEqual(a.store, b.store);
  assert.equal((a.exports.run as Run)(1) + (b.exports.run as Run)(2), 6);
});

test("a host function may wait where its caller can", async () => {
  const slow = { note, "test:track/math@0.2.3": { double: async (n: number) => 2 * n } };
  const { exports } = await (await compile(CALLER)).instantiate(slow);
  assert.equal(await promising(exports.run)(4), 8);
  assert.throws(() => (exports.run as Run)(4), { code: "call/would-suspend", message: /import `test:track\/math@0\.2\.3\.double` returned a promise/ });
  assert.throws(() => promising(note), { code: "call/type-mismatch" });
});

test("a host function may wait below nested components", async () => {
  const tick = (n: number): number | Promise<number> => (n === 5 ? Promise.resolve(10) : 2 * n);
  const { exports } = await (await compile(NESTED)).instantiate({ tick });
  const g = promising(exports.g);
  assert.deepEqual([(exports.g as Run)(1), await g(5), await g(6)], [103, 111, 113]);
  assert.throws(() => (exports.g as Run)(5), { code: "call/would-suspend", message: /import `tick` returned a promise in export `g`/ });
});

test("components and core modules are imports and exports too", async () => {
  const { exports } = await (await compile(EXPORTING)).instantiate();
  const importing = await compile(IMPORTING);
  const made = await importing.instantiate({ ...exports, n: () => 41 });
  assert.deepEqual([(made.exports.f as () => number)(), (made.exports.seven as () => number)()], [42, 7]);
  const d = await (exports.d as Component).instantiate();
  assert.equal((d.exports.g as () => number)(), 7);
  assert.throws(() => importing.link({ ...exports, c: exports.d, n: () => 41 }), {
    code: "link/import-mismatch",
    message: /import `c`: missing export named `r`/,
  });
});

test("validate says no without throwing", async () => {
  assert.equal(await validate(NAMES), true);
  assert.equal(await validate(NAMES.subarray(0, 20)), false);
});

/** Component k holds component k - 1 and instantiates it twice: 2^depth instances from a few bytes each. */
function doubling(depth: number): number[] {
  let inner: number[][] = [types([0x70, 0x7d])];
  for (let i = 0; i < depth; i++) inner = [nested(...inner), instances([0x00, 0x00, 0x00], [0x00, 0x00, 0x00])];
  return component(...inner);
}

test("instances that double are limited", async () => {
  await assert.doesNotReject(compile(Uint8Array.from(doubling(10))));
  await assert.rejects(compile(Uint8Array.from(doubling(22))), {
    code: "decode/too-many",
    message: /too many definitions after all nested components are instantiated/,
  });
});

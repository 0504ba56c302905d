import assert from "node:assert/strict";
import { test } from "node:test";
import type { Use } from "../capability/authority.ts";
import { MAX_RANDOM_BYTES } from "../limits.ts";
import { wasi } from "../wasi/imports.ts";
import { type Random, random } from "./random-capability.ts";

type Interface = Record<string, (...args: unknown[]) => unknown>;

/** Every function of `wasi:random` as a guest calls it. */
function calls(source: Random): [name: string, call: () => unknown][] {
  const imports = wasi({ random: source }) as Record<string, Interface>;
  const found: [string, () => unknown][] = [];
  for (const version of ["0.2.12", "0.3.0"]) {
    for (const name of ["random", "insecure", "insecure-seed"]) {
      const functions = imports[`wasi:random/${name}@${version}`]!;
      for (const [key, value] of Object.entries(functions)) found.push([`${name}.${key}@${version}`, () => value(16n)]);
    }
  }
  return found;
}

test("a seed repeats all that is drawn; another seed or none does not", () => {
  const drawn = (source: Random) => {
    const bytes = new Uint8Array(64);
    source.fill(bytes);
    return bytes.toString();
  };
  assert.equal(drawn(random({ seed: 7 })), drawn(random({ seed: 7n })));
  assert.notEqual(drawn(random({ seed: 7 })), drawn(random({ seed: 8 })));
  assert.notEqual(drawn(random()), drawn(random()));
});

test("threat 25: every function of `wasi:random` traps once its capability is revoked, the seed that was given before too", () => {
  const source = random({ seed: 1 });
  const all = calls(source);
  assert.equal(all.length, 10);
  for (const [, call] of all) call();
  source.revoke();
  for (const [name, call] of all) {
    assert.throws(call, (error: Error) => error.name === "Trap" && error.message.includes("capability `random` has been revoked"), name);
  }
});

test("threat 11: random bytes without end: 0.2 traps before it allocates, 0.3 gives some", () => {
  const imports = wasi({ random: random() }) as Record<string, Interface>;
  for (const name of ["random", "insecure"]) {
    const get = name === "random" ? "getRandomBytes" : "getInsecureRandomBytes";
    for (const length of [BigInt(MAX_RANDOM_BYTES) + 1n, 2n ** 32n - 1n, 2n ** 64n - 1n]) {
      assert.throws(() => imports[`wasi:random/${name}@0.2.12`]![get]!(length), { name: "Trap" });
      assert.equal((imports[`wasi:random/${name}@0.3.0`]![get]!(length) as Uint8Array).length, MAX_RANDOM_BYTES);
    }
  }
});

test("an audit hears of what is drawn", () => {
  const uses: Use[] = [];
  const source = random({ seed: 1 });
  source.audit((use) => uses.push(use));
  source.fill(new Uint8Array(5));
  assert.deepEqual(uses, [{ capability: "random", operation: "get-random-bytes", target: "random bytes", outcome: "ok" }]);
});

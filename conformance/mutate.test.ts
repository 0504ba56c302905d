import assert from "node:assert/strict";
import { test } from "node:test";
import { mutant } from "./mutate.ts";

const corpus = [Uint8Array.from({ length: 100 }, (_, index) => index), Uint8Array.from({ length: 40 }, (_, index) => 200 - index)];

test("a seed gives the same bytes, another seed others", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    assert.deepEqual(mutant(corpus, seed), mutant(corpus, seed));
    seen.add(mutant(corpus, seed).toString());
  }
  assert.ok(seen.size > 190, `${seen.size} different mutants of 200`);
});

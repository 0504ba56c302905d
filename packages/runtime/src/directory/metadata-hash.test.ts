import assert from "node:assert/strict";
import { test } from "node:test";
import { HashKey } from "./metadata-hash.ts";
import type { Stat } from "./node.ts";

const STAT: Stat = {
  type: "regular-file",
  size: 100n,
  links: 1n,
  accessed: 1n,
  modified: 2n,
  changed: 3n,
  identity: { device: 4n, file: 5n },
};

test("the hash changes with what it stands for, and with nothing else", () => {
  const key = new HashKey();
  const [lower, upper] = key.hash(STAT);
  const cases: ReadonlyArray<readonly [stat: Partial<Stat>, sameObject: boolean, sameContent: boolean]> = [
    [{}, true, true],
    [{ links: 2n, accessed: 7n, changed: 7n }, true, true],
    [{ size: 101n }, true, false],
    [{ size: 100n + (1n << 40n) }, true, false],
    [{ modified: 1n }, true, false],
    [{ modified: 2n + (1n << 33n) }, true, false],
    [{ identity: { device: 4n, file: 6n } }, false, false],
    [{ identity: { device: 5n, file: 4n } }, false, false],
    [{ identity: { device: 4n, file: 5n + (1n << 32n) } }, false, false],
    [{ identity: { device: -4n, file: 5n } }, false, false],
  ];
  for (const [change, sameObject, sameContent] of cases) {
    const [newLower, newUpper] = key.hash({ ...STAT, ...change });
    assert.deepEqual([newLower === lower, newUpper === upper], [sameObject, sameContent]);
    for (const half of [newLower, newUpper]) assert.ok(half >= 0n && half < 1n << 64n);
  }
});

test("threat 24: the hash tells nothing of the host's numbers: with another key it is another", () => {
  const hashes = Array.from({ length: 50 }, () => new HashKey().hash(STAT)).flat();
  assert.equal(new Set(hashes).size, 100);
});

test("it is HalfSipHash", () => {
  // The published vector for sixteen bytes 0, 1, 2, ... under the key of eight bytes 0, 1, 2, ...
  const identity = { device: 0x0706050403020100n, file: 0x0f0e0d0c0b0a0908n };
  const [lower] = new HashKey(Uint32Array.of(0x03020100, 0x07060504)).hash({ ...STAT, identity });
  assert.equal(lower, 0xb5f37b5fd2aa3673n);
});

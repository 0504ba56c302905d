/** What the machine's files do beyond what all backends have in common. */
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { NewTime, Stat } from "../../../directory/node.ts";
import { errnoOf, fileError } from "./errno.ts";
import { BACKENDS, CREATE, fileIn, inPlace, READ, refuses, textOf, WRITE } from "./test-backends.ts";

/** On Linux Node's foreign functions set what Node's own don't: there, seconds as a floating point number have steps of 238 ns in these years. */
const STEP = process.platform === "linux" && Number(process.versions.node.split(".")[0]) >= 26 ? 1n : 240n;

function isNear(actual: bigint | undefined, expected: bigint): boolean {
  return actual !== undefined && actual - expected < STEP && expected - actual < STEP;
}

for (const { name, open } of BACKENDS) {
  test(`${name}: times are set exactly where Node can, of files, directories and what has a name`, () =>
    inPlace(({ root }) => {
      writeFileSync(join(root, "f"), "");
      const directory = open(root);
      const file = fileIn(directory, "f", READ);
      const nodes: ReadonlyArray<{ stat(): Stat; setTimes(accessed: NewTime, modified: NewTime): void }> = [
        { stat: () => file.stat() as Stat, setTimes: (accessed, modified) => file.setTimes(accessed, modified) },
        { stat: () => directory.stat() as Stat, setTimes: (accessed, modified) => directory.setTimes(accessed, modified) },
        { stat: () => directory.statOf("f") as Stat, setTimes: (accessed, modified) => directory.setTimesOf("f", accessed, modified) },
      ];
      for (const node of nodes) {
        node.setTimes(1_700_000_000_123_456_789n, 1_600_000_000_000_000_001n);
        assert.ok(isNear(node.stat().accessed, 1_700_000_000_123_456_789n));
        assert.ok(isNear(node.stat().modified, 1_600_000_000_000_000_001n));
        const { accessed, modified } = node.stat();
        node.setTimes("no-change", 5_000_000_000n);
        assert.ok(isNear(node.stat().accessed, accessed!));
        assert.equal(node.stat().modified, 5_000_000_000n);
        node.setTimes(0n, "no-change");
        assert.deepEqual([node.stat().accessed, node.stat().modified], [0n, 5_000_000_000n]);
        node.setTimes("no-change", "no-change");
        assert.deepEqual([node.stat().accessed, node.stat().modified], [0n, 5_000_000_000n]);
        node.setTimes(-1_500_000_000n, modified!);
        assert.equal(node.stat().accessed, -1_500_000_000n);
        const before = BigInt(Date.now() - 1000) * 1_000_000n;
        node.setTimes("now", "now");
        assert.ok(node.stat().accessed! > before && node.stat().modified! > before);
        refuses("overflow", () => node.setTimes(2n ** 64n * 1_000_000_000n, 0n));
        refuses("overflow", () => node.setTimes(0n, -(2n ** 63n) * 1_000_000_000n));
      }
      file.close();
      directory.close();
    }));

  test(`${name}: what is appended through two openings is all there`, () =>
    inPlace(({ root }) => {
      const directory = open(root);
      const [one, other] = [fileIn(directory, "f", CREATE), fileIn(directory, "f", WRITE)];
      for (const text of ["1", "2", "3", "4"]) (Number(text) % 2 === 1 ? one : other).append(Buffer.from(text));
      directory.rename("f", directory, "g");
      one.append(Buffer.from("5"));
      one.write(Buffer.from("0"), 0);
      assert.equal(readFileSync(join(root, "g"), "utf8"), "02345");
      assert.equal(textOf(other), "02345");
      one.close();
      other.close();
      directory.close();
    }));

  test(`${name}: numbers that no file has are refused`, () =>
    inPlace(({ root }) => {
      const directory = open(root);
      const file = fileIn(directory, "f", CREATE);
      const bytes = new Uint8Array(1);
      for (const number of [2 ** 53, 2 ** 64, 0.5, Number.NaN, -2]) {
        refuses("invalid", () => file.read(bytes, number));
        refuses("invalid", () => file.write(bytes, number));
      }
      assert.equal(file.read(bytes, Number.MAX_SAFE_INTEGER), 0);
      assert.throws(() => file.write(bytes, Number.MAX_SAFE_INTEGER), { code: "file-too-large" });
      assert.throws(() => file.setSize(Number.MAX_SAFE_INTEGER), { code: "file-too-large" });
      assert.equal(file.read(new Uint8Array(0), 0), 0);
      assert.equal(file.write(new Uint8Array(0), 5), 0);
      assert.equal(statSync(join(root, "f")).size, 0);
      file.close();
      directory.close();
    }));

  test(`${name}: what was opened to be read is not written, and the other way round`, () =>
    inPlace(({ root }) => {
      writeFileSync(join(root, "f"), "text");
      const directory = open(root);
      const reader = fileIn(directory, "f", READ);
      assert.throws(() => reader.write(Buffer.from("x"), 0));
      assert.throws(() => reader.setSize(0));
      const writer = fileIn(directory, "f", { ...WRITE, read: false });
      assert.throws(() => writer.read(new Uint8Array(1), 0));
      assert.equal(textOf(reader), "text");
      reader.close();
      writer.close();
      directory.close();
    }));
}

test("an error of the host's that has no word is an input or output error, and tells nothing", () => {
  const error = Object.assign(new Error("EWEIRD: of /secret/place"), { code: "EWEIRD", path: "/secret/place" });
  assert.equal(errnoOf(error), "EWEIRD");
  assert.equal(fileError(error).code, "io");
  assert.equal(String(fileError(error)), "FileError: io");
  assert.equal(fileError("text").code, "io");
});

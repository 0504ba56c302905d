import assert from "node:assert/strict";
import test from "node:test";
import { isCanonicalVersion, semverProblem, trackOf } from "./semver.ts";

const tracks: ReadonlyArray<[name: string, track: string | undefined]> = [
  ["wasi:cli/run@0.2.3", "wasi:cli/run@0.2"],
  ["wasi:cli/run@0.2.12", "wasi:cli/run@0.2"],
  ["wasi:cli/run@0.2", "wasi:cli/run@0.2"],
  ["wasi:cli/run@0.2.3+build.5", "wasi:cli/run@0.2"],
  ["a:b/c@1.2.3", "a:b/c@1"],
  ["a:b/c@12", "a:b/c@12"],
  ["a:b/c@0.0.3", "a:b/c@0.0.3"],
  ["a:b/c@0.0.0", "a:b/c@0.0.0"],
  ["wasi:cli/run@0.2.0-rc.1", undefined],
  ["wasi:cli/run", undefined],
  ["run", undefined],
];
for (const [name, track] of tracks) test(`track of ${name}`, () => assert.equal(trackOf(name), track));

const problems: ReadonlyArray<[version: string, problem: string | undefined]> = [
  ["1.2.3", undefined],
  ["0.0.0-a.1.b-2+c.001", undefined],
  ["1.2.3+0", undefined],
  ["", "empty string, expected a semver version"],
  ["1", "unexpected end of input while parsing major version number"],
  ["1.", "unexpected end of input while parsing minor version number"],
  ["1.x", "unexpected character 'x' while parsing minor version number"],
  ["1.2.3x", "unexpected character 'x' after patch version number"],
  ["1a.2.3", "unexpected character 'a' after major version number"],
  ["01.2.3", "invalid leading zero in major version number"],
  ["1.2.3-", "empty identifier segment in pre-release identifier"],
  ["1.2.3-a..b", "empty identifier segment in pre-release identifier"],
  ["1.2.3-01", "invalid leading zero in pre-release identifier"],
  ["1.2.3+", "empty identifier segment in build metadata"],
  ["1.2.3-é", "empty identifier segment in pre-release identifier"],
  ["1.2.3-a é", "unexpected character ' ' after pre-release identifier"],
  ["99999999999999999999.0.0", "value of major version number exceeds u64::MAX"],
];
for (const [version, problem] of problems) {
  test(`semver ${JSON.stringify(version)}`, () => assert.equal(semverProblem(version), problem));
}

test("canonical versions", () => {
  for (const version of ["1", "20", "0.1", "0.20", "0.0.1", "0.0.0"]) assert.ok(isCanonicalVersion(version), version);
  for (const version of ["0", "0.0", "1.2", "01", "0.1.0", "1.0.0", ""]) assert.ok(!isCanonicalVersion(version), version);
});

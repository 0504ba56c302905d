import assert from "node:assert/strict";
import { test } from "node:test";
import { casesOf, disagreements, exercised, missing, unexplained } from "./functions/cases.ts";
import { tenon } from "./functions/hosts.ts";
import { functionsOf, interfacesOf } from "./functions/listing.ts";
import { RUNS } from "./functions/runs.ts";
import { allCases, judge, live, pageOnDisk, transcripts } from "./functions.ts";

// The recording and the errors of the system are Linux's.
test("every function of WASI does what it does in wasmtime", { skip: process.platform !== "linux" && "recorded on Linux", timeout: 120_000 }, async () => {
  const { problems, page } = await judge(allCases(await transcripts(RUNS, tenon)));
  assert.deepEqual(problems, []);
  assert.equal(page, pageOnDisk(), "docs/wasi.md is out of date: `node conformance/wasi/functions.ts --write`");
});

const oracle = process.env.WASMTIME;
test("wasmtime does what was recorded of it", { skip: oracle === undefined && "WASMTIME names no wasmtime", timeout: 120_000 }, async () => {
  assert.deepEqual(await live(oracle!), []);
});

test("WASI has 181 functions in 0.2.12 and 130 in 0.3.0", async () => {
  assert.deepEqual([(await functionsOf("0.2")).length, await interfacesOf("0.2")], [181, 32]);
  assert.deepEqual([(await functionsOf("0.3")).length, await interfacesOf("0.3")], [130, 26]);
});

const theirs = casesOf("a", ["wasi:x/y@0.2 f ok 1", "wasi:x/y@0.2 f err closed", "GET /path -> 200", "ended with 0"]);

test("lines are taken apart, and cases of a function counted", () => {
  assert.deepEqual(
    theirs.map(({ subject, number, outcome }) => [subject, number, outcome]),
    [
      ["wasi:x/y@0.2 f", 1, "ok 1"],
      ["wasi:x/y@0.2 f", 2, "err closed"],
      ["GET /path", 1, "200"],
      ["ended with", 1, "0"],
    ],
  );
});

test("differences are found, and a listed one that is none is told", () => {
  const found = disagreements(theirs, casesOf("a", ["wasi:x/y@0.2 f ok 2", "GET /path -> 200", "ended with 0", "wasi:x/y@0.2 g ok"]));
  assert.deepEqual(
    found.map(({ subject, number, wasmtime, tenon }) => [subject, number, wasmtime, tenon]),
    [
      ["wasi:x/y@0.2 f", 1, "ok 1", "ok 2"],
      ["wasi:x/y@0.2 g", 1, "-", "ok"],
      ["wasi:x/y@0.2 f", 2, "err closed", "-"],
    ],
  );
  const known = (number: number) => [["a", "wasi:x/y@0.2 f", number, "ok 1", "ok 2"] as const];
  assert.deepEqual(unexplained(found.slice(0, 1), known(1)), []);
  assert.equal(unexplained(found.slice(0, 1), known(2)).length, 2);
});

test("a function without a success or an error is told, unless it is excused", () => {
  const listing = ["f", "g"].map((name) => ({ interface: "wasi:x/y@0.2", name, fallible: true }));
  const all = exercised(listing, [...theirs, ...casesOf("b", ["wasi:x/y@0.2 g ok"])]);
  assert.deepEqual(missing(all, new Map()), ["wasi:x/y@0.2 g: no error"]);
  assert.deepEqual(missing(all, new Map([["wasi:x/y@0.2 g", "a reason"]])), []);
  assert.equal(missing(all, new Map([["wasi:x/y@0.2 f", "a reason"]])).length, 2);
  assert.equal(missing(exercised(listing, casesOf("b", ["wasi:x/y@0.2 f err closed"])), new Map()).length, 2);
});

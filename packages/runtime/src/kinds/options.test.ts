import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../document/document.ts";
import { describeProblem } from "../document/problem.ts";
import { checkOptions, isCount, isText, isTexts, type Options, oneOf } from "./options.ts";

const OPTIONS: Options = new Map([
  ["backend", { about: "where the pairs are", ...oneOf(["memory", "sqlite"]), example: "memory" }],
  ["path", { about: "the file", ...isText("a path"), example: "./a.db", required: true }],
  ["port", { about: "where it listens", ...isCount("a port from 0 to 65535", 0, 65535), example: 8080 }],
  ["names", { about: "names", ...isTexts("names"), example: ["a"] }],
]);

const cases: readonly [config: JsonObject, code: string, place: readonly (string | number)[], told: string][] = [
  [{}, "document/missing-option", ["with"], '`thing` needs `path`: the file\n  "with": { "path": "./a.db" }'],
  [
    { path: "a", backed: 1 },
    "document/unknown-option",
    ["with", "backed"],
    '`thing` has no option "backed": it has `backend`, `path`, `port`, `names`\n  did you mean `backend`?',
  ],
  [{ path: "a", zzzzzzz: 1 }, "document/unknown-option", ["with", "zzzzzzz"], '`thing` has no option "zzzzzzz": it has `backend`, `path`, `port`, `names`'],
  [{ path: "a", toString: 1 }, "document/unknown-option", ["with", "toString"], '`thing` has no option "toString": it has `backend`, `path`, `port`, `names`'],
  [{ path: "" }, "document/wrong-option", ["with", "path"], '`path` of `thing` is ""; expected a path\n  "path": "./a.db"'],
  [
    { path: "a", backend: "x".repeat(99) },
    "document/wrong-option",
    ["with", "backend"],
    `\`backend\` of \`thing\` is "${"x".repeat(59)}…; expected "memory" or "sqlite"\n  "backend": "memory"`,
  ],
  [{ path: "a", port: 65536 }, "document/wrong-option", ["with", "port"], '`port` of `thing` is 65536; expected a port from 0 to 65535\n  "port": 8080'],
  [{ path: "a", port: 1.5 }, "document/wrong-option", ["with", "port"], '`port` of `thing` is 1.5; expected a port from 0 to 65535\n  "port": 8080'],
  [{ path: "a", port: "1" }, "document/wrong-option", ["with", "port"], '`port` of `thing` is "1"; expected a port from 0 to 65535\n  "port": 8080'],
  [
    { path: "a", names: ["a", null] },
    "document/wrong-option",
    ["with", "names"],
    '`names` of `thing` is ["a",null]; expected a list of names\n  "names": ["a"]',
  ],
];
for (const [config, code, place, told] of cases) {
  test(`options: ${JSON.stringify(config).slice(0, 60)}`, () => {
    const [problem, ...more] = checkOptions("thing", OPTIONS, config, ["with"]);
    assert.deepEqual([problem?.code, problem?.place, problem && describeProblem(problem), more], [code, place, told, []]);
  });
}

test("options: all that is wrong is told at once, and what is right is nothing", () => {
  assert.equal(checkOptions("thing", OPTIONS, JSON.parse('{ "__proto__": 1, "port": -1 }'), []).length, 3);
  assert.deepEqual(checkOptions("thing", OPTIONS, { path: "./a", port: 0, names: [], backend: "sqlite" }, []), []);
  assert.deepEqual(checkOptions("thing", new Map(), { a: 1 }, []).map(describeProblem), ['`thing` has no option "a": it has none']);
});

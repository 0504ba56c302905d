import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { AppError } from "../document/problem.ts";
import { checkNeeds } from "./needs.ts";
import { testPlatform } from "./test-platform.ts";

const fixture = (name: string): Promise<Uint8Array> => readFile(new URL(`../../fixtures/swap/${name}.wasm`, import.meta.url));
const HELLO = new URL("../../../../examples/hello/hello.c.wasm", import.meta.url);

const machine = async () =>
  testPlatform({ "keeper.wasm": await fixture("keeper-1"), "tester.wasm": await fixture("tester"), "hello.wasm": await readFile(HELLO) });

/** `exports` and `check` as JSON. */
const app = (check: string, exports = `{ "test:keeper/keeping@1.0.0": "keeper" }`): string => `{
  "tenon": 1, "name": "kept",
  "parts": {
    "keeper": { "component": "./keeper.wasm" },
    "tester": { "component": "./tester.wasm" },
    "hello": { "component": "./hello.wasm" },
    "basics": { "capability": "basics" },
  },
  "wires": { "keeper": { "*": null }, "tester": { "*": "keeper", "wasi:*": "basics" }, "hello": { "wasi:*": "basics" } },
  "exports": ${exports},
  "people": { "writer": "keeps words" },
  // the last one is for a person to see
  "needs": [{ "who": "writer", "want": "keep words", "check": ${check} }, { "who": "writer", "want": "like it" }],
}`;

const WRONG = ["test:tester/cases@1.0.0#test-finds-a-mistake", "test:tester/cases@1.0.0#test-traps", "test:tester/cases@1.0.0#test-with-no-payload"];

const checks: ReadonlyArray<[name: string, check: string, holds: boolean, wrong: readonly string[]]> = [
  ["a part of which no case finds anything", '"hello"', true, []],
  ["a part of which some do", '"tester"', false, WRONG],
  ["a file, which gets what the app exports", '"./tester.wasm"', false, WRONG],
  ["a file that asks nothing of the app", '"./hello.wasm"', true, []],
];
for (const [name, check, holds, wrong] of checks) {
  test(`a need is checked by ${name}`, async () => {
    const [first, second] = await checkNeeds(app(check), await machine());
    assert.deepEqual([first!.who, first!.want, first!.holds], ["writer", "keep words", holds]);
    assert.deepEqual(
      first!.cases.filter((each) => each.wrong !== undefined).map((each) => each.name),
      wrong,
    );
    assert.deepEqual(second, { who: "writer", want: "like it", cases: [] });
  });
}

const refused: ReadonlyArray<[name: string, text: string, message: string]> = [
  [
    "a part that is not there",
    app('"tster"'),
    "/app/tenon.jsonc:13:63: what `writer` needs can't be checked by `tster`: there is no such part\n  did you mean `tester`?",
  ],
  ["a capability", app('"basics"'), "/app/tenon.jsonc:13:63: what `writer` needs can't be checked by `basics`: it is no component"],
  [
    "a file that wants what the app doesn't export",
    app('"./tester.wasm"', "{}"),
    "/app/tenon.jsonc:13:63: what `writer` needs can't be checked by `./tester.wasm`: the app `app` exports no `test:keeper/keeping@1.0.0`: it exports nothing\n" +
      '  in app: "exports": { "test:keeper/keeping@1.0.0": "part" }',
  ],
  [
    "a file that is not there",
    app('"./none.wasm"'),
    "/app/tenon.jsonc:13:63: what `writer` needs can't be checked by `./none.wasm`: `check`: ./none.wasm: there is no such file",
  ],
];
for (const [name, text, message] of refused) {
  test(`no check is ${name}`, async () => {
    await assert.rejects(checkNeeds(text, await machine()), (error: AppError) => {
      assert.deepEqual([error.code, error.message], ["app/bad-check", message]);
      return true;
    });
  });
}

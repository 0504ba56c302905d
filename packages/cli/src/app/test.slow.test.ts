import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const TENON = fileURLToPath(new URL("../main.ts", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../../runtime/fixtures/swap/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tenon-test-"));
after(() => rmSync(folder, { recursive: true }));

for (const name of ["keeper-1", "tester"]) cpSync(join(FIXTURES, `${name}.wasm`), join(folder, `${name}.wasm`));
writeFileSync(
  join(folder, "tenon.jsonc"),
  `{
    "tenon": 1, "name": "kept",
    "parts": {
      "keeper": { "component": "./keeper-1.wasm", "tests": ["tester"] }, "tester": { "component": "./tester.wasm" },
      "basics": { "capability": "basics" } },
    "wires": { "keeper": { "*": null }, "tester": { "wasi:*": "basics", "*": "keeper" } }
  }`,
);

function tenon(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TENON, "test", "--app", folder, ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test("each case is told as it ends, and one that fails says what it found", async () => {
  const { code, stdout, stderr } = await tenon();
  assert.deepEqual([code, stderr], [1, ""]);
  assert.equal(
    stdout,
    `ok     keeper: tester test-at-root
ok     keeper: tester test:tester/cases@1.0.0#test-counts
ok     keeper: tester test:tester/cases@1.0.0#test-fresh
ok     keeper: tester test:tester/cases@1.0.0#test-waits-an-hour
FAILED keeper: tester test:tester/cases@1.0.0#test-finds-a-mistake
       there is 1 word, not 2
FAILED keeper: tester test:tester/cases@1.0.0#test-traps
       wasm trap: wasm \`unreachable\` instruction executed (unreachable)
FAILED keeper: tester test:tester/cases@1.0.0#test-with-no-payload
       it returned an error
4 passed, 3 failed
`,
  );
});

test("as JSON", async () => {
  const { code, stdout } = await tenon("--json", "keeper");
  const reports = JSON.parse(stdout) as { readonly name: string; readonly wrong?: string }[];
  assert.deepEqual([code, reports.length, reports[4]!.wrong], [1, 7, "there is 1 word, not 2"]);
});

test("a part without tests", async () => {
  assert.deepEqual(await tenon("tester"), { code: 0, stdout: 'no part has tests: "tests": ["part", ...] names them\n', stderr: "" });
});

test("a part that is not there", async () => {
  assert.deepEqual(await tenon("kepeer"), { code: 1, stdout: "", stderr: "tenon: there is no component `kepeer` to test\n  did you mean `keeper`?\n" });
});

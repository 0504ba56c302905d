/** `tenon check --needs`: who needs what, whether it holds, and the exit status. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { NeedReport } from "@tenon/runtime/app";

const TENON = fileURLToPath(new URL("../main.ts", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../../runtime/fixtures/swap/", import.meta.url));
const HELLO = fileURLToPath(new URL("../../../../examples/hello/hello.c.wasm", import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `check` stands for what is to check that words are kept. */
async function check(by: string, ...args: string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-needs-"));
  for (const name of ["keeper-1", "tester"]) cpSync(join(FIXTURES, `${name}.wasm`), join(folder, `${name}.wasm`));
  cpSync(HELLO, join(folder, "hello.wasm"));
  writeFileSync(
    join(folder, "tenon.jsonc"),
    `{ "tenon": 1, "name": "kept",
  "parts": { "keeper": { "component": "./keeper-1.wasm" }, "tester": { "component": "./tester.wasm" }, "basics": { "capability": "basics" } },
  "wires": { "keeper": { "*": null }, "tester": { "wasi:*": "basics", "*": "keeper" } },
  "people": { "writer": "keeps words" },
  "needs": [{ "who": "writer", "want": "keep words", "check": ${JSON.stringify(by)} }, { "who": "writer", "want": "like it" }] }
`,
  );
  const outcome = await new Promise<Outcome>((resolve) => {
    execFile(process.execPath, [TENON, "check", "--needs", ...args, folder], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr: stderr.replaceAll(folder, "HERE") }),
    );
  });
  rmSync(folder, { recursive: true });
  return outcome;
}

test("what holds, and what nobody checks", async () => {
  assert.deepEqual(await check("./hello.wasm"), {
    code: 0,
    stdout: "writer needs to keep words: it holds\nwriter needs to like it: nothing checks it\n",
    stderr: "",
  });
});

test("what does not hold, and why", async () => {
  assert.deepEqual(await check("tester"), {
    code: 1,
    stdout: `writer needs to keep words: it does not hold
  test:tester/cases@1.0.0#test-finds-a-mistake: there is 1 word, not 2
  test:tester/cases@1.0.0#test-traps: wasm trap: wasm \`unreachable\` instruction executed (unreachable)
  test:tester/cases@1.0.0#test-with-no-payload: it returned an error
writer needs to like it: nothing checks it
`,
    stderr: "",
  });
});

test("as JSON", async () => {
  const { code, stdout, stderr } = await check("tester", "--json");
  const { problems, needs } = JSON.parse(stdout) as { readonly problems: readonly unknown[]; readonly needs: readonly NeedReport[] };
  assert.deepEqual([code, stderr, problems], [1, "", []]);
  assert.deepEqual(
    needs.map(({ who, want, holds, cases }) => [who, want, holds, cases.length]),
    [["writer", "keep words", false, 7], ["writer", "like it", undefined, 0]], // biome-ignore format: one line
  );
});

test("a check that is not there", async () => {
  assert.deepEqual(await check("testre"), {
    code: 1,
    stdout: "",
    stderr: "tenon: HERE/tenon.jsonc:5:63: what `writer` needs can't be checked by `testre`: there is no such part\n  did you mean `tester`?\n",
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const TENON = fileURLToPath(new URL("../main.ts", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../../../examples/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tenon-update-"));
after(() => rmSync(folder, { recursive: true }));

const put = (example: string): void => cpSync(join(EXAMPLES, example), join(folder, "part.wasm"));
put("rust/scoreboard.wasm");
writeFileSync(join(folder, "tenon.jsonc"), '{ "tenon": 1, "name": "board", "parts": { "scores": { "component": "./part.wasm" } } }');

function tenon(command: string, ...args: string[]): Promise<readonly [code: number, stdout: string, stderr: string]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TENON, command, ...args, folder], { cwd: folder }, (error, stdout, stderr) =>
      resolve([Number(error?.code ?? 0), stdout, stderr]),
    );
  });
}

test("tenon update locks the code of an app, and says what other code means; tenon check refuses it", async () => {
  assert.deepEqual(await tenon("update", "--dry-run"), [0, "new: ./part.wasm\n", ""]);
  assert.equal(existsSync(join(folder, "tenon.lock")), false);
  assert.deepEqual(await tenon("update"), [0, "new: ./part.wasm\n", ""]);

  put("caller/caller.wasm");
  writeFileSync(
    join(folder, "tenon.jsonc"),
    '{ "tenon": 1, "name": "board", "parts": { "scores": { "component": "./part.wasm" } }, "wires": { "scores": { "*": null } } }',
  );
  const [code, stdout, stderr] = await tenon("check");
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /tenon\.lock: `\.\/part\.wasm` is not the code that is locked\n {2}`tenon update` says what is different, and locks it/);
  const [, told] = await tenon("update", "--json");
  const { changes } = JSON.parse(told) as {
    readonly changes: readonly { readonly verdict: { readonly verdict: string; readonly differences: readonly string[] } }[];
  };
  assert.equal(changes[0]!.verdict.verdict, "breaking");
  assert.deepEqual(changes[0]!.verdict.differences.slice(0, 1), ["it exports `tenon:scoreboard/scores@0.1.0` no more"]);
  assert.deepEqual(await tenon("update"), [0, "all code is as it is locked\n", ""]);
});

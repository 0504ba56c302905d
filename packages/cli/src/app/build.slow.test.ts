import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

const TENON = fileURLToPath(new URL("../main.ts", import.meta.url));

function app(t: TestContext, parts: object): { readonly folder: string; tenon(...args: string[]): { out: string; err: string; status: number | null } } {
  const folder = mkdtempSync(join(tmpdir(), "tenon-build-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "tenon.jsonc"), JSON.stringify({ tenon: 1, name: "built", parts, wires: {} }));
  return {
    folder,
    tenon(...args) {
      const { stdout, stderr, status } = spawnSync(process.execPath, [TENON, ...args], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, XDG_CONFIG_HOME: folder },
      });
      return { out: stdout, err: stderr, status };
    },
  };
}

const recipe = (build: string): object => ({ component: "./a.wasm", source: "./src", build });

test("a recipe is shown, and runs in the folder of the source when somebody says yes", (t) => {
  const { folder, tenon } = app(t, { a: recipe("echo built > made.txt"), b: { component: "./b.wasm" } });
  const asked = tenon("build");
  assert.deepEqual(
    [asked.out, asked.err, asked.status],
    ["a, in src:\n  echo built > made.txt\n", "tenon: nobody is there to say yes: `--yes` runs them\n", 1],
  );
  assert.equal(existsSync(join(folder, "src/made.txt")), false);
  assert.equal(tenon("build", "--yes").status, 0);
  assert.equal(existsSync(join(folder, "src/made.txt")), true);
});

test("what goes wrong is told", (t) => {
  const { tenon } = app(t, { a: recipe("exit 3"), b: { component: "./b.wasm" } });
  assert.equal(tenon("build", "--yes").err, "tenon: `a` was not built: the command ended with 3\n");
  assert.equal(tenon("build", "b").err, "tenon: `b` has no `build` command in tenon.jsonc\n");
  const none = app(t, { b: { component: "./b.wasm" } });
  assert.match(none.tenon("build").out, /^no part has a `build` command/);
});

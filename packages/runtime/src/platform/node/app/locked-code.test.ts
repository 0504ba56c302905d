import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { describeProblem } from "../../../document/problem.ts";
import { LockedCode } from "./locked-code.ts";
import { findPackageFile, packageOf } from "./npm.ts";
import { RestingApp } from "./resting-app.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-locked-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const example = (path: string): string => fileURLToPath(new URL(`../../../../../../examples/${path}`, import.meta.url));

const GREET = "tenon:scoreboard/scores@0.1.0";
const document = join(folder, "tenon.jsonc");
const packageFolder = join(folder, "node_modules/@games/scores");

function installed(version: string, file: string): void {
  mkdirSync(join(packageFolder, "dist"), { recursive: true });
  writeFileSync(join(packageFolder, "package.json"), JSON.stringify({ name: "@games/scores", version }));
  cpSync(example(file), join(packageFolder, "dist/scores.wasm"));
}

installed("1.0.0", "rust/scoreboard.wasm");
mkdirSync(join(folder, "sub"));
cpSync(example("caller/caller.wasm"), join(folder, "caller.wasm"));
cpSync(example("c/scoreboard.wasm"), join(folder, "sub/c.wasm"));
writeFileSync(join(folder, "sub/tenon.jsonc"), `{ "tenon": 1, "name": "sub", "parts": { "c": { "component": "./c.wasm" } }, "exports": { "${GREET}": "c" } }`);
writeFileSync(
  document,
  `{ "tenon": 1, "name": "board", "parts": {
  "caller": { "component": "./caller.wasm" }, "scores": { "component": "npm:@games/scores/dist/scores.wasm" }, "sub": { "app": "./sub/tenon.jsonc" } },
  "wires": { "caller": { "*": "scores" } } }`,
);

async function planned<T>(act: (code: LockedCode, plan: Awaited<ReturnType<RestingApp["check"]>>) => T): Promise<Awaited<T>> {
  const app = new RestingApp(document);
  try {
    return await act(new LockedCode(document), await app.check());
  } finally {
    app.close();
  }
}

const NPM = "npm:@games/scores/dist/scores.wasm";

test("code is locked by digest, found to be other code, judged by its types and locked anew", async () => {
  const first = await planned(async (code, plan) => {
    assert.deepEqual(code.problems(plan), []);
    const changes = await code.changes(plan);
    code.write(plan);
    assert.deepEqual(code.problems(plan), []);
    assert.deepEqual(await code.changes(plan), []);
    return changes;
  });
  assert.deepEqual(first, [
    { reference: "./caller.wasm", change: "new" },
    { reference: NPM, change: "new" },
    { reference: "sub: ./c.wasm", change: "new" },
  ]);
  const lock = readFileSync(join(folder, "tenon.lock"), "utf8");
  assert.match(lock, /"npm:@games\/scores\/dist\/scores\.wasm": \{ "sha256": "[0-9a-f]{64}", "npm": "@games\/scores@1\.0\.0" \}/);
  assert.equal(readdirSync(join(folder, ".tenon/locked")).length, 3);

  installed("1.1.0", "c/scoreboard.wasm");
  await planned(async (code, plan) => {
    assert.deepEqual(code.problems(plan).map(describeProblem), [
      `${join(folder, "tenon.lock")}: \`${NPM}\` is not the code that is locked: 1.0.0 is locked, 1.1.0 is there\n` +
        "  `tenon update` says what is different, and locks it",
    ]);
    const [change, ...others] = await code.changes(plan);
    assert.deepEqual([others, change!.reference, change!.change, change!.versions], [[], NPM, "other", { before: "1.0.0", after: "1.1.0" }]);
    assert.ok(change!.verdict !== undefined);
    code.write(plan);
    assert.deepEqual(code.problems(plan), []);
  });
  assert.equal(readdirSync(join(folder, ".tenon/locked")).length, 2);
});

test("where the old code is not kept, or is not what is locked, there is no verdict", async () => {
  installed("1.2.0", "rust/scoreboard.wasm");
  const of = (): Promise<readonly object[]> => planned((code, plan) => code.changes(plan));
  const unjudged = [{ reference: NPM, change: "other", versions: { before: "1.1.0", after: "1.2.0" } }];
  const kept = join(folder, ".tenon/locked");
  const names = readdirSync(kept);
  assert.ok(Object.hasOwn((await of())[0]!, "verdict"));
  for (const name of names) writeFileSync(join(kept, name), "other");
  assert.deepEqual(await of(), unjudged);
  rmSync(kept, { recursive: true });
  assert.deepEqual(await of(), unjudged);
});

test("a part that is gone, and a lock that is none", async () => {
  await planned((code, plan) => code.write(plan));
  const text = readFileSync(document, "utf8");
  writeFileSync(document, text.replace(', "sub": { "app": "./sub/tenon.jsonc" }', ""));
  assert.deepEqual(await planned((code, plan) => code.changes(plan)), [{ reference: "sub: ./c.wasm", change: "gone" }]);
  writeFileSync(document, text);
  writeFileSync(join(folder, "tenon.lock"), "{");
  await assert.rejects(
    planned((code, plan) => code.problems(plan)),
    { message: `${join(folder, "tenon.lock")}:1:2: \`}\` is expected` },
  );
});

test("a package's file is found from the app's folder upward, its version beside it", () => {
  const inner = join(folder, "a/b");
  mkdirSync(inner, { recursive: true });
  const file = findPackageFile("@games/scores/dist/scores.wasm", inner);
  assert.equal(file, join(packageFolder, "dist/scores.wasm"));
  assert.deepEqual(packageOf("@games/scores/dist/scores.wasm", file), { name: "@games/scores", version: "1.2.0" });
  assert.equal(findPackageFile("none/x.wasm", inner), join(inner, "node_modules/none/x.wasm"));
  assert.equal(packageOf("none/x.wasm", join(inner, "node_modules/none/x.wasm")), undefined);
});

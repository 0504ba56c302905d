import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { holdApp } from "./lock.ts";

function documentIn(t: TestContext, name = "tenon.jsonc"): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-lock-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return path.join(folder, name);
}

const held = (document: string): object => ({
  name: "AppError",
  code: "app/runs-already",
  message: `${document} runs already\n  \`tenon status\` shows it, \`tenon stop\` ends it`,
});

test("an app is held once, and then again", (t) => {
  const document = documentIn(t);
  const release = holdApp(document);
  assert.throws(() => holdApp(document), held(document));
  assert.throws(() => holdApp(path.join(path.dirname(document), ".", "tenon.jsonc")), held(document));
  holdApp(path.join(path.dirname(document), "other.jsonc"))();
  release();
  holdApp(document)();
});

/** Another process that holds it, if it can, and says so. */
function other(t: TestContext, document: string): { readonly child: ChildProcess; readonly said: Promise<string> } {
  const hold = `import { holdApp } from ${JSON.stringify(new URL("lock.ts", import.meta.url).href)};
    try { const release = holdApp(process.argv[1]); console.log("held"); setTimeout(release, 100_000); } catch (error) { console.log(error.code); }`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", hold, "--", document], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  return { child, said: once(child.stdout!, "data").then(([text]) => String(text).trim()) };
}

test("what is held by a process ends with it, however it ends", async (t) => {
  const document = documentIn(t);
  const { child, said } = other(t, document);
  assert.equal(await said, "held");
  assert.throws(() => holdApp(document), held(document));
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  holdApp(document)();
});

test("who fails to hold it leaves it to who holds it", async (t) => {
  const document = documentIn(t);
  const release = holdApp(document);
  assert.throws(() => holdApp(document), held(document));
  assert.equal(await other(t, document).said, "app/runs-already");
  release();
});

test("a link in the place of the lock is not followed", (t) => {
  const document = documentIn(t);
  const folder = path.dirname(document);
  mkdirSync(path.join(folder, ".tenon"));
  symlinkSync(path.join(folder, "victim"), path.join(folder, ".tenon/lock"));
  assert.throws(() => holdApp(document), { code: "app/no-state", message: /lock is a link$/ });
  assert.equal(existsSync(path.join(folder, "victim")), false);
});

test("a folder that can't be used is told", (t) => {
  const document = documentIn(t);
  const folder = path.join(path.dirname(document), ".tenon");
  writeFileSync(folder, "");
  assert.throws(() => holdApp(document), { code: "app/no-state", message: new RegExp(`^an app keeps its revisions in ${folder}, which can't be used: `) });
});

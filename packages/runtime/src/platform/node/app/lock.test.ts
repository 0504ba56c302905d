import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

test("what is held by a process ends with it, however it ends", async (t) => {
  const document = documentIn(t);
  const hold = `import { holdApp } from ${JSON.stringify(new URL("lock.ts", import.meta.url).href)}; const release = holdApp(process.argv[1]); console.log("held"); setTimeout(release, 100_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", hold, "--", document], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  assert.throws(() => holdApp(document), held(document));
  child.kill("SIGKILL");
  await ended;
  holdApp(document)();
});

test("a folder that can't be used is told", (t) => {
  const document = documentIn(t);
  const folder = path.join(path.dirname(document), ".tenon");
  writeFileSync(folder, "");
  assert.throws(() => holdApp(document), { code: "app/no-state", message: new RegExp(`^an app keeps its revisions in ${folder}, which can't be used: `) });
});

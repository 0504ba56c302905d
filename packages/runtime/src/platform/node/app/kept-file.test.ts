import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { keptFile } from "./kept-file.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-kept-"));
after(() => rmSync(folder, { recursive: true }));

test("what is kept for a part is there again, for that part alone, whatever its name", async () => {
  const names = ["every morning", "../../etc/passwd", "a/b", "🦀".repeat(200), "__proto__", ""];
  for (const name of names) assert.equal(await keptFile(folder, name).read(), undefined);
  for (const name of names) await keptFile(folder, name).write(`of ${name}`);
  for (const name of names) assert.equal(await keptFile(folder, name).read(), `of ${name}`);
  await keptFile(folder, "a/b").write("newer");
  assert.equal(await keptFile(folder, "a/b").read(), "newer");
  assert.deepEqual(readdirSync(folder), [".tenon"]);
  assert.equal(readdirSync(join(folder, ".tenon/kept")).length, names.length);
});

test("what can't be written leaves what was there, and is told", async () => {
  const other = join(folder, "other");
  writeFileSync(other, "a file");
  await assert.rejects(keptFile(other, "a").write("x"), { code: "ENOTDIR" });
  await assert.rejects(keptFile(other, "a").read(), { code: "ENOTDIR" });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

test("`npm run scoreboard` leads the caller through four languages", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL("scoreboard.ts", import.meta.url))]);
  for (const language of ["Rust", "C", "JavaScript", "Kotlin"]) assert.match(stdout, new RegExp(`greet: Hello Ada, this is ${language}!`));
  assert.match(stdout, /made in Rust before the first change: Grace \d+/);
  assert.match(stdout, /All as expected/);
});

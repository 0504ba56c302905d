import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const START = fileURLToPath(new URL("start.ts", import.meta.url));
const PORT = 8080;

test("`npm start` runs the app, answers, and ends when it is told to", async (t) => {
  if (!(await isFree())) return t.skip(`port ${PORT} is in use`);
  const child = spawn(process.execPath, [START], { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let printed = "";
  const listening = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        printed += text;
        if (printed.includes("listening at")) resolve();
      });
    }
    child.once("exit", () => reject(new Error(printed)));
  });
  await listening;
  const path = `/${process.pid}`;
  const get = async (): Promise<string> => (await fetch(`http://127.0.0.1:${PORT}${path}`)).text();
  assert.deepEqual([await get(), await get()], [`Counter ${path}: 1\n`, `Counter ${path}: 2\n`]);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  assert.equal(await ended, 0);
  assert.match(printed, /visitors runs, 4 parts and 6 wires/);
});

function isFree(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(PORT, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

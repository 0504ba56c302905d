/** `npm run runtimes`: wires and async parts in a page of Chromium, under a policy that allows WebAssembly and no generated JavaScript. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import type { Page as BrowserPage } from "playwright-core";
import { findChromium, launchChromium } from "../../conformance/chromium.ts";
import { ROOT } from "../source-files.ts";
import { expected } from "./async-chain.ts";
import { blocking, GUESTS } from "./guests.ts";
import type { Page } from "./page.ts";

const PARTS = 100;
const CHAIN = 20;
const chromium = findChromium();
const skip = chromium === undefined && process.env.CI === undefined ? "no Chromium: set CHROMIUM_PATH" : false;

/** Opens the page, and closes all when `visit` is done. `before` is a script that the page runs first. */
async function inPage<T>(visit: (page: BrowserPage) => Promise<T>, before?: string): Promise<T> {
  const { outputFiles } = await build({ entryPoints: [join(ROOT, "scripts/runtimes/page.ts")], bundle: true, format: "esm", target: "es2024", write: false });
  const wasm = async (path: string) => ["application/wasm", await readFile(join(ROOT, path))] as const;
  const files = new Map<string, readonly [type: string, body: Uint8Array | string]>([
    ["/", ["text/html", '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>']],
    ["/page.js", ["text/javascript", outputFiles[0]!.contents]],
    ["/part.wasm", await wasm("benchmarks/guest/part.wasm")],
    ["/relay.wasm", await wasm(`${GUESTS}/relay.wasm`)],
    ["/script.wasm", await wasm(`${GUESTS}/script.wasm`)],
  ]);
  const server = createServer(({ url }, response) => {
    const [type, body] = files.get(url ?? "/") ?? ["text/plain", ""];
    response.writeHead(body === "" ? 404 : 200, { "content-type": type, "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'" }).end(body);
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const browser = await launchChromium(chromium!);
  try {
    const page = await browser.newPage();
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => "run" in globalThis);
    return await visit(page);
  } finally {
    await browser.close();
    server.close();
  }
}

test("a hundred parts in a page", { skip }, async () => {
  const told = await inPage((page) => page.evaluate(([count, chain]) => (globalThis as unknown as Page).run(count!, chain!), [PARTS, CHAIN]));
  // Each part of the chain adds what two others answer, which is 1 each, and the last answers 1.
  assert.deepEqual(told.answers, [2 * CHAIN + 1, 2 * CHAIN + 1]);
  assert.ok(told.parts >= PARTS, `room for ${told.parts} parts`);
  assert.equal(told.refusal.code, "link/out-of-resources");
  assert.match(told.refusal.message, /no room for another memory/);
  process.stdout.write(`a page has room for ${told.parts} parts with a memory\n`);
});

const runAsync = (page: BrowserPage) => page.evaluate((program) => (globalThis as unknown as Page).runAsync(program), blocking);

test("async parts in a page", { skip }, async () => {
  const told = await inPage(runAsync);
  assert.deepEqual(told, expected(told.canSuspend));
  process.stdout.write(`Chromium ${told.canSuspend ? "can" : "can't"} suspend WebAssembly\n`);
});

test("async parts in a page of a browser that can't suspend WebAssembly", { skip }, async () => {
  const told = await inPage(runAsync, "delete WebAssembly.Suspending; delete WebAssembly.promising;");
  assert.deepEqual(told, expected(false));
});

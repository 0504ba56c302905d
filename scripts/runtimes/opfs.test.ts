/** `npm run runtimes`: directories of a browser, in a page and in a worker of Chromium. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { findChromium, launchChromium } from "../../conformance/chromium.ts";
import { ROOT } from "../source-files.ts";
import type { Page, Told } from "./opfs-page.ts";

const chromium = findChromium();
const skip = chromium === undefined && process.env.CI === undefined ? "no Chromium: set CHROMIUM_PATH" : false;

/** What the page tells of its cases. */
async function visit(where: "page" | "worker"): Promise<Told> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "scripts/runtimes/opfs-page.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    write: false,
  });
  const files = new Map<string, readonly [type: string, body: Uint8Array | string]>([
    ["/", ["text/html", '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>']],
    ["/page.js", ["text/javascript", outputFiles[0]!.contents]],
  ]);
  const server = createServer(({ url }, response) => {
    const [type, body] = files.get(url ?? "/") ?? ["text/plain", ""];
    response.writeHead(body === "" ? 404 : 200, { "content-type": type, "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'" }).end(body);
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const browser = await launchChromium(chromium!);
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => "runCases" in globalThis);
    return await page.evaluate((where) => (globalThis as unknown as Page).runCases(where), where);
  } finally {
    await browser.close();
    server.close();
  }
}

for (const where of ["page", "worker"] as const) {
  test(`directories of the origin, in a ${where}`, { skip }, async (t) => {
    for (const [name, failure] of await visit(where)) await t.test(name, () => assert.equal(failure, undefined));
  });
}

/** Headless Chromium, and a loopback server of the page, the bundle and the suites' binaries. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import type { SuiteFile } from "./suite-file.ts";

/** What a page of the strictest useful kind allows: no `eval`, no inline script, but WebAssembly. */
const CONTENT_SECURITY_POLICY = "script-src 'self' 'wasm-unsafe-eval'";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser's executable: `CHROMIUM_PATH`, else where distributions put it. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM_PATH;
  return given !== undefined && given !== "" ? given : PLACES.find((place) => existsSync(place));
}

export function launchChromium(executablePath: string): Promise<Browser> {
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", ...quiet] });
}

/** The page's script with the engine in it, as one ESM file. */
async function bundlePage(): Promise<Uint8Array> {
  const entry = fileURLToPath(new URL("./page.ts", import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", target: "es2024", write: false, logLevel: "silent" });
  return outputFiles[0]!.contents;
}

export interface SuiteServer {
  readonly origin: string;
  close(): void;
}

/** Serves `/`, `/page.js` and `/files/<index>/<name>`: the binaries beside the JSON of `files[index]`, and nothing else. */
export async function serveSuites(files: readonly SuiteFile[]): Promise<SuiteServer> {
  const script = await bundlePage();
  const answer = async (url: string): Promise<[type: string, body: Uint8Array | string] | undefined> => {
    if (url === "/") return ["text/html", '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>'];
    if (url === "/page.js") return ["text/javascript", script];
    const match = /^\/files\/(\d+)\/([^/]+)$/.exec(url);
    const file = match === null ? undefined : files[Number(match[1])];
    if (file === undefined) return undefined;
    return ["application/wasm", await readFile(path.join(path.dirname(file.json), path.basename(decodeURIComponent(match![2]!))))];
  };
  const server: Server = createServer(async (request, response) => {
    try {
      const found = await answer(request.url ?? "/");
      if (found === undefined) return void response.writeHead(404).end();
      response.writeHead(200, { "content-type": found[0], "content-security-policy": CONTENT_SECURITY_POLICY });
      response.end(found[1]);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { origin: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

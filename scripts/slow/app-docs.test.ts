/**
 * The pages about apps do what they say. Their shell blocks are run one after the other, in a folder of its own, with an app that runs from the
 * block that starts it to the end of the page; a text block that follows one is what it prints.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../source-files.ts";

/** Node's own: a machine may have no curl. */
const CURL = `const url = process.argv.at(-1); process.stdout.write(await (await fetch(/^https?:/.test(url) ? url : "http://" + url)).text());`;

/** Pages, each with what its folder holds at the beginning, and where the app is whose port is to be another one. */
const PAGES: ReadonlyArray<[page: string, from: string | undefined, document: string]> = [
  ["docs/apps.md", undefined, "hits/tenon.jsonc"],
  ["examples/visitors/README.md", "examples/visitors", "tenon.jsonc"],
];

const skip = process.platform === "win32" ? "the pages show a Unix shell" : false;

for (const [page, from, document] of PAGES) {
  test(page, { skip }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "tenon-apps-"));
    const bin = mkdtempSync(join(tmpdir(), "tenon-bin-"));
    const running: ChildProcess[] = [];
    t.after(async () => {
      for (const each of running) each.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
      rmSync(bin, { recursive: true, force: true });
    });
    writeFileSync(join(bin, "curl.mjs"), CURL);
    for (const [name, command] of [
      ["tenon", `exec "${process.execPath}" "${join(ROOT, "packages/cli/src/main.ts")}" "$@"`],
      ["curl", `exec "${process.execPath}" "${join(bin, "curl.mjs")}" "$@"`],
    ] as const) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${command}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    if (from !== undefined) cpSync(join(ROOT, from), folder, { recursive: true, filter: (file) => !/\/(?:build|\.tenon)(?:\/|$)/.test(file) });
    const port = await freePort();
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, XDG_CONFIG_HOME: join(folder, ".config") };
    let cwd = folder;
    for (const { commands, output, line } of blocks(page)) {
      const own = commands.replaceAll("8080", String(port)).replace(/^tenon run examples\/\w+$/, "tenon run");
      if (/^tenon run\b/.test(own)) {
        const file = join(folder, document);
        writeFileSync(file, readFileSync(file, "utf8").replace("8080", String(port)));
        running.push(spawn("sh", ["-c", `exec ${own}`], { cwd, env, stdio: "ignore" }));
        await listening(port);
        continue;
      }
      const { stdout, status } = spawnSync("sh", ["-c", `exec 2>&1\n${own}\nstatus=$?\npwd >"$CWD"\nexit $status`], {
        cwd,
        env: { ...env, CWD: join(bin, "cwd") },
        encoding: "utf8",
      });
      cwd = readFileSync(join(bin, "cwd"), "utf8").trim();
      if (output !== undefined) assert.equal(stdout, output.replaceAll("8080", String(port)), `${page}:${line}`);
      // A page may show what is refused.
      else assert.equal(status, 0, `${page}:${line}: ${stdout}`);
    }
  });
}

function blocks(page: string): { readonly commands: string; readonly output: string | undefined; readonly line: number }[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)\n```\n(?:\n```text\n([\s\S]*?)^```$)?/gm)].map((match) => ({
    commands: match[1]!,
    output: match[2],
    line: text.slice(0, match.index).split("\n").length,
  }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/none`);
      return;
    } catch {
      await sleep(100);
    }
  }
  assert.fail(`nobody listens on port ${port}`);
}

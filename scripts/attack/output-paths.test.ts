import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { component, concat, externName, Section, section, sized, text } from "../../conformance/component-bytes.ts";
import { bundleCommand } from "../build.ts";
import { ROOT } from "../source-files.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-names-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const MAIN = join(folder, "package/js/main.js");
const HERE = join(folder, "outer/here");
before(async () => {
  mkdirSync(HERE, { recursive: true });
  const source = join(ROOT, "packages/cli");
  await bundleCommand(source, join(folder, "package"));
  cpSync(join(source, "package.json"), join(folder, "package/package.json"));
});

/** A component that calls itself `name`, in its name section and as a producer. */
function named(name: string): Uint8Array {
  const sub = text(name);
  const names = concat([text("component-name"), [0], [sub.length], sub]);
  const producers = concat([text("producers"), [1], text("language"), [1], text(name), text("1")]);
  const type = section(Section.Type, [[0x42, 0]]);
  return Uint8Array.from(component(sized(0, names), sized(0, producers), type, section(Section.Import, [[...externName("a:escape/here"), 5, 0]])));
}

for (const name of ["../../escape", "/tmp/escape", "..\\\\escape", "a/../../escape", "escape\0"]) {
  test(`threat 22: no command makes a file by the name that a component has, ${JSON.stringify(name)}`, () => {
    const file = join(HERE, "x.wasm");
    writeFileSync(file, named(name));
    const files = () => readdirSync(join(folder, "outer"), { recursive: true }).sort();
    const before = files();
    const told: string[] = [];
    for (const args of [["inspect"], ["inspect", "--json"], ["validate"], ["run"], ["run", "--invoke", "f()"], ["run", "--show-grants"], ["serve"]]) {
      const env = { ...process.env, XDG_CACHE_HOME: join(folder, "cache"), TMPDIR: join(folder, "outer") };
      const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args, file], { cwd: HERE, env, encoding: "utf8" });
      told.push(stdout, stderr);
    }
    assert.ok(
      told.some((each) => each.includes("escape")),
      told.join(""),
    );
    assert.deepEqual(files(), before);
  });
}

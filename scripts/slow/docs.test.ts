/** The commands in the documentation do what it says. Shell blocks are run; a text block that follows one is what it prints. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { ROOT } from "../source-files.ts";

const bin = mkdtempSync(join(tmpdir(), "tenon-docs-"));
after(() => rmSync(bin, { recursive: true, force: true }));
for (const [name, command] of [
  ["tenon", `exec "${process.execPath}" "${join(ROOT, "packages/cli/src/main.ts")}" "$@"`],
  ["npx", 'exec "$@"'],
]) {
  writeFileSync(join(bin, name!), `#!/bin/sh\n${command}\n`);
  chmodSync(join(bin, name!), 0o755);
}
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

interface Block {
  readonly commands: string;
  readonly line: number;
  readonly output: string | undefined;
}

function shellBlocks(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm)].map((match) => ({
    commands: match[1]!,
    line: text.slice(0, match.index).split("\n").length,
    output: match[2],
  }));
}

function run(commands: string): { output: string; status: number | null } {
  const { stdout, status } = spawnSync("sh", ["-c", `exec 2>&1\n${commands}`], { cwd: ROOT, env, encoding: "utf8" });
  return { output: stdout, status };
}

const skip = process.platform === "win32" ? "the pages show a Unix shell" : false;

for (const page of ["docs/cli.md", "docs/capabilities.md"]) {
  for (const { commands, line, output } of shellBlocks(page)) {
    test(`${page}:${line}: ${commands.split("\n", 1)[0]}`, { skip }, () => {
      const { output: printed, status } = run(commands);
      if (output !== undefined) assert.equal(printed, output);
      assert.equal(status, 0, printed);
    });
  }
}

for (const command of shellBlocks("README.md").flatMap(({ commands }) => commands.split("\n"))) {
  // The others install, or serve until they are stopped.
  if (!/^npx tenon (?:run|inspect|validate) /.test(command)) continue;
  test(`README.md: ${command}`, { skip }, () => {
    const { output, status } = run(command);
    assert.equal(status, 0, output);
    assert.notEqual(output, "");
  });
}

test("every option in `--help` is on the page or explains itself", { skip }, () => {
  for (const name of ["run", "serve", "inspect", "validate"]) {
    const { output, status } = run(`tenon ${name} --help`);
    assert.equal(status, 0);
    assert.match(output, new RegExp(`^usage: tenon ${name} .*FILE[\\s\\S]*^Options:[\\s\\S]*--help[\\s\\S]*^Examples:\\n {2}tenon ${name} `, "m"));
  }
});

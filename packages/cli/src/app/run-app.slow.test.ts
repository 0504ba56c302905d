/** An app that runs, and what its owner does with it from a second terminal. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

const TENON = fileURLToPath(new URL("../main.ts", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../../runtime/fixtures/swap/", import.meta.url));

/** A folder that is not the app's. */
const ELSEWHERE = realpathSync(tmpdir());

class Terminal {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "tenon-terminal-")));
  readonly #env = { ...process.env, NO_COLOR: "1", XDG_CONFIG_HOME: join(this.folder, "settings") };
  readonly #children: ChildProcess[] = [];

  constructor(t: TestContext) {
    for (const name of ["caller", "keeper-1", "keeper-2"]) cpSync(join(FIXTURES, `${name}.wasm`), join(this.folder, `${name}.wasm`));
    this.write("tenon.jsonc", "");
    t.after(async () => {
      for (const child of this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      rmSync(this.folder, { recursive: true });
    });
  }

  /** `parts`: more of them. */
  write(document: string, parts: string): void {
    writeFileSync(
      join(this.folder, document),
      `{ "tenon": 1, "name": "kept",
  "parts": { "caller": { "component": "./caller.wasm" }, "keeper": { "component": "./keeper-1.wasm" }${parts} },
  "wires": { "caller": { "test:keeper/*": "keeper" }, "keeper": { "*": null } } }`,
    );
  }

  /** Resolves when the app says that it runs, to all that it said. */
  async run(...args: string[]): Promise<{ readonly child: ChildProcess; readonly said: string }> {
    const child = spawn(process.execPath, [TENON, "run", ...args], { cwd: this.folder, env: this.#env });
    this.#children.push(child);
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error(said)));
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (/Ctrl-C/.test(text)) resolve();
      });
    });
    return { child, said };
  }

  say(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    return new Promise((resolve) => {
      execFile(process.execPath, [TENON, ...args], { cwd: this.folder, env: this.#env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }
}

test("an app runs once; who comes second follows it, who changes it knows how it is", async (t) => {
  const terminal = new Terminal(t);
  const { child, said } = await terminal.run();
  assert.equal(said, "tenon: kept runs, 2 parts and 2 wires, revision 1\ntenon: in a second terminal: `tenon status --app tenon.jsonc`; Ctrl-C ends it\n");
  const second = await terminal.run();
  assert.equal(second.said, "tenon: tenon.jsonc runs already; what it writes follows. Ctrl-C leaves it running, `tenon stop` ends it\n");
  assert.equal((await terminal.say("swap", "keeper", "./keeper-2.wasm", "--base", "1")).code, 0);
  const late = await terminal.say("cut", "caller", "test:keeper/*", "--base", "1");
  assert.match(late.stderr, /^tenon: the app has changed since revision 1: it is at 2 now\n {2}2: swap keeper for \.\/keeper-2\.wasm \(/);
  assert.notEqual(late.code, 0);
  const ended = [child, second.child].map((each) => once(each, "exit"));
  assert.equal((await terminal.say("stop")).code, 0);
  assert.deepEqual(await Promise.all(ended), [[0, null], [0, null]]); // biome-ignore format: one line
});

test("what an app asks for it has when it is granted, until it is another", async (t) => {
  const terminal = new Terminal(t);
  terminal.write("tenon.jsonc", `, "notes": { "capability": "directory", "with": { "path": ${JSON.stringify(ELSEWHERE)}, "rights": "read" } }`);
  assert.equal((await terminal.say("grants")).stdout, `notes reads ${ELSEWHERE}: not granted\n`);
  const without = await terminal.run();
  assert.equal(without.said.split("\n")[0], `tenon: \`notes\` does not get what it asks for: it reads ${ELSEWHERE}; \`--grant notes\` grants it`);
  await terminal.say("stop");
  await terminal.run("--grant", "notes");
  assert.equal((await terminal.say("grants")).stdout, `notes reads ${ELSEWHERE}: granted\n`);
  await terminal.say("swap", "keeper", "./keeper-2.wasm");
  assert.equal((await terminal.say("grants")).stdout, `notes reads ${ELSEWHERE}: granted\n`);
  await terminal.say("stop");
  cpSync(join(FIXTURES, "keeper-3.wasm"), join(terminal.folder, "keeper-2.wasm"));
  assert.equal(
    (await terminal.say("grants")).stdout,
    `notes reads ${ELSEWHERE}: granted to the app as it was, and its code or wires have changed since; \`--mine\` says that the app is your own\n`,
  );
  assert.equal((await terminal.say("grants", "--revoke", "notes", "--mine")).stdout, `notes reads ${ELSEWHERE}: not granted\n`);
  assert.equal((await terminal.say("grants", "--revoke", "notes")).stderr, "tenon: `notes` has been granted nothing\n");
});

test("options stand before the app", async (t) => {
  const { stderr, code } = await new Terminal(t).say("run", ".", "--grant", "notes");
  assert.deepEqual([stderr.split("\n")[0], code], ["tenon: an app takes no arguments, and `--grant` is one: options stand before .", 2]);
});

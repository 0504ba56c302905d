/** Commands for apps on one that runs: what each prints, on standard output and error, and its exit status, one after the other. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundleCommand } from "../../../../scripts/build.ts";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../../runtime/fixtures/swap/", import.meta.url));

const top = realpathSync(mkdtempSync(join(tmpdir(), "tenon-running-")));
const folder = join(top, "app");
const env = { ...process.env, NO_COLOR: "1", XDG_CONFIG_HOME: join(top, "settings"), XDG_CACHE_HOME: join(top, "cache") };
/** As it is installed: bundled, which also starts faster. */
const TENON = join(top, "package/js/main.js");
const DOCUMENT = join(folder, "tenon.jsonc");

let running: ChildProcess;

before(async () => {
  await bundleCommand(PACKAGE, join(top, "package"));
  for (const each of ["caller", "keeper-1", "keeper-2"]) cpSync(join(FIXTURES, `${each}.wasm`), join(folder, `${each}.wasm`));
  writeFileSync(
    DOCUMENT,
    `{ "tenon": 1, "name": "kept",
  "parts": { "caller": { "component": "./caller.wasm" }, "keeper": { "component": "./keeper-1.wasm" } },
  "wires": { "caller": { "test:keeper/*": "keeper" }, "keeper": { "*": null } } }
`,
  );
  running = spawn(process.execPath, [TENON, "run"], { cwd: folder, env, stdio: ["ignore", "inherit", "pipe"] });
  let said = "";
  for await (const text of running.stderr!.setEncoding("utf8").iterator({ destroyOnReturn: false })) if (/Ctrl-C/.test((said += text))) break;
  assert.match(said, /runs, 2 parts and 2 wires, revision 1\n/);
  running.stderr!.resume();
});

after(async () => {
  if (running.exitCode === null && running.signalCode === null) {
    running.kill("SIGKILL");
    await once(running, "exit");
  }
  rmSync(top, { recursive: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function tenon(args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TENON, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      // Who and when is different each time.
      resolve({
        code: Number(error?.code ?? 0),
        stdout: stdout.replaceAll(/"(author|at)": "[^"]+"/g, '"$1": "-"').replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S+/g, "WHEN WHO"),
        stderr: stderr.replaceAll(folder, "HERE").replaceAll(/ \([^()]+\)$/gm, " (WHO)"),
      }),
    );
  });
}

/** What is refused leaves the document as it is. */
const rows: ReadonlyArray<[args: readonly string[], printed: string, refused?: number]> = [
  [["wire", "caller", "keeping", "kepper"], "there is no part `kepper`\n  did you mean `keeper`?\n", 1],
  [["wire", "caler", "keeping", "keeper"], "there is no part `caler`\n  did you mean `caller`?\n", 1],
  [["wire", "caller", "test:keeper/*", "keeper"], "this changes nothing: the document says it already\n", 1],
  [["wire", "caller", "test:keeper/*", "keeper", "--dry-run"], "this changes nothing: the document says it already\n", 1],
  [
    ["wire", "caller", "keeping", "keeper", "--dry-run"],
    `nothing is changed; this would:
  change the document alone, no part and no wire
`,
  ],
  [
    ["wire", "caller", "keeping", "keeper"],
    `revision 2: wire caller test:keeper/keeping@1.0.0 to keeper
  the document alone is changed, no part and no wire
`,
  ],
  [
    ["cut", "caller", "keeping", "--base", "1"],
    `the app has changed since revision 1: it is at 2 now
  2: wire caller test:keeper/keeping@1.0.0 to keeper (WHO)
`,
    1,
  ],
  [
    ["cut", "caller", "keeping", "--base", "1", "--dry-run"],
    `the app has changed since revision 1: it is at 2 now
  2: wire caller test:keeper/keeping@1.0.0 to keeper (WHO)
`,
    1,
  ],
  [
    ["cut", "caller", "keeping", "--base", "2", "--dry-run", "--json"],
    `{
  "revision": null,
  "effects": [
    "\`caller\` gets \`test:keeper/keeping@1.0.0\` from nowhere instead of \`keeper\`"
  ]
}
`,
  ],
  [["cut", "caller", "keeping", "--base", "two"], "`--base two`: a whole number, from 0\n", 2],
  [
    ["cut", "caller", "keeping", "--base", "2", "--json"],
    `{
  "revision": 3,
  "effects": [
    "\`caller\` gets \`test:keeper/keeping@1.0.0\` from nowhere instead of \`keeper\`"
  ]
}
`,
  ],
  [
    ["status"],
    `kept, revision 3

  caller  caller.wasm       up
  keeper  keeper-1.wasm     up

  caller ── test:keeper/keeping@1.0.0 ──▶ nowhere
  keeper ── test:keeper/pausing@1.0.0 ──▶ nowhere
`,
  ],
  [
    ["undo", "--json"],
    `{
  "number": 4,
  "what": "undo: cut caller test:keeper/keeping@1.0.0",
  "author": "-",
  "at": "-",
  "operations": [],
  "restores": 2
}
`,
  ],
  [
    ["swap", "keeper", "./caller.wasm"],
    `tenon.jsonc:3:53: \`keeper\` does not export \`test:keeper/keeping@1.0.0\`
  it exports \`test:keeper/calling@1.0.0\`
`,
    1,
  ],
  [["swap", "keeper", "./none.wasm"], "tenon.jsonc:2:83: `keeper`: ./none.wasm: there is no such file\n", 1],
  [
    ["interpose", "caller", "keeping", "lgo"],
    `tenon.jsonc:3:112: there is no interposer \`lgo\`
  did you mean \`log\`?
`,
    1,
  ],
  [
    ["interpose", "caller", "keeping", 'limit={"calls":1}'],
    `tenon.jsonc:5:28: \`per\` is missing: a time that is longer than none
  { "limit": { "calls": 10, "per": "1s" } }
`,
    1,
  ],
  [
    ["interpose", "caller", "keeping", "log"],
    `revision 5: interpose log on caller test:keeper/keeping@1.0.0
  on the wire from \`caller\` to \`test:keeper/keeping@1.0.0\` there is log instead of nothing
`,
  ],
  [["undo"], "revision 6: undo: interpose log on caller test:keeper/keeping@1.0.0\n"],
  [["undo"], "revision 7: undo: wire caller test:keeper/keeping@1.0.0 to keeper\n"],
  [["undo"], "there is nothing to undo: this is how the app began\n", 1],
  [["redo"], "revision 8: redo: wire caller test:keeper/keeping@1.0.0 to keeper\n"],
  [
    ["log"],
    `   1  WHEN WHO  first run
   2  WHEN WHO  wire caller test:keeper/keeping@1.0.0 to keeper
   3  WHEN WHO  cut caller test:keeper/keeping@1.0.0
   4  WHEN WHO  undo: cut caller test:keeper/keeping@1.0.0
   5  WHEN WHO  interpose log on caller test:keeper/keeping@1.0.0
   6  WHEN WHO  undo: interpose log on caller test:keeper/keeping@1.0.0
   7  WHEN WHO  undo: wire caller test:keeper/keeping@1.0.0 to keeper
   8  WHEN WHO  redo: wire caller test:keeper/keeping@1.0.0 to keeper
`,
  ],
  [
    ["diff", "1", "2"],
    `-   "wires": { "caller": { "test:keeper/*": "keeper" }, "keeper": { "*": null } } }
+   "wires": { "caller": { "test:keeper/*": "keeper", "test:keeper/keeping@1.0.0": "keeper" }, "keeper": { "*": null } } }
`,
  ],
  [
    ["diff", "1", "2", "--json"],
    `{
  "from": 1,
  "to": 2,
  "lines": [
    "-   \\"wires\\": { \\"caller\\": { \\"test:keeper/*\\": \\"keeper\\" }, \\"keeper\\": { \\"*\\": null } } }",
    "+   \\"wires\\": { \\"caller\\": { \\"test:keeper/*\\": \\"keeper\\", \\"test:keeper/keeping@1.0.0\\": \\"keeper\\" }, \\"keeper\\": { \\"*\\": null } } }"
  ]
}
`,
  ],
  [["diff", "20"], "there is no revision 20: the app has 1 to 8\n", 1],
  [["restart", "kepper"], "there is no part `kepper`\n  did you mean `keeper`?\n", 1],
  [["restart", "keeper"], "`keeper` is up: only a part that is down is started again\n"],
  [["logs", "kepper"], "there is no part `kepper`\n  did you mean `keeper`?\n", 1],
  [["record", "kepper"], "there is no component `kepper` to record\n  did you mean `keeper`?\n", 1],
  [["logs"], ""],
  [["stop"], ""],
  [["stop"], "tenon.jsonc does not run: `tenon run` starts it\n", 1],
];

test("an app that runs is changed, or is as it was", async () => {
  for (const [args, printed, refused = 0] of rows) {
    const before = readFileSync(DOCUMENT, "utf8");
    const { code, stdout, stderr } = await tenon(args);
    const what = args.join(" ");
    if (refused === 0) assert.deepEqual([code, stdout, stderr], [0, printed, ""], what);
    else {
      assert.deepEqual([code, stdout, stderr], [refused, "", `tenon: ${printed}`], what);
      assert.equal(readFileSync(DOCUMENT, "utf8"), before, what);
    }
  }
  if (running.exitCode === null) await once(running, "exit");
  assert.equal(running.exitCode, 0);
});

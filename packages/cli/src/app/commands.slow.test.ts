/** Every command for apps, on an app that does not run: what it prints, on standard output and error, and its exit status. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundleCommand } from "../../../../scripts/build.ts";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../../runtime/fixtures/swap/", import.meta.url));

const top = realpathSync(mkdtempSync(join(tmpdir(), "tenon-commands-")));
after(() => rmSync(top, { recursive: true }));

/** As it is installed: bundled, which also starts faster. */
const TENON = join(top, "package/js/main.js");
before(async () => {
  await bundleCommand(PACKAGE, join(top, "package"));
});

const DOCUMENT = `{
  "tenon": 1, "name": "kept",
  // who asks, and who keeps
  "parts": {
    "caller": { "component": "./caller.wasm" },
    "keeper": { "component": "./keeper-1.wasm" },
    "other": { "component": "./keeper-1.wasm" },
    "store": { "capability": "keyvalue" }
  },
  "wires": {
    "caller": { "test:keeper/keeping": "keeper" },
    "keeper": { "*": null },
    "other": { "*": null }
  }
}
`;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

class Folder {
  readonly path: string;

  constructor(name: string) {
    this.path = mkdtempSync(join(top, `${name}-`));
    for (const each of ["caller", "keeper-1", "keeper-2"]) cpSync(join(FIXTURES, `${each}.wasm`), join(this.path, `${each}.wasm`));
    writeFileSync(join(this.path, "tenon.jsonc"), DOCUMENT);
  }

  get document(): string {
    return readFileSync(join(this.path, "tenon.jsonc"), "utf8");
  }

  tenon(args: readonly string[], cwd = this.path): Promise<Outcome> {
    const env = { ...process.env, NO_COLOR: "1", XDG_CONFIG_HOME: join(this.path, ".settings"), XDG_CACHE_HOME: join(top, "cache") };
    return new Promise((resolve) => {
      execFile(process.execPath, [TENON, ...args], { cwd, env }, (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }));
    });
  }
}

const COMMANDS = [
  ...["new", "check", "test", "update", "grants", "status", "logs", "stop", "restart", "compose", "open", "record", "replay"],
  ...["add", "remove", "rename", "wire", "cut", "unwire", "interpose", "uninterpose", "swap", "configure", "group", "ungroup"],
  ...["undo", "redo", "log", "diff"],
];

/** A folder in which nothing is to change. */
const still = new Folder("still");

for (const name of COMMANDS) {
  test(`${name} --help`, { concurrency: true }, async () => {
    const { code, stdout, stderr } = await still.tenon([name, "--help"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, new RegExp(`^usage: tenon ${name} [\\s\\S]+\\.\\n\\nOptions:\\n[\\s\\S]*\\n  -h, --help +show this\\n\\nExamples:\\n  tenon ${name}`));
    assert.match(stdout, name === "new" || name === "open" || ["check", "update"].includes(name) ? /./ : / {2}--app FOLDER /);
  });
}

const NOT_RUNNING = "tenon.jsonc does not run: `tenon run` starts it";

const refused: ReadonlyArray<[args: readonly string[], told: string | RegExp, code?: number]> = [
  [["wire", "caller", "keeping", "nobody"], "there is no part `nobody`"],
  [["wire", "caller", "keeping", "kepper"], "there is no part `kepper`\n  did you mean `keeper`?"],
  [["wire", "nobody", "keeping", "keeper"], "there is no part `nobody`"],
  [["wire", "caller", "nothing", "keeper"], "tenon.jsonc:11:50: `caller` imports no `nothing`\n  it imports `test:keeper/keeping@1.0.0`"],
  [["wire", "caller", "keeping", "store"], "tenon.jsonc:11:17: `store`, a keyvalue, does not export `test:keeper/keeping@1.0.0`\n  `keeper` and `other` do"],
  [["wire", "caller", "keeping"], "usage: tenon wire [OPTIONS] PART IMPORT TO", 2],
  [["wire", "caller", "keeping", "other", "more"], "`more` is one argument too many; usage: tenon wire [OPTIONS] PART IMPORT TO", 2],
  [["wire", "caller", "keeping", "other", "--base", "last"], "`--base last`: a whole number, from 0", 2],
  [["wire", "caller", "keeping", "other", "--base", "7"], "the app has changed since revision 7: it is at 0 now"],
  [["wire", "caller", "keeping", "other", "--deadline", "soon"], 'tenon.jsonc:11:69: `deadline` is a time as "250ms", "1s", "5m" or "1h", not "soon"'],
  [["wire", "caller", "keeping", "other", "--on-failure", "{"], /--on-failure: `\{` is no JSON: .*/, 2],
  [["wire", "caller", "keeping", "other", "--app", "nowhere"], "there is no app at nowhere: no nowhere"],
  [["wire", "caller", "keeping", "other", "--force"], "there is no option `--force`; `tenon wire --help` lists them", 2],
  [["cut", "caller", "nothing"], "tenon.jsonc:11:50: `caller` imports no `nothing`\n  it imports `test:keeper/keeping@1.0.0`"],
  [["unwire", "caller", "nothing"], "`caller` has no wire `nothing` of its own"],
  [["interpose", "caller", "keeping", "lgo"], "tenon.jsonc:11:70: there is no interposer `lgo`\n  did you mean `log`?"],
  [["interpose", "caller", "keeping", "log", "--at", "first"], "`--at first`: a whole number, from 0", 2],
  [["interpose", "caller", "keeping", "log", "--at", "3"], "there are 0 interposers on the wire: places go from 0 to 0, not 3"],
  [["interpose", "caller", "keeping", "limit={"], /limit: `\{` is no JSON: .*/, 2],
  [["interpose", "caller", "keeping", "part=nobody"], "tenon.jsonc:11:70: there is no part `nobody` to stand on the wire"],
  [["uninterpose", "caller", "keeping", "log"], "there is no `log` on the wire `caller` → `test:keeper/keeping@1.0.0`: there is nothing"],
  [["swap", "keeper", "./none.wasm"], "tenon.jsonc:6:30: `keeper`: ./none.wasm: there is no such file"],
  [
    ["swap", "keeper", "./tenon.jsonc"],
    "tenon.jsonc:6:30: `keeper`: ./tenon.jsonc: magic header not detected: bad magic number - expected=[0x0, 0x61, 0x73, 0x6d] actual=[0x7b, 0xa, 0x20, 0x20] (at offset 0x0) in component",
  ],
  [["swap", "keeper", "./caller.wasm"], "tenon.jsonc:11:17: `keeper` does not export `test:keeper/keeping@1.0.0`\n  `other` does"],
  [["swap", "store", "./caller.wasm"], "`store` is no component: `configure` changes a capability"],
  [["add", "keeper", "./keeper-2.wasm"], "there is a part `keeper` already\n  `tenon swap keeper FILE` gives it other code"],
  [["add", "more", "./none.wasm"], "tenon.jsonc:9:28: `more`: ./none.wasm: there is no such file"],
  [
    ["add", "more", "capability:nothing"],
    "tenon.jsonc:9:29: there is no capability `nothing` here\n  there are `basics`, `clock`, `config`, `cron`, `directory`, `environment`, `http-client`, `keyvalue`, `log`, `network`, `random`, `terminal`, `file-watcher`, `http-server`",
  ],
  [["add", "more", "./caller.wasm", "keeper"], "`keeper`: a wire is IMPORT=TO", 2],
  [
    ["add", "more", "./caller.wasm"],
    'tenon.jsonc:9:5: `more` imports `test:keeper/keeping@1.0.0`, and no wire leads it anywhere\n  add to "wires": "more": { "test:keeper/keeping@1.0.0": "keeper" } (`other` would fit, too)',
  ],
  [["add", "more", "{"], /the part: `\{` is no JSON: .*/, 2],
  [
    ["add", "more", '{"capability":"keyvalue","with":{"backend":"paper"}}'],
    'tenon.jsonc:9:62: `backend` of `keyvalue` is "paper"; expected "memory" or "sqlite"\n  "backend": "memory"',
  ],
  [["remove", "nobody"], "there is no part `nobody`"],
  [["rename", "caller", "keeper"], "there is a part `keeper` already"],
  [["configure", "keeper", "a=1"], "`keeper` is no capability: it has no configuration"],
  [["configure", "store", "backend"], "`backend`: a setting is KEY=VALUE", 2],
  [["configure", "store", "backend=paper"], 'tenon.jsonc:8:63: `backend` of `keyvalue` is "paper"; expected "memory" or "sqlite"\n  "backend": "memory"'],
  [["group", "shop", "nobody"], "there is no part `nobody`"],
  [["ungroup", "keeper"], "`keeper` is no nested app"],
  [["undo"], "there is nothing to undo: this is how the app began"],
  [["redo"], "there is nothing to redo: nothing was undone since the last change"],
  [["diff", "9"], "there is no revision 9: the app has none yet"],
  [["check", "nowhere"], "there is no app at nowhere: no nowhere"],
  [["test", "nobody"], "there is no component `nobody` to test"],
  [["status"], NOT_RUNNING],
  [["logs"], NOT_RUNNING],
  [["stop"], NOT_RUNNING],
  [["restart", "keeper"], NOT_RUNNING],
  [["record", "keeper"], NOT_RUNNING],
  [["replay", "none.tenonrec"], "there is no none.tenonrec"],
  [["replay", "tenon.jsonc"], "tenon.jsonc is no recording\n  `tenon record` makes one"],
  [
    ["compose"],
    'tenon.jsonc can\'t be one component as it is:\n  the wire from `keeper` by `test:keeper/pausing@1.0.0` is cut: lead it somewhere, or to ".." to leave it open\n  the wire from `other` by `test:keeper/pausing@1.0.0` is cut: lead it somewhere, or to ".." to leave it open',
  ],
  [["open", "none.wasm"], "there is no file none.wasm"],
  [["open", "caller.wasm"], "caller.wasm can't be opened:\n  it has code of its own: a component can be opened that is made of components and nothing else"],
  [["open", "tenon.jsonc"], "tenon.jsonc is not a WebAssembly file"],
  [["grants", "--revoke", "keeper"], "`keeper` has been granted nothing"],
  [["new", "."], ". is there already: a new app gets a new folder"],
  [["new", "none/.."], ". is there already: a new app gets a new folder"],
  [["new", "hits", "--template", "empty"], "there is no template `empty`: there is `counter`", 2],
];

for (const [args, told, code = 1] of refused) {
  test(`refused: ${args.join(" ")}`, { concurrency: true }, async () => {
    const { stderr, ...rest } = await still.tenon(args);
    assert.deepEqual(rest, { code, stdout: "" });
    if (typeof told === "string") assert.equal(stderr, `tenon: ${told}\n`);
    else assert.match(stderr, told);
    assert.equal(still.document, DOCUMENT);
  });
}

/** One after the other, on one app. */
const done: ReadonlyArray<[args: readonly string[], stdout: string]> = [
  [["check"], "all is well: 4 parts, 3 wires\n"],
  [["log"], "no revisions yet: the first run makes one, or the first change\n"],
  [
    ["wire", "caller", "keeping", "other", "--dry-run"],
    `nothing is changed; this would:
  \`caller\` gets \`test:keeper/keeping@1.0.0\` from \`other\` instead of \`keeper\`
`,
  ],
  [
    ["wire", "caller", "keeping", "other", "--reason", "to compare", "--deadline", "1s"],
    `revision 2: wire caller test:keeper/keeping@1.0.0 to other
  \`caller\` gets \`test:keeper/keeping@1.0.0\` from \`other\` instead of \`keeper\`
`,
  ],
  [
    ["interpose", "caller", "keeping", "log"],
    `revision 3: interpose log on caller test:keeper/keeping@1.0.0
  on the wire from \`caller\` to \`test:keeper/keeping@1.0.0\` there is log and a deadline of 1000 ms instead of a deadline of 1000 ms
`,
  ],
  [
    ["interpose", "caller", "keeping", 'limit={"calls":10,"per":"1s"}', "--at", "0", "--base", "3"],
    `revision 4: interpose limit on caller test:keeper/keeping@1.0.0
  on the wire from \`caller\` to \`test:keeper/keeping@1.0.0\` there is limit {"calls":10,"per":"1s"}, log and a deadline of 1000 ms instead of log and a deadline of 1000 ms
`,
  ],
  [
    ["uninterpose", "caller", "keeping", "log"],
    `revision 5: take log off caller test:keeper/keeping@1.0.0
  on the wire from \`caller\` to \`test:keeper/keeping@1.0.0\` there is limit {"calls":10,"per":"1s"} and a deadline of 1000 ms instead of limit {"calls":10,"per":"1s"}, log and a deadline of 1000 ms
`,
  ],
  [
    ["uninterpose", "caller", "keeping", "0"],
    `revision 6: take 0 off caller test:keeper/keeping@1.0.0
  on the wire from \`caller\` to \`test:keeper/keeping@1.0.0\` there is a deadline of 1000 ms instead of limit {"calls":10,"per":"1s"} and a deadline of 1000 ms
`,
  ],
  [
    ["cut", "caller", "test:keeper/keeping@1.0.0"],
    `revision 7: cut caller test:keeper/keeping@1.0.0
  \`caller\` gets \`test:keeper/keeping@1.0.0\` from nowhere instead of \`other\`
`,
  ],
  [
    ["wire", "caller", "keeper/keeping", "keeper"],
    `revision 8: wire caller test:keeper/keeping@1.0.0 to keeper
  \`caller\` gets \`test:keeper/keeping@1.0.0\` from \`keeper\` instead of nowhere
`,
  ],
  [
    ["rename", "other", "spare"],
    `revision 9: rename other to spare
  \`other\` is called \`spare\`
`,
  ],
  [
    ["swap", "spare", "./keeper-2.wasm"],
    `revision 10: swap spare for ./keeper-2.wasm
  \`spare\` runs ./keeper-2.wasm instead of ./keeper-1.wasm
  \`spare\` keeps its state by \`test:keeper/handover@1.0.0\`.
  \`last\` starts as none.
  \`note\` is lost.
  \`spare\` gets \`test:keeper/pausing@1.1.0\` from nowhere
  \`spare\` imports \`test:keeper/pausing@1.0.0\` no more
`,
  ],
  [
    ["configure", "store", "backend=sqlite", "path=./kept.db"],
    `revision 11: configure store
  \`store\` is keyvalue {"backend":"sqlite","path":"./kept.db"} instead of keyvalue {}
`,
  ],
  [
    ["configure", "store", "backend=", "path="],
    `revision 12: configure store
  \`store\` is keyvalue {} instead of keyvalue {"backend":"sqlite","path":"./kept.db"}
`,
  ],
  [
    ["add", "clock", "capability:clock"],
    `revision 13: add clock
  \`clock\`, a clock, is added
`,
  ],
  [
    ["add", "clerk", "caller.wasm", "test:keeper/keeping=spare"],
    `revision 14: add clerk, wire clerk test:keeper/keeping to spare
  \`clerk\`, caller.wasm, is added
`,
  ],
  [
    ["add", "mute", '{"component":"./caller.wasm","purpose":"asks nobody"}', "*="],
    `revision 15: add mute, cut mute *
  \`mute\`, ./caller.wasm, is added
`,
  ],
  [
    ["remove", "clerk"],
    `revision 16: remove clerk
  \`clerk\`, caller.wasm, is removed
`,
  ],
  [
    ["remove", "mute"],
    `revision 17: remove mute
  \`mute\`, ./caller.wasm, is removed
`,
  ],
  [
    ["remove", "clock"],
    `revision 18: remove clock
  \`clock\`, a clock, is removed
`,
  ],
  [
    ["group", "library", "keeper", "spare"],
    `revision 19: group keeper, spare into library
  \`keeper\` is called \`library/keeper\`
  \`spare\` is called \`library/spare\`
`,
  ],
  [
    ["ungroup", "library"],
    `revision 20: ungroup library
  \`library/keeper\` is called \`keeper\`
  \`library/spare\` is called \`spare\`
`,
  ],
  [["undo"], "revision 21: undo: ungroup library\n"],
  [["redo"], "revision 22: redo: ungroup library\n"],
  [["undo", "--reason", "enough"], "revision 23: undo: ungroup library\n"],
  [
    ["diff", "1", "2"],
    `-     "caller": { "test:keeper/keeping": "keeper" },
+     "caller": { "test:keeper/keeping": { "to": "other", "deadline": "1s" } },
`,
  ],
  [["test"], 'no part has tests: "tests": ["part", ...] names them\n'],
  [["grants"], "it asks for nothing beyond its own folder and this machine\n"],
  [["check", "--needs"], "the app says of nobody what they need: `needs` in its document\n"],
];

test("what is done to an app is told, and is in its document", async () => {
  const folder = new Folder("done");
  for (const [args, told] of done) {
    const { code, stdout, stderr } = await folder.tenon(args);
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    assert.equal(stdout, told, args.join(" "));
  }
});

/** Of JSON: its keys, those of the first of a list, and the kinds of values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (value === null || typeof value !== "object") return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]));
}

const EFFECT = { effects: ["string"] };

/** One after the other, on one app. */
const shapes: ReadonlyArray<[args: readonly string[], shape: unknown, code?: number]> = [
  [["check"], { problems: [] }],
  [["check", "--needs"], { problems: [], needs: [] }],
  [["log"], []],
  [["rename", "other", "spare", "--dry-run"], { revision: null, ...EFFECT }],
  [["rename", "other", "spare", "--reason", "clearer"], { revision: "number", ...EFFECT }],
  [["log"], [{ number: "number", what: "string", author: "string", at: "string", operations: [] }]],
  [["diff"], { from: "number", to: "number", lines: ["string"] }],
  [["undo"], { number: "number", what: "string", author: "string", at: "string", operations: [], restores: "number" }],
  [["redo"], { number: "number", what: "string", author: "string", at: "string", operations: [], restores: "number" }],
  [["test"], []],
  [["grants"], { own: "boolean", asks: [] }],
  [["update"], { changes: [{ reference: "string", change: "string" }] }],
  [["update"], { changes: [] }],
  [["new", "hits"], { document: "string" }],
  [["unwire", "keeper", "*", "--dry-run"], undefined, 1],
];

test("with --json what is found is JSON", async () => {
  const folder = new Folder("json");
  for (const [args, shape, expected = 0] of shapes) {
    const { code, stdout, stderr } = await folder.tenon([...args, "--json"]);
    assert.equal(code, expected, `${args.join(" ")}: ${stderr}`);
    if (shape === undefined) assert.equal(stdout, "");
    else assert.deepEqual(shapeOf(JSON.parse(stdout)), shape, args.join(" "));
  }
});

test("all that is wrong with an app is told, with file, line and column, as text and as JSON", async () => {
  const folder = new Folder("wrong");
  writeFileSync(join(folder.path, "tenon.jsonc"), DOCUMENT.replace('"keeper" },', '"kepper" },').replace('"keyvalue"', '"keyvalues"'));
  const { code, stdout, stderr } = await folder.tenon(["check"]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.deepEqual(
    stderr.split("\n").filter((line) => !line.startsWith("  ")),
    ["tenon: tenon.jsonc:8:30: there is no capability `keyvalues` here", "tenon.jsonc:11:40: there is no part `kepper`", ""],
  );
  const json = await folder.tenon(["check", "--json"]);
  assert.deepEqual([json.code, json.stderr], [1, ""]);
  const { problems } = JSON.parse(json.stdout) as { readonly problems: readonly { readonly line: number; readonly column: number }[] };
  assert.deepEqual(
    problems.map(({ line, column }) => [line, column]),
    [
      [8, 30],
      [11, 40],
    ],
  );
});

test("a file is named from where one stands", async () => {
  const folder = new Folder("elsewhere");
  cpSync(join(FIXTURES, "keeper-2.wasm"), join(top, "newer.wasm"));
  const { code, stdout } = await folder.tenon(["swap", "other", "newer.wasm", "--app", folder.path, "--dry-run"], top);
  assert.equal(code, 0);
  assert.match(stdout, /`other` runs \.\.\/newer\.wasm instead of \.\/keeper-1\.wasm/);
});

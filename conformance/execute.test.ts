import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineUnderTest } from "./engine-under-test.ts";
import { type CommandResult, execute } from "./execute.ts";
import { compareWithKnown } from "./known-failures.ts";
import type { Command, SuiteFile } from "./suite-file.ts";

/** An engine whose "components" are text: `invalid`, `unlinkable`, or a name whose `f` answers. */
const stub: EngineUnderTest = {
  Store: Object,
  async compile(bytes) {
    const text = new TextDecoder().decode(bytes);
    if (text === "invalid") throw Object.assign(new Error("type mismatch"), { code: "validate/invalid" });
    return {
      async instantiate(imports) {
        if (text === "unlinkable") throw Object.assign(new Error("missing import"), { code: "link/missing-import" });
        const trap = () => {
          throw Object.assign(new Error("unreachable"), { code: "trap/core" });
        };
        return { exports: { f: () => text.length, seesOther: () => "otherOne" in imports, trap, hang: () => new Promise(() => {}) } };
      },
    };
  },
  promising:
    (exported) =>
    async (...args) =>
      exported(...args),
};

const file: SuiteFile = { suite: "stub", rel: "one", json: "", features: {}, validateOnly: false, excluded: [99], drift: false };

function run(commands: readonly Command[], change: Partial<SuiteFile> = {}): Promise<CommandResult[]> {
  const load = async (name: string) => new TextEncoder().encode(name);
  return execute({ engine: stub, file: { ...file, ...change }, commands, load, texts: new Set(["type mismatch", "missing import"]), strays: [] });
}

const invoke = (field: string, module?: string): Pick<Command, "action"> => ({
  action: { type: "invoke", field, ...(module === undefined ? {} : { module }) },
});
const binary = (filename: string): Pick<Command, "filename" | "module_type"> => ({ filename, module_type: "binary" });

test("each kind of command has its verdict", async () => {
  const commands: ReadonlyArray<[command: Command, status: string, reason?: string]> = [
    [{ type: "assert_return", line: 1, ...invoke("f") }, "fail", "no instance"],
    [{ type: "module", line: 2, ...binary("four"), name: "other-one" }, "pass"],
    [{ type: "assert_return", line: 3, ...invoke("f"), expected: [{ type: "u32", value: "4" }] }, "pass"],
    [{ type: "assert_return", line: 4, ...invoke("f"), expected: [{ type: "u32", value: "5" }] }, "fail", "wrong value"],
    [{ type: "assert_return", line: 5, ...invoke("trap") }, "fail", "threw"],
    [{ type: "assert_trap", line: 6, ...invoke("trap"), text: "unreachable" }, "pass"],
    [{ type: "assert_trap", line: 7, ...invoke("trap"), text: "out of bounds" }, "fail", "another message"],
    [{ type: "assert_trap", line: 8, ...invoke("f"), text: "unreachable" }, "fail", "accepted"],
    [{ type: "assert_trap", line: 9, ...invoke("absent"), text: "" }, "fail", "not an error of the engine"],
    [{ type: "assert_invalid", line: 10, ...binary("invalid"), text: "type mismatch" }, "pass"],
    [{ type: "assert_invalid", line: 11, ...binary("valid"), text: "type mismatch" }, "fail", "accepted"],
    [{ type: "assert_malformed", line: 12, filename: "x.wat", module_type: "text", text: "x" }, "skip", "WAT text"],
    [{ type: "assert_unlinkable", line: 13, ...binary("unlinkable"), text: "missing import" }, "pass"],
    [{ type: "assert_unlinkable", line: 14, ...binary("invalid"), text: "type mismatch" }, "fail", "rejected at compile"],
    [{ type: "module_definition", line: 15, ...binary("seven77"), name: "D" }, "pass"],
    [{ type: "module_instance", line: 16, module: "D", instance: "I" }, "pass"],
    [{ type: "assert_return", line: 17, ...invoke("f", "I"), expected: [{ type: "u32", value: "7" }] }, "pass"],
    [{ type: "assert_return", line: 18, ...invoke("sees-other", "I"), expected: [{ type: "bool", value: true }] }, "pass"],
    [{ type: "assert_invalid", line: 99, ...binary("valid"), text: "" }, "skip", "excluded"],
    [{ type: "assert_return", line: 19, ...invoke("hang") }, "fail", "hang"],
  ];
  const results = await run(commands.map(([command]) => command));
  for (const [index, [command, status, reason]] of commands.entries()) {
    assert.deepEqual([results[index]!.status, results[index]!.reason], [status, reason], `line ${command.line}`);
  }
});

test("a failed module leaves no older instance behind", async () => {
  const results = await run([
    { type: "module", line: 1, ...binary("four") },
    { type: "module", line: 2, ...binary("invalid") },
    { type: "assert_return", line: 3, ...invoke("f") },
  ]);
  assert.deepEqual(
    results.map(({ reason }) => reason),
    [undefined, "compile", "no instance"],
  );
});

test("a suite that only validates instantiates nothing", async () => {
  const results = await run(
    [
      { type: "module", line: 1, ...binary("unlinkable") },
      { type: "assert_unlinkable", line: 2, ...binary("four"), text: "missing import" },
      { type: "assert_return", line: 3, ...invoke("f") },
    ],
    { validateOnly: true },
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ["pass", "pass", "skip"],
  );
});

test("failures and the list of known ones must agree", () => {
  const commands: CommandResult[] = [
    { line: 1, type: "module", status: "pass" },
    { line: 2, type: "assert_return", status: "fail" },
    { line: 3, type: "assert_return", status: "fail" },
  ];
  const results = [
    { file, commands, milliseconds: 0 },
    { file: { ...file, rel: "drifted", drift: true }, commands, milliseconds: 0 },
  ];
  const known = [{ file: "stub/one", lines: [1, 2], reason: "because" }];
  assert.deepEqual(compareWithKnown(results, known), { unlisted: ["stub/one:3"], stale: ["stub/one:1"] });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { follow, WireProblem } from "../app/lead.ts";
import type { Operation } from "../app/operation.ts";
import { loadScope, type Scope } from "../app/scope.ts";
import type { Json } from "./document.ts";
import { editDocument } from "./edit.ts";
import { keyFor, withoutVersion } from "./names.ts";
import { parseDocument } from "./parse.ts";
import { AppError } from "./problem.ts";

const NAMES = ["a", "b", "c", "d/e", 'quo"ted', "__proto__", "dots.and", "😀"];
const IMPORTS = ["wasi:io/poll@0.2.0", "wasi:io/poll@0.2.3", "wasi:io/streams@0.2.0", "wasi:keyvalue/store@0.2.0-draft", "own:pkg/face", "handle"];
const KEYS = [...IMPORTS, "wasi:io/poll", "wasi:io/*", "wasi:*", "wasi:keyvalue/*", "*"];

const through = fc.array(fc.constantFrom<Json>("log", { limit: { calls: 3 } }, { delay: "1s" }), { maxLength: 2 });
const interposed = fc.record(
  {
    to: fc.constantFrom(...NAMES, ...NAMES.map((name) => `${name}#handle`), null),
    through,
    deadline: fc.constantFrom("1s", "20ms"),
    onFailure: fc.constantFrom<Json>(1, { tag: "x" }),
    guard: fc.boolean(),
  },
  { requiredKeys: ["to"] },
);
const wires = fc.dictionary(fc.constantFrom(...KEYS), fc.oneof(fc.constantFrom(...NAMES), interposed), { maxKeys: 4, noNullPrototype: true });

interface Written {
  readonly text: string;
  /** By part. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}

/** Documents whose wires lead to their parts, in several layouts, and what their parts import. */
const documents: fc.Arbitrary<Written> = fc
  .record({
    wires: fc.array(wires, { minLength: NAMES.length, maxLength: NAMES.length }),
    imports: fc.array(fc.subarray(IMPORTS), { minLength: NAMES.length, maxLength: NAMES.length }),
    exports: fc.dictionary(fc.constantFrom("x", "handle", "own:pkg/face"), fc.constantFrom(...NAMES, ...NAMES.map((name) => `${name}#y`)), {
      noNullPrototype: true,
    }),
    layout: fc.constantFrom(0, 1, 2, "\t"),
    eol: fc.constantFrom("\n", "\r\n"),
    comments: fc.boolean(),
  })
  .map(({ wires, imports, exports, layout, eol, comments }) => {
    const parts = Object.fromEntries(NAMES.map((name, i) => [name, { component: `./${i}.wasm` }]));
    const all = Object.fromEntries(NAMES.map((name, i) => [name, wires[i]!] as const).filter(([, each]) => Object.keys(each).length > 0));
    const plain = JSON.stringify({ tenon: 1, name: "law", parts, wires: all, exports }, null, layout);
    const text = comments && layout !== 0 ? plain.replaceAll(/,\n/g, ", // why\n").replaceAll(/\n(\s*)"(c|wasi:\*)"/g, '\n$1/* here */\n$1"$2"') : plain;
    return { text: text.replaceAll("\n", eol), imports: new Map(NAMES.map((name, i) => [name, imports[i]!])) };
  });

const platform = { resolve: (path: string) => path, read: () => Promise.reject(new Error("no file")) };

/** Where each import of each part leads, and what lies on the way. */
async function leads(text: string, imports: (name: string) => readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const all = new Map<string, unknown>();
  const visit = (scope: Scope): void => {
    for (const [name, member] of scope.members) {
      if ("members" in member) visit(member);
      else for (const each of imports(name)) all.set(JSON.stringify([name, each]), lead(scope, name, each));
    }
  };
  visit(await loadScope(text, "law", platform));
  return all;
}

function lead(scope: Scope, name: string, each: string): unknown {
  try {
    const found = follow(scope, name, each);
    // A line without a version asks for any: the part that it leads to has one.
    return (
      found && [found.to?.name, withoutVersion(found.export), found.through.map(({ interposer }) => interposer), found.deadline, found.onFailure, found.guard]
    );
  } catch (error) {
    if (!(error instanceof WireProblem)) throw error;
    return "a problem";
  }
}

const document = (text: string): unknown => parseDocument(text, "").document;
const name = fc.constantFrom(...NAMES);
const escaped = (each: string): string => each.replaceAll("~", "~0").replaceAll("/", "~1");

test("a part that is renamed and back again leaves an equal document", () => {
  fc.assert(
    fc.property(documents, name, fc.string(), ({ text }, from, to) => {
      fc.pre(!NAMES.includes(to) && to !== "" && to !== ".." && !to.includes("#"));
      const there = editDocument(text, [{ op: "rename", name: escaped(from), to }]);
      assert.ok(parseDocument(there.text, "").document.parts.has(to));
      assert.deepEqual([...there.moves], [[escaped(from), escaped(to)]]);
      assert.equal(editDocument(there.text, [{ op: "rename", name: escaped(to), to: from }]).text, text);
    }),
  );
});

test("a wire leads where it was told to, and no other import leads elsewhere", async () => {
  await fc.assert(
    fc.asyncProperty(documents, name, fc.constantFrom(...IMPORTS), fc.option(name), async ({ text }, from, key, to) => {
      const operation: Operation = to === null ? { op: "cut", from: escaped(from), import: key } : { op: "wire", from: escaped(from), import: key, to };
      const edited = editDocument(text, [operation]);
      const wire = parseDocument(edited.text, "").document.wires.get(from)!;
      assert.deepEqual(wire.get(keyFor(wire.keys(), key)!)!.to, to === null ? null : { part: to });
      // A line without a version is that of all versions.
      const others = (each: string): boolean => each !== key && !each.startsWith(`${key.split("@")[0]}@`);
      const [before, after] = await Promise.all([text, edited.text].map((each) => leads(each, () => IMPORTS)));
      for (const [at, end] of before!) {
        const [part, each] = JSON.parse(at) as [string, string];
        if (part !== from || others(each)) assert.deepEqual(after!.get(at), end, at);
      }
    }),
  );
});

test("what is added and removed leaves an equal document", () => {
  fc.assert(
    fc.property(documents, fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), ({ text }, name, config) => {
      fc.pre(!NAMES.includes(name) && name !== "" && name !== ".." && !name.includes("#"));
      const part = { capability: "k", with: config as Readonly<Record<string, Json>> };
      const added = editDocument(text, [{ op: "add", name: escaped(name), part }]);
      const there = parseDocument(added.text, "").document.parts.get(name);
      assert.deepEqual(JSON.stringify(there?.kind === "capability" && there.with), JSON.stringify(config));
      assert.deepEqual(document(editDocument(added.text, [{ op: "remove", name: escaped(name) }]).text), document(text));
    }),
  );
});

test("no wire leads to a part that was removed", () => {
  fc.assert(
    fc.property(documents, name, ({ text }, name) => {
      const { parts, wires, exports } = parseDocument(editDocument(text, [{ op: "remove", name: escaped(name) }]).text, "").document;
      assert.ok(!parts.has(name) && !wires.has(name));
      for (const own of wires.values()) for (const { to } of own.values()) assert.notEqual(to?.part, name);
      for (const { part } of exports.values()) assert.notEqual(part, name);
    }),
  );
});

for (const known of [true, false]) {
  test(`wires lead the same way when parts are grouped and when they come out again${known ? "" : ", also where nobody knows what a wildcard stands for"}`, async () => {
    let done = 0;
    await fc.assert(
      fc.asyncProperty(documents, fc.subarray(NAMES, { minLength: 1 }), fc.constantFrom("g", "g/h", "parts"), async ({ text, imports }, members, group) => {
        const importsOf = (path: string) => (known ? imports.get(path.split("/").at(-1)!.replaceAll("~1", "/")) : undefined);
        const grouped = editedOrRefused(text, { op: "group", parts: members.map(escaped), name: group }, importsOf);
        if (grouped === undefined) return assert.equal(known, false, "refused");
        done++;
        const of = (name: string) => imports.get(name)!;
        const before = await leads(text, of);
        assert.deepEqual(await leads(grouped, of), before, grouped);
        const back = editDocument(grouped, [{ op: "ungroup", name: escaped(group) }], { importsOf }).text;
        assert.deepEqual(await leads(back, of), before, `${grouped}\n${back}`);
        assert.deepEqual([...parseDocument(back, "").document.parts.keys()].sort(), [...NAMES].sort());
        assert.deepEqual(parseDocument(back, "").document.exports, parseDocument(text, "").document.exports);
      }),
      { numRuns: 100 },
    );
    assert.ok(done > 10, `${done} were grouped`);
  });
}

function editedOrRefused(text: string, operation: Operation, importsOf: (path: string) => readonly string[] | undefined): string | undefined {
  try {
    return editDocument(text, [operation], { importsOf }).text;
  } catch (error) {
    if (error instanceof AppError && error.code === "app/no-group") return undefined;
    throw error;
  }
}

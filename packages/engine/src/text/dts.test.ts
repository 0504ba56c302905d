import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { DEFAULT_FEATURES } from "../binary/features.ts";
import type { ComponentType, ExternType, FuncType, InstanceType, ResourceType, ValueType } from "../types/component-types.ts";
import { validateComponent } from "../validate/validate-component.ts";
import { dts } from "./dts.ts";

const string: ValueType = { kind: "string" };
const u32: ValueType = { kind: "u32" };
const func = (params: Record<string, ValueType>, result?: ValueType, async = false): ExternType => ({
  sort: "func",
  type: { kind: "func", async, params: Object.entries(params).map(([name, type]) => ({ name, type })), result } satisfies FuncType,
});
const type = (of: ValueType | ResourceType): ExternType => ({ sort: "type", type: of });
const instance = (exports: Record<string, ExternType>): ExternType => ({
  sort: "instance",
  type: { kind: "instance", exports: new Map(Object.entries(exports)), resources: [] } satisfies InstanceType,
});
const component = (imports: Record<string, ExternType>, exports: Record<string, ExternType>): { type: ComponentType } => ({
  type: {
    kind: "component",
    imports: new Map(Object.entries(imports)),
    exports: new Map(Object.entries(exports)),
    importedResources: [],
    definedResources: [],
  },
});
const resource = (name: string): ResourceType => ({ kind: "resource", identity: { name, rep: undefined } });

/** Type-checks declarations together with a program that uses them; gives the compiler's complaints. */
function check(declarations: string | readonly string[], program = ""): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-dts-"));
  try {
    const files = [declarations].flat().map((text, i) => {
      const name = `component${i || ""}.d.ts`;
      writeFileSync(path.join(folder, name), text);
      return name;
    });
    writeFileSync(path.join(folder, "program.ts"), `import type * as component from "./component.js";\n${program}\nexport type { component };\n`);
    const options = ["--noEmit", "--strict", "--target", "es2024", "--module", "nodenext", "--lib", "es2024,esnext,dom", "--types", ""];
    const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
    execFileSync(process.execPath, [tsc, ...options, ...files, "program.ts"], { cwd: folder, stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout ?? error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Types of its own at each call, as an import and an export have them. */
function api(): ExternType {
  const counter = resource("counter");
  const item: ValueType = {
    kind: "record",
    fields: [
      { name: "full-name", type: string },
      { name: "tags", type: { kind: "list", element: string } },
      { name: "note", type: { kind: "option", some: string } },
    ],
  };
  const shape: ValueType = {
    kind: "variant",
    cases: [
      { name: "circle", type: { kind: "f64" } },
      { name: "no-shape", type: undefined },
    ],
  };
  const mood: ValueType = { kind: "enum", labels: ["good", "very-bad"] };
  const access: ValueType = { kind: "flags", labels: ["read-all", "write"] };
  const own: ValueType = { kind: "own", resource: counter };
  return instance({
    item: type(item),
    shape: type(shape),
    mood: type(mood),
    access: type(access),
    counter: type(counter),
    "[constructor]counter": func({ start: u32 }, own),
    "[method]counter.get-next": func({ self: { kind: "borrow", resource: counter }, by: { kind: "option", some: u32 } }, u32),
    "[static]counter.merge": func({ a: own, b: own }, own),
    "best-of": func({ items: { kind: "list", element: item } }, { kind: "option", some: item }),
    area: func({ s: shape, "very-new": mood }, { kind: "result", ok: { kind: "f64" }, err: string }),
    bytes: func({ a: { kind: "list", element: { kind: "u8" } } }, { kind: "tuple", types: [{ kind: "u64" }, access] }),
    nested: func({}, { kind: "option", some: { kind: "option", some: u32 } }),
    later: func({}, string, true),
  });
}

test("declares what the API makes of WIT", () => {
  const text = dts(component({ "demo:host/api@1.0.0": api(), "host-echo": func({ v: u32 }, u32) }, { "demo:poly/api@0.1.0": api(), run: func({}) }));
  for (const expected of [
    'readonly "demo:host/api@1.0.0": DemoHostApi;',
    '"host-echo"(v: number): Awaitable<number>;',
    'readonly "demo:poly/api@0.1.0": DemoPolyApi;',
    "run(): void;",
    "fullName: string;",
    "note?: string | undefined;",
    'type Shape = { tag: "circle"; val: number } | { tag: "no-shape"; val?: undefined };',
    'type Mood = "good" | "very-bad";',
    "readAll?: boolean;",
    "getNext(by?: number | undefined): number;",
    "bestOf(items: Array<DemoPolyApi.Item>): DemoPolyApi.Item | undefined;",
    "/** @throws ResultError, its payload of type `string` */",
    "bytes(a: Uint8Array): [bigint, DemoPolyApi.Access];",
    'nested(): { tag: "some"; val: number | undefined } | { tag: "none"; val?: undefined };',
    "later(): Promise<string>;",
  ]) {
    assert.ok(text.includes(expected), `${expected}\n---\n${text}`);
  }
});

test("programs that use a component as the API has it type-check", () => {
  const text = dts(component({ "demo:host/api@1.0.0": api() }, { run: func({}), "demo:poly/api@0.1.0": instance({ counter: type(resource("c")) }) }));
  const host = `
    class Counter { n: number; constructor(start: number) { this.n = start; } getNext(by = 1) { return Promise.resolve((this.n += by)); } static merge(a: Counter, b: Counter) { return new Counter(a.n + b.n); } }
    const api: component.DemoHostApi = {
      Counter,
      bestOf: (items) => items[0],
      area: (s, veryNew) => s.tag === "circle" ? s.val : veryNew.length,
      bytes: (a) => [BigInt(a.length), { readAll: true }],
      nested: () => ({ tag: "some", val: undefined }),
      later: async () => "x",
    };
    export const imports: component.Imports = { "demo:host/api@1.0.0": api };
    export function use({ run, "demo:poly/api@0.1.0": { Counter } }: component.Exports, made: InstanceType<typeof Counter>): void { run(); using held = made; held[Symbol.dispose](); }
  `;
  assert.equal(check(text, host), "");
  assert.match(check(text, `export const api: Partial<component.DemoHostApi> = { bestOf: (items) => items[0]!.tags };`), /error TS2322/);
});

const hostile = [
  "'",
  '"',
  "\\",
  "`$" + "{process.exit(1)}`",
  "a\u2028b",
  "*/ evil(); /*",
  "\n",
  "__proto__",
  "</script>",
  "new",
  "constructor",
  "then",
  "class",
  "1",
  "",
  "a-1",
  "a1",
  "\ud800",
];
test("names can't become anything but names", () => {
  const record: ValueType = { kind: "record", fields: hostile.map((name) => ({ name, type: string })) };
  const flags: ValueType = { kind: "flags", labels: hostile };
  const variant: ValueType = { kind: "variant", cases: hostile.map((name) => ({ name, type: { kind: "enum", labels: hostile } })) };
  const all = instance({
    ...Object.fromEntries(hostile.map((name, i) => [name, [type(record), type(flags), type(variant), type(resource(name))][i % 4]!])),
    ...Object.fromEntries(
      hostile.map((name) => [`f-${name}`, func(Object.fromEntries(hostile.map((param) => [param, record])), { kind: "result", ok: undefined, err: variant })]),
    ),
    ...Object.fromEntries(hostile.map((name) => [`[method]${name}.${name}`, func({ self: string })])),
    ...Object.fromEntries(hostile.map((name) => [`[static]${name}.${name}`, func({})])),
  });
  const names = [...hostile, "promise", "imports", "map", "uint8-array", "awaitable", "wasi:io/a@1.0.0", "wasi:io/a@2.0.0", "x:y/*/evil@1"];
  const everywhere = Object.fromEntries(names.map((name) => [name, all]));
  const text = dts(
    component({ ...everywhere, "a-func": func({}), ...Object.fromEntries(hostile.map((name) => [`t-${name}`, type({ ...record })])) }, everywhere),
  );
  assert.equal(check(text), "");
  const lines = text.split("\n");
  for (const line of lines) if (/^\s*\/\*\*/.test(line)) assert.equal(line.indexOf("*/"), line.length - 2, line);
  const code = lines
    .filter((line) => !/^\s*\/\*\*/.test(line))
    .join("\n")
    .replace(/"(?:[^"\\]|\\.)*"/g, '""');
  assert.equal(/.{0,40}(?:evil|process|script|['`\\]).*/.exec(code)?.[0], undefined);
});

test("types of the component hide no global types", () => {
  const promise: ValueType = { kind: "record", fields: [{ name: "a", type: string }] };
  const text = dts(
    component(
      {},
      {
        "a:b/c": instance({
          promise: type(promise),
          map: type({ kind: "list", element: string }),
          f: func({ p: promise, m: { kind: "map", key: string, value: u32 } }, string, true),
        }),
      },
    ),
  );
  assert.match(text, /f\(p: ABC\.Promise_, m: Map<string, number>\): Promise<string>;/);
  assert.equal(check(text), "");
});

const examples = ["rust/scoreboard", "kotlin/scoreboard", "caller/caller", "hello/hello.rust", "http/http-hello"];
test("declarations of real components type-check", () => {
  const texts = examples.map((name) => {
    const bytes = new Uint8Array(readFileSync(new URL(`../../../../examples/${name}.wasm`, import.meta.url)));
    return dts(validateComponent(bytes, DEFAULT_FEATURES).component);
  });
  assert.equal(check(texts), "");
});

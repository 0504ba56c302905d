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
    "later(options: { readonly signal: AbortSignal }): Awaitable<string>;",
    "later(options?: CallOptions): Promise<string>;",
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

const u8: ValueType = { kind: "u8" };
const option = (some: ValueType): ValueType => ({ kind: "option", some });
const stream = (element?: ValueType): ValueType => ({ kind: "stream", element });
const future = (element?: ValueType): ValueType => ({ kind: "future", element });

/** Async functions, streams and futures, as an import and an export have them. */
function asyncApi(): ExternType {
  const job = resource("job");
  const self: ValueType = { kind: "borrow", resource: job };
  const body = stream(u8);
  const message: ValueType = {
    kind: "record",
    fields: [
      { name: "trailers", type: future(option(string)) },
      { name: "body", type: body },
    ],
  };
  return instance({
    body: type(body),
    message: type(message),
    job: type(job),
    "[method]job.run": func({ self, by: option(u32) }, undefined, true),
    "[static]job.all": func({}, stream({ kind: "own", resource: job }), true),
    ask: func({ options: string, "how-often": option(u32) }, { kind: "result", ok: u32, err: string }, true),
    bytes: func({ s: stream(u8) }, stream(u8)),
    words: func({ s: stream(string) }, stream(string)),
    numbers: func({ s: stream(u32), all: { kind: "list", element: stream(u32) } }, stream({ kind: "list", element: u8 })),
    ticks: func({ s: stream() }, stream()),
    later: func({ f: future(u32), nothing: future() }, future(u32)),
    "much-later": func({ f: future(future(option(u32))) }, future(future(u32)), true),
    perhaps: func({}, option(future(u32)), true),
    either: func({}, future({ kind: "result", ok: u32, err: string })),
    named: func({ b: body, m: message }, body),
    why: func({ e: { kind: "error-context" } }, { kind: "error-context" }),
  });
}

test("declares what may be given for a stream or future, and what comes of one", () => {
  const text = dts(component({ "a:b/host": asyncApi() }, { "a:b/guest": asyncApi() }));
  const [head, imported, exported] = text.split(/^.*`, (?=imported|exported)/m) as [string, string, string];
  for (const [part, ...expected] of [
    [
      head,
      "export interface CallOptions { readonly signal?: AbortSignal }",
      "export type StreamSource<T> = ReadableStream<T> | AsyncIterable<T> | Iterable<T>;",
      "export type ByteSource = StreamSource<ArrayBufferView | number> | ArrayBufferView;",
    ],
    [
      exported,
      "run(by?: number | undefined, options?: CallOptions): Promise<void>;",
      "all(options?: CallOptions): Promise<ReadableStream<ABGuest.Job>>;",
      "ask(options: string, howOften?: number | undefined, options2?: CallOptions): Promise<number>;",
      "bytes(s: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>>;",
      "words(s: StreamSource<string>): ReadableStream<string>;",
      "numbers(s: StreamSource<number | Uint32Array>, all: Array<StreamSource<number | Uint32Array>>): ReadableStream<Uint8Array>;",
      "ticks(s: StreamSource<undefined>): ReadableStream<undefined>;",
      "later(f: Awaitable<number>, nothing: Awaitable<void>): Promise<number>;",
      "muchLater(f: Awaitable<number | undefined>, options?: CallOptions): Promise<number>;",
      "perhaps(options?: CallOptions): Promise<number | undefined>;",
      'either(): Promise<{ tag: "ok"; val: number } | { tag: "err"; val: string }>;',
      "named(b: ByteSource, m: ABGuest.Message): ABGuest.Body;",
      "type Body = ReadableStream<Uint8Array<ArrayBuffer>>;",
      "trailers: Promise<string | undefined>;",
      "why(e: { readonly debugMessage: string }): { readonly debugMessage: string };",
    ],
    [
      imported,
      "run(by: number | undefined, options: { readonly signal: AbortSignal }): Awaitable<void>;",
      "all(options: { readonly signal: AbortSignal }): Awaitable<StreamSource<ABHost.Job>>;",
      "ask(options: string, howOften: number | undefined, options2: { readonly signal: AbortSignal }): Awaitable<number>;",
      "bytes(s: ReadableStream<Uint8Array<ArrayBuffer>>): Awaitable<ByteSource>;",
      "later(f: Promise<number>, nothing: Promise<void>): Awaitable<number>;",
      "named(b: ABHost.Body, m: ABHost.Message): Awaitable<ByteSource>;",
    ],
  ] as const) {
    for (const line of expected) assert.ok(part.includes(line), `${line}\n---\n${part}`);
  }
});

test("programs with async functions type-check, and one component's exports are another's imports", () => {
  const text = dts(component({ "a:b/host": asyncApi() }, { "a:b/guest": asyncApi() }));
  const program = `
    class Job { async run(by = 1, { signal }: { signal: AbortSignal }) { signal.throwIfAborted(); by.toFixed(); } static all() { return [new Job()]; } }
    const host: component.ABHost = {
      Job,
      ask: async (question, howOften = 1, { signal }) => { await fetch(question, { signal }); return howOften; },
      bytes: (s) => s.pipeThrough(new CompressionStream("gzip")),
      words: async function* (s) { for await (const word of s) yield word.trim(); },
      numbers: (s, all) => [new Uint8Array(all.length)],
      ticks: (s) => s,
      later: (f) => f.then((x) => x + 1),
      muchLater: () => 1,
      perhaps: async () => undefined,
      either: () => ({ tag: "ok", val: 1 }),
      named: async (b, { trailers, body }) => (await trailers) === undefined ? b : body,
      why: (e) => new class { debugMessage = e.debugMessage },
    };
    export const imports: component.Imports = { "a:b/host": host };
    export async function use({ "a:b/guest": guest }: component.Exports, file: Response): Promise<string> {
      for (const source of [file.body!, [new Uint8Array(1)], new DataView(new ArrayBuffer(1)), [1, 2], (async function* () { yield new Int8Array(1); })()]) guest.bytes(source);
      const { value } = await guest.bytes(file.body!).getReader({ mode: "byob" }).read(new Uint8Array(9));
      guest.numbers([1, 2], [new Uint32Array(2), [new Uint32Array(3)]]);
      for await (const word of guest.words(["a", "b"])) word.trim();
      const sum: number = await guest.later(Promise.resolve(1), undefined) + await guest.ask("", 1, { signal: AbortSignal.timeout(1) });
      guest.named(file.body!, { trailers: Promise.resolve(undefined), body: file.body! }).pipeThrough(new TextDecoderStream());
      return String(sum) + value;
    }
    export const chained: Omit<component.ABHost, "Job"> = null! as Omit<component.ABGuest, "Job">;
  `;
  assert.equal(check(text, program), "");
  const wrong = [
    "guest.words([1])",
    "guest.bytes('text')",
    "guest.later('text', undefined)",
    "guest.ask('', 1, AbortSignal.abort())",
    "guest.bytes([1]).length",
    "guest.named([1], { trailers: 1, body: [1] })",
  ];
  const complaints = check(text, `export const use = (guest: component.ABGuest): unknown[] => [\n${wrong.join(",\n")}];`);
  wrong.forEach((line, i) => {
    assert.match(complaints, new RegExp(`^program.ts.${i + 3},\\d+.: error TS(?:2322|2345|2559|2339):`, "m"), line);
  });
});

test("declares beside the component's own only what is mentioned", () => {
  assert.doesNotMatch(dts(component({}, { run: func({}) })), /Awaitable|CallOptions|Source/);
  assert.match(dts(component({}, { run: func({ s: stream(u8) }) })), /ByteSource = StreamSource</);
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
test("threat 21: names can't become anything but names", () => {
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
  const names = [
    ...hostile,
    "promise",
    "imports",
    "map",
    "uint8-array",
    "awaitable",
    "readable-stream",
    "byte-source",
    "wasi:io/a@1.0.0",
    "wasi:io/a@2.0.0",
    "x:y/*/evil@1",
  ];
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
  assert.match(text, /f\(p: ABC\.Promise_, m: Map<string, number>, options\?: CallOptions\): Promise<string>;/);
  assert.equal(check(text), "");
});

const examples = ["rust/scoreboard", "async/words", "kotlin/scoreboard", "caller/caller", "hello/hello.rust", "http/http-hello"];
test("declarations of real components type-check", () => {
  const texts = examples.map((name) => {
    const bytes = new Uint8Array(readFileSync(new URL(`../../../../examples/${name}.wasm`, import.meta.url)));
    return dts(validateComponent(bytes, DEFAULT_FEATURES).component);
  });
  assert.equal(check(texts), "");
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DEFAULT_FEATURES } from "../binary/features.ts";
import { validateComponent } from "../validate/validate-component.ts";
import { bundlesOf } from "./bundles.ts";
import type { ComponentType, ExternType, InstanceType, NameAttributes, ResourceType, ValueType } from "./component-types.ts";

const u32: ValueType = { kind: "u32" };
const resource = (name: string): ResourceType => ({ kind: "resource", identity: { name, rep: undefined } });
const own = (of: ResourceType): ValueType => ({ kind: "own", resource: of });
const borrow = (of: ResourceType): ValueType => ({ kind: "borrow", resource: of });
const func = (params: readonly ValueType[], result?: ValueType): ExternType => ({
  sort: "func",
  type: { kind: "func", async: false, params: params.map((type, i) => ({ name: `p${i}`, type })), result },
});
const type = (of: ValueType | ResourceType): ExternType => ({ sort: "type", type: of });
const instanceType = (exports: Record<string, ExternType>): InstanceType => ({ kind: "instance", exports: new Map(Object.entries(exports)), resources: [] });
const instance = (exports: Record<string, ExternType>, attributes?: NameAttributes): ExternType => ({
  sort: "instance",
  type: instanceType(exports),
  ...(attributes && { attributes }),
});
const list = (element: ValueType): ValueType => ({ kind: "list", element });
const option = (some: ValueType): ValueType => ({ kind: "option", some });
const stream = (element: ValueType): ValueType => ({ kind: "stream", element });
const record = (...types: ValueType[]): ValueType => ({ kind: "record", fields: types.map((type, i) => ({ name: `f${i}`, type })) });
const result = (ok: ValueType | undefined, err: ValueType | undefined): ValueType => ({ kind: "result", ok, err });
const variant = (...types: (ValueType | undefined)[]): ValueType => ({ kind: "variant", cases: types.map((type, i) => ({ name: `c${i}`, type })) });

const r = resource("r");
const s = resource("s");
/** `r` as another interface's `use` names it. */
const used: ResourceType = { ...r, aliasOf: r };

/** Interfaces, and which are tied: those between the same bars. */
const worlds: ReadonlyArray<[name: string, externs: Record<string, ExternType>, bundles: string]> = [
  ["nothing", {}, ""],
  ["no resources", { a: instance({ f: func([u32], u32) }), b: instance({ f: func([u32], u32) }) }, "a | b"],
  ["a free function takes what a free function makes", { a: instance({ make: func([], own(r)) }), b: instance({ take: func([own(r)]) }) }, "a b"],
  ["a borrow ties as well", { a: instance({ make: func([], own(r)) }), b: instance({ take: func([borrow(r)]) }) }, "a b"],
  ["the taker comes first", { b: instance({ take: func([own(r)]) }), a: instance({ make: func([], own(r)) }) }, "b a"],
  ["by another name of the resource", { a: instance({ r: type(r), make: func([], own(r)) }), b: instance({ r: type(used), take: func([own(used)]) }) }, "a b"],
  ["an alias alone", { a: instance({ r: type(r), make: func([], own(r)) }), b: instance({ r: type(used) }) }, "a | b"],
  ["a constructor makes", { a: instance({ r: type(r), "[constructor]r": func([], own(r)) }), b: instance({ take: func([own(r)]) }) }, "a b"],
  ["a constructor that can fail", { a: instance({ "[constructor]r": func([], result(own(r), u32)) }), b: instance({ take: func([own(r)]) }) }, "a b"],
  ["a constructor takes", { a: instance({ make: func([], own(r)) }), b: instance({ "[constructor]s": func([borrow(r)], own(s)) }) }, "a b"],
  ["statics make and take", { a: instance({ "[static]r.open": func([], own(r)) }), b: instance({ "[static]s.of": func([own(r)], own(s)) }) }, "a b"],
  ["only methods make", { a: instance({ "[method]s.make": func([borrow(s)], own(r)) }), b: instance({ take: func([own(r)]) }) }, "a | b"],
  ["only methods take", { a: instance({ make: func([], own(r)) }), b: instance({ "[method]s.take": func([borrow(s), own(r)]) }) }, "a | b"],
  ["both take, nobody makes", { a: instance({ take: func([own(r)]) }), b: instance({ take: func([own(r)]) }) }, "a | b"],
  ["both make, nobody takes", { a: instance({ make: func([], own(r)) }), b: instance({ make: func([], own(r)) }) }, "a | b"],
  [
    "both make, one takes",
    { a: instance({ make: func([], own(r)) }), b: instance({ other: func([own(r)], own(r)) }), c: instance({ f: func([u32]) }) },
    "a b | c",
  ],
  [
    "two make, a third takes",
    { a: instance({ make: func([], own(r)) }), b: instance({ make: func([], own(r)) }), c: instance({ take: func([own(r)]) }) },
    "a b c",
  ],
  [
    "over a third, through two resources",
    { a: instance({ make: func([], own(r)) }), b: instance({ f: func([own(r)], own(s)) }), c: instance({ take: func([own(s)]) }), d: instance({}) },
    "a b c | d",
  ],
  [
    "two bundles, interleaved",
    {
      a: instance({ make: func([], own(r)) }),
      b: instance({ make: func([], own(s)) }),
      c: instance({ take: func([own(r)]) }),
      d: instance({ take: func([own(s)]) }),
    },
    "a c | b d",
  ],
  ...(
    [
      ["list", list],
      ["option", option],
      ["stream", stream],
      ["future", (type) => ({ kind: "future", element: type })],
      ["record", (type) => record(u32, type)],
      ["variant", (type) => variant(undefined, type)],
      ["tuple", (type) => ({ kind: "tuple", types: [type, u32] })],
      ["map", (type) => ({ kind: "map", key: u32, value: type })],
      ["result's error", (type) => result(undefined, type)],
      ["depth", (type) => list(option(record(result(u32, variant(type)))))],
    ] as [string, (type: ValueType) => ValueType][]
  ).map(
    ([name, wrap]) =>
      [`in a ${name}`, { a: instance({ make: func([], wrap(own(r))) }), b: instance({ take: func([u32, wrap(own(r))]) }) }, "a b"] as [
        string,
        Record<string, ExternType>,
        string,
      ],
  ),
  [
    "types that are shared tie by their resources alone",
    (() => {
      const both = record(u32, list(own(s)));
      return { a: instance({ make: func([both], own(r)) }), b: instance({ f: func([both]) }), c: instance({ g: func([own(r), u32]) }) };
    })(),
    "a c | b",
  ],
  ["one function type of two interfaces", (() => ({ a: instance({ f: func([u32]) }), b: instance({ f: func([u32]) }) }))(), "a | b"],
  [
    "poll ties nothing",
    { "wasi:io/poll@0.2.12": instance({ poll: func([list(borrow(r))]) }), a: instance({ make: func([], own(r)) }) },
    "wasi:io/poll@0.2.12 | a",
  ],
  [
    "what else takes a pollable ties",
    { "wasi:io/poll@0.2.12": instance({ drop: func([own(r)]) }), a: instance({ make: func([], own(r)) }) },
    "wasi:io/poll@0.2.12 a",
  ],
  [
    "poll by another name",
    { p: instance({ poll: func([borrow(r)]) }, { implements: "wasi:io/poll@0.2.3" }), a: instance({ make: func([], own(r)) }) },
    "p | a",
  ],
  ["another poll ties", { "my:io/poll@0.2.12": instance({ poll: func([borrow(r)]) }), a: instance({ make: func([], own(r)) }) }, "my:io/poll@0.2.12 a"],
  [
    "free functions of a world",
    { make: func([], own(r)), take: func([own(r)]), other: func([u32]), a: instance({ take: func([own(r)]) }) },
    "make take a | other",
  ],
  [
    "a resource of a world is one with its functions",
    { r: type(r), s: type(s), "[constructor]r": func([], own(r)), "[method]r.m": func([borrow(r)]), "[static]s.f": func([u32]), f: func([u32]) },
    "r [constructor]r [method]r.m | s [static]s.f | f",
  ],
  ["methods of a world's resource take no other", { r: type(r), "[method]r.m": func([borrow(r), own(s)]), make: func([], own(s)) }, "r [method]r.m | make"],
  ["a world's name of an interface's resource", { a: instance({ r: type(r) }), r: type(used), n: type(u32), f: func([own(used)]) }, "a r | n | f"],
  ["instances in instances", { a: instance({ inner: instance({ make: func([], own(r)) }) }), b: instance({ take: func([own(r)]) }) }, "a b"],
  [
    "what is no function, type or instance",
    {
      m: { sort: "module", type: { kind: "module", imports: [], exports: new Map() } },
      c: {
        sort: "component",
        type: { kind: "component", imports: new Map(), exports: new Map([["f", func([own(r)], own(r))]]), importedResources: [], definedResources: [] },
      },
      a: instance({ f: func([own(r)], own(r)) }),
      v: { sort: "value", type: u32 },
    },
    "m | c | a | v",
  ],
];
const text = (externs: ReadonlyMap<string, ExternType>): string =>
  bundlesOf(externs)
    .map((names) => names.join(" "))
    .join(" | ");
for (const [name, externs, expected] of worlds) test(`bundles: ${name}`, () => assert.equal(text(new Map(Object.entries(externs))), expected));

test("one instance type under two names", () => {
  const both: ExternType = { sort: "instance", type: instanceType({ make: func([], own(r)), take: func([own(r)]) }) };
  const neither: ExternType = { sort: "instance", type: instanceType({ take: func([own(s)]) }) };
  assert.equal(text(new Map(Object.entries({ a: both, b: both, c: neither, d: neither }))), "a b | c | d");
});

test("towers of types that share their parts, and many interfaces, take linear time", () => {
  let tower: ValueType = own(r);
  for (let i = 0; i < 90; i++) tower = record(tower, tower, tower);
  let plain: ValueType = u32;
  for (let i = 0; i < 90; i++) plain = record(plain, plain, plain);
  const externs = new Map<string, ExternType>();
  for (let i = 0; i < 20_000; i++) externs.set(`n${i}`, instance({ f: func([plain, tower], i === 0 ? tower : plain) }));
  let nested: ExternType = instance({ f: func([tower], tower) });
  for (let i = 0; i < 90; i++) nested = instance({ a: nested, b: nested });
  externs.set("nested", nested);
  const start = performance.now();
  assert.deepEqual(
    bundlesOf(externs).map((names) => names.length),
    [20_001],
  );
  assert.ok(performance.now() - start < 2_000);
});

test("a chain of many interfaces is one bundle", () => {
  const resources = Array.from({ length: 20_001 }, (_, i) => resource(`r${i}`));
  const externs = new Map(Array.from({ length: 20_000 }, (_, i) => [`n${i}`, instance({ f: func([own(resources[i + 1]!)], own(resources[i]!)) })]));
  assert.equal(bundlesOf(externs).length, 1);
});

/** The worlds of a fixture, which has them as types. */
function worldsOf(version: "0.2" | "0.3"): Map<string, ComponentType> {
  const bytes = readFileSync(new URL(`../../fixtures/wasi-worlds/wasi-${version}.wasm`, import.meta.url));
  const found = new Map<string, ComponentType>();
  for (const [name, outer] of validateComponent(bytes, DEFAULT_FEATURES).component.type.exports) {
    if (outer.sort !== "type" || outer.type.kind !== "component") continue;
    for (const { sort, type } of outer.type.exports.values()) if (sort === "component") found.set(name, type);
  }
  return found;
}
const WASI = { "0.2": worldsOf("0.2"), "0.3": worldsOf("0.3") } as const;
/** Without versions: there is one of each package. */
const namesOf = (bundles: ReturnType<typeof bundlesOf>): string[] => bundles.map((names) => names.map((name) => name.replace(/@.*/, "")).join(" "));

const tied: ReadonlyArray<[version: "0.2" | "0.3", world: string, interfaces: number, tied: string[]]> = [
  [
    "0.2",
    "everything",
    41,
    [
      "wasi:sockets/instance-network wasi:sockets/ip-name-lookup",
      "wasi:http/types wasi:http/outgoing-handler",
      "wasi:keyvalue/store wasi:keyvalue/atomics wasi:keyvalue/batch",
      "wasi:messaging/types wasi:messaging/request-reply wasi:messaging/producer",
    ],
  ],
  ["0.2", "middleware", 12, ["wasi:http/types wasi:http/outgoing-handler"]],
  // The constructor of a handshake takes streams, such as those that stdio makes.
  ["0.2", "tls", 7, ["wasi:cli/stdin wasi:cli/stdout wasi:cli/stderr wasi:tls/types"]],
  ["0.3", "everything", 26, ["wasi:http/types wasi:http/client"]],
  // What goes to the next service of a chain has the type of what goes to the network.
  ["0.3", "middleware", 14, ["wasi:http/types wasi:http/handler wasi:http/client"]],
];
for (const [version, world, interfaces, expected] of tied) {
  test(`bundles of WASI ${version}: ${world}`, () => {
    const { imports } = WASI[version].get(world)!;
    const bundles = namesOf(bundlesOf(imports));
    assert.equal(imports.size, interfaces);
    assert.deepEqual(
      bundles.filter((names) => names.includes(" ")),
      expected,
    );
  });
}

for (const version of ["0.2", "0.3"] as const) {
  test(`WASI ${version}: each of filesystem, http, sockets, clocks, random, cli and io can have an end of its own`, () => {
    for (const names of namesOf(bundlesOf(WASI[version].get("everything")!.imports))) {
      assert.equal(new Set(names.split(" ").map((name) => name.split("/")[0])).size, 1, names);
    }
  });
  test(`WASI ${version}: exports are bundles of their own`, () => {
    const { exports } = WASI[version].get("everything")!;
    assert.deepEqual(
      bundlesOf(exports),
      [...exports.keys()].map((name) => [name]),
    );
  });
}

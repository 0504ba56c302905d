import assert from "node:assert/strict";
import test from "node:test";
import type {
  ComponentType,
  CoreExternType,
  ExternType,
  FuncType,
  InstanceType,
  ModuleType,
  ResourceIdentity,
  ResourceType,
  ValueType,
} from "./component-types.ts";
import { CoreTypeTable } from "./core-type-table.ts";
import { differenceInComponents, differenceInFunctions, differenceInModules, PRIMITIVE_TYPES } from "./subtype.ts";

const u8 = PRIMITIVE_TYPES.u8!;
const u32 = PRIMITIVE_TYPES.u32!;
const string = PRIMITIVE_TYPES.string!;
const record = (...fields: [string, ValueType][]): ValueType => ({ kind: "record", fields: fields.map(([name, type]) => ({ name, type })) });
const variant = (...cases: [string, ValueType?][]): ValueType => ({ kind: "variant", cases: cases.map(([name, type]) => ({ name, type })) });
const func = (params: [string, ValueType][], result?: ValueType, async = false): FuncType => ({
  kind: "func",
  async,
  params: params.map(([name, type]) => ({ name, type })),
  result,
});
const resource = (name = "r"): ResourceType => ({ kind: "resource", identity: { name, rep: undefined } });
const own = (resource: ResourceType): ValueType => ({ kind: "own", resource });
const f = (type: FuncType): ExternType => ({ sort: "func", type });
const t = (type: ValueType | ResourceType): ExternType => ({ sort: "type", type });
const instance = (exports: Record<string, ExternType>): ExternType => {
  const type: InstanceType = { kind: "instance", exports: new Map(Object.entries(exports)), resources: [] };
  return { sort: "instance", type };
};
const component = (
  imports: Record<string, ExternType>,
  exports: Record<string, ExternType>,
  importedResources: ResourceIdentity[] = [],
  definedResources: ResourceIdentity[] = [],
): ComponentType => ({
  kind: "component",
  imports: new Map(Object.entries(imports)),
  exports: new Map(Object.entries(exports)),
  importedResources,
  definedResources,
});

/** In the words of validation. */
const validated = (actual: FuncType, expected: FuncType): string | undefined =>
  differenceInComponents(component({}, { f: f(actual) }), component({}, { f: f(expected) }));

/** What is given, what is expected, and the difference: values differ in both directions. */
const values: ReadonlyArray<[actual: ValueType, expected: ValueType, difference: string, reverse: string]> = [
  [string, u32, "expected primitive `u32` found primitive `string`", "expected primitive `string` found primitive `u32`"],
  [{ kind: "tuple", types: [u8] }, u32, "expected u32, found tuple", "expected tuple, found u32"],
  [record(["a", u8]), { kind: "u32" }, "expected primitive, found record", "expected record, found u32"],
  [record(["a", u8]), record(["b", u8]), "expected field name `b`, found `a`", "expected field name `a`, found `b`"],
  [record(["a", u8]), record(["a", u8], ["b", u8]), "expected 2 fields, found 1", "expected 1 fields, found 2"],
  [
    record(["a", u8]),
    record(["a", u32]),
    "type mismatch in record field `a`: expected primitive `u32`",
    "type mismatch in record field `a`: expected primitive `u8`",
  ],
  [variant(["x", u8]), variant(["x"]), "expected case `x` to have no type", "expected case `x` to have a type, found none"],
  [variant(["x"]), variant(["y"]), "expected case named `y`, found `x`", "expected case named `x`, found `y`"],
  [{ kind: "list", element: u8 }, { kind: "list", element: u8, length: 2 }, "expected fixed-length list, found list", "expected list, found fixed-length list"],
  [
    { kind: "list", element: u8, length: 3 },
    { kind: "list", element: u8, length: 2 },
    "expected fixed-length 2, found size 3",
    "expected fixed-length 3, found size 2",
  ],
  [{ kind: "flags", labels: ["a"] }, { kind: "flags", labels: ["b"] }, "mismatch in flags elements", "mismatch in flags elements"],
  [{ kind: "enum", labels: ["a"] }, { kind: "enum", labels: ["a", "b"] }, "mismatch in enum elements", "mismatch in enum elements"],
  [{ kind: "map", key: u8, value: u8 }, { kind: "map", key: string, value: u8 }, "type mismatch in map key", "type mismatch in map key"],
  [
    { kind: "result", ok: u8, err: undefined },
    { kind: "result", ok: undefined, err: undefined },
    "expected ok type to not be present",
    "expected ok type, but found none",
  ],
  [{ kind: "stream", element: u8 }, { kind: "stream", element: string }, "type mismatch in stream", "type mismatch in stream"],
  [{ kind: "option", some: u8 }, { kind: "future", element: u8 }, "expected future, found option", "expected option, found future"],
];
for (const [actual, expected, difference, reverse] of values) {
  test(`${difference}, and the reverse`, () => {
    const compare = (a: ValueType, b: ValueType): string => validated(func([["x", a]]), func([["x", b]])) ?? "none";
    assert.ok(compare(actual, expected).includes(difference), compare(actual, expected));
    assert.ok(compare(expected, actual).includes(reverse), compare(expected, actual));
    assert.equal(compare(actual, actual), "none");
  });
}

const functions: ReadonlyArray<[actual: FuncType, expected: FuncType, difference: string | undefined]> = [
  [func([["x", u8]], string), func([["X", { kind: "u8" }]], { kind: "string", aliasOf: string }), undefined],
  [func([], undefined, true), func([]), "expected sync function, found async function"],
  [func([["x", u8]]), func([]), "expected 0 parameters, found 1"],
  [func([["x", u8]]), func([["y", u8]]), "expected parameter named `y`, found `x`"],
  [func([["x", u8]]), func([["x", string]]), "type mismatch in function parameter `x`: expected primitive `string` found primitive `u8`"],
  [func([], u8), func([], string), "type mismatch with result type: expected primitive"],
];
for (const [actual, expected, difference] of functions) {
  test(`functions: ${difference ?? "equal"}`, () => {
    const found = validated(actual, expected);
    if (difference === undefined) assert.equal(found, undefined);
    else assert.ok(found?.startsWith(`type mismatch for export \`f\`: ${difference}`), found ?? "no difference");
    assert.equal(differenceInFunctions(actual, expected) === undefined, difference === undefined);
  });
}

test("resources are the same when the caller says so", () => {
  const [a, b] = [resource(), resource()];
  const [actual, expected] = [func([["x", own(a)]]), func([["x", own(b)]])];
  assert.match(validated(actual, expected) ?? "", /resource types are not the same/);
  assert.equal(
    differenceInFunctions(actual, expected, (x, y) => x === a.identity && y === b.identity),
    undefined,
  );
  assert.match(validated(func([["x", { kind: "borrow", resource: a }]]), actual) ?? "", /expected own, found borrow/);
});

test("components: fewer imports and more exports fit", () => {
  const small = component({ a: f(func([])) }, { x: f(func([])), y: f(func([])) });
  const large = component({ a: f(func([])), b: f(func([])) }, { x: f(func([])) });
  assert.equal(differenceInComponents(small, large), undefined);
  assert.equal(differenceInComponents(large, small), "missing import named `b`");
  assert.equal(differenceInComponents(component({}, {}), component({}, { x: f(func([])) })), "missing export named `x`");
  assert.match(
    differenceInComponents(component({ i: instance({ f: f(func([], u8)) }) }, {}), component({ i: instance({ f: f(func([], string)) }) }, {})) ?? "",
    /type mismatch for import `i`: type mismatch in instance export `f`: type mismatch with result type/,
  );
  assert.match(differenceInComponents(component({ a: f(func([])) }, {}), component({ a: t(u8) }, {})) ?? "", /expected func, found type/);
});

test("components: resources are bound where they are introduced, and must agree from there on", () => {
  const makes = (r: ResourceType, s: ResourceType): ComponentType =>
    component({ r: t(r), "take-r": f(func([["x", own(r)]])) }, { s: t(s), both: f(func([["r", own(r)]], own(s))) }, [r.identity], [s.identity]);
  const one = makes(resource(), resource());
  assert.equal(differenceInComponents(one, one), undefined);
  assert.equal(differenceInComponents(one, makes(resource(), resource())), undefined);
  // It exports the resource that it imports, not one of its own.
  const r = resource();
  const passes = component({ r: t(r), "take-r": f(func([["x", own(r)]])) }, { s: t(r), both: f(func([["r", own(r)]], own(r))) }, [r.identity], []);
  assert.equal(differenceInComponents(passes, one), undefined);
  assert.match(differenceInComponents(one, passes) ?? "", /type mismatch for export `s`: resource types are not the same/);
});

test("modules", () => {
  const other = new CoreTypeTable();
  const core = (params: "i32"[], table = new CoreTypeTable()): CoreExternType => ({ sort: "func", type: table.func(params, []) });
  const memory = (min: bigint, max?: bigint): CoreExternType => ({ sort: "memory", limits: { min, max, index: "i32", shared: false } });
  const global: CoreExternType = { sort: "global", type: "i32", mutable: false, shared: false };
  const module = (imports: [string, string, CoreExternType][], exports: Record<string, CoreExternType>): ModuleType => ({
    kind: "module",
    imports: imports.map(([module, name, type]) => ({ module, name, type })),
    exports: new Map(Object.entries(exports)),
  });
  const cases: ReadonlyArray<[actual: ModuleType, expected: ModuleType, difference: string | undefined]> = [
    [module([], { f: core([]), g: global }), module([["a", "b", global]], { f: core([], other) }), undefined],
    [module([], {}), module([], { f: core([]) }), "module export `f` not defined"],
    [module([["env", "x", global]], {}), module([], {}), "module import `env::x` not defined"],
    [
      module([], { f: core([]) }),
      module([], { f: core(["i32"]) }),
      "module export `f` has the wrong type: types incompatible: expected type `(func (param i32))`, found type `(func)`",
    ],
    [module([], { f: core([]) }), module([], { f: global }), "module export `f` has the wrong type: expected global found func"],
    [module([["", "", core([])]], {}), module([["", "", global]], {}), "module import `::` has the wrong type: expected func found global"],
    [module([], { m: memory(1n, 2n) }), module([], { m: memory(1n) }), undefined],
    [module([], { m: memory(1n) }), module([], { m: memory(1n, 2n) }), "module export `m` has the wrong type: mismatch in memory limits"],
    [module([["a", "bc", global]], {}), module([["ab", "c", global]], {}), "module import `a::bc` not defined"],
  ];
  for (const [actual, expected, difference] of cases) assert.equal(differenceInModules(actual, expected), difference);
});

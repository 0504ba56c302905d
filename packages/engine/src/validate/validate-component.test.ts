import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { DEFAULT_FEATURES, type Features, withFeatures } from "../binary/features.ts";
import { assertComponentError, component, leb, section, text } from "../binary/test-bytes.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { MAX_LARGE_ITEMS } from "../diagnostics/limits.ts";
import type { FuncType, InstanceType, ResourceType, ValueType } from "../types/component-types.ts";
import {
  aComponent,
  aFunc,
  aliases,
  aModule,
  anInstance,
  aResource,
  aType,
  aValue,
  borrow,
  CHAR,
  canons,
  componentType,
  coreExportOf,
  coreInstances,
  coreModules,
  coreTypes,
  declareAlias,
  declareExport,
  declareImport,
  declareType,
  exportOf,
  exports,
  fixed,
  func,
  imports,
  instances,
  instanceType,
  LIBC,
  labels,
  list,
  nested,
  outer,
  own,
  record,
  resource,
  STRING,
  start,
  tuple,
  typeIndex,
  types,
  U8,
  U32,
  validate,
  values,
} from "./test-components.ts";
import { validateComponent } from "./validate-component.ts";

const INVALID = "validate/invalid";
const TOO_MANY = "decode/too-many";

/** An imported resource `r`, its `own` and `borrow`: types 0, 1, 2. */
const R = [imports(["r", aResource]), types(own(0), borrow(0))];
const twice = (type: number): number[] => tuple(type, type);

const invalid: ReadonlyArray<[what: string, sections: number[][], message: string, path: string, code?: string]> = [
  // ---- types
  ["a record without fields", [types(record())], "record type must have at least one field", "type[0]"],
  ["a field in no case", [types(record(["aB", U8]))], "record field name `aB` is not in kebab case", "type[0]"],
  ["a field without a name", [types(record(["", U8]))], "record field name cannot be empty", "type[0]"],
  ["fields that differ in case", [types(record(["a", U8], ["A", U8]))], "record field name `A` conflicts with previous field name `a`", "type[0]"],
  ["a variant without cases", [types([0x71, 0])], "variant type must have at least one case", "type[0]"],
  ["33 flags", [types(labels(0x6e, ...Array.from({ length: 33 }, (_, i) => `f${i}`)))], "cannot have more than 32 flags", "type[0]"],
  ["enum tags that differ in case", [types(labels(0x6d, "x", "X"))], "enum tag name `X` conflicts with previous tag name `x`", "type[0]"],
  [
    "parameters of one name",
    [
      types(
        func([
          ["foo", U8],
          ["FOO", U8],
        ]),
      ),
    ],
    "function parameter name `FOO` conflicts with previous parameter name `foo`",
    "type[0]",
  ],
  ["a type that is not there", [types(list(1))], "unknown type 1: type index out of bounds", "type[0]"],
  ["a list of functions", [types(func([]), list(0))], "type index 0 is not a defined type", "type[1]"],
  ["own of a number", [types([U8], own(0))], "type index 0 is not a resource type", "type[1]"],
  ["a stream of characters", [types([0x66, 1, CHAR])], "`stream<char>` is not valid at this time", "type[0]"],
  ["an alias for it too", [types([CHAR], [0x66, 1, 0])], "`stream<char>` is not valid", "type[1]"],
  ["a result that borrows", [...R, types(func([], 2))], "function result cannot contain a `borrow` type", "type[2]"],
  ["a list of no elements", [types(fixed(U8, 0))], "Fixed-length lists must have more than zero elements", "type[0]"],
  ["a list of 2^28 bytes", [types(fixed(U8, 2 ** 28))], "type exceeds maximum byte size", "type[0]", TOO_MANY],
  ["a list of 2^28 bytes with wide addresses", [types(fixed(STRING, 2 ** 24))], "type exceeds maximum byte size", "type[0]", TOO_MANY],
  ["a list of 2^31", [types(fixed(U8, 2 ** 31))], "fixed-length list element count exceeds limit of 1073741824", "type[0]", TOO_MANY],
  [
    "a tower of tuples",
    [types([U8], ...Array.from({ length: 20 }, (_, i) => twice(i)))],
    "effective type size exceeds the limit of 1000000",
    "type[19]",
    TOO_MANY,
  ],
  ["a list 100 deep", [types(list(U8), ...Array.from({ length: 100 }, (_, i) => list(...typeIndex(i))))], "type nesting is too deep", "type[99]", TOO_MANY],
  ["a resource in an instance type", [types(instanceType(declareType(resource())))], "resources can only be defined within a concrete component", "type[0]"],
  ["a resource that is a float", [types(resource(undefined, 0x7d))], "resources can only be represented by `i32` or `i64`", "type[0]"],
  ["a destructor that is not there", [types(resource(7))], "unknown core function 7: function index out of bounds", "type[0]"],
  ["a destructor of another type", [LIBC, types(resource(0))], "core function 0 has wrong signature for a destructor", "type[0]"],
  // ---- names
  ["an import in no case", [types(func([])), imports(["aB", aFunc(0)])], "import name `aB` is not a valid extern name: `aB` is not in kebab case", "import[0]"],
  [
    "imports that differ in case",
    [types(func([])), imports(["a", aFunc(0)], ["A", aFunc(0)])],
    "import name `A` conflicts with previous name `a`",
    "import[1]",
  ],
  ["an exported URL", [types([U8]), exports(["url=<x>", [0x03, 0]])], "name `url=<x>` is not a valid export name", "export[0]"],
  [
    "a version of one number more",
    [types(instanceType()), imports(["a:b/c@1.2.3.4", anInstance(0)])],
    "invalid interface version: unexpected character '.' after patch",
    "import[0]",
  ],
  ["a method of nothing", [types(func([])), imports(["[method]r.m", aFunc(0)])], "function should have at least one argument", "import[0]"],
  [
    "a method of another resource",
    [...R, imports(["s", aResource]), types(borrow(3), func([["self", 4]])), imports(["[method]r.m", aFunc(5)])],
    "function does not match expected resource name `s`",
    "import[2]",
  ],
  [
    "a method whose resource has no name",
    [
      types(resource(), borrow(0), func([["self", 1]])),
      instances([0x01, 0]),
      types(instanceType(declareExport("r", aResource), declareType(borrow(0)), declareType(func([["self", 1]])))),
      imports(["i", anInstance(3)]),
      aliases(exportOf([0x03], 1, "r")),
      types(borrow(4), func([["self", 5]])),
      imports(["[method]r.m", aFunc(6)]),
    ],
    "resource used in function does not have a name in this context",
    "import[1]",
  ],
  ["a constructor without result", [...R, types(func([])), imports(["[constructor]r", aFunc(3)])], "function should return one value", "import[1]"],
  ["a static function of nothing", [types(func([])), imports(["[static]r.m", aFunc(0)])], "static resource name is not known in this context", "import[0]"],
  ["a static type", [imports(["[static]r.m", aResource])], "item is not a func", "import[0]"],
  [
    "`implements` beside an interface",
    [types(instanceType()), section(10, 1, 0x02, ...text("a:b/c"), 1, 0x00, ...text("a:b/c"), ...anInstance(0))],
    "name `a:b/c` is not valid with `implements`",
    "import[0]",
  ],
  [
    "`implements` of a label",
    [types(instanceType()), section(10, 1, 0x02, ...text("x"), 1, 0x00, ...text("y"), ...anInstance(0))],
    "name `y` must be an interface",
    "import[0]",
  ],
  // ---- visibility
  [
    "a function of a record without name",
    [types(record(["a", U8]), func([["x", 0]])), imports(["f", aFunc(1)])],
    "func not valid to be used as import",
    "import[0]",
  ],
  ["a type of one", [types(record(["a", U8]), list(0)), imports(["t", aType(1)])], "type not valid to be used as import", "import[0]"],
  [
    "an instance of one",
    [
      types(record(["a", U8]), instanceType(declareAlias(outer([0x03], 1, 0)), declareType(func([["x", 0]])), declareExport("f", aFunc(1)))),
      imports(["i", anInstance(1)]),
    ],
    "instance not valid to be used as import",
    "import[0]",
  ],
  [
    "a function of a resource that is not exported",
    [LIBC, types(resource(), own(0), func([["x", 1]], U32)), canons([0x00, 0x00, 1, 0, 2]), exports(["f", [0x01, 0]])],
    "func not valid to be used as export",
    "export[0]",
  ],
  // ---- aliases
  ["an outer alias too far", [aliases(outer([0x03], 1, 0))], "invalid outer alias count of 1", "alias[0]"],
  ["an outer alias of nothing", [nested(aliases(outer([0x03], 1, 0)))], "unknown type 0: type index out of bounds", "component[0].alias[0]"],
  [
    "an outer alias of a resource",
    [types(resource()), nested(aliases(outer([0x03], 1, 0)))],
    "cannot alias outer type which transitively refers to resources not defined in the current component",
    "component[0].alias[0]",
  ],
  ["an export that is not there", [instances([0x01, 0]), aliases(exportOf([0x03], 0, "t"))], "instance 0 has no export named `t`", "alias[0]"],
  [
    "an export of another sort",
    [types([U8]), instances([0x01, 1, 0x00, ...text("t"), 0x03, 0]), aliases(exportOf([0x01], 0, "t"))],
    "export `t` for instance 0 is not a func",
    "alias[0]",
  ],
  ["a core export that is not there", [LIBC, aliases(coreExportOf(0x00, 0, "x"))], "core instance 0 has no export named `x`", "alias[4]"],
  ["a core export of another sort", [LIBC, aliases(coreExportOf(0x00, 0, "m"))], "export `m` for core instance 0 is not a function", "alias[4]"],
  [
    "a function in an instance type",
    [types(instanceType(declareAlias(outer([0x04], 1, 0))))],
    "aliases in a component or instance type may only refer to types or instances",
    "type[0]",
  ],
  // ---- instances
  ["a component that is not there", [instances([0x00, 0, 0])], "unknown component 0: component index out of bounds", "instantiate[0]"],
  ["an argument missing", [nested(types(func([])), imports(["a", aFunc(0)])), instances([0x00, 0, 0])], "missing import named `a`", "instantiate[0]"],
  [
    "an argument of another sort",
    [nested(types(func([])), imports(["a", aFunc(0)])), types([U8]), instances([0x00, 0, 1, ...text("a"), 0x03, 0])],
    "type mismatch for import `a`: expected func, found type",
    "instantiate[0]",
  ],
  [
    "an argument given twice",
    [nested(), types([U8]), instances([0x00, 0, 2, ...text("a"), 0x03, 0, ...text("a"), 0x03, 0])],
    "instantiation argument `a` conflicts with previous argument `a`",
    "instantiate[0]",
  ],
  [
    "resources mixed up",
    [
      nested(imports(["a", aResource]), types(own(0)), imports(["b", aType(0)])),
      types(resource(), resource()),
      instances([0x00, 0, 2, ...text("a"), 0x03, 0, ...text("b"), 0x03, 1]),
    ],
    "type mismatch for import `b`: resource types are not the same",
    "instantiate[0]",
  ],
  [
    "exports of one name",
    [types([U8]), instances([0x01, 2, 0x00, ...text("a"), 0x03, 0, 0x00, ...text("a"), 0x03, 0])],
    "export name `a` conflicts with previous name `a`",
    "inline-exports[0]",
  ],
  [
    "a core module's import missing",
    [coreModules(section(1, 1, 0x60, 0, 0), section(2, 1, ...text("m"), ...text("f"), 0x00, 0)), coreInstances([0x00, 0, 0])],
    "missing module instantiation argument named `m`",
    "core-instantiate[0]",
  ],
  [
    "one of another type",
    [LIBC, coreModules(section(1, 1, 0x60, 0, 0), section(2, 1, ...text("m"), ...text("g"), 0x00, 0)), coreInstances([0x00, 1, 1, ...text("m"), 0x12, 0])],
    "type mismatch for export `g` of module instantiation argument `m`: expected: (func)\nfound:    (func (param i32) (result i32))",
    "core-instantiate[1]",
  ],
  [
    "core exports of one name",
    [LIBC, coreInstances([0x01, 2, ...text("a"), 0x00, 0, ...text("a"), 0x00, 1])],
    "duplicate instantiation export name `a` already defined",
    "core-inline-exports[0]",
  ],
  [
    `${MAX_LARGE_ITEMS + 1} instances`,
    [instances(...Array.from({ length: MAX_LARGE_ITEMS + 1 }, () => [0x01, 0]))],
    "instances count exceeds limit of 1000",
    "inline-exports[1000]",
    TOO_MANY,
  ],
  // ---- core modules
  [
    "imports of one name",
    [coreModules(section(1, 1, 0x60, 0, 0), section(2, 2, 0, 0, 0x00, 0, 0, 0, 0x00, 0))],
    "module has a duplicate import name `:`",
    "core-module[0]",
  ],
  [
    "module exports of one name",
    [coreModules(section(5, 1, 0, 1), section(7, 2, 0, 0x02, 0, 0, 0x02, 0))],
    "duplicate export name `` already defined",
    "core-module[0]",
  ],
  [
    "too much memory",
    [coreModules(section(5, 1, 0, ...leb(65537)), section(7, 1, 0, 0x02, 0))],
    "memory size must be at most 0x10000 65536-byte pages",
    "core-module[0]",
  ],
  [
    "a module type's import of one name",
    [coreTypes([0x50, 3, 0x01, 0x60, 0, 0, 0x00, 0, 0, 0x00, 0, 0x00, 0, 0, 0x00, 0])],
    "module has a duplicate import name `:`",
    "core-type[0]",
  ],
  ["a core type that is not there", [imports(["m", aModule(0)])], "unknown type 0: type index out of bounds", "import[0]"],
  ["a module of a function type", [coreTypes([0x60, 0, 0]), imports(["m", aModule(0)])], "core type index 0 is not a module type", "import[0]"],
  // ---- exports
  ["an export of nothing", [exports(["f", [0x01, 0]])], "unknown function 0: function index out of bounds", "export[0]"],
  [
    "an ascribed type that does not fit",
    [types(func([]), func([["x", U8]])), imports(["f", aFunc(0)]), exports(["g", [0x01, 0], aFunc(1)])],
    "ascribed type of export is not compatible with item's type: expected 1 parameters, found 0",
    "export[0]",
  ],
  // ---- values
  ["a value that nobody takes", [values(U8, 1)], "value index 0 was not used as part of an instantiation, start function, or export", "component"],
  ["a value used twice", [values(U8, 1), exports(["a", [0x02, 0]], ["b", [0x02, 0]])], "value 0 cannot be used more than once", "export[1]"],
  ["a number that is too large", [values(0x7b, 0x80, 0x80, 0x04)], "invalid value of type `u16`", "value[0]"],
  ["bytes after a value", [values(U8, 1, 2)], "value definition has bytes after the value", "value[0]"],
  [
    "a start function's argument missing",
    [types(func([["x", U8]])), imports(["f", aFunc(0)]), start(0, [], 0)],
    "component start function requires 1 arguments but was given 0",
    "start[0]",
  ],
  [
    "an argument of another type",
    [types(func([["x", STRING]])), imports(["f", aFunc(0)], ["v", aValue(U8)]), start(0, [0], 0)],
    "value type mismatch for component start function argument 0: expected primitive `string` found primitive `u8`",
    "start[0]",
  ],
];
for (const [what, sections, message, path, code = INVALID] of invalid) {
  test(`refuses ${what}`, () => {
    assertComponentError(() => validate(sections), { code, message });
    assert.throws(
      () => validate(sections),
      (error: ComponentError) => error.detail.path === path && error.detail.offset !== undefined,
    );
  });
}

const MEMORY = [0x03, 0];
const REALLOC = [0x04, 2];
const options = (...of: number[][]): number[] => [of.length, ...of.flat()];
/** Types: 0 `func()`, 1 `func(x: string)`, 2 `func() -> string`, 3 `async func(x: u32) -> u32`, 4 `stream<u8>`, 5 `future`. */
const TYPES = types(func([]), func([["x", STRING]]), func([], STRING), func([["x", U32]], U32, true), [0x66, 1, U8], [0x65, 0]);
const lift = (core: number, type: number, ...opts: number[][]): number[] => canons([0x00, 0x00, core, ...options(...opts), type]);
const lower = (type: number, ...opts: number[][]): number[][] => [imports(["f", aFunc(type)]), canons([0x01, 0x00, 0, ...options(...opts)])];

/** After `LIBC` (memory 0; core functions 0 `f`, 1 `g`, 2 `r`) and `TYPES`. */
const invalidCanons: ReadonlyArray<[what: string, sections: number[][], message: string]> = [
  ["two encodings", [lift(0, 0, [0x00], [0x01])], "canonical encoding option `utf8` conflicts with option `utf16`"],
  ["two memories", [lift(0, 0, MEMORY, MEMORY)], "canonical option `memory` is specified more than once"],
  ["realloc without memory", [lift(0, 0, REALLOC)], "canonical option `realloc` requires `memory` to also be specified"],
  ["realloc of another type", [lift(0, 0, MEMORY, [0x04, 1])], "canonical option `realloc` uses a core function with an incorrect signature"],
  ["post-return of another type", [lift(0, 0, [0x05, 1])], "canonical option `post-return` uses a core function with an incorrect signature"],
  ["a lift of another type", [lift(1, 0)], "lowered parameter types `[]` do not match parameter types `[I32]` of core function 1"],
  ["a lift with another result", [lift(0, 2, MEMORY)], "lowered result types `[I32]` do not match result types `[]` of core function 0"],
  ["a lift of a string without realloc", [lift(0, 1, MEMORY)], "canonical option `realloc` is required"],
  ["a lift to no function", [lift(0, 4)], "type index 4 is not a function type"],
  ["a callback without async", [lift(0, 0, [0x07, 0])], "cannot specify callback without async"],
  ["post-return of async", [lift(0, 3, [0x06], [0x05, 0])], "cannot specify post-return function in async"],
  ["async of a sync function", [lift(0, 0, [0x06])], "the `async` canonical option requires an async function type"],
  ["a callback of another type", [lift(1, 3, [0x06], [0x07, 0])], "canonical option `callback` uses a core function with an incorrect signature"],
  ["core-type without gc", [coreTypes([0x60, 0, 0]), lift(0, 0, [0x08, 0])], "cannot specify `core-type` without `gc`"],
  ["a lower of a string without memory", lower(1), "canonical option `memory` is required"],
  ["a lower to a string without realloc", lower(2, MEMORY), "canonical option `realloc` is required"],
  ["a lower with post-return", lower(0, [0x05, 0]), "canonical option `post-return` cannot be specified for lowerings"],
  ["a lower with gc alone", lower(0, [0x09]), "cannot specify `gc` without also specifying a `core-type` for lowerings"],
  [
    "a GC lower of another type",
    [coreTypes([0x60, 1, 0x7e, 0]), ...lower(3, [0x09], [0x08, 0])],
    "expected to lower component `u32` type to core `i32` type, found `i64`",
  ],
  ["resource.new of an import", [imports(["r", aResource]), canons([0x02, 6])], "type 6 is not a local resource"],
  ["resource.drop of a stream", [canons([0x03, 4])], "type index 4 is not a resource type"],
  ["stream.new of a future", [canons([0x0e, 5])], "`stream.new` requires a stream type"],
  ["stream.read without memory", [canons([0x0f, 4, ...options([0x06])])], "canonical option `memory` is required"],
  ["error-context.new with async", [canons([0x1c, ...options(MEMORY, [0x06])])], "cannot specify `async` option on `error-context.new`"],
  ["task.return with realloc", [canons([0x09, 0x00, STRING, ...options(MEMORY, REALLOC)])], "cannot specify `realloc` option on `task.return`"],
  ["context slots of two types", [canons([0x0a, 0x7f, 0], [0x0b, 0x7e, 0])], "`context.set` type must match previous context type"],
  ["context slot 2", [canons([0x0a, 0x7f, 2])], "`context.get` immediate must be zero or one: 2"],
  ["a thread's function with results", [coreTypes([0x60, 1, 0x7f, 1, 0x7f]), canons([0x27, 0, 0])], "start function must not return any values"],
  ["waitable-set.wait without memory", [canons([0x20, 0, 1])], "unknown memory 1: memory index out of bounds"],
];
for (const [what, sections, message] of invalidCanons) {
  test(`refuses ${what}`, () => assertComponentError(() => validate([LIBC, TYPES, ...sections]), { code: INVALID, message }));
}

const gated: ReadonlyArray<[feature: keyof Features, sections: number[][], message: string]> = [
  ["cmAsync", [types([0x65, 0])], "`future` requires the component model async feature"],
  ["cmAsync", [canons([0x1f])], "`waitable-set.new` requires the component model async feature"],
  [
    "cmMoreAsyncBuiltins",
    [LIBC, types([0x66, 1, U8]), canons([0x0f, 0, 1, ...MEMORY])],
    "synchronous `stream.read` requires the component model more async builtins feature",
  ],
  ["cmAsyncStackful", [LIBC, types(func([], undefined, true)), lift(0, 0, [0x06])], "requires the component model async stackful feature"],
  ["cmThreading", [canons([0x26])], "`thread.index` requires the component model threading feature"],
  ["cmErrorContext", [types(list(0x64))], "`error-context` requires the component model error-context feature"],
  ["cmFixedLengthLists", [types(fixed(U8, 4))], "Fixed-length lists require the component model fixed-length lists feature"],
  ["cmMap", [types([0x63, U8, U8])], "Maps require the component model map feature"],
  ["cmValues", [imports(["v", aValue(U8)])], "support for component model `value`s is not enabled"],
  ["cm64", [types(resource(undefined, 0x7e))], "resources with `i64` require the `cm64` feature to be enabled"],
  ["cmGc", [LIBC, types(func([])), lift(0, 0, [0x09])], "canonical option `gc` requires the `cm-gc` feature"],
  ["sharedEverythingThreads", [canons([0x42])], "`thread.available-parallelism` requires the shared-everything-threads proposal"],
  ["exceptions", [LIBC, aliases(coreExportOf(0x04, 0, "f"))], "exceptions proposal not enabled"],
];
for (const [feature, sections, message] of gated) {
  test(`without ${feature}: ${message}`, () => {
    assertComponentError(() => validate(sections, withFeatures({ [feature]: false })), { code: "validate/feature-disabled", message });
  });
}

test("decode errors too say where", () => {
  const cut = Uint8Array.from(component(nested(types([U8])), nested(types(list(U8)))).slice(0, -1));
  const path = (bytes: Uint8Array): string | undefined => {
    try {
      validateComponent(bytes, DEFAULT_FEATURES);
    } catch (error) {
      return (error as ComponentError).detail.path;
    }
    return undefined;
  };
  assert.equal(path(cut), "component");
  assert.equal(path(Uint8Array.from(component(nested(), nested(types([0x01]))))), "component[1]");
  assert.equal(path(Uint8Array.from(component(nested(coreModules(section(1, 1, 0x01)))))), "component[0].core-module[0]");
});

// ---------------------------------------------------------------- valid components

const EVERYTHING: readonly number[][] = [
  LIBC,
  imports(["r", aResource]),
  types(own(0), borrow(0), func([["self", 2]], STRING), func([], 1)),
  imports(["[method]r.m", aFunc(3)], ["[constructor]r", aFunc(4)]),
  types(resource(), own(5), record(["a", U8], ["b", STRING])),
  exports(["point", [0x03, 7]], ["thing", [0x03, 5]]),
  types(
    own(9),
    func([["x", 10]], 10),
    instanceType(declareExport("s", aResource), declareType(own(0)), declareType(func([], 1)), declareExport("make", aFunc(2))),
  ),
  canons([0x02, 5], [0x03, 5], [0x04, 5], [0x01, 0x00, 0, ...options(MEMORY, REALLOC)], [0x00, 0x00, 1, ...options(), 11]),
  exports(["keep", [0x01, 2]]),
  imports(["i", anInstance(12)], ["j", anInstance(12)]),
  nested(types(func([])), imports(["f", aFunc(0)]), exports(["g", [0x01, 0]])),
  types(func([])),
  imports(["h", aFunc(13)]),
  instances([0x00, 0, 1, ...text("f"), 0x01, 4]),
  exports(["inner", [0x05, 2]]),
  types(componentType(declareImport("a", aResource), declareType(own(0)), declareType(func([["x", 1]])), declareExport("f", aFunc(2)))),
  imports(["c", aComponent(14)]),
];

test("a component with some of everything", () => {
  const { component: valid } = validate([...EVERYTHING]);
  assert.deepEqual([...valid.type.imports.keys()], ["r", "[method]r.m", "[constructor]r", "i", "j", "h", "c"]);
  assert.deepEqual([...valid.type.exports.keys()], ["point", "thing", "keep", "inner"]);
  assert.equal(valid.type.definedResources.length, 1);
  assert.equal(valid.type.definedResources[0]!.name, "thing");
  // r, and one of each instance.
  assert.equal(valid.type.importedResources.length, 3);
  const [i, j] = ["i", "j"].map((name) => valid.type.imports.get(name)!.type as InstanceType);
  const resourceOf = (instance: InstanceType): ResourceType => instance.exports.get("s")!.type as ResourceType;
  assert.notEqual(resourceOf(i!).identity, resourceOf(j!).identity);
  const make = i!.exports.get("make")!.type as FuncType;
  assert.equal((make.result as ValueType & { kind: "own" }).resource, resourceOf(i!));
  const point = valid.type.exports.get("point")!.type as ValueType;
  assert.equal(point.aliasOf?.kind, "record");
});

test("an instance has its parent's names for what its component imports", () => {
  const inner = nested(types(record(["a", U8])), imports(["t", aType(0)]), types(func([["x", 1]])), imports(["f", aFunc(2)]), exports(["g", [0x01, 0]]));
  const { component: valid } = validate([
    types(record(["a", U8])),
    imports(["u", aType(0)]),
    types(func([["x", 1]])),
    imports(["f", aFunc(2)]),
    inner,
    instances([0x00, 0, 2, ...text("t"), 0x03, 1, ...text("f"), 0x01, 0]),
    exports(["out", [0x05, 0]]),
  ]);
  const out = valid.type.exports.get("out")!.type as InstanceType;
  assert.equal((out.exports.get("g")!.type as FuncType).params[0]!.type, valid.type.imports.get("u")!.type);
});

test("each instance of a component has resources of its own", () => {
  const inner = nested(types(resource()), exports(["r", [0x03, 0]]));
  const { component: valid } = validate([inner, instances([0x00, 0, 0], [0x00, 0, 0]), exports(["a", [0x05, 0]], ["b", [0x05, 1]])]);
  const [a, b] = ["a", "b"].map((name) => (valid.type.exports.get(name)!.type as InstanceType).exports.get("r")!.type as ResourceType);
  assert.notEqual(a!.identity, b!.identity);
  assert.deepEqual(valid.type.definedResources, [a!.identity, b!.identity]);
});

test("custom sections of the outermost component are listed", () => {
  const { customSections } = validate([section(0, ...text("x"), 1, 2), nested(section(0, ...text("y")))]);
  assert.deepEqual(customSections, [{ name: "x", start: 12, end: 14 }]);
});

// ---------------------------------------------------------------- any bytes

function outcome(bytes: Uint8Array): void {
  try {
    validateComponent(bytes, DEFAULT_FEATURES);
  } catch (error) {
    assert.ok(error instanceof ComponentError, String(error instanceof Error ? error.stack : error));
    assert.ok(error.detail.offset !== undefined && error.detail.offset <= bytes.length);
  }
}

const seeds = [[...EVERYTHING], ...[...invalid, ...invalidCanons].map(([, sections]) => (sections.length > 500 ? [] : sections))].map((sections) =>
  component(...sections),
);

test("damaged components give a result or a ComponentError", () => {
  const damage = fc.record({
    seed: fc.nat(seeds.length - 1),
    at: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    cut: fc.option(fc.nat(), { freq: 6 }),
  });
  fc.assert(
    fc.property(damage, ({ seed, at, cut }) => {
      const bytes = Uint8Array.from(seeds[seed]!);
      for (const [place, byte] of at) bytes[8 + (place % (bytes.length - 8 || 1))] = byte;
      outcome(cut === null ? bytes : bytes.subarray(0, cut % bytes.length));
    }),
    { numRuns: 3000 },
  );
});

test("work that a small binary asks for is limited", () => {
  const big = instanceType(
    declareExport("r", aResource),
    declareType(own(0)),
    declareType(func([["x", 1]])),
    ...Array.from({ length: 5000 }, (_, i) => declareExport(`f${i}`, aFunc(2))),
  );
  const begin = performance.now();
  assertComponentError(() => validate([types(big), imports(...Array.from({ length: 900 }, (_, i) => [`i${i}`, anInstance(0)] as const))]), {
    code: TOO_MANY,
    message: "comparing and substituting types takes more than",
  });
  assert.ok(performance.now() - begin < 5000);
});

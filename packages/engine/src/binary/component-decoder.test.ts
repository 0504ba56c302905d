import assert from "node:assert/strict";
import test from "node:test";
import * as limits from "../diagnostics/limits.ts";
import { decodeComponent } from "./component-decoder.ts";
import { DEFAULT_FEATURES, withFeatures } from "./features.ts";
import type { Definition } from "./syntax.ts";
import { assertComponentError, COMPONENT_PREAMBLE, component, decode, leb, MODULE_PREAMBLE, section, single, text } from "./test-bytes.ts";

const CUSTOM = 0;
const MODULE = 1;
const CORE_INSTANCE = 2;
const CORE_TYPE = 3;
const COMPONENT = 4;
const INSTANCE = 5;
const ALIAS = 6;
const TYPE = 7;
const START = 9;
const IMPORT = 10;
const EXPORT = 11;
const VALUE = 12;

/** Sections of one element each: the element begins at offset 11. */
const definitions: ReadonlyArray<[what: string, bytes: number[], definition: object]> = [
  ["core instantiate", single(CORE_INSTANCE, 0x00, 3, 1, ...text("m"), 0x12, 4), { kind: "core-instantiate", module: 3, args: [{ name: "m", instance: 4 }] }],
  [
    "core inline exports",
    single(CORE_INSTANCE, 0x01, 2, ...text("a"), 0x02, 4, ...text("b"), 0x04, 5),
    {
      kind: "core-inline-exports",
      exports: [
        { name: "a", sort: "memory", index: 4 },
        { name: "b", sort: "tag", index: 5 },
      ],
    },
  ],
  [
    "instantiate",
    single(INSTANCE, 0x00, 3, 2, ...text("m"), 0x00, 0x11, 4, ...text("f"), 0x01, 5),
    {
      kind: "instantiate",
      component: 3,
      args: [
        { name: "m", sort: "core module", index: 4 },
        { name: "f", sort: "func", index: 5 },
      ],
    },
  ],
  [
    "inline exports",
    single(INSTANCE, 0x01, 1, 0x00, ...text("i"), 0x05, 4),
    { kind: "inline-exports", exports: [{ name: { name: "i" }, sort: "instance", index: 4 }] },
  ],
  ["alias of an export", single(ALIAS, 0x03, 0x00, 1, ...text("t")), { kind: "alias", alias: { target: "export", sort: "type", instance: 1, name: "t" } }],
  [
    "alias of a module export",
    single(ALIAS, 0x00, 0x11, 0x00, 1, ...text("m")),
    { kind: "alias", alias: { target: "export", sort: "core module", instance: 1, name: "m" } },
  ],
  [
    "alias of a core export",
    single(ALIAS, 0x00, 0x01, 0x01, 1, ...text("t")),
    { kind: "alias", alias: { target: "core-export", sort: "table", instance: 1, name: "t" } },
  ],
  ["outer alias", single(ALIAS, 0x04, 0x02, 1, 2), { kind: "alias", alias: { target: "outer", sort: "component", count: 1, index: 2 } }],
  ["outer alias of a core type", single(ALIAS, 0x00, 0x10, 0x02, 1, 2), { kind: "alias", alias: { target: "outer", sort: "core type", count: 1, index: 2 } }],
  ["outer alias of a module", single(ALIAS, 0x00, 0x11, 0x02, 1, 2), { kind: "alias", alias: { target: "outer", sort: "core module", count: 1, index: 2 } }],
  ["start", section(START, 3, 2, 4, 5, 1), { kind: "start", func: 3, args: [4, 5], results: 1, offset: 10 }],
  ["import of a module", single(IMPORT, 0x00, ...text("m"), 0x00, 0x11, 1), { kind: "import", name: { name: "m" }, type: { sort: "core module", type: 1 } }],
  ["import of a func", single(IMPORT, 0x01, ...text("f"), 0x01, 1), { kind: "import", name: { name: "f" }, type: { sort: "func", type: 1 } }],
  [
    "import of a value",
    single(IMPORT, 0x00, ...text("v"), 0x02, 0x73),
    { kind: "import", name: { name: "v" }, type: { sort: "value", bound: { type: "string" } } },
  ],
  ["import of a type", single(IMPORT, 0x00, ...text("t"), 0x03, 0x00, 2), { kind: "import", name: { name: "t" }, type: { sort: "type", bound: { eq: 2 } } }],
  [
    "import of a resource",
    single(IMPORT, 0x00, ...text("r"), 0x03, 0x01),
    { kind: "import", name: { name: "r" }, type: { sort: "type", bound: "sub-resource" } },
  ],
  ["import of a component", single(IMPORT, 0x00, ...text("c"), 0x04, 2), { kind: "import", name: { name: "c" }, type: { sort: "component", type: 2 } }],
  [
    "import with attributes",
    single(IMPORT, 0x02, ...text("i"), 3, 0x02, ...text("id"), 0x00, ...text("a:b/c"), 0x01, ...text(".1"), 0x05, 2),
    { kind: "import", name: { name: "i", implements: "a:b/c", versionSuffix: ".1", externalId: "id" }, type: { sort: "instance", type: 2 } },
  ],
  ["export", single(EXPORT, 0x00, ...text("f"), 0x01, 2, 0x00), { kind: "export", name: { name: "f" }, sort: "func", index: 2, type: undefined }],
  [
    "export with a type",
    single(EXPORT, 0x00, ...text("f"), 0x01, 2, 0x01, 0x01, 3),
    { kind: "export", name: { name: "f" }, sort: "func", index: 2, type: { sort: "func", type: 3 } },
  ],
  ["value", single(VALUE, 0x7d, 1, 42), { kind: "value", type: "u8", bytes: Uint8Array.of(42) }],
  ["custom section", section(CUSTOM, ...text("hi"), 1, 2), { kind: "custom", name: "hi", start: 13, end: 15, offset: 10 }],
];
for (const [what, bytes, definition] of definitions) {
  test(`decodes ${what}`, () => assert.deepEqual(decode(component(bytes)), [{ offset: 11, ...definition }]));
}

const types: ReadonlyArray<[bytes: number[], type: object]> = [
  ...["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string"].map((name, i): [number[], object] => [
    [0x7f - i],
    { kind: "primitive", name },
  ]),
  [[0x64], { kind: "primitive", name: "error-context" }],
  [[0x72, 1, ...text("a"), 0x7f], { kind: "record", fields: [{ label: "a", type: "bool" }] }],
  [
    [0x71, 2, ...text("a"), 0x01, 0x80, 0x01, 0x00, ...text("b"), 0x00, 0x00],
    {
      kind: "variant",
      cases: [
        { label: "a", type: 128 },
        { label: "b", type: undefined },
      ],
    },
  ],
  [[0x70, 0x64], { kind: "list", element: "error-context" }],
  [[0x67, 0x7d, 3], { kind: "list", element: "u8", length: 3 }],
  [[0x63, 0x73, 3], { kind: "map", key: "string", value: 3 }],
  [[0x6f, 2, 0x7c, 0], { kind: "tuple", types: ["s16", 0] }],
  [[0x6e, 1, ...text("f")], { kind: "flags", labels: ["f"] }],
  [[0x6d, 1, ...text("e")], { kind: "enum", labels: ["e"] }],
  [[0x6b, 0x7a], { kind: "option", some: "s32" }],
  [[0x6a, 0x01, 0x76, 0x00], { kind: "result", ok: "f32", err: undefined }],
  [[0x6a, 0x00, 0x01, 0x75], { kind: "result", ok: undefined, err: "f64" }],
  [[0x69, 4], { kind: "own", resource: 4 }],
  [[0x68, 4], { kind: "borrow", resource: 4 }],
  [[0x66, 0x00], { kind: "stream", element: undefined }],
  [[0x65, 0x01, 0x7d], { kind: "future", element: "u8" }],
  [[0x70, 0x40], { kind: "list", element: 0xffffffc0 }],
  [[0x3f, 0x7f, 0x00], { kind: "resource", rep: "i32", dtor: undefined }],
  [[0x3f, 0x7e, 0x01, 7], { kind: "resource", rep: "i64", dtor: 7 }],
  [[0x40, 1, ...text("p"), 0x7f, 0x00, 0x79], { kind: "func", async: false, params: [{ label: "p", type: "bool" }], result: "u32" }],
  [[0x43, 0, 0x01, 0x00], { kind: "func", async: true, params: [], result: undefined }],
  [
    [0x41, 3, 0x01, 0x73, 0x03, 0x00, ...text("a"), 0x03, 0x00, 0, 0x04, 0x00, ...text("b"), 0x02, 0x7f],
    {
      kind: "component-type",
      declarators: [
        { kind: "type", type: { kind: "primitive", name: "string" }, offset: 13 },
        { kind: "import", name: { name: "a" }, type: { sort: "type", bound: { eq: 0 } }, offset: 15 },
        { kind: "export", name: { name: "b" }, type: { sort: "value", bound: { type: "bool" } }, offset: 22 },
      ],
    },
  ],
  [
    [0x42, 2, 0x00, 0x50, 0, 0x02, 0x03, 0x02, 1, 0],
    {
      kind: "instance-type",
      declarators: [
        { kind: "core-type", type: { kind: "module-type", declarators: [] }, offset: 13 },
        { kind: "alias", alias: { target: "outer", sort: "type", count: 1, index: 0 }, offset: 16 },
      ],
    },
  ],
];
for (const [bytes, type] of types) {
  test(`decodes type ${JSON.stringify(type)}`, () => assert.deepEqual(decode(component(single(TYPE, ...bytes))), [{ kind: "type", type, offset: 11 }]));
}

test("every other type opcode is rejected", () => {
  const known = new Set([0x41, 0x42, ...types.map(([[opcode]]) => opcode)]);
  for (let opcode = 0; opcode < 0x100; opcode++) {
    if (known.has(opcode)) continue;
    const message = `invalid leading byte (0x${opcode.toString(16)}) for component defined type`;
    assertComponentError(() => decode(component(single(TYPE, opcode))), { code: "decode/invalid-leading-byte", offset: 11, message });
  }
});

test("nested components arrive flat, core modules by their range", () => {
  const module = section(MODULE, ...MODULE_PREAMBLE);
  const inner = component(module, single(TYPE, 0x73));
  const bytes = component(section(COMPONENT, ...inner), section(COMPONENT, ...COMPONENT_PREAMBLE), module);
  assert.deepEqual(
    decode(bytes).map(({ kind, offset }) => [kind, offset]),
    [
      ["component-begin", 10],
      ["core-module", 20],
      ["type", 31],
      ["component-end", 32],
      ["component-begin", 34],
      ["component-end", 42],
      ["core-module", 44],
    ],
  );
  const last = decode(bytes).at(-1) as Definition & { kind: "core-module" };
  assert.deepEqual(bytes.slice(last.start, last.end), MODULE_PREAMBLE);
});

test("definitions come before the errors that follow them", () => {
  const seen: string[] = [];
  const bytes = component(section(TYPE, 2, 0x73, 0x62));
  assertComponentError(
    () => {
      for (const { kind } of decodeComponent(Uint8Array.from(bytes), DEFAULT_FEATURES)) seen.push(kind);
    },
    { code: "decode/invalid-leading-byte", offset: 12 },
  );
  assert.deepEqual(seen, ["type"]);
});

const eof = "decode/unexpected-end";
const leading = "decode/invalid-leading-byte";
const malformedSection = "decode/malformed-section";
const malformed: ReadonlyArray<[what: string, bytes: number[], code: string, offset: number, message: string]> = [
  ["nothing", [], eof, 0, "unexpected end-of-file"],
  ["half a magic number", [0, 0x61, 0x73], eof, 3, "unexpected end-of-file"],
  ["another magic number", [0, 0x41, 0x53, 0x4d, 0x0d, 0, 1, 0], "decode/bad-preamble", 0, "magic header not detected: bad magic number"],
  ["a version cut short", COMPONENT_PREAMBLE.slice(0, 7), eof, 7, "unexpected end-of-file"],
  ["another version", [0, 0x61, 0x73, 0x6d, 0x0c, 0, 1, 0], "decode/bad-preamble", 4, "unknown binary version: 0x1000c"],
  ["another layer", [0, 0x61, 0x73, 0x6d, 0x0d, 0, 2, 0], "decode/bad-preamble", 4, "unknown binary version: 0x2000d"],
  ["a core module", MODULE_PREAMBLE, "decode/bad-preamble", 0, "this is a core module"],
  [
    "a core module in a component section",
    component(section(COMPONENT, ...MODULE_PREAMBLE)),
    "decode/bad-preamble",
    10,
    "expected a version header for a component",
  ],
  ["section id above 12", component(section(13)), malformedSection, 10, "malformed section id: 13"],
  ["section id of two bytes", component([0xff]), malformedSection, 8, "malformed section id"],
  ["section id alone", component([0x00]), eof, 9, "unexpected end-of-file"],
  ["section size cut short", component([0x00, 0x80, 0x80]), eof, 11, "unexpected end-of-file"],
  ["section size above 32 bits", component([0x07, 0x81, 0x80, 0x80, 0x80, 0x70]), "decode/invalid-leb128", 13, "integer too large"],
  ["section cut short", component([0x07, 3, 0]), eof, 11, "unexpected end-of-file"],
  ["module cut short", component([0x01, 9, ...MODULE_PREAMBLE]), eof, 18, "unexpected end-of-file"],
  [
    "section that leaves its component",
    component([COMPONENT, 10, ...COMPONENT_PREAMBLE, 0x07, 1, 0]),
    malformedSection,
    19,
    "section too large, 1 goes past 0x14",
  ],
  ["two components in a row", component(COMPONENT_PREAMBLE), malformedSection, 8, "expected section, got wasm magic number"],
  ["section too small", component([0x07, 1, 1, 0x73]), eof, 11, "unexpected end-of-file"],
  ["section too large", component(section(TYPE, 1, 0x73, 0x73)), malformedSection, 12, "section size mismatch: unexpected data at the end of the section"],
  ["start section too large", component(section(START, 0, 0, 0, 0)), malformedSection, 13, "unexpected content in the component start section"],
  [
    "two start sections",
    component(section(START, 0, 0, 0), section(START, 0, 0, 0)),
    malformedSection,
    15,
    "component cannot have more than one start function",
  ],
  ["custom section without a name", component(section(CUSTOM)), eof, 10, "unexpected end-of-file"],
  ["custom section of another name", component(section(CUSTOM, 2, 0xff, 0xfe)), "decode/invalid-utf8", 11, "malformed UTF-8 encoding"],
  ["core instance expression", component(single(CORE_INSTANCE, 2, 0, 0)), leading, 11, "invalid leading byte (0x2) for core instance"],
  ["core argument", component(single(CORE_INSTANCE, 0, 0, 1, ...text("i"), 0, 0)), leading, 16, "invalid leading byte (0x0) for instantiation arg kind"],
  ["core export", component(single(CORE_INSTANCE, 1, 1, ...text("i"), 0x11, 0)), leading, 15, "invalid leading byte (0x11) for external kind"],
  ["instance expression", component(single(INSTANCE, 2, 0, 0)), leading, 11, "invalid leading byte (0x2) for instance"],
  ["alias target", component(single(ALIAS, 0x03, 0x03, 0, 0)), leading, 12, "invalid leading byte (0x3) for alias"],
  ["alias of an export of no sort", component(single(ALIAS, 0x06, 0x00, 0, 0)), leading, 11, "invalid leading byte (0x6) for component external kind"],
  [
    "alias of an export of a core sort",
    component(single(ALIAS, 0x00, 0x02, 0x00, 0, 0)),
    leading,
    12,
    "invalid leading byte (0x2) for component external kind",
  ],
  [
    "alias of a core export of no core sort",
    component(single(ALIAS, 0x03, 0x01, 0, 0)),
    leading,
    11,
    "invalid leading byte (0x3) for core instance export kind",
  ],
  ["alias of a core type export", component(single(ALIAS, 0x00, 0x10, 0x01, 0, 0)), leading, 12, "invalid leading byte (0x10) for external kind"],
  ["outer alias of a func", component(single(ALIAS, 0x01, 0x02, 0, 0)), leading, 11, "invalid leading byte (0x1) for component outer alias kind"],
  ["outer alias of a core func", component(single(ALIAS, 0x00, 0x05, 0x02, 0, 0)), leading, 12, "invalid leading byte (0x5) for component outer alias kind"],
  ["case without its zero", component(single(TYPE, 0x71, 1, ...text("c"), 0x00, 0x01)), leading, 16, "invalid leading byte (0x1) for zero byte required"],
  ["optional type", component(single(TYPE, 0x66, 0x02)), leading, 12, "invalid leading byte (0x2) for optional component value type"],
  ["destructor", component(single(TYPE, 0x3f, 0x7f, 0x02)), leading, 13, "invalid leading byte (0x2) for resource destructor"],
  ["declarator", component(single(TYPE, 0x41, 1, 0x05)), leading, 13, "invalid leading byte (0x5) for component or instance type declaration"],
  ["import in an instance type", component(single(TYPE, 0x42, 1, 0x03)), leading, 13, "invalid leading byte (0x3) for component or instance type declaration"],
  ["name", component(single(IMPORT, 0x03, ...text("a"), 1, 0)), leading, 11, "invalid leading byte (0x3) for component name"],
  ["attribute", component(single(IMPORT, 0x02, ...text("a"), 1, 0x03)), leading, 15, "invalid leading byte (0x3) for name option"],
  [
    "attribute given twice",
    component(single(IMPORT, 0x02, ...text("a"), 2, 0x00, ...text(""), 0x00, ...text("b"), 5, 0)),
    "validate/invalid",
    17,
    "duplicate 'implements' option in name",
  ],
  ["type bound", component(single(IMPORT, 0x00, ...text("t"), 0x03, 0x02)), leading, 15, "invalid leading byte (0x2) for type bound"],
  ["extern type", component(single(IMPORT, 0x00, ...text("x"), 0x06, 0)), leading, 14, "invalid leading byte (0x6) for component external kind"],
  ["core extern type", component(single(IMPORT, 0x00, ...text("x"), 0x00, 0x00)), leading, 15, "invalid leading byte (0x0) for component external kind"],
  ["ascribed type", component(single(EXPORT, 0x00, ...text("x"), 0x01, 0, 0x02)), leading, 16, "invalid leading byte (0x2) for optional component export type"],
  ["core type", component(single(CORE_TYPE, 0x40)), leading, 11, "invalid leading byte (0x40) for type"],
  ["value longer than its section", component(single(VALUE, 0x7d, 2, 0)), eof, 14, "unexpected end-of-file"],
];
for (const [what, bytes, code, offset, message] of malformed) {
  test(`rejects ${what}`, () => assertComponentError(() => decode(bytes), { code, offset, message }));
}

test("attributes of names are a feature", () => {
  const bytes = component(single(IMPORT, 0x02, ...text("a"), 0, 5, 0));
  const off = withFeatures({ cmImplements: false, cmCanonNames: false });
  assertComponentError(() => decode(bytes, off), { code: "validate/feature-disabled", offset: 11, message: "the `cm-implements` feature is not active" });
  assert.equal(decode(bytes, withFeatures({ cmImplements: false })).length, 1);
});

const above = (limit: number): number[] => leb(limit + 1);
const tooMany: ReadonlyArray<[what: string, bytes: number[]]> = [
  ["name bytes", single(IMPORT, 0x00, ...above(limits.MAX_NAME_BYTES))],
  ["component type declarators", single(TYPE, 0x41, ...above(limits.MAX_TYPE_DECLARATORS))],
  ["instance type declarators", single(TYPE, 0x42, ...above(limits.MAX_TYPE_DECLARATORS))],
  ["module type declarators", single(CORE_TYPE, 0x50, ...above(limits.MAX_MODULE_TYPE_DECLARATORS))],
  ["parameters", single(TYPE, 0x40, ...above(limits.MAX_FUNCTION_PARAMS))],
  ["core parameters", single(CORE_TYPE, 0x60, ...above(limits.MAX_FUNCTION_PARAMS))],
  ["core results", single(CORE_TYPE, 0x60, 0, ...above(limits.MAX_FUNCTION_RESULTS))],
  ["start results", section(START, 0, 0, ...above(limits.MAX_FUNCTION_RESULTS))],
  ["start arguments", section(START, 0, ...above(limits.MAX_START_ARGS))],
  ["record fields", single(TYPE, 0x72, ...above(limits.MAX_RECORD_FIELDS))],
  ["variant cases", single(TYPE, 0x71, ...above(limits.MAX_VARIANT_CASES))],
  ["tuple types", single(TYPE, 0x6f, ...above(limits.MAX_TUPLE_TYPES))],
  ["flags", single(TYPE, 0x6e, ...above(limits.MAX_FLAG_NAMES))],
  ["enum cases", single(TYPE, 0x6d, ...above(limits.MAX_ENUM_CASES))],
  ["attributes", single(IMPORT, 0x02, ...text("a"), ...above(limits.MAX_NAME_ATTRIBUTES))],
  ["core arguments", single(CORE_INSTANCE, 0x00, 0, ...above(limits.MAX_INSTANTIATION_ARGS))],
  ["core exports", single(CORE_INSTANCE, 0x01, ...above(limits.MAX_INSTANTIATION_EXPORTS))],
  ["arguments", single(INSTANCE, 0x00, 0, ...above(limits.MAX_INSTANTIATION_ARGS))],
  ["exports", single(INSTANCE, 0x01, ...above(limits.MAX_INSTANTIATION_EXPORTS))],
  ["recursion group", single(CORE_TYPE, 0x4e, ...above(limits.MAX_REC_GROUP_TYPES))],
  ["supertypes", single(CORE_TYPE, 0x4f, ...above(limits.MAX_SUPERTYPES))],
  ["struct fields", single(CORE_TYPE, 0x5f, ...above(limits.MAX_STRUCT_FIELDS))],
];
for (const [what, bytes] of tooMany) {
  test(`bounds ${what}`, () => assertComponentError(() => decode(component(bytes)), { code: "decode/too-many", message: "out of bounds" }));
}

/** `levels` of something, each wrapped in the next. */
function nested(levels: number, wrap: (inner: number[]) => number[], innermost: number[]): number[] {
  let bytes = innermost;
  for (let i = 0; i < levels; i++) bytes = wrap(bytes);
  return bytes;
}

test("bounds nesting of components", () => {
  const nest = (levels: number): number[] => nested(levels, (inner) => component(section(COMPONENT, ...inner)), component());
  assert.equal(decode(nest(limits.MAX_COMPONENT_NESTING)).length, 2 * limits.MAX_COMPONENT_NESTING);
  assertComponentError(() => decode(nest(limits.MAX_COMPONENT_NESTING + 1)), { code: "decode/too-many", message: "component nesting is too deep" });
});

test("bounds nesting of types", () => {
  const nest = (levels: number): number[] => component(single(TYPE, ...nested(levels, (inner) => [0x42, 1, 0x01, ...inner], [0x73])));
  assert.equal(decode(nest(limits.MAX_TYPE_NESTING)).length, 1);
  assertComponentError(() => decode(nest(limits.MAX_TYPE_NESTING + 1)), { code: "decode/too-many", message: "type nesting is too deep" });
});

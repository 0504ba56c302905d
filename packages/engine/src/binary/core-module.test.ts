import assert from "node:assert/strict";
import test from "node:test";
import { MAX_CORE_MEMORIES, MAX_CORE_SECTION_ENTRIES, MAX_CORE_TABLES } from "../diagnostics/limits.ts";
import { type CoreModuleSyntax, readCoreModule } from "./core-module.ts";
import { assertComponentError, component, coreModule, decode, leb, section, single, text } from "./test-bytes.ts";
import { ModuleWriter, Type } from "./writer.ts";

const TYPE = 1;
const IMPORT = 2;
const FUNCTION = 3;
const TABLE = 4;
const MEMORY = 5;
const GLOBAL = 6;
const EXPORT = 7;
const CODE = 10;
const DATA = 11;
const DATA_COUNT = 12;
const TAG = 13;

const read = (...sections: number[][]): CoreModuleSyntax => readCoreModule(Uint8Array.from(coreModule(...sections)));
const funcref = { nullable: true, heap: { abstract: "func", shared: false } };

test("reads imports and the types of exports", () => {
  const module = new ModuleWriter();
  const unary = module.funcType([Type.i32], [Type.i64]);
  const nullary = module.funcType([], []);
  module.importFunc("a", "f", nullary);
  module.importMemory("a", "m", { min: 1, max: 2, is64: true });
  module.importGlobal("a", "g", { nullable: false, index: unary }, true);
  const table = module.table(Type.funcref, { min: 3 });
  const tag = module.tag(nullary);
  const func = module.func(unary);
  func.code.i64(-1n);
  // A global between others: its initial value has to be passed over.
  module.global(Type.i64, false, (code) => code.i64(-(2n ** 63n)));
  const global = module.global({ nullable: true, index: unary }, true, (code) => code.op(0xd2, func.index));
  module.export("func", "func", func.index).export("imported", "func", 0).export("table", "table", table);
  module.export("memory", "memory", 0).export("global", "global", global).export("tag", "tag", tag);
  const bytes = module.encode();
  assert.ok(WebAssembly.validate(bytes));

  const { types, imports, exports } = readCoreModule(bytes);
  const composites = types.map((group) => group.types[0]!.composite);
  assert.deepEqual(composites, [
    { kind: "func", params: ["i32"], results: ["i64"] },
    { kind: "func", params: [], results: [] },
  ]);
  const memory = { sort: "memory", limits: { min: 1n, max: 2n, index: "i64", shared: false } };
  assert.deepEqual(
    imports.map(({ module, name, type }) => [module, name, type]),
    [
      ["a", "f", { sort: "func", type: nullary }],
      ["a", "m", memory],
      ["a", "g", { sort: "global", type: { nullable: false, heap: { index: unary } }, mutable: true, shared: false }],
    ],
  );
  assert.deepEqual(
    exports.map(({ name, type }) => [name, type]),
    [
      ["func", { sort: "func", type: unary }],
      ["imported", { sort: "func", type: nullary }],
      ["table", { sort: "table", element: funcref, limits: { min: 3n, max: undefined, index: "i32", shared: false } }],
      ["memory", memory],
      ["global", { sort: "global", type: { nullable: true, heap: { index: unary } }, mutable: true, shared: false }],
      ["tag", { sort: "tag", type: nullary }],
    ],
  );
});

const sub = (composite: object, rest: object = {}): object => ({ final: true, shared: false, supertypes: [], composite, ...rest });
const rec = (type: object): object => ({ kind: "rec", explicit: false, types: [type] });
const func = { kind: "func", params: [], results: [] };
const coreTypes: ReadonlyArray<[bytes: number[], type: object]> = [
  [
    [0x60, 6, 0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 1, 0x64, 0x6e],
    rec(
      sub({
        kind: "func",
        params: ["i32", "i64", "f32", "f64", "v128", funcref],
        results: [{ nullable: false, heap: { abstract: "any", shared: false } }],
      }),
    ),
  ],
  [
    [0x5f, 2, 0x78, 0, 0x77, 1],
    rec(
      sub({
        kind: "struct",
        fields: [
          { type: "i8", mutable: false },
          { type: "i16", mutable: true },
        ],
      }),
    ),
  ],
  [[0x5e, 0x63, 0x80, 0x01, 1], rec(sub({ kind: "array", element: { type: { nullable: true, heap: { index: 128 } }, mutable: true } }))],
  [[0x5d, 3], rec(sub({ kind: "cont", type: 3 }))],
  [[0x65, 0x60, 0, 0], rec(sub(func, { shared: true }))],
  [[0x5e, 0x65, 0x6f, 0], rec(sub({ kind: "array", element: { type: { nullable: true, heap: { abstract: "extern", shared: true } }, mutable: false } }))],
  [[0x5e, 0x64, 0x65, 0x71, 0], rec(sub({ kind: "array", element: { type: { nullable: false, heap: { abstract: "none", shared: true } }, mutable: false } }))],
  [[0x4f, 1, 7, 0x60, 0, 0], rec(sub(func, { supertypes: [7] }))],
  [[0x4e, 2, 0x50, 0, 0x60, 0, 0, 0x60, 0, 0], { kind: "rec", explicit: true, types: [sub(func, { final: false }), sub(func)] }],
  [[0x4e, 0], { kind: "rec", explicit: true, types: [] }],
];
for (const [bytes, type] of coreTypes) {
  test(`reads core type ${bytes}`, () => {
    assert.deepEqual(read(single(TYPE, ...bytes)).types, [type]);
    assert.deepEqual(decode(component(single(3, ...bytes))), [{ kind: "core-type", type, offset: 11 }]);
  });
}

test("0x50 begins a sub type in modules, a module type in components", () => {
  const type = rec(sub(func, { final: false }));
  assert.deepEqual(read(single(TYPE, 0x50, 0, 0x60, 0, 0)).types, [type]);
  assert.deepEqual(decode(component(single(3, 0x00, 0x50, 0, 0x60, 0, 0))), [{ kind: "core-type", type, offset: 11 }]);
  const declarators = [
    [0x01, 0x50, 0, 0x60, 0, 0],
    [0x00, ...text("a"), ...text("b"), 0x02, 0x08, 1, 0],
    [0x02, 0x10, 0x01, 1, 2],
    [0x03, ...text("e"), 0x04, 0, 0],
  ];
  assert.deepEqual(decode(component(single(3, 0x50, declarators.length, ...declarators.flat()))), [
    {
      kind: "core-type",
      type: {
        kind: "module-type",
        declarators: [
          { kind: "type", type, offset: 13 },
          {
            kind: "import",
            module: "a",
            name: "b",
            type: { sort: "memory", limits: { min: 1n, max: undefined, index: "i32", shared: false, pageSizeLog2: 0 } },
            offset: 19,
          },
          { kind: "alias", count: 1, index: 2, offset: 28 },
          { kind: "export", name: "e", type: { sort: "tag", type: 0 }, offset: 33 },
        ],
      },
      offset: 11,
    },
  ]);
});

/** Each of these as the first global's value must lead to the second global, which is exported. */
const constants: ReadonlyArray<[what: string, code: number[]]> = [
  ["i32.const", [0x41, 0xff, 0x0b]],
  ["f32.const", [0x43, 0x0b, 0x0b, 0x0b, 0x0b]],
  ["f64.const", [0x44, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b]],
  ["v128.const", [0xfd, 0x0c, ...Array(16).fill(0x0b)]],
  ["global.get", [0x23, 0x8b, 0x0b]],
  ["ref.null", [0xd0, 0x8b, 0x0b]],
  ["ref.null of a shared type", [0xd0, 0x65, 0x70]],
  ["ref.func", [0xd2, 0x0b]],
  ["arithmetic", [0x41, 1, 0x41, 2, 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e]],
  ["struct.new", [0xfb, 0x00, 0x0b, 0xfb, 0x01, 0x0b]],
  ["array.new", [0xfb, 0x06, 0x0b, 0xfb, 0x07, 0x0b, 0xfb, 0x08, 0x0b, 0x0b]],
  ["conversions", [0xfb, 0x1a, 0xfb, 0x1b, 0xfb, 0x1c]],
];
for (const [what, code] of constants) {
  test(`passes over ${what}`, () => {
    const { exports } = read(section(GLOBAL, 2, 0x7f, 0, ...code, 0x0b, 0x7d, 1, 0x41, 0, 0x0b), single(EXPORT, ...text("g"), 3, 1));
    assert.deepEqual(exports[0]!.type, { sort: "global", type: "f32", mutable: true, shared: false });
  });
}

test("reads a table with an initial value", () => {
  const { exports } = read(section(TABLE, 2, 0x40, 0x00, 0x70, 0x05, 1, 2, 0xd0, 0x70, 0x0b, 0x6f, 0, 0), single(EXPORT, ...text("t"), 1, 0));
  assert.deepEqual(exports[0]!.type, { sort: "table", element: funcref, limits: { min: 1n, max: 2n, index: "i64", shared: false } });
});

test("sections of code and data are not looked into", () => {
  const garbage = Array(100).fill(0xff);
  const bytes = coreModule(section(FUNCTION, 0), section(CODE, 0, ...garbage), section(DATA, 0, ...garbage), section(0, ...text("name"), ...garbage));
  assert.deepEqual(readCoreModule(Uint8Array.from(bytes)), { types: [], imports: [], exports: [] });
});

const leading = "decode/invalid-leading-byte";
const malformedSection = "decode/malformed-section";
const malformed: ReadonlyArray<[what: string, sections: number[][], code: string, offset: number, message: string]> = [
  ["a section twice", [section(TYPE, 0), section(TYPE, 0)], malformedSection, 13, "section out of order"],
  ["types after data", [section(DATA, 0), section(TYPE, 0)], malformedSection, 13, "section out of order"],
  ["tags after globals", [section(GLOBAL, 0), section(TAG, 0)], malformedSection, 13, "section out of order"],
  ["a data count after code", [section(CODE, 0), section(DATA_COUNT, 0)], malformedSection, 13, "section out of order"],
  ["an unknown section", [section(14)], malformedSection, 10, "malformed section id: 14"],
  ["a component in a module's place", [[0, 0x61, 0x73, 0x6d]], malformedSection, 8, "expected section, got wasm magic number"],
  ["functions without code", [section(FUNCTION, 1, 0)], malformedSection, 12, "function section has non-zero count but code section is absent"],
  ["more functions than code", [section(FUNCTION, 1, 0), section(CODE, 0)], malformedSection, 15, "function and code section have inconsistent lengths"],
  ["a data count without data", [section(DATA_COUNT, 1)], malformedSection, 11, "data count is non-zero but data section is absent"],
  ["another data count", [section(DATA_COUNT, 1), section(DATA, 2)], malformedSection, 14, "data count and data section have inconsistent lengths"],
  ["a data count with more", [section(DATA_COUNT, 0, 0)], malformedSection, 11, "unexpected content in the data count section"],
  ["a section with more", [section(TYPE, 0, 0)], malformedSection, 11, "section size mismatch"],
  ["a section with less", [section(TYPE, 1)], "decode/unexpected-end", 11, "unexpected end-of-file"],
  ["a composite type", [single(TYPE, 0x61)], leading, 11, "invalid leading byte (0x61) for type"],
  ["a value type", [single(TYPE, 0x60, 1, 0x40)], leading, 13, "invalid value type"],
  ["a heap type", [single(TYPE, 0x60, 1, 0x64, 0x40)], leading, 14, "invalid heap type"],
  ["an overlong heap type", [single(TYPE, 0x60, 1, 0x64, 0xf0, 0x7f)], leading, 14, "invalid heap type"],
  ["a reference type", [single(TABLE, 0x7f, 0, 0)], leading, 11, "malformed reference type"],
  ["a mutability", [single(TYPE, 0x5e, 0x7f, 2)], leading, 13, "malformed mutability byte for field type"],
  ["a continuation", [single(TYPE, 0x5d, 0x70)], leading, 13, "invalid continuation type"],
  ["memory flags", [single(MEMORY, 0x10, 0)], leading, 11, "invalid memory limits flags"],
  ["a page size", [single(MEMORY, 0x08, 0, 64)], "decode/invalid-leb128", 11, "invalid custom page size"],
  ["table flags", [single(TABLE, 0x70, 0x08, 0)], leading, 12, "invalid table resizable limits flags"],
  ["a table encoding", [single(TABLE, 0x40, 0x01, 0x70, 0, 0)], leading, 12, "invalid table encoding"],
  ["global flags", [single(GLOBAL, 0x7f, 4)], leading, 12, "malformed global flags"],
  ["a global's value", [single(GLOBAL, 0x7f, 0, 0x01, 0x0b)], "validate/core-module", 13, "constant expression required"],
  ["tag attributes", [single(TAG, 1, 0)], leading, 11, "invalid tag attributes"],
  ["an import's kind", [single(IMPORT, ...text(""), ...text(""), 5, 0)], leading, 13, "invalid leading byte (0x5) for external kind"],
  ["an export's kind", [single(EXPORT, ...text(""), 5, 0)], leading, 12, "invalid leading byte (0x5) for external kind"],
  ["an export of nothing", [single(EXPORT, ...text("f"), 0, 3)], "validate/core-module", 11, "unknown function 3: exported function index out of bounds"],
  ["a custom section's name", [section(0, 1, 0xff)], "decode/invalid-utf8", 11, "malformed UTF-8 encoding"],
];
for (const [what, sections, code, offset, message] of malformed) {
  test(`rejects ${what}`, () => assertComponentError(() => read(...sections), { code, offset, message }));
}

for (const [what, id, limit] of [
  ["types", TYPE, MAX_CORE_SECTION_ENTRIES],
  ["tables", TABLE, MAX_CORE_TABLES],
  ["memories", MEMORY, MAX_CORE_MEMORIES],
] as const) {
  test(`bounds ${what}`, () => {
    assertComponentError(() => read(section(id, ...leb(limit + 1))), { code: "decode/too-many", offset: 10 });
  });
}

test("rejects what is no core module", () => {
  assertComponentError(() => readCoreModule(Uint8Array.from(component())), {
    code: "decode/bad-preamble",
    offset: 0,
    message: "expected a version header for a module",
  });
});

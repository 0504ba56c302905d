import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "@tenon/engine";
import { dts } from "@tenon/engine/dts";
import { inspectComponent } from "@tenon/engine/inspect";
import { parseValue, printValue } from "@tenon/engine/wave";
import { config, environment, FieldList, wasi } from "@tenon/runtime";
import { type Bytes, component, externName, Section, section, sized, text } from "../../conformance/component-bytes.ts";

const NAMES = ["then", "constructor", "to-string", "value-of", "has-own-property", "is-prototype-of", "to-json"];
/** What is no name of WIT may still be one of a header, a variable, a key or a core export. */
const WILD_NAMES = [...NAMES, "__proto__", "prototype", "toString", "valueOf", "hasOwnProperty", "__defineGetter__"];

/** Exports each of NAMES, all a core function named `__proto__` that gives 7, and imports an instance of that name. */
function hostileComponent(): Uint8Array<ArrayBuffer> {
  const proto = text("__proto__");
  const core: Bytes = [
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    1,
    5,
    1,
    0x60,
    0,
    1,
    0x7f,
    3,
    2,
    1,
    0,
    7,
    proto.length + 3,
    1,
    ...proto,
    0,
    0,
    10,
    6,
    1,
    4,
    0,
    0x41,
    7,
    0x0b,
  ];
  return Uint8Array.from(
    component(
      sized(Section.Module, core),
      section(Section.CoreInstance, [[0, 0, 0]]),
      section(Section.Type, [[0x40, 0, 0, 0x79]]),
      section(Section.Alias, [[0, 0, 1, 0, ...proto]]),
      section(Section.Canon, [[0, 0, 0, 0, 0]]),
      section(
        Section.Export,
        NAMES.map((name) => [...externName(name), 1, 0, 0]),
      ),
    ),
  );
}

const PROTOTYPES: readonly object[] = [
  Object.prototype,
  Function.prototype,
  Array.prototype,
  String.prototype,
  Map.prototype,
  Promise.prototype,
  Error.prototype,
  Uint8Array.prototype,
  Object,
];
/** Every property of them: whose, name, and what it holds. */
const shape = (): unknown[] =>
  PROTOTYPES.flatMap((holder) =>
    Reflect.ownKeys(holder).flatMap((key) => {
      const { value, get, set } = Object.getOwnPropertyDescriptor(holder, key)!;
      return [holder, key, value, get, set];
    }),
  );

test("threat 20: no prototype changes, whatever names go through components, texts, headers and settings", async () => {
  const before = shape();
  const bytes = hostileComponent();
  const compiled = await compile(bytes);
  const { exports } = await compiled.instantiate(wasi());
  assert.equal(await Promise.resolve(exports), exports);
  for (const value of Object.values(exports)) assert.equal((value as () => number)(), 7);
  JSON.stringify(exports);
  String(exports);
  dts(compiled);
  inspectComponent(bytes);

  const record = { kind: "record", fields: NAMES.map((name) => ({ name, type: { kind: "u8" as const } })) } as const;
  const value = parseValue(`{${NAMES.map((name, i) => `${name}: ${i}`).join(", ")}}`, record);
  assert.equal(printValue(value, record), `{${NAMES.map((name, i) => `${name}: ${i}`).join(", ")}}`);

  const fields = new FieldList();
  for (const name of WILD_NAMES) fields.append(name, new TextEncoder().encode("1"));
  const settings = JSON.parse(`{${WILD_NAMES.map((name) => `"${name}": "1"`).join()}}`) as Record<string, string>;
  assert.equal(environment({ env: settings }).only(WILD_NAMES).variables().length, WILD_NAMES.length);
  const given = config(settings);
  for (const name of WILD_NAMES) assert.equal(given.get(name), "1");
  assert.equal(config({}).get("__proto__"), undefined);
  const after = shape();
  assert.equal(after.length, before.length);
  for (const [index, each] of after.entries()) assert.ok(Object.is(each, before[index]), `property ${index}`);
});

test("threat 20: what every object inherits is no import", async () => {
  const imports = component(section(Section.Type, [[0x40, 0, 0, 0x79]]), section(Section.Import, [[...externName("to-string"), 1, 0]]));
  const compiled = await compile(Uint8Array.from(imports));
  assert.throws(() => compiled.link({}), { code: "link/missing-import" });
  assert.throws(() => compiled.link(Object.create({ "to-string": () => 7 })), { code: "link/missing-import" });
});

/** Any bytes give definitions or a `ComponentError`, soon. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import { ComponentError } from "../diagnostics/component-error.ts";
import { decodeComponent } from "./component-decoder.ts";
import { readCoreModule } from "./core-module.ts";
import { DEFAULT_FEATURES } from "./features.ts";
import { COMPONENT_PREAMBLE, component, leb, section, text } from "./test-bytes.ts";

/** Everything that the decoder makes of a binary: how many definitions, and the error that ended them. */
function decodeAll(bytes: Uint8Array): { readonly count: number; readonly error: ComponentError | undefined } {
  let count = 0;
  try {
    for (const definition of decodeComponent(bytes, DEFAULT_FEATURES)) {
      count++;
      if (definition.kind === "core-module") readCoreModule(bytes, definition.start, definition.end);
    }
  } catch (error) {
    assert.ok(error instanceof ComponentError, String(error instanceof Error ? error.stack : error));
    const { offset } = error.detail;
    assert.ok(offset !== undefined && offset >= 0 && offset <= bytes.length, `${error.message} lies outside ${bytes.length} bytes`);
    return { count, error };
  }
  return { count, error: undefined };
}

test("any sections", () => {
  const anySection = fc.tuple(fc.integer({ min: 0, max: 13 }), fc.uint8Array({ maxLength: 60 })).map(([id, contents]) => section(id, ...contents));
  fc.assert(
    fc.property(fc.array(anySection, { maxLength: 4 }), (sections) => void decodeAll(Uint8Array.from(component(...sections)))),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), (rest) => void decodeAll(Uint8Array.from([...COMPONENT_PREAMBLE, ...rest]))),
    { numRuns: 500 },
  );
});

const LIMIT_MS = 1000;
const MEGABYTE = 2 ** 20;

function repeated(head: number[], element: number[], atMost: number): Uint8Array {
  const count = Math.floor(atMost);
  const bytes = new Uint8Array(head.length + element.length * count);
  bytes.set(head);
  for (let i = 0; i < count; i++) bytes.set(element, head.length + i * element.length);
  return bytes;
}

/** A section `id` whose contents are `head` and as many of `element` as fit in a megabyte, with their count before them. */
function fullOf(id: number, head: number[], element: number[]): Uint8Array {
  const count = Math.floor(MEGABYTE / element.length);
  const size = head.length + leb(count).length + count * element.length;
  return repeated(component([id, ...leb(size), ...head, ...leb(count)]), element, count);
}

const worst: ReadonlyArray<[what: string, bytes: () => Uint8Array]> = [
  ["aliases", () => fullOf(6, [], [0x03, 0x02, 0x00, 0x00])],
  ["a million aliases", () => repeated(component([6, ...leb(4_000_003), ...leb(1_000_000)]), [0x03, 0x02, 0x00, 0x00], 1_000_000)],
  ["types", () => fullOf(7, [], [0x73])],
  ["core types", () => fullOf(3, [], [0x60, 0x00, 0x00])],
  ["canonical definitions", () => fullOf(8, [], [0x24])],
  ["imports", () => fullOf(10, [], [0x00, ...text("a"), 0x01, 0x00])],
  ["declarators", () => fullOf(7, [1, 0x42], [0x01, 0x73])],
  ["one recursion group", () => fullOf(3, [1, 0x4e], [0x5f, 0x00])],
  ["instances", () => fullOf(5, [], [0x01, 0x00])],
  ["empty sections", () => repeated(component(), section(7, 0), MEGABYTE / 3)],
  ["custom sections", () => repeated(component(), section(0, 0), MEGABYTE / 3)],
  ["empty components", () => repeated(component(), section(4, ...component()), MEGABYTE / 10)],
  ["nesting of components", () => repeated([], [...COMPONENT_PREAMBLE, 0x04, 0xf6, 0xff, 0x3f], MEGABYTE / 12)],
  ["nesting of types", () => repeated(component([7, ...leb(MEGABYTE), 1]), [0x42, 0x01, 0x01], MEGABYTE / 3)],
  ["a huge count", () => Uint8Array.from(component(section(7, ...leb(0xffffffff), 0x73)))],
  ["huge counts within", () => fullOf(7, [], [0x72, ...leb(0xffffffff)])],
  ["long names that are cut short", () => fullOf(10, [], [0x00, ...leb(99_999)])],
  ["core modules", () => repeated(component(), section(1, 0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), MEGABYTE / 10)],
];
for (const [what, make] of worst) {
  test(`the worst: ${what}`, () => {
    const bytes = make();
    const start = performance.now();
    decodeAll(bytes);
    const took = performance.now() - start;
    assert.ok(took < LIMIT_MS, `took ${took.toFixed(0)} ms`);
  });
}

const suites = new URL("../../../../../shared/conformance/suites/", import.meta.url).pathname;
const skip = existsSync(suites) ? false : "the official suites are not here";

interface Command {
  readonly type: string;
  readonly filename?: string;
  readonly module_type?: string;
  readonly text?: string;
  readonly line: number;
}
function* commands(): Generator<Command & { readonly bytes: Uint8Array; readonly path: string }> {
  for (const name of readdirSync(suites, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".json")) continue;
    const path = join(suites, name);
    for (const command of (JSON.parse(readFileSync(path, "utf8")) as { commands: Command[] }).commands) {
      if (command.filename === undefined || !command.filename.endsWith(".wasm")) continue;
      yield { ...command, bytes: new Uint8Array(readFileSync(join(dirname(path), command.filename))), path: name };
    }
  }
}
const isCoreModule = (bytes: Uint8Array): boolean => bytes[4] === 1 && bytes[6] === 0;

test("binaries that the official suites call malformed", { skip }, () => {
  let count = 0;
  for (const { type, bytes, text: message, path, line } of commands()) {
    if (type !== "assert_malformed") continue;
    count++;
    if (isCoreModule(bytes)) {
      assert.throws(() => readCoreModule(bytes), { name: "ComponentError" });
      continue;
    }
    const { error } = decodeAll(bytes);
    assert.ok(error?.message.includes(message ?? ""), `${path}:${line}: wanted "${message}", got "${error?.message}"`);
  }
  assert.ok(count > 50);
});

test("every other binary of the official suites decodes; cut or changed it gives a ComponentError at worst", { skip }, () => {
  for (const { type, bytes, text: message, path, line } of commands()) {
    if (type === "assert_malformed" || isCoreModule(bytes)) continue;
    const { error } = decodeAll(bytes);
    // Two rules of validation are the decoder's.
    if (error !== undefined) assert.ok(type === "assert_invalid" && error.message.includes(message ?? ""), `${path}:${line}: ${error.message}`);
    const step = Math.max(1, Math.floor(bytes.length / 50));
    for (let at = 0; at < bytes.length; at += step) {
      decodeAll(bytes.subarray(0, at));
      const changed = bytes.slice();
      changed[at]! ^= 1 << (at % 8);
      decodeAll(changed);
    }
  }
});

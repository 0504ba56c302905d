import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { ComponentError } from "../diagnostics/component-error.ts";
import { type ComponentDescription, inspectComponent } from "./inspect.ts";

const example = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../../../../examples/${name}.wasm`, import.meta.url)));

const GAME = `play: func(player: string) -> list<string>;

start: func(player: string);

score: func(points: u32) -> result<string, string>;

finish: func() -> option<string>;`;

test("describes a component and what is nested in it", () => {
  const bytes = example("caller/caller");
  const description = inspectComponent(bytes);
  assert.equal(description.size, bytes.length);
  assert.deepEqual(
    description.imports.map(({ name, sort }) => [name, sort]),
    [["tenon:scoreboard/scores@0.1.0", "instance"]],
  );
  assert.deepEqual(description.exports, [{ name: "tenon:scoreboard/game@0.1.0", sort: "instance", type: GAME }]);
  assert.match(
    description.imports[0]!.type,
    /^resource tally \{\n {2}constructor\(player: string\);\n[\s\S]*record entry \{\n {2}player: string,\n {2}points: u32,\n\}\n/,
  );
  const [main] = description.modules;
  assert.equal(main!.memories.length, 1);
  assert.deepEqual({ ...main!.memories[0], min: 0 }, { min: 0, max: null, address: "i32", shared: false, imported: false });
  assert.ok(main!.functions > 0 && main!.codeSize > main!.functions && main!.codeSize + main!.dataSize < main!.size);
  assert.ok(main!.exports.some(({ name, sort }) => name === "memory" && sort === "memory"));
  assert.ok(main!.imports.every(({ module }) => module === "tenon:scoreboard/scores@0.1.0"));
  assert.deepEqual(
    main!.producers["processed-by"]?.map(({ name }) => name),
    ["wit-component", "wit-bindgen-rust"],
  );
  assert.deepEqual(
    description.modules.map(({ name }) => name),
    [null, "wit-component:shim", "wit-component:fixups"],
  );
  assert.deepEqual(
    description.modules.map(({ tables }) => tables.map(({ imported }) => imported)),
    [[false], [false], [true]],
  );
  assert.ok(main!.customSections.some(({ name, size }) => name === "producers" && size > 0));
  assert.equal(description.components.length, 1, "the component that wraps the exports as an interface");
  assert.equal(description.components[0]!.wit, undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(description)), description);
});

test("sizes add up", () => {
  const total = (one: ComponentDescription): number =>
    one.modules.reduce((sum, { size }) => sum + size, 0) + one.components.reduce((sum, { size }) => sum + size, 0);
  for (const name of ["rust/scoreboard", "c/scoreboard", "javascript/scoreboard", "kotlin/scoreboard", "hello/hello.rust", "http/http-hello"]) {
    const description = inspectComponent(example(name));
    assert.ok(total(description) < description.size && total(description) > description.size / 2, name);
  }
});

test("a compiled component can be given too", () => {
  const bytes = example("rust/scoreboard");
  assert.deepEqual(inspectComponent({ bytes }), inspectComponent(bytes));
});

test("what is no component is an error, not a description", () => {
  assert.throws(
    () => inspectComponent(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)),
    (error: ComponentError) => error.code === "decode/bad-preamble",
  );
});

import assert from "node:assert/strict";
import test from "node:test";
import { coreCustomSections, readProducers } from "./custom-section.ts";
import { readComponentNames, readCoreNames } from "./name-section.ts";
import { component, coreModule, decode, section, text } from "./test-bytes.ts";

const functionNames = section(1, 2, 0, ...text("zero"), 5, ...text("five"));

test("reads function names", () => {
  const bytes = Uint8Array.from(coreModule(section(0, ...text("name"), ...section(0, ...text("module")), ...functionNames)));
  assert.deepEqual(readCoreNames(bytes), {
    module: "module",
    functions: new Map([
      [0, "zero"],
      [5, "five"],
    ]),
  });
});

test("an invalid name section gives what was read of it", () => {
  const cut = section(1, 2, 0, ...text("zero"), 5);
  assert.deepEqual([...readCoreNames(Uint8Array.from(coreModule(section(0, ...text("name"), ...cut)))).functions], [[0, "zero"]]);
  assert.equal(readCoreNames(Uint8Array.from(coreModule(section(0, ...text("name"), 0xff)))).functions.size, 0);
  assert.equal(readCoreNames(Uint8Array.from([1, 2, 3])).functions.size, 0);
});

test("reads names in a component", () => {
  const names = [...section(0, ...text("whole")), ...section(1, 0x00, 0x11, 1, 0, ...text("m")), ...section(1, 0x05, 1, 2, ...text("i"))];
  const bytes = component(section(0, ...text("component-name"), ...names, ...section(1, 0x06, 0)));
  const [custom] = decode(bytes);
  assert.ok(custom?.kind === "custom");
  const read = readComponentNames(Uint8Array.from(bytes), custom);
  assert.equal(read.component, "whole");
  assert.deepEqual(
    [...read.bySort].map(([sort, map]) => [sort, ...map]),
    [
      ["core module", [0, "m"]],
      ["instance", [2, "i"]],
    ],
  );
});

test("reads producers", () => {
  const producers = [2, ...text("language"), 1, ...text("C"), ...text("23"), ...text("sdk"), 0];
  const bytes = Uint8Array.from(coreModule(section(1, 0), section(0, ...text("producers"), ...producers)));
  const [custom] = coreCustomSections(bytes);
  assert.equal(custom?.name, "producers");
  assert.deepEqual(
    [...readProducers(bytes, custom!)],
    [
      ["language", [{ name: "C", version: "23" }]],
      ["sdk", []],
    ],
  );
  assert.equal(readProducers(bytes, { start: 0, end: 4 }).size, 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentInstance } from "./component-instance.ts";
import {
  ControlMemory,
  HANDLE_BYTES,
  HandleField,
  Header,
  INSTANCE_BYTES,
  InstanceField,
  NODE_BYTES,
  NodeField,
  ROUTE_BYTES,
  RouteField,
  TYPE_BYTES,
  TypeField,
} from "./control-memory.ts";
import { Store } from "./store.ts";

for (const [name, fields, bytes] of [
  ["an instance", InstanceField, INSTANCE_BYTES],
  ["a handle", HandleField, HANDLE_BYTES],
  ["a type", TypeField, TYPE_BYTES],
  ["a route", RouteField, ROUTE_BYTES],
  ["a node", NodeField, NODE_BYTES],
] as const) {
  test(`the fields of ${name} are words within its record`, () => {
    for (const offset of Object.values(fields)) assert.ok(offset % 4 === 0 && offset >= 0 && offset + 4 <= bytes, String(offset));
    // Of a node, what it is says which one is meant.
    if (name !== "a node") assert.equal(new Set(Object.values(fields)).size, Object.values(fields).length);
    assert.equal(bytes % 8, 0);
  });
}

test("the header's fields are apart, and no field of a route's record at address 0", () => {
  const offsets: number[] = Object.values(Header);
  assert.equal(new Set(offsets).size, offsets.length);
  assert.ok(!offsets.includes(RouteField.interposed) && !offsets.includes(0));
  assert.ok(offsets.every((offset) => offset <= Header.scratch));
});

test("records do not meet, and are cleared", () => {
  const control = new ControlMemory();
  const sizes = [64, 32, 16, 64, 512, 8, 24];
  const records = sizes.map((size) => [control.allocate(size), size] as const);
  for (const [i, [at, size]] of records.entries()) {
    assert.ok(at >= Header.scratch + 64 && at % 8 === 0);
    assert.ok(control.cells.subarray(at >> 2, (at + size) >> 2).every((cell) => cell === 0));
    control.cells.fill(i + 1, at >> 2, (at + size) >> 2);
  }
  for (const [i, [at, size]] of records.entries()) assert.ok(control.cells.subarray(at >> 2, (at + size) >> 2).every((cell) => cell === i + 1));
});

test("what was released is used again, by records of its size, and cleared", () => {
  const control = new ControlMemory();
  const [first, second, small] = [control.allocate(64), control.allocate(64), control.allocate(32)];
  control.cells.fill(-1, first >> 2, (small + 32) >> 2);
  control.release(first, 64);
  control.release(small, 32);
  control.release(second, 64);
  const again = [control.allocate(64), control.allocate(64), control.allocate(32)];
  assert.deepEqual(again, [second, first, small]);
  assert.ok(control.cells.subarray(first >> 2, (small + 32) >> 2).every((cell) => cell === 0));
  assert.ok(control.allocate(64) > small);
});

test("it grows as it must, and keeps what it holds", () => {
  const control = new ControlMemory();
  const at = control.allocate(64);
  control.cells[at >> 2] = 7;
  const { cells } = control;
  const large = control.allocate(2 ** 20);
  assert.notEqual(control.cells, cells);
  assert.equal(control.cells.buffer, control.memory.buffer);
  assert.equal(control.cells[at >> 2], 7);
  control.cells[(large + 2 ** 20 - 4) >> 2] = 1;
  const { byteLength } = control.memory.buffer;
  for (let i = 0; i < 1000; i++) control.allocate(64);
  assert.ok(control.memory.buffer.byteLength <= 2 * byteLength);
});

test("where there is no room, nothing changes", () => {
  const control = new ControlMemory();
  const before = control.allocate(64);
  assert.throws(() => control.allocate(2 ** 31), { code: "trap/too-long", message: /^wasm trap: no room for handles and instances: 65536 bytes are in use/ });
  assert.equal(control.memory.buffer.byteLength, 65536);
  assert.equal(control.allocate(64), before + 64);
});

test("where the JavaScript engine refuses to grow it, nothing changes", () => {
  const control = new ControlMemory();
  const before = control.allocate(64);
  Object.assign(control.memory, {
    grow() {
      throw new RangeError("out of memory");
    },
  });
  assert.throws(() => control.allocate(65536), { code: "trap/too-long" });
  assert.equal(control.allocate(64), before + 64);
});

test("stores of a thread share it, and their records are apart", () => {
  const [first, second] = [new Store(), new Store()];
  assert.equal(first.control, second.control);
  const instances = Array.from({ length: 100 }, (_, i) => new ComponentInstance([first, second][i % 2]!, String(i)));
  assert.equal(new Set(instances.map(({ record }) => record)).size, 100);
});

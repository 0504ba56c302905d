import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trap } from "../diagnostics/trap.ts";
import type { ValueType } from "../types/component-types.ts";
import { codecOf, list, map, record, result, string, TestGuest, tuple, u8, u16, u32, u64 } from "./test-guest.ts";

const traps: ReadonlyArray<[what: string, type: ValueType, begin: number, length: number, code: string]> = [
  ["a pointer behind the end", list(u8), 65537, 0, "trap/out-of-bounds"],
  ["an end behind the end", list(u16), 65534, 2, "trap/out-of-bounds"],
  ["a length of 2^28", list(u8), 0, 2 ** 28, "trap/too-long"],
  ["a length of 2^28 - 1", list(u8), 0, 2 ** 28 - 1, "trap/out-of-bounds"],
  ["a length of 2^31", list(u8), 0, 2 ** 31, "trap/too-long"],
  ["a length of 2^32 - 1", list(u64), 0, 2 ** 32 - 1, "trap/too-long"],
  ["a length whose bytes are 2^32", list(u64), 0, 2 ** 29, "trap/too-long"],
  ["a pointer of 2^32 - 4", list(u32), 2 ** 32 - 4, 1, "trap/out-of-bounds"],
  ["an odd pointer", list(u16), 1, 0, "trap/unaligned-pointer"],
  ["a pointer of 4", list(u64), 4, 0, "trap/unaligned-pointer"],
  ["a record's alignment", list(record({ a: u8, b: u32 })), 2, 1, "trap/unaligned-pointer"],
  ["objects", list(result(undefined, undefined)), 0, 2 ** 28 - 1, "trap/out-of-bounds"],
  ["a map behind the end", map(u8, u8), 65535, 1, "trap/out-of-bounds"],
];
for (const [what, type, begin, length, code] of traps) {
  test(`${type.kind}: ${what}`, () => {
    for (const address of ["i32", "i64"] as const) {
      const { cx } = new TestGuest(address);
      const codec = codecOf(type, "utf8", address);
      cx.flat = address === "i32" ? [begin | 0, length | 0] : [BigInt(begin), BigInt(length)];
      cx.begin();
      assert.throws(
        () => codec.liftFlat(cx),
        (e: Trap) =>
          e.code === code && /^wasm trap: (list content out-of-bounds|list pointer\/length out of bounds of memory|unaligned pointer)/.test(e.message),
      );
    }
  });
}

test("typed arrays are copies, of the right class", () => {
  const guest = new TestGuest();
  const codec = codecOf(list(u16));
  codec.store(guest.cx, [1, 2], 16);
  const lifted = codec.load(guest.cx, 16) as Uint16Array;
  guest.bytes.fill(0);
  assert.deepEqual(lifted, Uint16Array.of(1, 2));
  assert.deepEqual([lifted.buffer.byteLength, lifted.byteOffset], [4, 0]);
});

test("a host's view of the guest's own memory may be lowered", () => {
  const guest = new TestGuest();
  codecOf(list(u8)).lowerFlat(guest.cx, guest.bytes.subarray(0, 4));
  assert.deepEqual(guest.bytes.slice(64, 68), new Uint8Array(4).fill(0x3f));
});

test("a value that changes between its check and its lowering writes nothing outside", () => {
  const guest = new TestGuest();
  const codec = codecOf(list(tuple(u8, string)));
  let reads = 0;
  const element = [1, "a"];
  Object.defineProperty(element, 1, { get: () => (reads++ === 0 ? "a" : 5), enumerable: true });
  assert.equal(codec.accepts(guest.cx, [element]), true);
  assert.throws(() => codec.lowerFlat(guest.cx, [element]), { message: "a value is not of its type" });
  guest.checkGuards();
});

test("realloc may grow the memory while a list is stored", () => {
  for (const [type, value] of [
    [list(string), ["a", "b"]],
    [list(u32), Uint32Array.of(1, 2)],
    [list(list(u8)), [Uint8Array.of(1), Uint8Array.of(2, 3)]],
  ] as const) {
    const guest = new TestGuest();
    guest.cx.setRealloc((...values) => {
      guest.memory.grow(1);
      return guest.realloc(...values);
    });
    const codec = codecOf(type);
    codec.store(guest.cx, value, 16);
    assert.deepEqual(codec.load(guest.cx, 16), value);
  }
});

test("what one call may lift is bounded, however often the same bytes are named", () => {
  for (const type of [list(string), list(list(u8)), list(list(result(undefined, undefined)))]) {
    const { cx } = new TestGuest();
    const codec = codecOf(type);
    cx.bytes.fill(0);
    for (let i = 0; i < 10; i++) cx.view.setUint32(256 + 8 * i + 4, 100, true);
    cx.view.setUint32(128, 256, true);
    cx.view.setUint32(132, 10, true);
    cx.begin();
    codec.load(cx, 128);
    cx.budget = 600;
    assert.throws(() => codec.load(cx, 128), { code: "trap/too-long" });
  }
});

test("a shared memory grows without detaching its views", () => {
  const guest = new TestGuest();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
  guest.cx.setMemory(memory);
  guest.cx.renew();
  memory.grow(1);
  const codec = codecOf(string);
  guest.cx.view.setUint32(16, 65536 + 8, true);
  guest.cx.view.setUint32(20, 200, true);
  assert.equal(codec.load(guest.cx, 16), "\0".repeat(200));
});

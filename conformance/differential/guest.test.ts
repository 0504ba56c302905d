/** What the guests are there to notice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FuncType, ValueType } from "../../packages/engine/src/types/component-types.ts";
import { calleeModule } from "./guest-function.ts";
import { memoryModule } from "./guest-memory.ts";

interface GuestExports {
  readonly memory: WebAssembly.Memory;
  realloc(old: number, oldSize: number, align: number, size: number): number;
  check(): void;
}

function memory(inPlace = false): GuestExports {
  const bytes = memoryModule({ wide: false, image: 0, inPlace, lie: undefined });
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as GuestExports;
}

const write = ({ memory }: GuestExports, at: number): void => void (new Uint8Array(memory.buffer)[at] = 1);

const damage: readonly [name: string, does: (guest: GuestExports) => void][] = [
  ["a byte before a block", (guest) => write(guest, guest.realloc(0, 0, 8, 16) - 1)],
  ["a byte behind a block", (guest) => write(guest, guest.realloc(0, 0, 8, 16) + 16)],
  [
    "a byte between blocks",
    (guest) => {
      const first = guest.realloc(0, 0, 1, 3);
      guest.realloc(0, 0, 1, 0);
      write(guest, first + 3);
    },
  ],
  [
    "a byte of a block that was given back",
    (guest) => {
      const first = guest.realloc(0, 0, 4, 8);
      guest.realloc(first, 8, 4, 16);
      write(guest, first);
    },
  ],
  ["another size of a block than it has", (guest) => void guest.realloc(guest.realloc(0, 0, 4, 8), 7, 4, 16)],
  ["a block that is none", (guest) => void guest.realloc(guest.realloc(0, 0, 4, 8) + 1, 8, 4, 16)],
];
for (const [name, does] of damage) {
  test(`the allocator notices ${name}`, () => {
    assert.throws(() => {
      const guest = memory();
      does(guest);
      guest.check();
    }, /unreachable/);
  });
}

test("the allocator minds nothing that is allowed", () => {
  for (const inPlace of [false, true]) {
    const guest = memory(inPlace);
    const bytes = (): Uint8Array => new Uint8Array(guest.memory.buffer);
    const first = guest.realloc(0, 0, 4, 8);
    bytes().fill(1, first, first + 8);
    const second = guest.realloc(0, 0, 16, 100_000);
    assert.equal(second % 16, 0);
    bytes().fill(2, second, second + 100_000);
    const smaller = guest.realloc(first, 8, 4, 3);
    assert.deepEqual([...bytes().subarray(smaller, smaller + 4)], [1, 1, 1, 0xa5]);
    assert.equal(smaller === first, inPlace);
    guest.check();
  }
});

const option = (some: ValueType): ValueType => ({ kind: "option", some });
const flags: ValueType = { kind: "flags", labels: ["a", "b", "c"] };
const joined: ValueType = { kind: "result", ok: { kind: "s8" }, err: { kind: "u64" } };
const flat: readonly [type: ValueType, right: readonly (number | bigint)[], wrong: readonly (number | bigint)[]][] = [
  [{ kind: "bool" }, [1], [2]],
  [{ kind: "u8" }, [255], [256]],
  [{ kind: "s8" }, [-128], [128]],
  [{ kind: "s16" }, [-1], [0xffff]],
  [{ kind: "u16" }, [0xffff], [-1]],
  [{ kind: "char" }, [0xd7ff], [0xd800]],
  [{ kind: "char" }, [0x1f800], [0x110000]],
  [flags, [7], [8]],
  [{ kind: "enum", labels: ["a", "b"] }, [1], [2]],
  [option({ kind: "u8" }), [1, 5], [2, 0]],
  [option({ kind: "u8" }), [0, 0], [0, 5]],
  [joined, [0, 0xffffff80n], [0, 0xffff_ffff_ffff_ff80n]],
];
for (const [type, right, wrong] of flat) {
  test(`a guest notices a wrong ${type.kind}: ${wrong}`, () => {
    run(type, right);
    assert.throws(() => run(type, wrong), /unreachable/);
  });
}

/** Of lists: the bytes of elements. */
const stored: readonly [type: ValueType, right: readonly number[], wrong: readonly number[]][] = [
  [{ kind: "bool" }, [0, 1, 1], [0, 1, 3]],
  [flags, [7, 0], [7, 9]],
  [option({ kind: "bool" }), [0, 9, 1, 1], [0, 0, 1, 2]],
  [{ kind: "char" }, [0xff, 0xd7, 0, 0], [0, 0xdc, 0, 0]],
];
for (const [element, right, wrong] of stored) {
  test(`a guest notices a wrong ${element.kind} in memory`, () => {
    const size = element.kind === "char" ? 4 : element.kind === "option" ? 2 : 1;
    run({ kind: "list", element }, [1024, right.length / size], right);
    assert.throws(() => run({ kind: "list", element }, [1024, wrong.length / size], wrong), /unreachable/);
  });
}

function run(type: ValueType, args: readonly (number | bigint)[], bytes: readonly number[] = []): void {
  const guest = memory();
  new Uint8Array(guest.memory.buffer).set(bytes, 1024);
  const inner: FuncType = { kind: "func", async: false, params: [{ name: "a", type }], result: undefined };
  const module = calleeModule({ address: "i32", inspects: true, inner, answer: "echo" });
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(module), { m: guest as unknown as WebAssembly.ModuleImports }).exports;
  (run as (...args: unknown[]) => void)(...args);
}

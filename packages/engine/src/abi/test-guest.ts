/** What the tests of this folder share: short names for types, and a memory with an allocator that watches its borders. */
import assert from "node:assert/strict";
import { ComponentInstance } from "../store/component-instance.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import type { ResourceIdentity, ValueType } from "../types/component-types.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import type { Codec } from "./codec.ts";
import { TypeCache } from "./compose.ts";
import { LiftLowerContext } from "./context.ts";
import type { CoreFunction, CoreValue } from "./core-value.ts";

export const bool: ValueType = { kind: "bool" };
export const u8: ValueType = { kind: "u8" };
export const s8: ValueType = { kind: "s8" };
export const u16: ValueType = { kind: "u16" };
export const s16: ValueType = { kind: "s16" };
export const u32: ValueType = { kind: "u32" };
export const s32: ValueType = { kind: "s32" };
export const u64: ValueType = { kind: "u64" };
export const s64: ValueType = { kind: "s64" };
export const f32: ValueType = { kind: "f32" };
export const f64: ValueType = { kind: "f64" };
export const char: ValueType = { kind: "char" };
export const string: ValueType = { kind: "string" };
export const list = (element: ValueType, length?: number): ValueType => (length === undefined ? { kind: "list", element } : { kind: "list", element, length });
export const map = (key: ValueType, value: ValueType): ValueType => ({ kind: "map", key, value });
export const tuple = (...types: ValueType[]): ValueType => ({ kind: "tuple", types });
export const option = (some: ValueType): ValueType => ({ kind: "option", some });
export const result = (ok: ValueType | undefined, err: ValueType | undefined): ValueType => ({ kind: "result", ok, err });
export const flags = (...labels: string[]): ValueType => ({ kind: "flags", labels });
export const enums = (...labels: string[]): ValueType => ({ kind: "enum", labels });
export const manyFlags = (count: number): ValueType => flags(...Array.from({ length: count }, (_, i) => `f${i}`));
export const manyCases = (count: number): ValueType => enums(...Array.from({ length: count }, (_, i) => `c${i}`));
export const record = (fields: Record<string, ValueType>): ValueType => ({
  kind: "record",
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});
export const variant = (cases: Record<string, ValueType | undefined>): ValueType => ({
  kind: "variant",
  cases: Object.entries(cases).map(([name, type]) => ({ name, type })),
});
export const own = (identity: ResourceIdentity): ValueType => ({ kind: "own", resource: { kind: "resource", identity } });
export const borrow = (identity: ResourceIdentity): ValueType => ({ kind: "borrow", resource: { kind: "resource", identity } });

/** Bytes that nobody may write hold this. */
export const GUARD = 0x3f;
/** Where the allocator begins; below it tests place what they load and store. */
export const HEAP = 64;

/** A guest without code: one memory full of guard bytes, and an allocator that only moves on. */
export class TestGuest {
  readonly memory: WebAssembly.Memory;
  readonly cx: LiftLowerContext;
  /** Arguments and result of each call of realloc. */
  readonly calls: number[][] = [];
  next = HEAP;
  readonly #wide: boolean;
  readonly #areas: (readonly [begin: number, end: number])[] = [];

  constructor(address: "i32" | "i64" = "i32", resources: readonly RuntimeResource[] = [], pages = 1) {
    this.#wide = address === "i64";
    const memory = this.#wide ? ({ initial: BigInt(pages), address: "i64" } as unknown as WebAssembly.MemoryDescriptor) : { initial: pages };
    this.memory = new WebAssembly.Memory(memory);
    this.bytes.fill(GUARD);
    this.cx = new LiftLowerContext(new ComponentInstance(new Store(), "guest"), resources, address);
    this.cx.setMemory(this.memory);
    this.cx.setRealloc(this.realloc);
    this.cx.begin();
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  /** Keeps what it moves, and leaves a guard byte between allocations of different alignment only: the vectors have it so. */
  readonly realloc: CoreFunction = (...values) => {
    assert.equal(this.cx.instance.mayLeave, false);
    const [old, oldSize, align, size] = values.map(Number) as [number, number, number, number];
    const begin = Math.ceil(this.next / align) * align;
    this.next = begin + size;
    this.bytes.copyWithin(begin, old, old + Math.min(oldSize, size));
    this.calls.push([old, oldSize, align, size, begin]);
    this.allow(begin, begin + size);
    return this.#wide ? BigInt(begin) : begin;
  };

  /** A range that may be written. */
  allow(begin: number, end: number): void {
    this.#areas.push([begin, end]);
  }

  /** Every byte outside of what was allocated or allowed is untouched. */
  checkGuards(): void {
    const { bytes } = this;
    const outside = Uint8Array.from(bytes);
    for (const [begin, end] of this.#areas) outside.fill(GUARD, begin, end);
    if (Buffer.alloc(outside.length, GUARD).equals(outside)) return;
    assert.fail(`byte ${outside.findIndex((byte) => byte !== GUARD)} was written`);
  }
}

export function codecOf(type: ValueType, encoding: StringEncoding = "utf8", address: "i32" | "i64" = "i32"): Codec {
  return new TypeCache().codecs(encoding, address, () => 0)(type);
}

/** Flat values as unsigned numbers. */
export function unsigned(values: readonly CoreValue[], types: readonly string[]): CoreValue[] {
  return values.map((value, i) => (types[i] === "i32" ? (value as number) >>> 0 : types[i] === "i64" ? BigInt.asUintN(64, value as bigint) : value));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

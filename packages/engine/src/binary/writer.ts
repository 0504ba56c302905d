/**
 * Writes the small core modules that the engine generates: gates, adapters, patch panels. A module is built in memory
 * and encoded once; imports come before definitions of their kind, as their indices do.
 *
 * It encodes what it is told: a wrong program is rejected by the JavaScript engine that compiles it.
 */
import { invariant } from "../diagnostics/invariant.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { Opcode } from "./opcodes.ts";
import * as Op from "./opcodes.ts";

/** The numbers that a number type or abbreviated reference type has in the binary format. */
export const Type = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
  anyref: 0x6e,
  exnref: 0x69,
  i16: 0x77,
  i8: 0x78,
} as const;
/** A one-byte type, or a reference to a type by its index. */
export type CoreType = number | { readonly nullable: boolean; readonly index: number };

export interface Limits {
  readonly min: number;
  readonly max?: number;
  /** Addresses of 64 bits. */
  readonly is64?: boolean;
  readonly shared?: boolean;
}

const Sort = { func: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
export type SortName = keyof typeof Sort;

function writeType(out: ByteWriter, type: CoreType): void {
  if (typeof type === "number") out.byte(type);
  else out.u8(type.nullable ? 0x63 : 0x64).s32(type.index);
}

function writeLimits(out: ByteWriter, { min, max, is64, shared }: Limits): void {
  out.u8((max === undefined ? 0 : 1) | (shared ? 2 : 0) | (is64 ? 4 : 0)).u64(BigInt(min));
  if (max !== undefined) out.u64(BigInt(max));
}

/** A vector whose elements are written as they are added. */
class Vector {
  readonly out: ByteWriter = new ByteWriter();
  count = 0;

  /** Begins one more element: its index. */
  add(): number {
    return this.count++;
  }
}

/** The code of one function. Ends itself: no `end` for the body. */
export class CodeWriter {
  readonly #out = new ByteWriter(128);
  readonly #paramCount: number;
  readonly #locals: CoreType[] = [];

  constructor(paramCount: number) {
    this.#paramCount = paramCount;
  }

  /** Declares a local: its index. */
  local(type: CoreType): number {
    return this.#paramCount + this.#locals.push(type) - 1;
  }

  /** An instruction whose immediates are unsigned integers, or one without. */
  op(op: Opcode, first?: number, ...more: number[]): this {
    const out = this.#out;
    if (op > 0xff) out.byte(op >> 8).u32(op & 0xff);
    else out.byte(op);
    if (first !== undefined) out.u32(first);
    for (const immediate of more) out.u32(immediate);
    return this;
  }

  i32(value: number): this {
    this.#out.byte(Op.i32_const).s32(value | 0);
    return this;
  }

  i64(value: bigint): this {
    this.#out.byte(Op.i64_const).s64(value);
    return this;
  }

  get(local: number): this {
    return this.op(Op.local_get, local);
  }

  set(local: number): this {
    return this.op(Op.local_set, local);
  }

  tee(local: number): this {
    return this.op(Op.local_tee, local);
  }

  call(func: number): this {
    return this.op(Op.call, func);
  }

  /** `block`, `loop` or `if` with at most one result. */
  begin(op: typeof Op.block | typeof Op.loop | typeof Op.if, result?: CoreType): this {
    this.#out.byte(op);
    if (result === undefined) this.#out.byte(0x40);
    else writeType(this.#out, result);
    return this;
  }

  /** `try_table` with at most one result: whatever is thrown inside goes to the label. */
  catchAll(label: number, result?: CoreType): this {
    this.#out.u8(Op.try_table);
    if (result === undefined) this.#out.u8(0x40);
    else writeType(this.#out, result);
    return this.raw(1, 0x02, label);
  }

  end(): this {
    return this.op(Op.end);
  }

  /** A load or store; `align` is the logarithm of the alignment. */
  memory(op: Opcode, align: number, offset = 0, memory = 0): this {
    this.op(op);
    if (memory === 0) this.#out.u32(align);
    else this.#out.u32(align | 0x40).u32(memory);
    this.#out.u32(offset);
    return this;
  }

  /** Anything else, as bytes. */
  raw(...bytes: number[]): this {
    this.#out.u8(...bytes);
    return this;
  }

  encode(): Uint8Array<ArrayBuffer> {
    const body = new ByteWriter(this.#out.length + 16).u32(this.#locals.length);
    for (const type of this.#locals) writeType(body.u32(1), type);
    return body.bytes(this.#out.view()).u8(Op.end).view();
  }
}

export class ModuleWriter {
  readonly #types = new Vector();
  readonly #typeIndices = new Map<string, number>();
  readonly #paramCounts: number[] = [];
  readonly #imports = new Vector();
  readonly #functions = new Vector();
  readonly #tables = new Vector();
  readonly #memories = new Vector();
  readonly #tags = new Vector();
  readonly #globals = new Vector();
  readonly #exports = new Vector();
  readonly #elements = new Vector();
  readonly #code: CodeWriter[] = [];
  readonly #imported = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };

  /** A function type; equal ones share an index. */
  funcType(params: readonly CoreType[], results: readonly CoreType[]): number {
    const key = JSON.stringify([params, results]);
    let index = this.#typeIndices.get(key);
    if (index === undefined) {
      const out = this.#types.out;
      index = this.#types.add();
      out.u8(0x60);
      for (const types of [params, results]) {
        out.u32(types.length);
        for (const type of types) writeType(out, type);
      }
      this.#typeIndices.set(key, index);
      this.#paramCounts[index] = params.length;
    }
    return index;
  }

  /** A type given by its encoding, for arrays and structs. */
  rawType(...encoding: number[]): number {
    this.#types.out.bytes(encoding);
    return this.#types.add();
  }

  #import(sort: SortName, module: string, name: string): ByteWriter {
    const defined = { func: this.#functions, table: this.#tables, memory: this.#memories, global: this.#globals, tag: this.#tags }[sort];
    invariant(defined.count === 0, "imports come before definitions");
    this.#imports.add();
    this.#imported[sort]++;
    return this.#imports.out.name(module).name(name).u8(Sort[sort]);
  }

  importFunc(module: string, name: string, type: number): number {
    this.#import("func", module, name).u32(type);
    return this.#imported.func - 1;
  }

  importTable(module: string, name: string, element: CoreType, limits: Limits): number {
    const out = this.#import("table", module, name);
    writeType(out, element);
    writeLimits(out, limits);
    return this.#imported.table - 1;
  }

  importMemory(module: string, name: string, limits: Limits): number {
    writeLimits(this.#import("memory", module, name), limits);
    return this.#imported.memory - 1;
  }

  importGlobal(module: string, name: string, type: CoreType, mutable: boolean): number {
    const out = this.#import("global", module, name);
    writeType(out, type);
    out.u8(mutable ? 1 : 0);
    return this.#imported.global - 1;
  }

  /** Defines a function of a type made by `funcType`; its body is written to `code` before `encode`. */
  func(type: number): { readonly index: number; readonly code: CodeWriter } {
    this.#functions.out.u32(type);
    const code = new CodeWriter(this.#paramCounts[type]!);
    this.#code.push(code);
    return { index: this.#imported.func + this.#functions.add(), code };
  }

  table(element: CoreType, limits: Limits): number {
    writeType(this.#tables.out, element);
    writeLimits(this.#tables.out, limits);
    return this.#imported.table + this.#tables.add();
  }

  memory(limits: Limits): number {
    writeLimits(this.#memories.out, limits);
    return this.#imported.memory + this.#memories.add();
  }

  tag(type: number): number {
    this.#tags.out.u8(0).u32(type);
    return this.#imported.tag + this.#tags.add();
  }

  /** `initial` writes the constant expression. */
  global(type: CoreType, mutable: boolean, initial: (code: CodeWriter) => void): number {
    const expression = new CodeWriter(0);
    initial(expression);
    const out = this.#globals.out;
    writeType(out, type);
    // A body is a vector of locals, empty here, and an expression: only the latter is wanted.
    out.u8(mutable ? 1 : 0).bytes(expression.encode().subarray(1));
    return this.#imported.global + this.#globals.add();
  }

  export(name: string, sort: SortName, index: number): this {
    this.#exports.out.name(name).u8(Sort[sort]).u32(index);
    this.#exports.add();
    return this;
  }

  /** Declares functions so that `ref.func` may name them. */
  declare(...funcs: readonly number[]): this {
    const out = this.#elements.out.u8(3, 0).u32(funcs.length);
    for (const index of funcs) out.u32(index);
    this.#elements.add();
    return this;
  }

  /** Fills a table from `offset` with functions when the module is instantiated. */
  elements(table: number, offset: number, funcs: readonly number[]): this {
    const out = this.#elements.out.u8(2).u32(table).u8(Op.i32_const).s32(offset).u8(Op.end, 0).u32(funcs.length);
    for (const index of funcs) out.u32(index);
    this.#elements.add();
    return this;
  }

  encode(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter(512).u8(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const code = new Vector();
    for (const body of this.#code) code.out.sized(body.encode());
    code.count = this.#code.length;
    const sections: [id: number, Vector][] = [
      [1, this.#types],
      [2, this.#imports],
      [3, this.#functions],
      [4, this.#tables],
      [5, this.#memories],
      [13, this.#tags],
      [6, this.#globals],
      [7, this.#exports],
      [9, this.#elements],
      [10, code],
    ];
    for (const [id, vector] of sections) {
      if (vector.count === 0) continue;
      const count = new ByteWriter(8).u32(vector.count).view();
      out
        .u8(id)
        .u32(count.length + vector.out.length)
        .bytes(count)
        .bytes(vector.out.view());
    }
    return out.view();
  }
}

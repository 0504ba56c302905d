/**
 * Core code with which a guest looks at what it is given: it runs into `unreachable` unless each value is written as lowering writes it
 * (CanonicalABI.md "Storing", "Flat Lowering"). Whoever reads the value next would forgive a boolean that is 2, or bits that mean nothing.
 */
import * as Op from "../../packages/engine/src/binary/opcodes.ts";
import { type CodeWriter, Type } from "../../packages/engine/src/binary/writer.ts";
import type { CoreNumberType, ValueType } from "../../packages/engine/src/types/component-types.ts";
import type { Flattening } from "../../packages/engine/src/types/flatten.ts";
import { alignTo, type Layouts } from "../../packages/engine/src/types/size.ts";
import { partsOf } from "../../packages/engine/src/types/type-context.ts";

/** Payloads by case; `undefined`: none. */
export function casesOf(type: ValueType & { kind: "variant" | "option" | "result" }): readonly (ValueType | undefined)[] {
  if (type.kind === "option") return [undefined, type.some];
  return type.kind === "result" ? [type.ok, type.err] : partsOf(type);
}

export interface Guest {
  readonly code: CodeWriter;
  readonly wide: boolean;
  readonly layouts: Layouts;
  readonly flattening: Flattening;
}

export class Inspector {
  readonly #code: CodeWriter;
  readonly #wide: boolean;
  readonly #layouts: Layouts;
  readonly #flattening: Flattening;

  constructor({ code, wide, layouts, flattening }: Guest) {
    this.#code = code;
    this.#wide = wide;
    this.#layouts = layouts;
    this.#flattening = flattening;
  }

  /** Traps when the number on the stack is not 0. */
  #refuse(): void {
    this.#code.begin(Op.if).op(Op.unreachable).end();
  }

  /** The locals from `lane` on, whose core types these are. */
  lanes(type: ValueType, lane: number, types: readonly CoreNumberType[]): void {
    switch (type.kind) {
      case "record":
      case "tuple":
      case "list": {
        if (type.kind === "list" && type.length === undefined) break;
        const parts = type.kind === "list" ? Array<ValueType>(type.length!).fill(type.element) : (partsOf(type) as readonly ValueType[]);
        let at = lane;
        for (const part of parts) {
          this.lanes(part, at, types);
          at += this.#flattening.of(part)!.length;
        }
        return;
      }
      case "variant":
      case "option":
      case "result": {
        const cases = casesOf(type);
        const push = (): void => void this.#i32(lane, types);
        this.#number(push, cases.length);
        const all = this.#flattening.of(type)!.length;
        this.#each(push, cases, (payload) => {
          const own = payload === undefined ? [] : this.#flattening.of(payload)!;
          for (let i = 1; i < all; i++) this.#upperBits(own[i - 1], lane + i, types[lane + i]!);
          if (payload !== undefined) this.lanes(payload, lane + 1, types);
        });
        return;
      }
      case "string":
      case "map":
        break;
      default:
        this.#scalar(type, () => this.#i32(lane, types));
        return;
    }
    const [begin, count] = [this.#local(), this.#local()];
    for (const [i, local] of [begin, count].entries()) this.#i32(lane + i, types).set(local);
    this.#contents(type, begin, count);
  }

  /** A value in memory, so far from an address in a local of 32 bits. */
  memory(type: ValueType, at: number, offset: number): void {
    switch (type.kind) {
      case "record":
      case "tuple": {
        let to = offset;
        for (const part of partsOf(type) as readonly ValueType[]) {
          const { size, alignment } = this.#layouts.of(part);
          to = alignTo(to, alignment);
          this.memory(part, at, to);
          to += size;
        }
        return;
      }
      case "list": {
        if (type.length === undefined) break;
        const { size } = this.#layouts.of(type.element);
        for (let i = 0; i < type.length; i++) this.memory(type.element, at, offset + i * size);
        return;
      }
      case "variant":
      case "option":
      case "result": {
        const cases = casesOf(type);
        const size = cases.length <= 2 ** 8 ? 1 : 2;
        const push = (): void => this.#load(size, at, offset);
        this.#number(push, cases.length);
        const alignment = Math.max(1, ...cases.map((payload) => (payload === undefined ? 1 : this.#layouts.of(payload).alignment)));
        this.#each(push, cases, (payload) => payload !== undefined && this.memory(payload, at, alignTo(offset + size, alignment)));
        return;
      }
      case "string":
      case "map":
        break;
      default: {
        const { size } = this.#layouts.of(type);
        // Every number of its size is an integer.
        if (!/^[us]\d/.test(type.kind) && size <= 4) this.#scalar(type, () => this.#load(size, at, offset));
        return;
      }
    }
    const [begin, count] = [this.#local(), this.#local()];
    const { size } = this.#layouts.of(type);
    this.#load(4, at, offset);
    this.#code.set(begin);
    this.#load(4, at, offset + size / 2);
    this.#code.set(count);
    this.#contents(type, begin, count);
  }

  /** The elements of a list or map; a string's bytes are for the host to look at. */
  #contents(type: ValueType, begin: number, count: number): void {
    if (type.kind === "string") return;
    const element: ValueType = type.kind === "map" ? { kind: "tuple", types: [type.key, type.value] } : (type as ValueType & { kind: "list" }).element;
    const code = this.#code;
    code.begin(Op.block).begin(Op.loop);
    code.get(count).op(Op.i32_eqz).op(Op.br_if, 1);
    this.memory(element, begin, 0);
    code.get(begin).i32(this.#layouts.of(element).size).op(Op.i32_add).set(begin);
    code.get(count).i32(1).op(Op.i32_sub).set(count).op(Op.br, 0).end().end();
  }

  #local(): number {
    return this.#code.local(Type.i32);
  }

  #i32(lane: number, types: readonly CoreNumberType[]): CodeWriter {
    const code = this.#code.get(lane);
    const type = types[lane]!;
    if (type === "i64") code.op(Op.i32_wrap_i64);
    return code;
  }

  #load(size: number, at: number, offset: number): void {
    const code = this.#code.get(at);
    if (this.#wide) code.op(Op.i64_extend_i32_u);
    code.memory(size === 1 ? Op.i32_load8_u : size === 2 ? Op.i32_load16_u : Op.i32_load, 0, offset);
  }

  /** What is pushed must be less than `count`. */
  #number(push: () => void, count: number): void {
    push();
    this.#code.i32(count).op(Op.i32_ge_u);
    this.#refuse();
  }

  #each(push: () => void, cases: readonly (ValueType | undefined)[], check: (payload: ValueType | undefined) => unknown): void {
    for (const [i, payload] of cases.entries()) {
      // Those without payload are all alike.
      if (payload === undefined && cases.indexOf(undefined) < i) continue;
      push();
      this.#code.i32(i).op(Op.i32_eq).begin(Op.if);
      check(payload);
      this.#code.end();
    }
  }

  /** A lane of a variant, of which the case uses as much as `own` has, is 0 above. */
  #upperBits(own: CoreNumberType | undefined, lane: number, type: CoreNumberType): void {
    const code = this.#code;
    const isWide = type === "i64" || type === "f64";
    if (own !== undefined && (!isWide || own === "i64" || own === "f64")) return;
    code.get(lane);
    if (type === "f64") code.op(Op.i64_reinterpret_f64);
    if (type === "f32") code.op(Op.i32_reinterpret_f32);
    if (isWide)
      code
        .i64(own === undefined ? 0n : 32n)
        .op(Op.i64_shr_u)
        .i64(0n)
        .op(Op.i64_gt_u);
    this.#refuse();
  }

  /** One number: `push` gives it as 32 bits. */
  #scalar(type: ValueType, push: () => void): void {
    const code = this.#code;
    switch (type.kind) {
      case "bool":
        this.#number(push, 2);
        return;
      case "u8":
        this.#number(push, 2 ** 8);
        return;
      case "u16":
        this.#number(push, 2 ** 16);
        return;
      case "enum":
        this.#number(push, type.labels.length);
        return;
      case "flags":
        if (type.labels.length < 32) this.#number(push, 2 ** type.labels.length);
        return;
      case "s8":
      case "s16": {
        const unused = type.kind === "s8" ? 24 : 16;
        push();
        code.i32(unused).op(Op.i32_shl).i32(unused).op(Op.i32_shr_s);
        push();
        code.op(Op.i32_ne);
        this.#refuse();
        return;
      }
      case "char":
        this.#number(push, 0x110000);
        push();
        code.i32(0xf800).op(Op.i32_and).i32(0xd800).op(Op.i32_eq);
        push();
        code.i32(0x10000).op(Op.i32_lt_u).op(Op.i32_and);
        this.#refuse();
        return;
    }
  }
}

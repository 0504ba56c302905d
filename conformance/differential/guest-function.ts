/**
 * Core functions of the two guests. The caller's passes on what it is given, or an image; the callee's answers with its parameters, or an
 * image. Parameters and results in memory need no knowledge of types: their layout is the same. Only flat parameters that become a result in
 * memory are stored by type.
 */

import { ByteWriter } from "../../packages/engine/src/binary/byte-writer.ts";
import type { Opcode } from "../../packages/engine/src/binary/opcodes.ts";
import * as Op from "../../packages/engine/src/binary/opcodes.ts";
import { type CodeWriter, ModuleWriter, Type } from "../../packages/engine/src/binary/writer.ts";
import type { CoreNumberType, FuncType, ValueType } from "../../packages/engine/src/types/component-types.ts";
import { type FlatSignature, Flattening } from "../../packages/engine/src/types/flatten.ts";
import { alignTo, Layouts } from "../../packages/engine/src/types/size.ts";
import { partsOf } from "../../packages/engine/src/types/type-context.ts";
import { IMAGE, pagesOf } from "./guest-memory.ts";
import type { Lane } from "./image.ts";
import { casesOf, Inspector } from "./inspector.ts";

export type Address = "i32" | "i64";

/** Values that a guest has from the beginning. */
export interface Fixed {
  readonly bytes: Uint8Array;
  readonly lanes: readonly Lane[];
}

export function flatSignature(type: FuncType, address: Address, direction: "lift" | "lower"): FlatSignature {
  return new Flattening(address).signature(type, { address, direction, async: false, callback: false });
}

const typesOf = ({ params }: FuncType): ValueType[] => params.map(({ type }) => type);
const core = (types: readonly CoreNumberType[]): number[] => types.map((type) => Type[type]);

interface Locals {
  readonly begin: number;
  /** The only one is an address. */
  readonly spilled: boolean;
  readonly core: readonly CoreNumberType[];
}

/** A guest's module: imports memory, `realloc` and `check`, exports `run` and `post`. */
class Guest {
  readonly module = new ModuleWriter();
  readonly realloc: number;
  readonly check: number;
  readonly address: Address;

  readonly #inspects: boolean;

  constructor({ address, inspects }: GuestOptions, image: number, callee?: FlatSignature) {
    const { module } = this;
    const pointer = Type[address];
    this.address = address;
    this.#inspects = inspects;
    this.realloc = module.importFunc("m", "realloc", module.funcType([pointer, pointer, pointer, pointer], [pointer]));
    this.check = module.importFunc("m", "check", module.funcType([], []));
    if (callee !== undefined) module.importFunc("callee", "run", module.funcType(core(callee.params), core(callee.results)));
    module.importMemory("m", "memory", { min: pagesOf(image), is64: address === "i64" });
  }

  pointer(code: CodeWriter, value: number): void {
    if (this.address === "i64") code.i64(BigInt(value));
    else code.i32(value);
  }

  allocate(code: CodeWriter, size: number, alignment: number): CodeWriter {
    for (const arg of [0, 0, alignment, size]) this.pointer(code, arg);
    return code.call(this.realloc);
  }

  /** Looks at parameters or a result, whose core values are locals from `begin` on. */
  inspect(code: CodeWriter, types: readonly ValueType[], { begin, spilled, core }: Locals): void {
    if (!this.#inspects) return;
    const type: ValueType = { kind: "tuple", types };
    const wide = this.address === "i64";
    const inspector = new Inspector({ code, wide, layouts: new Layouts(this.address), flattening: new Flattening(this.address) });
    if (!spilled) {
      inspector.lanes(type, begin, [...Array<CoreNumberType>(begin).fill("i32"), ...core]);
      return;
    }
    const at = code.local(Type.i32);
    code.get(begin);
    if (wide) code.op(Op.i32_wrap_i64);
    code.set(at);
    inspector.memory(type, at, 0);
  }

  encode(run: number, lifted: FlatSignature, image: Uint8Array): Uint8Array<ArrayBuffer> {
    const { module } = this;
    const post = module.func(module.funcType(core(lifted.results), []));
    post.code.call(this.check);
    module.export("run", "func", run).export("post", "func", post.index);
    return withImage(module.encode(), image, this.address);
  }
}

interface GuestOptions {
  readonly address: Address;
  /** Whether it looks at what it is given: who has two things in one place can't. */
  readonly inspects: boolean;
}

export interface CallerOptions extends GuestOptions {
  /** What the host calls, and what the callee's function is. */
  readonly outer: FuncType;
  readonly inner: FuncType;
  /** The parameters, instead of those that the host gives. */
  readonly fixed: Fixed | undefined;
}

export function callerModule(options: CallerOptions): Uint8Array<ArrayBuffer> {
  const { address, outer, inner, fixed } = options;
  const [lifted, lowered] = [flatSignature(outer, address, "lift"), flatSignature(inner, address, "lower")];
  const image = fixed?.bytes ?? new Uint8Array();
  const guest = new Guest(options, image.length, lowered);
  const { module } = guest;
  const { index, code } = module.func(module.funcType(core(lifted.params), core(lifted.results)));
  code.call(guest.check);
  guest.inspect(code, typesOf(outer), { begin: 0, spilled: lifted.paramsSpilled, core: lifted.params });
  if (fixed === undefined) for (const param of lifted.params.keys()) code.get(param);
  else pushLanes(code, fixed.lanes);
  const result = lifted.results.length > 0 ? code.local(Type[lifted.results[0]!]) : 0;
  if (lowered.resultSpilled) {
    const { size, alignment } = new Layouts(address).of(inner.result!);
    guest.allocate(code, size, alignment).tee(result);
  }
  code.call(CALLEE);
  if (lowered.results.length > 0) code.set(result);
  code.call(guest.check);
  if (inner.result !== undefined) guest.inspect(code, [inner.result], { begin: result, spilled: lowered.resultSpilled, core: lifted.results });
  if (lifted.results.length > 0) code.get(result);
  return guest.encode(index, lifted, image);
}

/** After `realloc` and `check`. */
const CALLEE = 2;

export interface CalleeOptions extends GuestOptions {
  readonly inner: FuncType;
  /** The result; `echo`: the parameters. */
  readonly answer: Fixed | "echo";
}

export function calleeModule(options: CalleeOptions): Uint8Array<ArrayBuffer> {
  const { address, inner, answer } = options;
  const lifted = flatSignature(inner, address, "lift");
  const image = answer === "echo" ? new Uint8Array() : answer.bytes;
  const guest = new Guest(options, image.length);
  const { module } = guest;
  const { index, code } = module.func(module.funcType(core(lifted.params), core(lifted.results)));
  code.call(guest.check);
  guest.inspect(code, typesOf(inner), { begin: 0, spilled: lifted.paramsSpilled, core: lifted.params });
  if (answer !== "echo") pushLanes(code, answer.lanes);
  else if (inner.result !== undefined) {
    if (lifted.paramsSpilled || !lifted.resultSpilled) code.get(0);
    else {
      const { size, alignment } = new Layouts(address).of(inner.result);
      const at = code.local(Type[address]);
      guest.allocate(code, size, alignment).set(at);
      new LaneStorer(code, address, lifted.params, at).store(inner.result, 0, 0);
      code.get(at);
    }
  }
  return guest.encode(index, lifted, image);
}

function pushLanes(code: CodeWriter, lanes: readonly Lane[]): void {
  for (const { type, bits } of lanes) {
    if (type === "i64" || type === "f64") code.i64(BigInt.asIntN(64, bits));
    else code.i32(Number(bits));
    if (type === "f32") code.op(Op.f32_reinterpret_i32);
    if (type === "f64") code.op(Op.f64_reinterpret_i64);
  }
}

/** Stores parameters into memory. */
class LaneStorer {
  readonly #code: CodeWriter;
  readonly #types: readonly CoreNumberType[];
  readonly #at: number;
  readonly #layouts: Layouts;
  readonly #flattening: Flattening;

  constructor(code: CodeWriter, address: Address, types: readonly CoreNumberType[], at: number) {
    this.#code = code;
    this.#types = types;
    this.#at = at;
    this.#layouts = new Layouts(address);
    this.#flattening = new Flattening(address);
  }

  /** The lanes from `lane` on, as a value at so many bytes from the beginning. */
  store(type: ValueType, lane: number, offset: number): void {
    const { size } = this.#layouts.of(type);
    switch (type.kind) {
      case "record":
      case "tuple":
        this.#sequence(partsOf(type) as readonly ValueType[], lane, offset);
        return;
      case "list":
        if (type.length === undefined) break;
        this.#sequence(Array<ValueType>(type.length).fill(type.element), lane, offset);
        return;
      case "variant":
      case "option":
      case "result":
        this.#variant(type, lane, offset);
        return;
      case "string":
      case "map":
        break;
      default:
        this.#lane(this.#flattening.of(type)![0]!, size, lane, offset);
        return;
    }
    const core = size === 16 ? "i64" : "i32";
    for (const i of [0, 1]) this.#lane(core, size / 2, lane + i, offset + (i * size) / 2);
  }

  #sequence(types: readonly ValueType[], lane: number, offset: number): void {
    let [from, to] = [lane, offset];
    for (const type of types) {
      const { size, alignment } = this.#layouts.of(type);
      to = alignTo(to, alignment);
      this.store(type, from, to);
      from += this.#flattening.of(type)!.length;
      to += size;
    }
  }

  #variant(type: ValueType & { kind: "variant" | "option" | "result" }, lane: number, offset: number): void {
    const cases = casesOf(type);
    const size = cases.length <= 2 ** 8 ? 1 : 2;
    this.#lane("i32", size, lane, offset);
    const alignment = Math.max(1, ...cases.map((payload) => (payload === undefined ? 1 : this.#layouts.of(payload).alignment)));
    const code = this.#code;
    for (const [i, payload] of cases.entries()) {
      if (payload === undefined) continue;
      this.#push("i32", lane);
      code.i32(i).op(Op.i32_eq).begin(Op.if);
      this.store(payload, lane + 1, alignTo(offset + size, alignment));
      code.end();
    }
  }

  /** Stores the lower bytes of a lane. */
  #lane(type: CoreNumberType, size: number, lane: number, offset: number): void {
    const code = this.#code.get(this.#at);
    this.#push(type, lane);
    const narrow = size === 1 ? Op.i32_store8 : size === 2 ? Op.i32_store16 : Op.i32_store;
    code.memory(type === "i32" ? narrow : WIDE_STORES[type]!, 0, offset);
  }

  /** A lane as the type that the value has: lanes of variants are joined. */
  #push(wanted: CoreNumberType, lane: number): void {
    const code = this.#code.get(lane);
    const has = this.#types[lane]!;
    if (has === wanted) return;
    if (has === "i64" && wanted === "f64") code.op(Op.f64_reinterpret_i64);
    else {
      if (has === "i64") code.op(Op.i32_wrap_i64);
      if (wanted === "f32") code.op(Op.f32_reinterpret_i32);
    }
  }
}

const WIDE_STORES: Readonly<Record<string, Opcode>> = { i64: Op.i64_store, f32: Op.f32_store, f64: Op.f64_store };

const DATA_SECTION = 11;

/** Puts bytes where images lie: the writer of the engine's own modules has no data. */
function withImage(module: Uint8Array<ArrayBuffer>, image: Uint8Array, address: Address): Uint8Array<ArrayBuffer> {
  if (image.length === 0) return module;
  const data = new ByteWriter().u32(1).u8(0, address === "i64" ? Op.i64_const : Op.i32_const);
  data.s32(IMAGE).u8(Op.end).sized(image);
  return new ByteWriter(module.length + data.length).bytes(module).u8(DATA_SECTION).sized(data.view()).view().slice();
}

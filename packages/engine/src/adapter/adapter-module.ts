/** The module being written: what it imports, and the functions that its adapters share, each written when it is first asked for. */

import type { CoreSignature } from "../abi/core-value.ts";
import * as Op from "../binary/opcodes.ts";
import { type CodeWriter, ModuleWriter, Type } from "../binary/writer.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { Header, InstanceField } from "../store/control-memory.ts";
import { type Kernel, REFUSED } from "../store/kernel.ts";
import { WasmTrap } from "../store/wasm-trap.ts";
import type { CoreNumberType } from "../types/component-types.ts";
import { Flattening } from "../types/flatten.ts";
import { type Layout, Layouts } from "../types/size.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import { emitString } from "./strings/strings.ts";
import type { SidePlan, Wiring } from "./wiring.ts";

/** The control memory is memory 0: that of the records, which every call reads. */
export const CONTROL = 0;

/** Layout and flattening of types depend on the width of addresses. */
interface Width {
  readonly wide: boolean;
  readonly core: "i32" | "i64";
  readonly layouts: Layouts;
  readonly flattening: Flattening;
}

/** Caller or callee of a joint, by indices of the module. */
export interface Side extends Width {
  readonly id: number;
  /** The global that holds the address of its record. */
  readonly instance: number;
  readonly usesContext: boolean;
  readonly memory: number;
  readonly realloc: number;
  readonly encoding: StringEncoding;
}

/** What there was no room for, by the trap that says so. */
export type Allocated = "listBeyondEnd" | "stringBeyondEnd" | "parameterBeyondEnd";

type KernelFunction = Exclude<keyof Kernel, "add" | "entry" | "take" | "drop" | "borrow" | "giveBack" | "destroy" | "enterDestructor" | "leaveDestructor">;

type Write = () => unknown;
/** The arguments of `realloc`: each writes one, of the address type, as often as it is asked. */
interface Request {
  readonly old: Write;
  readonly oldSize: Write;
  readonly alignment: Write;
  readonly bytes: Write;
}

export class AdapterModule {
  readonly writer = new ModuleWriter();
  /** By joint. */
  readonly cores: readonly number[];
  readonly postReturns: readonly number[];
  /** By instance and by resource: globals that hold the addresses of their records. */
  readonly instances: readonly number[];
  readonly resources: readonly number[];
  readonly #wiring: Wiring;
  readonly #trap: number;
  readonly #kernel: Readonly<Record<KernelFunction, number>>;
  readonly #reallocs: readonly number[];
  readonly #ends: readonly number[];
  readonly #sides = new Map<string, Side>();
  readonly #functions = new Map<string, number>();
  readonly #widths: readonly Width[] = (["i32", "i64"] as const).map((core) => ({
    wide: core === "i64",
    core,
    layouts: new Layouts(core),
    flattening: new Flattening(core),
  }));

  constructor(wiring: Wiring) {
    const { writer } = this;
    const { i32, i64 } = Type;
    this.#wiring = wiring;
    const func = (params: number, results: number): number => writer.funcType(Array<number>(params).fill(i32), Array<number>(results).fill(i32));
    const kernel = (name: KernelFunction, params: number, results: number): number => writer.importFunc("k", name, func(params, results));
    this.#trap = writer.importFunc("k", "trap", func(3, 0));
    this.#kernel = {
      busy: kernel("busy", 2, 0),
      move: kernel("move", 5, 1),
      lend: kernel("lend", 5, 1),
      unlend: kernel("unlend", 2, 0),
      lendTo: kernel("lendTo", 7, 1),
      begin: kernel("begin", 0, 1),
      end: kernel("end", 1, 0),
    };
    const numbered = <T>(items: readonly T[], add: (name: string, item: T) => number): number[] => items.map((item, i) => add(String(i), item));
    this.#ends = numbered(wiring.ends, (name) => writer.importFunc("e", name, func(2, 1)));
    this.cores = numbered(wiring.purpose === "copy" ? [] : wiring.joints, (name, { callee }) =>
      writer.importFunc("f", name, this.#type(callee.signature.lifted)),
    );
    this.postReturns = numbered(wiring.joints, (name, { callee }) =>
      wiring.plans[Number(name)]!.postReturn ? writer.importFunc("p", name, this.#type({ params: callee.signature.lifted.results, results: [] })) : -1,
    );
    this.#reallocs = numbered(wiring.reallocs, (name, wide) => {
      const address = wide ? i64 : i32;
      return writer.importFunc("r", name, writer.funcType([address, address, address, address], [address]));
    });
    writer.importMemory("k", "memory", { min: 1 });
    numbered(wiring.memories, (name, [is64, shared]) =>
      writer.importMemory("m", name, { min: 0, is64, ...(shared ? { shared, max: is64 ? 2 ** 48 : 2 ** 16 } : {}) }),
    );
    this.instances = numbered(wiring.instances, (name) => writer.importGlobal("i", name, i32, false));
    this.resources = Array.from({ length: wiring.resources }, (_, i) => writer.importGlobal("t", String(i), i32, false));
  }

  /** A new function, exported by this name. */
  exported(name: string, type: CoreSignature): CodeWriter {
    const { index, code } = this.writer.func(this.#type(type));
    this.writer.export(name, "func", index);
    return code;
  }

  #type({ params, results }: { readonly params: readonly CoreNumberType[]; readonly results: readonly CoreNumberType[] }): number {
    return this.writer.funcType(
      params.map((type) => Type[type]),
      results.map((type) => Type[type]),
    );
  }

  side({ instance, memory, realloc, options: { encoding, address } }: SidePlan): Side {
    const key = [instance, memory, realloc, encoding, address].join();
    let side = this.#sides.get(key);
    if (side === undefined) {
      side = {
        ...this.#widths[address === "i64" ? 1 : 0]!,
        id: this.#sides.size,
        instance: this.instances[instance]!,
        usesContext: this.#wiring.instances[instance]!,
        // After the control memory.
        memory: memory + 1,
        realloc: this.#reallocs[realloc] ?? -1,
        encoding,
      };
      this.#sides.set(key, side);
    }
    return side;
  }

  /** The function of this key; `write` writes it the first time, and may ask for others. */
  func(key: string, params: readonly CoreNumberType[], results: readonly CoreNumberType[], write: (code: CodeWriter) => void): number {
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const { index, code } = this.writer.func(this.#type({ params, results }));
    this.#functions.set(key, index);
    write(code);
    return index;
  }

  /** `if` the condition on the stack: a trap. `a` writes an i64, `b` is a number or writes an i32. */
  trapIf(code: CodeWriter, trap: keyof typeof WasmTrap, a?: () => void, b: (() => void) | number = 0): void {
    code.begin(Op.if);
    this.trap(code, trap, a, b);
    code.end();
  }

  /** A trap. */
  trap(code: CodeWriter, trap: keyof typeof WasmTrap, a?: () => void, b: (() => void) | number = 0): void {
    code.i32(WasmTrap[trap]);
    if (a === undefined) code.i64(0n);
    else a();
    if (typeof b === "number") code.i32(b);
    else b();
    const raise = this.func("raise", ["i32", "i64", "i32"], [], (body) => {
      body.i32(0).get(1).i64(32n).op(Op.i64_shr_u).op(Op.i32_wrap_i64).memory(Op.i32_store, 2, Header.detail, CONTROL);
      body.get(0).get(1).op(Op.i32_wrap_i64).get(2).call(this.#trap);
    });
    code.call(raise).op(Op.unreachable);
  }

  callKernel(code: CodeWriter, name: KernelFunction): void {
    code.call(this.#kernel[name]);
  }

  /** Takes the index of an end from the stack, and leaves the one that it has on the other side. */
  passEnd(code: CodeWriter, end: number, back: boolean): void {
    const pass = this.func(`end ${end} ${back}`, ["i32"], ["i32"], (body) => {
      body.get(0).i32(Number(back)).call(this.#ends[end]!).tee(0);
      body.i32(REFUSED).op(Op.i32_eq).begin(Op.if).op(Op.unreachable).end().get(0);
    });
    code.call(pass);
  }

  /** Writes 0 or 1 to `may_leave`. */
  setMayLeave(code: CodeWriter, { instance }: Side, may: 0 | 1): void {
    code.op(Op.global_get, instance).i32(may).memory(Op.i32_store, 2, InstanceField.mayLeave, CONTROL);
  }

  /**
   * Leaves whether a range does not lie inside the memory. `begin` writes its address, `bytes` their number as i64. No sum overflows: with
   * addresses of 32 bits it has 33, with 64 there is none.
   */
  isOutside(code: CodeWriter, { wide, memory }: Side, begin: () => void, bytes: () => void): void {
    const size = (): void => {
      code.op(Op.memory_size, memory);
      if (!wide) code.op(Op.i64_extend_i32_u);
      code.i64(16n).op(Op.i64_shl);
    };
    if (wide) {
      bytes();
      size();
      code.op(Op.i64_gt_u);
      begin();
      size();
      bytes();
      code.op(Op.i64_sub).op(Op.i64_gt_u).op(Op.i32_or);
    } else {
      begin();
      code.op(Op.i64_extend_i32_u);
      bytes();
      code.op(Op.i64_add);
      size();
      code.op(Op.i64_gt_u);
    }
  }

  /** `trap_if` the range that the address in a local begins is outside, or not aligned: `lift_flat_values`, `lower_flat_values`. */
  checkArea(code: CodeWriter, side: Side, at: number, { size, alignment }: Layout): void {
    const address = (): void => void extend(code.get(at), side);
    if (alignment > 1) {
      wrap(code.get(at), side)
        .i32(alignment - 1)
        .op(Op.i32_and);
      this.trapIf(code, "unaligned", address, alignment);
    }
    this.isOutside(
      code,
      side,
      () => code.get(at),
      () => code.i64(BigInt(size)),
    );
    this.trapIf(code, "outOfBounds", address, size);
  }

  /** The function `realloc(old, oldSize, align, newSize)` of a side, with all that must be done and checked around it. */
  realloc(side: Side, trap: Allocated): number {
    const { core } = side;
    return this.func(`realloc ${side.id} ${trap}`, [core, core, core, core], [core], (code) => {
      const made = code.local(Type[core]);
      const [old, oldSize, alignment, bytes] = [0, 1, 2, 3].map((local) => () => code.get(local)) as [Write, Write, Write, Write];
      this.#reallocate(code, side, trap, { old, oldSize, alignment, bytes }, made);
      code.get(made);
    });
  }

  /** `realloc(0, 0, alignment, bytes)`, its result in a local: written in place, since one more call for each string of a list is what it costs most. */
  allocate(code: CodeWriter, side: Side, trap: Allocated, alignment: number, bytes: Write, made: number): void {
    const number = (value: number) => () => (side.wide ? code.i64(BigInt(value)) : code.i32(value));
    const request = { old: number(0), oldSize: number(0), alignment: number(alignment), bytes };
    if (!side.usesContext) {
      this.#reallocate(code, side, trap, request, made, alignment);
      return;
    }
    for (const argument of Object.values(request)) argument();
    code.call(this.realloc(side, trap)).set(made);
  }

  #reallocate(code: CodeWriter, side: Side, trap: Allocated, { old, oldSize, alignment, bytes }: Request, made: number, known = 0): void {
    invariant(side.realloc >= 0, "what is allocated has a realloc");
    const restore = side.usesContext ? this.#saveContext(code, side.instance) : () => {};
    this.setMayLeave(code, side, 0);
    old();
    oldSize();
    alignment();
    bytes();
    code.call(side.realloc).set(made);
    restore();
    if (known !== 1) {
      wrap(code.get(made), side);
      alignment();
      wrap(code, side).i32(1).op(Op.i32_sub).op(Op.i32_and);
      this.trapIf(code, "reallocUnaligned", () => {
        alignment();
        extend(code, side);
      });
    }
    this.isOutside(
      code,
      side,
      () => code.get(made),
      () => {
        bytes();
        extend(code, side);
      },
    );
    this.trapIf(code, trap);
    // Only now: when it trapped or lied, that is seen by this.
    this.setMayLeave(code, side, 1);
  }

  /** `realloc` runs as a thread of its own, so it gets a `Thread.storage` of its own. Returns what puts the old one back. */
  #saveContext(code: CodeWriter, instance: number): () => void {
    const slots = [0, 8].map((offset) => ({ offset: InstanceField.context + offset, saved: code.local(Type.i64) }));
    for (const { offset, saved } of slots) code.op(Op.global_get, instance).memory(Op.i64_load, 3, offset, CONTROL).set(saved);
    this.clearContext(code, instance);
    return () => {
      for (const { offset, saved } of slots) code.op(Op.global_get, instance).get(saved).memory(Op.i64_store, 3, offset, CONTROL);
    };
  }

  clearContext(code: CodeWriter, instance: number): void {
    for (const offset of [0, 8])
      code
        .op(Op.global_get, instance)
        .i64(0n)
        .memory(Op.i64_store, 3, InstanceField.context + offset, CONTROL);
  }

  /** A function from pointer and length to those of a copy on the other side. */
  string(from: Side, to: Side): number {
    return emitString(this.writer, from, to, { trap: this.#trap, realloc: this.realloc(to, "stringBeyondEnd"), memo: this.#functions });
  }
}

/** To 32 bits, for what was checked or is only told. */
export function wrap(code: CodeWriter, { wide }: Side): CodeWriter {
  return wide ? code.op(Op.i32_wrap_i64) : code;
}

/** From an address or length to 64 bits. */
export function extend(code: CodeWriter, { wide }: Side): CodeWriter {
  return wide ? code : code.op(Op.i64_extend_i32_u);
}

import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_LIFTED_BYTES } from "../diagnostics/limits.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import type { BorrowScope, RuntimeResource } from "../store/runtime-resource.ts";
import type { CoreFunction, CoreValue } from "./core-value.ts";
import { addressFromCore, addressToCore } from "./core-value.ts";
import { guestTrap } from "./guest-trap.ts";
import type { StringHelper } from "./string-helper.ts";

const NO_BYTES: Uint8Array = new Uint8Array(0);
const NO_VIEW: DataView = new DataView(NO_BYTES.buffer);

/**
 * `LiftLowerContext` of definitions.py: what the closures of a type need to know of an instance. One per set of canonical
 * options of an instance, shared by the functions with these options, and made on each instantiation: so its
 * constructor does next to nothing.
 *
 * The scratch fields (`flat`, `at`, `length`, `tagged`, `scope`, `raw`) are used only while values are being moved, which no guest
 * code can interrupt (realloc may not leave, and the instance can't be entered again).
 */
export class LiftLowerContext {
  readonly instance: ComponentInstance;
  /** By the slot that `signature` was given for a resource identity. */
  readonly resources: readonly RuntimeResource[];
  /** The memory has 64-bit addresses. */
  readonly wide: boolean;
  memory: WebAssembly.Memory | undefined = undefined;
  realloc: CoreFunction | undefined = undefined;

  /** Views of the memory: made on first use, and made anew when growth has detached them. */
  bytes: Uint8Array = NO_BYTES;
  view: DataView = NO_VIEW;

  /** `CoreValueIter`: flat values being lifted, or those lowered so far. */
  flat: CoreValue[] = [];
  at = 0;
  /** Second result of the functions that store strings and lists: tagged code units or elements. */
  length = 0;
  /** The string just stored or loaded is UTF-16 in `latin1+utf16`. */
  tagged = false;
  /** The `Task` or `Subtask` that borrows belong to; only set for functions whose type has one. */
  scope: BorrowScope | undefined = undefined;
  /** The other side is a component: handles are representations, strings stay in memory until they are stored. */
  raw = false;
  /** Fields of the list of records that was checked last, column by column, until it is stored. */
  staged: readonly unknown[] | undefined = undefined;
  stagedOf: unknown = undefined;
  /** What may still be lifted in this call. */
  budget = 0;
  /** Short strings moved so far; the helper is made when there were many. */
  strings = 0;
  helper: StringHelper | undefined = undefined;

  constructor(instance: ComponentInstance, resources: readonly RuntimeResource[], address: "i32" | "i64" = "i32") {
    this.instance = instance;
    this.resources = resources;
    this.wide = address === "i64";
  }

  setMemory(memory: WebAssembly.Memory): void {
    this.memory = memory;
  }

  setRealloc(realloc: CoreFunction): void {
    this.realloc = realloc;
  }

  /** Begins to move values: guest code ran since the views were made, so it may have grown the memory. */
  begin(): void {
    if (this.bytes.length === 0) this.renew();
    this.at = 0;
    this.budget = MAX_LIFTED_BYTES;
  }

  /** Whether `end` is inside the memory. A shared memory grows without detaching its views: look again before saying no. */
  reaches(end: number): boolean {
    if (end <= this.bytes.length) return true;
    this.renew();
    return end <= this.bytes.length;
  }

  renew(): void {
    if (this.memory === undefined) return;
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
  }

  /** Memory that lifted values will take in JavaScript: a guest may name the same bytes many times. */
  spend(bytes: number): void {
    this.budget -= bytes;
    if (this.budget < 0) throw guestTrap(TrapCode.TooLong, `values of one call take more than ${MAX_LIFTED_BYTES} bytes`);
  }

  /** `reallocate`, with the checks that follow it everywhere in definitions.py. `what` is being stored, for the message. */
  reallocate(old: number, oldSize: number, align: number, size: number, what: string): number {
    const { instance, wide } = this;
    instance.mayLeave = false;
    // It runs as a thread of its own.
    const context = instance.takeContext();
    const realloc = this.realloc as CoreFunction;
    const result = wide ? realloc(BigInt(old), BigInt(oldSize), BigInt(align), BigInt(size)) : realloc(old, oldSize, align, size);
    instance.putContext(context);
    const address = addressFromCore(result as CoreValue, wide);
    if (this.bytes.length === 0) this.renew();
    if ((address & (align - 1)) !== 0) throw guestTrap(TrapCode.Unaligned, `unaligned pointer: realloc return: result not aligned to ${align}`);
    if (!this.reaches(address + size)) throw beyondEnd(what);
    // Only now: when it trapped or lied, that is seen by this.
    instance.mayLeave = true;
    return address;
  }

  /** `reallocate` by the string helper: `store` for an address, `storeAt` with `at`. */
  allocateBy(helper: StringHelper, text: string, at: number | undefined): number {
    const { instance } = this;
    instance.mayLeave = false;
    const context = instance.takeContext();
    const stored = at === undefined ? helper.store(text) : helper.storeAt(text, at);
    instance.mayLeave = true;
    instance.putContext(context);
    if (this.bytes.length === 0) this.renew();
    if (stored < 0) throw beyondEnd("string");
    return stored;
  }

  /** Checks an area that the guest names for spilled values: `lift_flat_values`, `lower_flat_values`. */
  area(pointer: CoreValue, align: number, size: number): number {
    const address = addressFromCore(pointer, this.wide);
    if ((address & (align - 1)) !== 0) throw guestTrap(TrapCode.Unaligned, `unaligned pointer: 0x${address.toString(16)} is not aligned to ${align}`);
    if (!this.reaches(address + size)) throw guestTrap(TrapCode.OutOfBounds, `pointer out of bounds: 0x${address.toString(16)} + ${size}`);
    return address;
  }

  /** Appends an address and a length to the flat values. */
  pushRange(address: number): void {
    const { flat, wide } = this;
    flat[this.at] = addressToCore(address, wide);
    flat[this.at + 1] = taggedToCore(this.length, this.tagged, wide);
    this.at += 2;
  }
}

function beyondEnd(what: string): Error {
  return guestTrap(TrapCode.OutOfBounds, `${what} content out-of-bounds: realloc return: beyond end of memory`);
}

/** `tagged_code_units`: the highest bit of the address type says UTF-16. */
export function taggedToCore(length: number, tagged: boolean, wide: boolean): CoreValue {
  if (wide) return tagged ? BigInt(length) | (1n << 63n) : BigInt(length);
  return tagged ? length | 0x8000_0000 : length;
}

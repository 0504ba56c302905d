/**
 * What an adapter module imports for some joints, each once, and the key of its shape: modules whose keys are equal differ only in what
 * they import.
 */
import { passAsyncValue } from "../abi/async-values.ts";
import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction } from "../abi/core-value.ts";
import type { SignatureOptions } from "../abi/signature.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { REFUSED } from "../store/kernel.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import type { Store } from "../store/store.ts";
import { type EndPair, type Joint, jointKey } from "./joint.ts";

/** What is written for joints: whole calls, the moves of a call that is a task, or those of elements of streams. */
export type Purpose = "call" | "task" | "copy";

/** One side of a joint, by the indices of what it needs. */
export interface SidePlan {
  readonly instance: number;
  /** -1: none. */
  readonly memory: number;
  readonly realloc: number;
  readonly options: SignatureOptions;
}

/** The types that handles of one resource have on both sides, by their indices. */
export interface HandlePlan {
  readonly caller: number;
  readonly callee: number;
  /** The callee defines the resource, so it gets representations where it borrows. */
  readonly defined: boolean;
}

export interface JointPlan {
  readonly caller: SidePlan;
  readonly callee: SidePlan;
  /** Instances that a call enters: `entering_set`; of a task, those that it may have entered. */
  readonly entering: readonly number[];
  readonly postReturn: boolean;
  /** In the order of `jointKey`. */
  readonly handles: readonly HandlePlan[];
  /** The number of the first that is its own; they are in the order of `jointKey`. */
  readonly ends: number;
}

/** A list without repeats. */
class Distinct<T> {
  readonly items: T[] = [];
  readonly #indices = new Map<T, number>();

  add(item: T): number {
    let index = this.#indices.get(item);
    if (index === undefined) this.#indices.set(item, (index = this.items.push(item) - 1));
    return index;
  }
}

export class Wiring {
  readonly joints: readonly Joint[];
  readonly purpose: Purpose;
  readonly plans: readonly JointPlan[];
  readonly key: string;
  /** By memory: its addresses have 64 bits, it is shared. */
  readonly memories: readonly (readonly [wide: boolean, shared: boolean])[];
  /** By realloc: its addresses have 64 bits. */
  readonly reallocs: readonly boolean[];
  /** By instance: its code has `context.get` or `context.set`. */
  readonly instances: readonly boolean[];
  readonly resources: number;
  readonly ends: readonly PassEnd[];
  readonly #instances = new Distinct<ComponentInstance>();
  readonly #memories = new Distinct<WebAssembly.Memory>();
  readonly #reallocs = new Distinct<CoreFunction>();
  readonly #resources = new Distinct<RuntimeResource>();

  constructor(joints: readonly Joint[], purpose: Purpose = "call") {
    this.joints = joints;
    this.purpose = purpose;
    const wideReallocs: boolean[] = [];
    const side = (cx: LiftLowerContext, options: SignatureOptions): SidePlan => {
      const realloc = cx.realloc === undefined ? -1 : this.#reallocs.add(cx.realloc);
      if (realloc >= 0) wideReallocs[realloc] = cx.wide;
      return { instance: this.#instances.add(cx.instance), memory: cx.memory === undefined ? -1 : this.#memories.add(cx.memory), realloc, options };
    };
    const keys: number[] = [];
    const passEnds: PassEnd[] = [];
    this.plans = joints.map((joint) => {
      const { signature, caller, callee } = joint;
      const { key, resources, ends } = jointKey(joint);
      const { instance } = callee.cx;
      keys.push(key);
      const firstEnd = passEnds.length;
      for (const pair of ends) passEnds.push(passEnd(pair, caller.instance, instance));
      return {
        caller: side(caller, signature.options),
        callee: side(callee.cx, callee.signature.options),
        entering: (purpose === "task" ? instance.selfAndAncestors : instance.enteringSet(caller.instance)).map((each) => this.#instances.add(each)),
        postReturn: purpose === "call" && callee.postReturn !== undefined,
        handles: resources.map(([from, to]) => {
          const [there, here] = [caller.resources[signature.slotOf(from)]!, callee.cx.resources[callee.signature.slotOf(to)]!];
          return { caller: this.#resources.add(there), callee: this.#resources.add(here), defined: here.instance === instance };
        }),
        ends: firstEnd,
      };
    });
    const wide = new Map<WebAssembly.Memory, boolean>();
    for (const { caller, callee } of joints) for (const { memory, wide: is } of [caller, callee.cx]) if (memory !== undefined) wide.set(memory, is);
    this.memories = this.#memories.items.map((memory) => [wide.get(memory)!, !(memory.buffer instanceof ArrayBuffer)]);
    this.reallocs = wideReallocs;
    this.instances = this.#instances.items.map(({ usesContext }) => usesContext);
    this.resources = this.#resources.items.length;
    this.ends = passEnds;
    this.key = JSON.stringify([purpose, passEnds.length, this.memories, this.reallocs, this.instances, this.resources, this.plans, keys]);
  }

  /** For a module made for this key. */
  imports(store: Store): WebAssembly.Imports {
    const { kernel, control } = store;
    const numbered = (values: readonly unknown[]): WebAssembly.ModuleImports => ({ ...values }) as WebAssembly.ModuleImports;
    return {
      k: { ...kernel, memory: control.memory, trap: store.trap.bind(this) },
      m: numbered(this.#memories.items),
      r: numbered(this.#reallocs.items),
      i: numbered(this.#instances.items.map(({ record }) => record)),
      t: numbered(this.#resources.items.map(({ record }) => record)),
      e: numbered(this.ends),
      f: numbered(this.joints.map(({ callee }) => callee.core)),
      p: numbered(this.joints.map(({ callee }) => callee.postReturn)),
    };
  }
}

/** Moves the end with an index from caller to callee, or `back`; `REFUSED` when it has recorded a trap. */
type PassEnd = (index: number, back: number) => number;

function passEnd([there, here]: EndPair, caller: ComponentInstance, callee: ComponentInstance): PassEnd {
  return (index, back) => {
    try {
      return back === 0 ? passAsyncValue(there, caller, callee, index) : passAsyncValue(here, callee, caller, index);
    } catch (error) {
      caller.store.agent.record(error);
      return REFUSED;
    }
  };
}

/** What the tests of this folder share: two guests without code, and one function between them, joined by closures or fused. */
import assert from "node:assert/strict";
import { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreValue } from "../abi/core-value.ts";
import { type Signature, type SignatureOptions, signature, TypeCache } from "../abi/signature.ts";
import { GUARD, unsigned } from "../abi/test-guest.ts";
import { lowerArguments } from "../abi/values.ts";
import { lowerLifted } from "../canon/lower-lifted.ts";
import { taskReturn } from "../canon/task-return.ts";
import { Task } from "../concurrency/task.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Trap } from "../diagnostics/trap.ts";
import { ComponentInstance } from "../store/component-instance.ts";
import { RuntimeResource } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import type { FuncType, ResourceIdentity, ValueType } from "../types/component-types.ts";
import { canFuse, fuse, fuseTask } from "./fuse.ts";
import type { Joint } from "./joint.ts";

/** Resource identities, by their slots. */
export const identities: readonly ResourceIdentity[] = ["first", "second"].map((name) => ({ name, rep: "i32" }));

const cache = new TypeCache();
const slotOf = (identity: ResourceIdentity): number => identities.indexOf(identity);

export type Options = Partial<SignatureOptions>;

/** The ways in which a function is lowered and lifted; in the first no task is made. */
export const WAYS: readonly Pick<Case, "lower" | "lift">[] = [
  { lower: "async" },
  ...(["sync", "callback", "stackful"] as const).flatMap((lift) => [{ lift }, { lower: "async", lift } as const]),
];

export function sign(type: FuncType, options: Options = {}): Signature {
  return signature(type, { encoding: "utf8", address: "i32", async: false, ...options }, slotOf, cache);
}

export function func(params: readonly ValueType[], result?: ValueType, async = false): FuncType {
  return { kind: "func", async, params: params.map((type, i) => ({ name: `p${i}`, type })), result };
}

/** Spilled values lie from here on, below the heap. */
export const AREA = 1024;
const HEAP = 4096;

/** A handle of the guest's. */
export function give({ store, resources }: World, { instance }: Guest, slot = 0, rep = 42): number {
  const { record } = resources[slot]!;
  return store.kernel.add(instance.record, record, record, rep, 0, 0);
}

/** Drops it again. */
export function drop({ store, resources }: World, { instance }: Guest, index: number, slot = 0): void {
  store.kernel.drop(instance.record, resources[slot]!.record, index);
}

/** One page full of guard bytes, and an allocator that only moves on. */
export class Guest {
  readonly memory: WebAssembly.Memory;
  readonly instance: ComponentInstance;
  readonly cx: LiftLowerContext;
  /** Arguments and result of each call of realloc. */
  readonly calls: number[][] = [];
  /** What realloc answers instead of the truth. */
  lie: ((begin: number, size: number) => number) | undefined = undefined;
  /** Runs within realloc. */
  onRealloc: () => void = () => {};
  next = HEAP;

  constructor(store: Store, name: string, { address = "i32" }: Options, resources: readonly RuntimeResource[], usesContext = true, parent?: ComponentInstance) {
    const wide = address === "i64";
    this.memory = new WebAssembly.Memory(wide ? ({ initial: 1n, address } as unknown as WebAssembly.MemoryDescriptor) : { initial: 1 });
    this.bytes.fill(GUARD);
    this.instance = new ComponentInstance(store, name, parent, { usesContext });
    this.cx = new LiftLowerContext(this.instance, resources, address);
    this.cx.setMemory(this.memory);
    this.cx.setRealloc((...values) => {
      const made = this.#reallocate(...(values.map(Number) as [number, number, number, number]));
      return wide ? BigInt(made) : made;
    });
    this.cx.begin();
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  grow(pages: number): void {
    this.memory.grow((this.cx.wide ? BigInt(pages) : pages) as number);
  }

  #reallocate(old: number, oldSize: number, align: number, size: number): number {
    this.onRealloc();
    invariant(!this.instance.mayLeave, "realloc must not leave");
    const begin = Math.ceil(this.next / align) * align;
    this.next = begin + size + 3;
    const missing = Math.ceil((this.next - this.memory.buffer.byteLength) / 65536);
    if (missing > 0) this.grow(missing);
    const answer = this.lie?.(begin, size) ?? begin;
    if (answer === begin) this.bytes.copyWithin(begin, old, old + Math.min(oldSize, size));
    // What was given back is anybody's: nothing written there counts.
    this.bytes.fill(GUARD, old, old + oldSize);
    this.calls.push([old, oldSize, align, size, answer]);
    return answer;
  }
}

/** A world of its own: what is to be compared must not share anything. */
export interface World {
  readonly store: Store;
  readonly caller: Guest;
  readonly callee: Guest;
  readonly resources: readonly RuntimeResource[];
}

export interface Case {
  readonly params: readonly ValueType[];
  readonly result?: ValueType | undefined;
  readonly from?: Options;
  readonly to?: Options;
  /** Values for the parameters and for the result; absent: the core values come from `prepare`. */
  readonly args?: readonly unknown[];
  readonly returns?: unknown;
  /** Changes what was laid out before the call is made: bytes of memories, core arguments, the core result. */
  readonly prepare?: (world: World, core: Core) => void;
  /** Runs in the callee. */
  readonly during?: (world: World, args: readonly CoreValue[]) => void;
  readonly postReturn?: boolean;
  /** The caller lowers with `async`. */
  readonly lower?: "async" | undefined;
  /** How the callee lifts a function of async type; absent: it is not. */
  readonly lift?: "sync" | "callback" | "stackful" | undefined;
  /** The callee's code can wait: it runs on a stack of its own. */
  readonly blocks?: boolean;
  /** Whose instance defines the resources, by slot; `host`: none does. */
  readonly definers?: readonly ("caller" | "callee" | "host")[];
  readonly usesContext?: boolean;
  /** The callee lies within so many others. */
  readonly depth?: number;
}

/** Core values that a call begins and ends with. */
export interface Core {
  args: CoreValue[];
  result: CoreValue | undefined;
  /** Of `task.return`. */
  results: CoreValue[];
}

/** All that can be seen of a call. */
export interface Seen {
  readonly trap: { readonly code: string; readonly message: string } | undefined;
  readonly received: readonly CoreValue[] | undefined;
  readonly returned: CoreValue | undefined;
  readonly postReturn: readonly CoreValue[] | undefined;
  readonly reallocs: readonly (readonly number[][])[];
  readonly memories: readonly Uint8Array[];
  /** May enter, may leave, handles; of caller and callee. */
  readonly states: readonly unknown[];
}

const ACTIVATION = 77;
/** What a callback-lifted function returns when it is over. */
const EXIT = 0;

/** A thread of the caller's, in which it may wait: its activation. */
function callerThread({ instance }: Guest): number {
  const task = new Task({ name: "caller", async: true, abi: "stackful" }, instance, { isHost: true, resolve() {}, fail() {} });
  const thread = task.thread();
  task.implicitThread = thread;
  task.register(thread);
  task.start();
  return thread.id;
}

/** Makes the call in a new world. */
export function run(fused: boolean, given: Case): Seen {
  const { from = {}, to = {}, usesContext } = given;
  // The event loop need not turn before it is garbage.
  const store = new Store({}, true);
  const resources: RuntimeResource[] = [];
  const caller = new Guest(store, "caller", from, resources, usesContext);
  let around: ComponentInstance | undefined;
  for (let i = 0; i < (given.depth ?? 0); i++) around = new ComponentInstance(store, `around${i}`, around, { usesContext: false });
  const callee = new Guest(store, "callee", to, resources, usesContext, around);
  callee.instance.selfAndAncestors.at(-1)!.waitsForImports = () => given.blocks === true;
  const instances = { caller: caller.instance, callee: callee.instance, host: undefined };
  for (const definer of given.definers ?? []) resources.push(new RuntimeResource(`r${resources.length}`, store, instances[definer]));
  const world: World = { store, caller, callee, resources };
  const { lower, lift } = given;
  const type = func(given.params, given.result, lift !== undefined);
  const [there, here] = [sign(type, { ...from, async: lower !== undefined }), sign(type, { ...to, lifted: lift ?? "sync" })];
  const returning = lift === undefined || lift === "sync" ? undefined : sign(func(given.result === undefined ? [] : [given.result]), to);
  const core: Core = { args: argumentsOf(there, caller, given.args), result: undefined, results: [] };
  if ("returns" in given) {
    if (returning === undefined) core.result = resultOf(here, callee, given.returns);
    else core.results = given.result === undefined ? [] : argumentsOf(returning, callee, [given.returns]);
  }
  // The last core parameter is where a spilled result goes.
  if (there.spilledResult) core.args.push(from.address === "i64" ? BigInt(AREA) : AREA);
  given.prepare?.(world, core);
  let received: CoreValue[] | undefined;
  let posted: CoreValue[] | undefined;
  const joint: Joint = {
    signature: there,
    caller: caller.cx,
    callee: {
      name: "f",
      async: type.async,
      abi: lift ?? "sync",
      callback: undefined,
      signature: here,
      cx: callee.cx,
      core: (...args) => {
        received = unsigned(args, here.lifted.params);
        given.during?.(world, args);
        if (returning === undefined) return core.result;
        taskReturn(returning, callee.cx)(...core.results);
        if (store.agent.hasTrapped(store.activations.current)) throw new WebAssembly.RuntimeError("unreachable");
        return lift === "callback" ? EXIT : undefined;
      },
      postReturn: given.postReturn
        ? (...args) => {
            invariant(!callee.instance.mayLeave, "post-return must not leave");
            posted = unsigned(args, here.lifted.results);
            return undefined;
          }
        : undefined,
    },
  };
  invariant(canFuse(joint) === !type.async, "the case can be fused");
  const activation = type.async ? callerThread(caller) : ACTIVATION;
  store.activations.current = activation;
  const moves = () => (fused ? fuseTask(joint, store) : undefined);
  const call: CoreFunction = fused && !type.async ? fuse([joint], store)[0]! : lowerLifted(there, caller.cx, joint.callee, caller.instance, false, moves);
  caller.calls.length = callee.calls.length = 0;
  let returned: CoreValue | undefined;
  let thrown: unknown;
  try {
    returned = call(...core.args);
  } catch (error) {
    thrown = error;
  }
  const trap = (store.agent.takeTrap(activation) ?? thrown) as Trap | undefined;
  // The agent outlives the world, which is garbage.
  if (type.async) store.activations.release(activation);
  const guests = [caller, callee];
  return {
    trap: trap && { code: trap.code, message: trap.message },
    received,
    returned: trap === undefined && there.lowered.results.length > 0 ? unsigned([returned!], there.lowered.results)[0] : undefined,
    postReturn: posted,
    reallocs: guests.map(({ calls }) => calls),
    memories: guests.map(({ bytes }) => bytes.slice()),
    states: guests.map(({ instance }) => [instance.mayEnter, instance.mayLeave, instance.handles]),
  };
}

function argumentsOf(signature: Signature, { cx, calls }: Guest, args: readonly unknown[] | undefined): CoreValue[] {
  if (args === undefined) return [];
  lowerArguments(signature, cx, args);
  calls.length = 0;
  return cx.flat.slice(0, signature.lifted.params.length);
}

function resultOf({ result, spilledResult }: Signature, { cx }: Guest, value: unknown): CoreValue | undefined {
  if (result === undefined) return undefined;
  cx.begin();
  if (!spilledResult) {
    result.lowerFlat(cx, value);
    return cx.flat[0];
  }
  result.store(cx, value, AREA);
  return cx.wide ? BigInt(AREA) : AREA;
}

const HUGE = /0x[0-9a-f]{14,}|[0-9]{16,}/;

/** Both ways must be seen to do the same. */
export function same(given: Case, label = ""): Seen {
  const [expected, actual] = [run(false, given), run(true, given)];
  if (expected.trap !== undefined || actual.trap !== undefined) {
    // Where JavaScript has no exact number for an address or length, the closures may find another fault.
    if (HUGE.test(expected.trap?.message ?? "")) assert.notEqual(actual.trap, undefined, label);
    else {
      assert.deepEqual(actual.trap, expected.trap, label);
      // Who may be entered and may leave: others are poisoned. Handles may be on the way.
      const poisoned = ({ states }: Seen) => states.map((state) => (state as unknown[]).slice(0, 2));
      if (given.lift !== undefined) assert.deepEqual(poisoned(actual), poisoned(expected), label);
    }
    return actual;
  }
  const { memories: a, ...others } = actual;
  const { memories: e, ...rest } = expected;
  assert.deepEqual(others, rest, label);
  for (const i of [0, 1]) {
    const at = a[i]!.findIndex((byte, j) => byte !== e[i]![j]);
    assert.equal(at, -1, `${label}: byte ${at} of ${["caller", "callee"][i]} is ${a[i]![at]}, not ${e[i]![at]}`);
  }
  return actual;
}

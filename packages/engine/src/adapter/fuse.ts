/**
 * Fused adapters: the core functions that a component gets for functions of another. Each lifts the caller's values and lowers them into the
 * callee in one pass of generated wasm, calls, and does likewise with the result: no JavaScript runs, nothing is allocated but by the guests.
 * Of a call that is a task, and of streams, generated wasm moves the values all the same, when JavaScript, which schedules, says so.
 *
 * In: joints, which are lowered functions with the lifted ones that they call. Out: core functions of the lowered signatures, all of one
 * small module instance. What belongs to instances (memories, core functions, addresses of records) is imported, so joints of one shape share
 * a module, whoever they join. State lies in the store's control memory; adapters have no memory of their own.
 *
 * The closures of `abi/` do the same more slowly, and are what adapters are tested against. Left to them: engines without multi-memory.
 */
import type { GuestBuffer } from "../abi/buffers.ts";
import type { LiftLowerContext } from "../abi/context.ts";
import { addressToCore, type CoreFunction } from "../abi/core-value.ts";
import type { Signature } from "../abi/signature.ts";
import type { TaskMoves } from "../canon/async-lower.ts";
import { MAX_CACHED_ADAPTERS } from "../diagnostics/limits.ts";
import type { Store } from "../store/store.ts";
import { AdapterModule } from "./adapter-module.ts";
import { writeElementCopy } from "./element-copy.ts";
import { type Adapter, writeAdapter } from "./function-body.ts";
import { hasFeatures, type Joint, jointKey, jointShape } from "./joint.ts";
import { Shapes } from "./shape.ts";
import { movesShape, writeTaskMoves } from "./task-moves.ts";
import { type HandlePlan, type Purpose, Wiring } from "./wiring.ts";

/** By the key of their wiring; the one used last stands last. */
const modules = new Map<string, WebAssembly.Module>();

/** Core functions for the joints, in their order. `canFuse` has said yes to each. */
export function fuse(joints: readonly Joint[], store: Store): CoreFunction[] {
  const exports = instantiate(joints, "call", store);
  return joints.map((_, i) => exports[i] as CoreFunction);
}

/** What moves the values of calls that are tasks; `undefined`: the engine can't run what is generated. */
export function fuseTask(joint: Joint, store: Store): TaskMoves | undefined {
  if (!hasFeatures()) return undefined;
  const { start, finish } = instantiate([joint], "task", store) as Readonly<Record<"start" | "finish", CoreFunction>>;
  const shape = movesShape(joint);
  return { start, signature: shape.start, tellsArrival: jointKey(joint).canBeWrong, finish, results: shape.result.length };
}

/** From context to context, by the signatures of their elements. */
type Copies = WeakMap<LiftLowerContext, WeakMap<Signature, WeakMap<Signature, CoreFunction>>>;
const copies = new WeakMap<LiftLowerContext, Copies>();

/** Moves elements of a stream or future from one component's memory to another's; false: it can't. */
export function copyFused(from: GuestBuffer, to: GuestBuffer, count: number): boolean {
  if (!hasFeatures()) return false;
  const byTo = inner<LiftLowerContext, Copies>(copies, from.cx, () => new WeakMap());
  const byFrom = inner(byTo, to.cx, () => new WeakMap<Signature, WeakMap<Signature, CoreFunction>>());
  const byElement = inner(byFrom, from.element!, () => new WeakMap<Signature, CoreFunction>());
  const copy = inner(byElement, to.element!, () => makeCopy(from, to));
  copy(addressToCore(from.at, from.cx.wide), addressToCore(to.at, to.cx.wide), count);
  return true;
}

function inner<K extends WeakKey, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = make()));
  return found;
}

function makeCopy(from: GuestBuffer, to: GuestBuffer): CoreFunction {
  const { store } = from.cx.instance;
  const callee = { name: "", async: false, abi: "sync", signature: to.element!, cx: to.cx, core: nothing, postReturn: undefined, callback: undefined } as const;
  const exports = instantiate([{ signature: from.element!, caller: from.cx, callee }], "copy", store) as { readonly copy: CoreFunction };
  return exports.copy;
}

const nothing = (): undefined => undefined;

function instantiate(joints: readonly Joint[], purpose: Purpose, store: Store): WebAssembly.Exports {
  const wiring = new Wiring(joints, purpose);
  return new WebAssembly.Instance(moduleFor(wiring), wiring.imports(store)).exports;
}

function moduleFor(wiring: Wiring): WebAssembly.Module {
  const { key } = wiring;
  const module = modules.get(key) ?? new WebAssembly.Module(encode(wiring));
  modules.delete(key);
  modules.set(key, module);
  if (modules.size > MAX_CACHED_ADAPTERS) modules.delete(modules.keys().next().value!);
  return module;
}

const WRITERS: Readonly<Record<Purpose, (out: AdapterModule, adapter: Adapter) => void>> = { call: writeAdapter, task: writeTaskMoves, copy: writeElementCopy };

function encode(wiring: Wiring): Uint8Array<ArrayBuffer> {
  const out = new AdapterModule(wiring);
  const shapes = new Shapes();
  const handles: HandlePlan[] = [];
  for (const [number, joint] of wiring.joints.entries()) {
    const plan = wiring.plans[number]!;
    const { resources, ends } = jointKey(joint);
    const numbers = plan.handles.map((handle) => {
      const same = handles.findIndex(({ caller, callee, defined }) => caller === handle.caller && callee === handle.callee && defined === handle.defined);
      return same >= 0 ? same : handles.push(handle) - 1;
    });
    const shape = jointShape(joint, shapes, {
      resource: (caller, callee) => numbers[resources.findIndex((pair) => pair[0] === caller && pair[1] === callee)]!,
      end: (caller, callee) => plan.ends + ends.findIndex((pair) => pair[0] === caller && pair[1] === callee),
    });
    WRITERS[wiring.purpose](out, { number, joint, plan, shape, handles });
  }
  return out.writer.encode();
}

export { canFuse, type Joint } from "./joint.ts";

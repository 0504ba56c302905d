/**
 * Fused adapters: the core functions that a component gets for functions of another. Each lifts the caller's values and lowers them into the
 * callee in one pass of generated wasm, calls, and does likewise with the result: no JavaScript runs, nothing is allocated but by the guests.
 *
 * In: joints, which are lowered functions with the lifted ones that they call. Out: core functions of the lowered signatures, all of one
 * small module instance. What belongs to instances (memories, core functions, addresses of records) is imported, so joints of one shape share
 * a module, whoever they join. State lies in the store's control memory; adapters have no memory of their own.
 *
 * The closures in `canon/lower-lifted.ts` do the same more slowly, and are what adapters are tested against. Left to them: async options, and
 * engines without multi-memory.
 */
import type { CoreFunction } from "../abi/core-value.ts";
import { MAX_CACHED_ADAPTERS } from "../diagnostics/limits.ts";
import type { Store } from "../store/store.ts";
import { AdapterModule } from "./adapter-module.ts";
import { writeAdapter } from "./function-body.ts";
import { type Joint, jointKey, jointShape } from "./joint.ts";
import { Shapes } from "./shape.ts";
import { type HandlePlan, Wiring } from "./wiring.ts";

/** By the key of their wiring; the one used last stands last. */
const modules = new Map<string, WebAssembly.Module>();

/** Core functions for the joints, in their order. `canFuse` has said yes to each. */
export function fuse(joints: readonly Joint[], store: Store): CoreFunction[] {
  const wiring = new Wiring(joints);
  const { exports } = new WebAssembly.Instance(moduleFor(wiring), wiring.imports(store));
  return joints.map((_, i) => exports[i] as CoreFunction);
}

function moduleFor(wiring: Wiring): WebAssembly.Module {
  const { key } = wiring;
  const module = modules.get(key) ?? new WebAssembly.Module(encode(wiring));
  modules.delete(key);
  modules.set(key, module);
  if (modules.size > MAX_CACHED_ADAPTERS) modules.delete(modules.keys().next().value!);
  return module;
}

function encode(wiring: Wiring): Uint8Array<ArrayBuffer> {
  const out = new AdapterModule(wiring);
  const shapes = new Shapes();
  const handles: HandlePlan[] = [];
  for (const [number, joint] of wiring.joints.entries()) {
    const plan = wiring.plans[number]!;
    const { resources } = jointKey(joint);
    const numbers = plan.handles.map((handle) => {
      const same = handles.findIndex(({ caller, callee, defined }) => caller === handle.caller && callee === handle.callee && defined === handle.defined);
      return same >= 0 ? same : handles.push(handle) - 1;
    });
    const shape = jointShape(joint, shapes, (caller, callee) => numbers[resources.findIndex((pair) => pair[0] === caller && pair[1] === callee)]!);
    writeAdapter(out, { number, joint, plan, shape, handles });
  }
  return out.writer.encode();
}

export { canFuse, type Joint } from "./joint.ts";

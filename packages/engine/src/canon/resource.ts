import type { CoreFunction, CoreValue } from "../abi/core-value.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { checkMayLeave, enterFrom, leaveTo } from "../store/component-instance.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import { checkPoison } from "./lift.ts";
import { failActivation, failImport } from "./trap-from.ts";

/** `canon resource.new`. */
export function resourceNew(instance: ComponentInstance, resource: RuntimeResource): CoreFunction {
  return (rep) => {
    try {
      checkMayLeave(instance);
      return instance.handles.addOwn(resource, rep as number);
    } catch (error) {
      throw failImport(instance, error);
    }
  };
}

/** `canon resource.rep`: allowed where leaving is not. */
export function resourceRep(instance: ComponentInstance, resource: RuntimeResource): CoreFunction {
  return (handle) => {
    try {
      return instance.handles.rep(resource, handle as number);
    } catch (error) {
      throw failImport(instance, error);
    }
  };
}

/** `canon resource.drop`: the last owner's drop calls the destructor. */
export function resourceDrop(instance: ComponentInstance, resource: RuntimeResource): CoreFunction {
  return (handle) => {
    try {
      checkMayLeave(instance);
      const rep = instance.handles.drop(resource, handle as number);
      if (rep !== undefined) destroy(resource, rep, instance);
    } catch (error) {
      throw failImport(instance, error);
    }
    return undefined;
  };
}

function destroy(resource: RuntimeResource, rep: number, caller: ComponentInstance): void {
  if (resource.instance !== undefined) {
    // Entered even where there is no destructor, as definitions.py does.
    if (resource.destructor === undefined) runDestructor(resource, () => undefined, rep, caller);
    else resource.destructor(rep, caller);
    return;
  }
  try {
    resource.destructor?.(rep, caller);
  } catch (cause) {
    if (cause instanceof Trap) throw cause;
    throw new Trap(TrapCode.HostThrew, `the destructor of \`${resource.name}\` threw: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Calls a guest's destructor from `caller` (`undefined`: the host): a lifted function of one `u32`. */
export function runDestructor(resource: RuntimeResource, core: CoreFunction, rep: CoreValue, caller: ComponentInstance | undefined): void {
  const instance = resource.instance!;
  const entering = instance.enteringSet(caller);
  const { store, context } = instance;
  enterFrom(entering);
  instance.context = undefined;
  store.syncDepth += 1;
  try {
    core(rep);
    checkPoison(instance);
  } catch (error) {
    throw failActivation(instance, entering, error, `[resource-drop]${resource.name}`);
  } finally {
    store.syncDepth -= 1;
  }
  instance.context = context;
  leaveTo(entering);
}

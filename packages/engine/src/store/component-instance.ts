import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ValueType } from "../types/component-types.ts";
import { ArrayHandleTable } from "./array-handle-table.ts";
import type { HandleTable } from "./handle-table.ts";
import type { Store } from "./store.ts";

/** What `task.return` needs of `Task` of definitions.py. */
export interface AsyncTask {
  readonly result: ValueType | undefined;
  /** Takes the result, once. */
  return(value: unknown): void;
}

/** `ComponentInstance` of definitions.py, its synchronous part. */
export class ComponentInstance {
  readonly store: Store;
  readonly parent: ComponentInstance | undefined;
  /** For traps: the name of the component or part. */
  readonly name: string;
  readonly handles: HandleTable = new ArrayHandleTable();
  /** False while a call is inside, and for ever after a trap cut one off. */
  mayEnter = true;
  /** False while its values are lifted or lowered and in post-return. */
  mayLeave = true;
  /** The async-lifted call that is running. */
  task: AsyncTask | undefined = undefined;
  /** The trap that poisoned the instance: nothing enters it again. */
  poisonedBy: unknown = undefined;
  /** `Thread.storage` of the one thread: made when guest code first sets it, dropped when its call ends. */
  context: (number | bigint)[] | undefined = undefined;
  backpressure = 0;
  /** A call that is suspended holds the instance: async entries wait in `waiting` instead of trapping. */
  held = false;
  /** Async entries in order of arrival, made when the first has to wait (`canon/entry-queue.ts`). */
  waiting: (() => void)[] | undefined = undefined;
  /** Itself and its ancestors, innermost first. */
  readonly selfAndAncestors: readonly ComponentInstance[];

  constructor(store: Store, name: string, parent?: ComponentInstance) {
    this.store = store;
    this.name = name;
    this.parent = parent;
    this.selfAndAncestors = parent === undefined ? [this] : [this, ...parent.selfAndAncestors];
  }

  /**
   * The instances that a call from `caller` (`undefined`: the host) enters: `entering_set` of definitions.py. Computed once
   * per wire, not per call.
   */
  enteringSet(caller: ComponentInstance | undefined): readonly ComponentInstance[] {
    if (caller === undefined) return this.selfAndAncestors;
    return this.selfAndAncestors.filter((instance) => !caller.selfAndAncestors.includes(instance));
  }
}

/** `trap_if(not may_enter_from)` and `enter_from`. Left by `leaveTo`, but not after a trap: then the set stays closed. */
export function enterFrom(entering: readonly ComponentInstance[]): void {
  for (const instance of entering) if (!instance.mayEnter) throw cannotEnter(instance);
  for (const instance of entering) instance.mayEnter = false;
}

export function leaveTo(entering: readonly ComponentInstance[]): void {
  for (const instance of entering) instance.mayEnter = true;
}

function cannotEnter(instance: ComponentInstance): Trap {
  if (instance.poisonedBy !== undefined) {
    return new Trap(TrapCode.Poisoned, `wasm trap: cannot enter component instance \`${instance.name}\`: an earlier trap poisoned it`, {
      part: instance.name,
      cause: instance.poisonedBy,
    });
  }
  return new Trap(TrapCode.CannotEnter, `wasm trap: cannot enter component instance \`${instance.name}\`: a call is already inside it`, {
    part: instance.name,
  });
}

/** `trap_if(not may_leave)`. */
export function checkMayLeave(instance: ComponentInstance): void {
  if (!instance.mayLeave) {
    throw new Trap(TrapCode.CannotLeave, `wasm trap: cannot leave component instance \`${instance.name}\` while its values are being moved or in post-return`, {
      part: instance.name,
    });
  }
}

import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import { type ControlMemory, HANDLE_BYTES, HandleField, INSTANCE_BYTES, InstanceField, POISONED } from "./control-memory.ts";
import type { Store } from "./store.ts";

/** What `concurrency/` keeps for an instance. */
export interface InstanceConcurrency {
  /** Nothing that it began goes on, and nothing of it is in a table. */
  readonly isIdle: boolean;
  /** Whether a task that waits, not that of the activation `id`, has borrowed in this scope. */
  keeps(scope: number, id: number): boolean;
  /** The instance is closed: what it had begun ends. */
  close(error: unknown): void;
}

/** `Thread.storage`, put aside. */
export type SavedContext = readonly [number, number, number, number] | undefined;

/** What is known of a component's code. */
export interface InstanceTraits {
  readonly usesContext?: boolean;
  readonly makesThreads?: boolean;
  readonly endsAtOnce?: boolean;
}

/** `ComponentInstance` of definitions.py, its synchronous part. What wasm must see of it lies in the control memory, in its record. */
export class ComponentInstance {
  readonly store: Store;
  readonly #control: ControlMemory;
  readonly parent: ComponentInstance | undefined;
  /** For traps: the name of the component or part. */
  readonly name: string;
  /** Address in the control memory, and the same in words. */
  readonly record: number;
  readonly at: number;
  /** Its code has `context.get` or `context.set`: only then is `Thread.storage` kept. */
  readonly usesContext: boolean;
  /** Its code has built-ins that need every call to be a task with threads of its own. */
  readonly makesThreads: boolean;
  /** Whatever is called in it has ended when it returns: a task of a function lifted without `async` is nothing that could be observed. */
  readonly endsAtOnce: boolean;
  /** It has no parent and keeps no `Thread.storage`: to enter and leave it takes little. */
  readonly simple: boolean;
  /** Made when it is first needed. */
  concurrency: InstanceConcurrency | undefined = undefined;
  /** The trap that poisoned the instance: nothing enters it again. */
  poisonedBy: unknown = undefined;
  /** Told once, when it is. */
  onPoisoned: ((error: unknown) => void) | undefined = undefined;
  /** Itself and its ancestors, innermost first. */
  readonly selfAndAncestors: readonly ComponentInstance[];
  #mayWait: { readonly wiring: number; readonly is: boolean } | undefined = undefined;
  /** Whether what its code calls can make it wait. */
  waitsForImports: (seen: Set<object>) => boolean = () => false;

  constructor(store: Store, name: string, parent?: ComponentInstance, { usesContext = true, makesThreads = false, endsAtOnce = false }: InstanceTraits = {}) {
    this.store = store;
    this.name = name;
    this.parent = parent;
    this.usesContext = usesContext;
    this.makesThreads = makesThreads;
    this.endsAtOnce = endsAtOnce;
    this.selfAndAncestors = parent === undefined ? [this] : [this, ...parent.selfAndAncestors];
    this.simple = parent === undefined && !usesContext;
    this.record = store.allocate(INSTANCE_BYTES);
    this.at = this.record >> 2;
    this.#control = store.control;
    this.#set(InstanceField.mayLeave, 1);
    this.#set(InstanceField.parent, parent?.record ?? 0);
    this.#set(InstanceField.fresh, 1);
    store.instances.add(this);
  }

  #get(field: number): number {
    return this.#control.cells[this.at + (field >> 2)]!;
  }

  #set(field: number, value: number): void {
    this.#control.cells[this.at + (field >> 2)] = value;
  }

  /** False while a call is inside, and for ever after a trap cut one off. */
  get mayEnter(): boolean {
    return this.#get(InstanceField.entered) === 0;
  }

  /** Whether no call is inside, here or in what it is made of, and nothing goes on that one began. */
  get idle(): boolean {
    for (const each of this.store.instances.values()) {
      if (each.selfAndAncestors.at(-1) === this && (each.#get(InstanceField.entered) !== 0 || each.concurrency?.isIdle === false)) return false;
    }
    return true;
  }

  /** False while its values are lifted or lowered and in post-return. */
  get mayLeave(): boolean {
    return this.#get(InstanceField.mayLeave) !== 0;
  }
  set mayLeave(may: boolean) {
    this.#set(InstanceField.mayLeave, may ? 1 : 0);
  }

  get backpressure(): number {
    return this.#get(InstanceField.backpressure);
  }
  set backpressure(count: number) {
    this.#set(InstanceField.backpressure, count);
  }

  /** Handles in its table. */
  get handles(): number {
    return this.#get(InstanceField.used);
  }

  /** Takes `Thread.storage` away: what runs next is a thread of its own, or the call is over. */
  takeContext(): SavedContext {
    if (!this.usesContext) return undefined;
    const { cells } = this.#control;
    const at = this.at + (InstanceField.context >> 2);
    const saved = [cells[at]!, cells[at + 1]!, cells[at + 2]!, cells[at + 3]!] as const;
    cells.fill(0, at, at + 4);
    return saved;
  }

  putContext(saved: SavedContext): void {
    if (saved !== undefined) this.#control.cells.set(saved, this.at + (InstanceField.context >> 2));
  }

  /** Whether a call into it can suspend, as the wires are now. */
  get mayWait(): boolean {
    const { wiring } = this.store;
    if (this.#mayWait?.wiring !== wiring) this.#mayWait = { wiring, is: this.maySuspend(new Set()) };
    return this.#mayWait.is;
  }

  /** Each instance is asked once: they may be wired in a circle. */
  maySuspend(seen: Set<object>): boolean {
    if (seen.has(this)) return false;
    seen.add(this);
    return this.waitsForImports(seen);
  }

  /** Drops what it was lent for a call that did not come about, of the activation `id`: no other call is inside, but tasks may wait. */
  dropBorrows(id: number): void {
    for (let index = 1; index < this.#get(InstanceField.fresh); index++) {
      const { cells } = this.#control;
      const entry = (this.#get(InstanceField.handles) + index * HANDLE_BYTES) >> 2;
      const type = cells[entry + (HandleField.type >> 2)]!;
      if (type === 0 || cells[entry + (HandleField.own >> 2)] !== 0) continue;
      if (!this.concurrency?.keeps(cells[entry + (HandleField.scope >> 2)]!, id)) this.store.kernel.drop(this.record, type, index);
    }
  }

  /** Closes the instance for ever. */
  poison(error: unknown): void {
    const inside = this.#get(InstanceField.entered);
    this.#set(InstanceField.entered, POISONED);
    this.mayLeave = false;
    if (this.poisonedBy !== undefined) return;
    this.poisonedBy = error;
    // An adapter leaves without a look, if a call is inside.
    Promise.resolve().then(() => this.#set(InstanceField.entered, POISONED));
    // Nothing reaches what is inside any more.
    if (this.parent === undefined) for (const each of this.store.instances.values()) if (each.selfAndAncestors.at(-1) === this) each.poison(error);
    this.concurrency?.close(error);
    this.store.agent.waiting.get(inside)?.(error);
    // Whoever waited to enter learns that nobody will.
    this.store.activations.freed();
    // Whoever is told may call again: not below what is being ended.
    if (this.onPoisoned !== undefined) Promise.resolve(error).then(this.onPoisoned);
  }

  /** Forgets all handles, running no destructor: the instance starts over. */
  reset(): void {
    const at = this.#get(InstanceField.handles);
    this.#control.cells.fill(0, at >> 2, (at + this.#get(InstanceField.capacity) * HANDLE_BYTES) >> 2);
    this.#set(InstanceField.freeHandle, 0);
    this.#set(InstanceField.used, 0);
    this.#set(InstanceField.fresh, 1);
    this.backpressure = 0;
    this.concurrency = undefined;
  }

  /** How many of its handles satisfy `where`, a function of the address of an entry, in words. For inspection. */
  countHandles(where: (cells: Int32Array, entry: number) => boolean): number {
    const { cells } = this.#control;
    let count = 0;
    for (let index = 1; index < this.#get(InstanceField.fresh); index++) {
      const entry = (this.#get(InstanceField.handles) + index * HANDLE_BYTES) >> 2;
      if (cells[entry + (HandleField.type >> 2)] !== 0 && where(cells, entry)) count += 1;
    }
    return count;
  }

  /**
   * The instances that a call from `caller` enters: `entering_set` of definitions.py. Computed once per wire, not per call.
   */
  enteringSet(caller: ComponentInstance): readonly ComponentInstance[] {
    return this.selfAndAncestors.filter((instance) => !caller.selfAndAncestors.includes(instance));
  }
}

/** `trap_if(not may_leave)`. */
export function checkMayLeave(instance: ComponentInstance): void {
  if (!instance.mayLeave) {
    throw new Trap(TrapCode.CannotLeave, `wasm trap: cannot leave component instance \`${instance.name}\` while its values are being moved or in post-return`, {
      part: instance.name,
    });
  }
}

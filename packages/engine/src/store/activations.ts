/**
 * Activations: entries from JavaScript, each with a number. An instance that a call is inside of holds the number of its activation, so
 * that when a trap ends one, what it had entered is known and closed for ever ("poisoned"). Adapters between components write the number as
 * JavaScript does; after a trap nothing takes it back.
 */
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { type ControlMemory, type Counts, Header, InstanceField, POISONED } from "./control-memory.ts";
import type { Records } from "./records.ts";

const CURRENT = Header.current >> 2;
const ENTERED = InstanceField.entered >> 2;
const ENTERED_BY = InstanceField.enteredBy >> 2;
const LAST_ID = 2 ** 31 - 1;

/** The synchronous call at the bottom of the native stack, which is over before there can be another: it needs no number of its own. */
export const OUTERMOST = 1;

/** `Activations.enter` for a `simple` instance while nothing is current; false: it is not so. Apart, since its callers inline it. */
export function enterOutermost(cells: Int32Array, at: number): boolean {
  if (cells[at + ENTERED] !== 0 || cells[CURRENT] !== 0) return false;
  cells[CURRENT] = OUTERMOST;
  cells[at + ENTERED] = OUTERMOST;
  cells[at + ENTERED_BY] = 0;
  return true;
}

export function leaveOutermost(cells: Int32Array, at: number): void {
  leave(cells, at);
  cells[CURRENT] = 0;
}

/** What was closed while a call was inside stays closed. */
function leave(cells: Int32Array, at: number): void {
  if (cells[at + ENTERED] !== POISONED) cells[at + ENTERED] = 0;
}

/** An activation that may suspend: a thread, or a call of a function that is not async. */
export interface LiveActivation {
  /** The activation below which it was entered, 0: none. */
  readonly parent: number;
}

/** Those of the store that it happens in, by record. */
type Instances = Records<ComponentInstance>;

export class Activations {
  readonly #control: ControlMemory;
  #last: number;
  /** Those entered below others, with the one above. */
  readonly #parents = new Map<number, number>();
  /** Those that may suspend and are not over. */
  readonly live = new Map<number, LiveActivation>();
  /** Entries that wait until an instance is free, in order of arrival: each says whether it is done. */
  #waiting: (() => boolean)[] = [];
  /** Host functions that guests called and that have not come back, on the native stack: what they enter is below the current activation. */
  hostCalls = 0;
  /**
   * How many synchronous entries from JavaScript, but the outermost, and wires through JavaScript are on the native stack above the last
   * promising entry. While it is not 0 nothing may suspend: JSPI can't suspend through a JavaScript frame.
   */
  syncDepth = 0;
  /** To be told, once, when some instance can be entered again. */
  readonly onFree = new Set<() => void>();

  constructor(control: ControlMemory, last: number = OUTERMOST) {
    this.#control = control;
    this.#last = last;
  }

  /** Whether the current activation may suspend now. */
  get mayWait(): boolean {
    return this.syncDepth === 0 && this.current !== OUTERMOST;
  }

  /** `inner` for who calls it maybe when it has waited: what is entered then is below the call that is under way now, all the same. */
  descending<A extends unknown[], R>(inner: (...args: A) => R): (...args: A) => R {
    const { current } = this;
    return (...args) => {
      const now = this.current;
      if (now === current || current === OUTERMOST) return inner(...args);
      this.current = current;
      this.hostCalls += 1;
      try {
        return inner(...args);
      } finally {
        this.hostCalls -= 1;
        this.current = now;
      }
    };
  }

  /** `enter_from` the host, for a synchronous call: traps when a call is inside. The activation that was current, for `leave`. */
  enter(instance: ComponentInstance): number {
    return instance.simple && enterOutermost(this.#control.cells, instance.at) ? 0 : this.#enterBelow(instance);
  }

  #enterBelow(instance: ComponentInstance): number {
    const above = this.#enter(instance, this.#caller());
    this.syncDepth += 1;
    return above;
  }

  /** `enter_from` the host, for a call that may suspend, below `caller` (0: none). */
  enterSuspendable(instance: ComponentInstance, caller: number = this.#caller()): number {
    const above = this.#enter(instance, caller);
    this.live.set(this.#last, { parent: caller });
    return above;
  }

  #enter({ selfAndAncestors, store }: ComponentInstance, caller: number): number {
    const { cells } = this.#control;
    for (const { record, at } of selfAndAncestors) if (cells[at + ENTERED] !== 0) throw this.cannotEnter(record, 0, store.instances);
    const above = this.begin();
    if (caller !== 0) this.#parents.set(this.#last, caller);
    for (const { at } of selfAndAncestors) {
      cells[at + ENTERED] = this.#last;
      cells[at + ENTERED_BY] = 0;
    }
    return above;
  }

  /** The activation that calls the host now. What is current when the host was called by nobody is not over, but does nothing. */
  #caller(): number {
    return this.hostCalls > 0 ? this.current : 0;
  }

  /** `leave_to` the host, after a synchronous call that did not trap. Nobody waits for one. */
  leave(instance: ComponentInstance, above: number): void {
    if (instance.simple && above === 0) leaveOutermost(this.#control.cells, instance.at);
    else {
      this.vacate(instance);
      this.endSync(this.current, above);
    }
  }

  /** The instance can be entered again. */
  vacate(instance: ComponentInstance): void {
    instance.takeContext();
    for (const { at } of instance.selfAndAncestors) leave(this.#control.cells, at);
    this.freed();
  }

  /** The number for an activation that enters and leaves by itself, a thread, which it puts among those that live. */
  allocate(): number {
    const above = this.begin();
    const id = this.current;
    this.current = above;
    return id;
  }

  /** Which activation a call is below: of the host, or of a guest. */
  callerOf(fromHost: boolean): number {
    return fromHost ? this.#caller() : this.current;
  }

  release(id: number): void {
    this.live.delete(id);
  }

  /** Some instance can be entered again. */
  freed(): void {
    this.wakeSoon();
    if (this.onFree.size === 0) return;
    const all = [...this.onFree];
    this.onFree.clear();
    for (const tell of all) tell();
  }

  /** The synchronous activation `id` is over. */
  endSync(id: number, above: number): void {
    if (id !== OUTERMOST) this.syncDepth -= 1;
    this.#parents.delete(id);
    this.current = above;
  }

  /** The activation `id`, which might have suspended, is over. Those that wait try again. */
  end(id: number, above: number): void {
    this.live.delete(id);
    this.#parents.delete(id);
    this.current = above;
    this.wakeSoon();
  }

  /** Core code runs that no call entered: a start function. What was current before. */
  begin(): number {
    const above = this.current;
    do this.#last = this.#last === LAST_ID ? OUTERMOST + 1 : this.#last + 1;
    while (this.live.has(this.#last) || this.#descends(above, this.#last));
    this.current = this.#last;
    return above;
  }

  /** `enter_from` another instance, by a wire that passes through JavaScript. Its arguments are still to be passed. */
  enterWithin(entering: readonly ComponentInstance[], caller: ComponentInstance): void {
    const { cells } = this.#control;
    for (const { record, at } of entering) if (cells[at + ENTERED] !== 0) throw this.cannotEnter(record, caller.record, caller.store.instances);
    for (const { at } of entering) {
      cells[at + ENTERED] = ~cells[CURRENT]!;
      cells[at + ENTERED_BY] = caller.record;
    }
  }

  /** What to wait for before the instances can be entered: a suspended call in one of them, and then perhaps another. Traps as `waitFor`. */
  untilFree(entering: readonly ComponentInstance[], caller: ComponentInstance): Promise<unknown> | undefined {
    const busy = entering.find(({ mayEnter }) => !mayEnter);
    return busy && this.waitFor(busy.record, caller.record, caller.store.instances);
  }

  /** The arguments are there: from now on a trap cuts the callee off. */
  arriveWithin(entering: readonly ComponentInstance[]): void {
    const { cells } = this.#control;
    for (const { at } of entering) cells[at + ENTERED] = cells[CURRENT]!;
  }

  leaveWithin(entering: readonly ComponentInstance[]): void {
    for (const { at } of entering) leave(this.#control.cells, at);
  }

  get counts(): Counts {
    return {
      activations: this.live.size + this.#parents.size,
      queued: this.#waiting.length,
      syncDepth: this.syncDepth,
      hostCalls: this.hostCalls,
      current: this.current,
    };
  }

  /** The current activation, of which the instance just entered is the outermost. */
  get current(): number {
    return this.#control.cells[CURRENT]!;
  }
  set current(id: number) {
    this.#control.cells[CURRENT] = id;
  }

  /** Goes on in JavaScript with an activation that was waited for: what traps meanwhile is its trap. Nothing else is current then. */
  resume<T>(id: number, run: () => T): T {
    this.current = id;
    try {
      return run();
    } finally {
      this.current = 0;
    }
  }

  /**
   * Closes for ever what the activation had entered. The first reason stays. Where arguments were still on the way the caller's were wrong,
   * and the callee lives as if it had not been called; but not when it was its `realloc` that failed.
   */
  poison(id: number, error: unknown, instances: Instances): void {
    const { cells } = this.#control;
    const uncalled: ComponentInstance[] = [];
    for (const instance of instances.values()) {
      const { record } = instance;
      const entered = cells[(record >> 2) + ENTERED]!;
      if (entered !== id && entered !== ~id) continue;
      if (entered === id) instance.poison(error);
      else uncalled.push(instance);
    }
    for (const { mayLeave, selfAndAncestors } of uncalled) {
      if (!mayLeave) for (const each of selfAndAncestors) if (uncalled.includes(each)) each.poison(error);
    }
    for (const instance of uncalled) {
      if (instance.poisonedBy !== undefined) continue;
      instance.dropBorrows(id);
      cells[instance.at + ENTERED] = 0;
    }
  }

  /** Whether an entry from the host, below `caller`, would have to wait for a suspended call; not when it comes from that call. */
  isHeld({ selfAndAncestors }: ComponentInstance, caller: number = this.#caller()): boolean {
    const { cells } = this.#control;
    return selfAndAncestors.some(({ at }) => this.live.has(cells[at + ENTERED]!) && !this.#descends(caller, cells[at + ENTERED]!));
  }

  /** Whether what is inside is a suspended call that the one who calls now, the host or a guest, does not descend from. */
  isSuspendedIn({ at }: ComponentInstance, fromHost: boolean): boolean {
    const holder = this.#control.cells[at + ENTERED]!;
    return this.live.has(holder) && !this.#descends(this.callerOf(fromHost), holder);
  }

  /** Runs `enter` as soon as nothing holds the instance; `caller` is who calls now. */
  queue(instance: ComponentInstance, enter: (caller: number) => void): void {
    const caller = this.#caller();
    this.#waiting.push(() => {
      if (this.isHeld(instance, caller)) return false;
      enter(caller);
      return true;
    });
  }

  /** Some call has left, or suspends having left others: those that wait try again, when nothing is on the native stack. */
  wakeSoon(): void {
    if (this.#waiting.length > 0) Promise.resolve().then(() => this.#wake());
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const attempt of waiting) if (!attempt()) this.#waiting.push(attempt);
  }

  /** A wire found its callee entered: what it must wait for. Traps when waiting can't help or is not possible. */
  waitFor(callee: number, caller: number, instances: Instances): Promise<unknown> {
    const { cells } = this.#control;
    const holder = cells[(callee >> 2) + ENTERED]!;
    if (!this.mayWait || !this.live.has(holder) || this.#descends(cells[CURRENT]!, holder)) throw this.cannotEnter(callee, caller, instances);
    return new Promise<void>((resolve) => {
      this.#waiting.push(() => {
        if (this.#control.cells[(callee >> 2) + ENTERED] === holder) return false;
        resolve();
        return true;
      });
    });
  }

  #parentOf(id: number): number {
    return this.live.get(id)?.parent ?? this.#parents.get(id) ?? 0;
  }

  #descends(id: number, from: number): boolean {
    for (let at = id; at !== 0; at = this.#parentOf(at)) if (at === from) return true;
    return false;
  }

  cannotEnter(record: number, caller: number, instances: Instances): Trap {
    const { cells } = this.#control;
    const instance = instances.get(record);
    const part = instance?.name ?? "?";
    if (cells[(record >> 2) + ENTERED] === POISONED) {
      const cause = instance?.poisonedBy;
      return new Trap(TrapCode.Poisoned, `wasm trap: cannot enter component instance \`${part}\`: an earlier trap poisoned it`, { part, cause });
    }
    const cycle = [part];
    for (let at = caller; at !== 0 && cycle.length < 100; at = at === record ? 0 : cells[(at >> 2) + ENTERED_BY]! || this.#callerOf(at, instances))
      cycle.unshift(instances.get(at)?.name ?? "?");
    // Of a long way round the ends.
    if (cycle.length > 8) cycle.splice(4, cycle.length - 8, `${cycle.length - 8} more`);
    const words = cycle.length > 1 && caller !== 0 ? ` (${cycle.join(" → ")})` : "";
    return new Trap(TrapCode.CannotEnter, `wasm trap: cannot enter component instance \`${part}\`: a call is already inside it${words}`, { part });
  }

  /** Of an instance that a host function entered: the one that had called the host function, 0: none. */
  #callerOf(record: number, instances: Instances): number {
    const { cells } = this.#control;
    const above = this.#parentOf(cells[(record >> 2) + ENTERED]!);
    if (above === 0) return 0;
    const inside = [...instances.values()].filter((instance) => cells[(instance.record >> 2) + ENTERED] === above);
    // Not those that went on to others, nor those around.
    const passed = new Set(
      inside.flatMap(({ record: of, selfAndAncestors }) => [cells[(of >> 2) + ENTERED_BY]!, ...selfAndAncestors.slice(1).map((each) => each.record)]),
    );
    return inside.find((instance) => !passed.has(instance.record))?.record ?? 0;
  }
}

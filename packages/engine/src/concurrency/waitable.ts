import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { TableElement } from "./instance-state.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Thread } from "./thread.ts";

export const EventCode = { none: 0, subtask: 1, streamRead: 2, streamWrite: 3, futureRead: 4, futureWrite: 5, taskCancelled: 6 } as const;

/** `EventTuple`. */
export type Event = readonly [code: number, index: number, payload: number];
export const NO_EVENT: Event = [EventCode.none, 0, 0];
export const CANCELLED_EVENT: Event = [EventCode.taskCancelled, 0, 0];

export function misuse(message: string): Trap {
  return new Trap(TrapCode.Waitable, `wasm trap: ${message}`);
}

/** `Waitable` of definitions.py: a subtask, or an end of a stream or future. */
export abstract class Waitable implements TableElement {
  abstract readonly noun: string;
  #pending: (() => Event) | undefined = undefined;
  #set: WaitableSet | undefined = undefined;
  /** `has_sync_waiter`: the thread that waits for nothing else. */
  syncWaiter: { wake(): void } | undefined = undefined;

  abstract abandon(error: unknown): void;
  /** What may come of it, in words. */
  abstract describe(): string;

  setPendingEvent(event: () => Event): void {
    this.#pending = event;
    this.syncWaiter?.wake();
    this.#set?.arrived(this);
  }

  get hasPendingEvent(): boolean {
    return this.#pending !== undefined;
  }

  get inWaitableSet(): boolean {
    return this.#set !== undefined;
  }

  getPendingEvent(): Event {
    const pending = this.#pending!;
    this.#pending = undefined;
    this.#set?.delivered(this);
    return pending();
  }

  join(set: WaitableSet | undefined): void {
    this.#set?.remove(this);
    this.#set = set;
    set?.add(this);
  }

  /** Nothing may wait for it alone while it is in a set. */
  checkSynchronous(async: boolean): void {
    if (!async && this.#set !== undefined) throw misuse("waitable cannot be used synchronously while added to a waitable set");
  }

  /** `Waitable.drop`. */
  leave(): void {
    this.join(undefined);
  }
}

/** `WaitableSet` of definitions.py. */
export class WaitableSet implements TableElement {
  readonly noun = "a waitable set";
  readonly #scheduler: Scheduler;
  readonly #elements = new Set<Waitable>();
  /** Those of them that have an event, in the order in which it came. */
  readonly #arrived = new Set<Waitable>();
  readonly #waiting = new Set<Thread>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  add(waitable: Waitable): void {
    this.#elements.add(waitable);
    if (waitable.hasPendingEvent) this.arrived(waitable);
  }

  remove(waitable: Waitable): void {
    this.#elements.delete(waitable);
    this.#arrived.delete(waitable);
  }

  arrived(waitable: Waitable): void {
    this.#arrived.add(waitable);
    for (const thread of this.#waiting) thread.wake();
  }

  delivered(waitable: Waitable): void {
    this.#arrived.delete(waitable);
  }

  get hasPendingEvent(): boolean {
    return this.#arrived.size > 0;
  }

  getPendingEvent(): Event {
    const { size } = this.#arrived;
    let skip = this.#scheduler.choose(size);
    for (const waitable of this.#arrived) if (skip-- === 0) return waitable.getPendingEvent();
    return NO_EVENT;
  }

  /** `num_waiting`: a thread begins, or ends, to wait. */
  begin(thread: Thread): void {
    this.#waiting.add(thread);
  }
  end(thread: Thread): void {
    this.#waiting.delete(thread);
  }

  checkDrop(): void {
    if (this.#elements.size > 0) throw misuse("cannot drop waitable set with waiters: it still contains waitables");
    if (this.#waiting.size > 0) throw misuse("cannot drop waitable set with waiters");
  }

  abandon(): void {}

  describe(): string {
    const all = [...this.#elements];
    const shown = all.slice(0, 3).map((waitable) => waitable.describe());
    if (all.length > shown.length) shown.push(`${all.length - shown.length} more`);
    return shown.length === 0 ? "an empty waitable set" : shown.join(", ");
  }
}

import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_WAITABLES } from "../diagnostics/limits.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { HANDLE_BYTES, HandleField, InstanceField, WAITABLE_TYPE } from "../store/control-memory.ts";
import { Table } from "./table.ts";
import type { Task } from "./task.ts";
import type { Thread } from "./thread.ts";

/** What lies in the handle table besides handles of resources: waitables, waitable sets, error contexts. */
export interface TableElement {
  /** In words, for traps. */
  readonly noun: string;
  /** Its instance is gone. */
  abandon(error: unknown): void;
}

/** What `ComponentInstance` of definitions.py has for concurrency; made when an instance first needs it. */
export class InstanceState {
  readonly #instance: ComponentInstance;
  /** By index in the handle table. */
  readonly #elements: (TableElement | undefined)[] = [];
  #count = 0;
  readonly threads = new Table<Thread>();
  /** The first of its tasks, which are a list: those that have not resolved, and those whose threads go on after that. */
  firstTask: Task | undefined = undefined;
  /** What it waits for that is in no table: calls that are not async. */
  readonly calls = new Set<TableElement>();
  exclusive: Thread | undefined = undefined;
  waitingToEnter = 0;
  /** Threads to ask again when `exclusive` or `backpressure` changes. */
  #waiting: Thread[] = [];

  constructor(instance: ComponentInstance) {
    this.#instance = instance;
  }

  add(element: TableElement): number {
    const { store, record, name: part } = this.#instance;
    if (this.#count === MAX_WAITABLES) {
      throw new Trap(TrapCode.TooLong, `wasm trap: more than ${MAX_WAITABLES} waitables, waitable sets and error contexts`, { part });
    }
    this.#count += 1;
    const index = store.kernel.add(record, WAITABLE_TYPE, WAITABLE_TYPE, 0, 0, 0);
    this.#elements[index] = element;
    return index;
  }

  get<T extends TableElement>(index: number, kind: abstract new (...args: never[]) => T, noun: string): T {
    const found = this.#elements[index >>> 0];
    if (found instanceof kind) return found;
    throw this.#noSuch(index >>> 0, found, noun);
  }

  remove(index: number): void {
    const { store, record } = this.#instance;
    store.kernel.take(record, WAITABLE_TYPE, index);
    this.#count -= 1;
    this.#elements[index >>> 0] = undefined;
  }

  #noSuch(index: number, found: TableElement | undefined, noun: string): Trap {
    const { store, at, name: part } = this.#instance;
    const { cells } = store.control;
    const entry = (cells[at + (InstanceField.handles >> 2)]! + index * HANDLE_BYTES + HandleField.type) >> 2;
    if (index >= cells[at + (InstanceField.fresh >> 2)]! || cells[entry] === 0) {
      return new Trap(TrapCode.UnknownHandle, `wasm trap: unknown handle index ${index}`, { part });
    }
    const what = found?.noun ?? "a resource";
    return new Trap(TrapCode.WrongHandleType, `wasm trap: handle index ${index} used with the wrong type, expected ${noun} but found ${what}`, { part });
  }

  /** Asks `thread` again when `exclusive` or `backpressure` changes. */
  onChange(thread: Thread): void {
    this.#waiting.push(thread);
  }

  changed(): void {
    if (this.#waiting.length === 0) return;
    for (const thread of this.#waiting.splice(0)) thread.wake();
  }

  setExclusive(thread: Thread | undefined): void {
    this.exclusive = thread;
    if (thread === undefined) this.changed();
  }

  tasks(): Task[] {
    const tasks: Task[] = [];
    for (let task = this.firstTask; task !== undefined; task = task.next) tasks.push(task);
    return tasks;
  }

  keeps(scope: number, id: number): boolean {
    return this.tasks().some((task) => task.scope?.record === scope && task.implicitThread?.id !== id);
  }

  /** A trap, or its owner, has closed the instance: what it had begun ends. */
  close(error: unknown): void {
    for (const task of this.tasks()) task.fail(error);
    for (const call of this.calls) call.abandon(error);
    for (const [index, element] of this.#elements.entries()) {
      this.#elements[index] = undefined;
      element?.abandon(error);
    }
  }

  get isIdle(): boolean {
    return this.firstTask === undefined && this.#elements.every((element) => element === undefined);
  }
}

export function stateOf(instance: ComponentInstance): InstanceState {
  return (instance.concurrency as InstanceState | undefined) ?? (instance.concurrency = new InstanceState(instance));
}

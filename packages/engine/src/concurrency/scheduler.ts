/**
 * Threads, tasks, waitables, streams and futures (Concurrency.md; CanonicalABI.md "Runtime State"), as definitions.py has them.
 *
 * The scheduler of a store is a ready queue: a thread that waits names what it waits for, a change of that wakes it, and it goes on when
 * nothing is on the native stack. Nothing is polled, and no timer decides who runs. A thread waits in one of two ways: one of the callback
 * ABI has no stack, its continuation is a function; any other is suspended by JSPI at the gate through which it called (`canon/trampolines.ts`).
 *
 * Known gaps: threads of shared memories (`thread.spawn-*`) are validated, not run.
 */
import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_TURN_MS } from "../diagnostics/limits.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import type { Counts } from "../store/control-memory.ts";
import type { Store } from "../store/store.ts";
import type { InstanceState } from "./instance-state.ts";
import type { Task } from "./task.ts";
import { Thread } from "./thread.ts";

export class Scheduler {
  readonly #store: Store;
  #ready: Thread[] = [];
  /** Those that were ready but for a suspended call that holds their instance. */
  #held: Thread[] = [];
  #scheduled = false;
  /** When threads began to go on without the host having had its turn; 0: they don't. */
  #since = 0;
  #turns = 0;
  /** Threads that have trapped, for a reason that a microtask will tell. */
  #unexplained = 0;
  /** The thread that goes on by JSPI, in a microtask that is still to come, or that waits for one that does. */
  #inFlight: Thread | undefined = undefined;
  /** Tasks of functions that are not async and have blocked: only threads of the last one's instance may go on. */
  readonly #blocked: Task[] = [];
  readonly #random: (() => number) | undefined;
  /** How many tasks there are: those that have not resolved, and those whose threads go on after that. */
  tasks = 0;
  #outside = 0;
  /** With a seed: a digest of the choices so far. Two runs that have the same have seen the same schedule. */
  trace = 0;

  constructor(store: Store) {
    this.#store = store;
    const { seed } = store.options;
    this.#random = seed === undefined ? undefined : generator(seed);
  }

  /** The scheduler of a store, made on first use. */
  static of(store: Store): Scheduler {
    return (store.scheduler as Scheduler | undefined) ?? (store.scheduler = new Scheduler(store));
  }

  /** How much the host may still do that a guest waits for: calls of its functions, ends of streams and futures that it holds. */
  get outside(): number {
    return this.#outside;
  }
  set outside(count: number) {
    this.#outside = count;
    if (count === 0 && this.tasks > 0) this.schedule();
  }

  /** One of `count` choices: the first, or by the seed. */
  choose(count: number): number {
    if (this.#random === undefined || count < 2) return 0;
    const chosen = Math.floor(this.#random() * count);
    this.trace = (Math.imul(this.trace, 31) + count * 7 + chosen + 1) | 0;
    return chosen;
  }

  /** `random.randint(0,1)` of `wait_until`: whether a thread that is ready waits all the same. */
  get hesitates(): boolean {
    return this.#random !== undefined && this.choose(2) === 1;
  }

  /** What `thread` waits for may have come. */
  wake(thread: Thread): void {
    if (thread.queued || !thread.ready) return;
    thread.queued = true;
    this.#ready.push(thread);
    this.schedule();
  }

  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    Promise.resolve().then(this.#drain);
  }

  /** A thread goes on in a microtask: until it pauses no other is chosen. */
  begin(thread: Thread | undefined): void {
    this.#inFlight = thread;
  }

  /** The thread has paused or ended. */
  paused(thread: Thread | undefined): void {
    if (this.#inFlight !== thread) {
      // The others may wait for nothing that can still happen.
      if (this.#store.options.closed && this.#inFlight === undefined && this.tasks > 0) this.schedule();
      return;
    }
    this.#inFlight = undefined;
    this.schedule();
  }

  /** The stack of an activation waits for something else than an event, inside of what it has entered: others go on. */
  waits(activation: number): void {
    this.paused(this.thread(activation));
  }

  /** Whether another thread of the instance could run while a synchronous call in it blocks. */
  hasCandidate(instance: ComponentInstance): boolean {
    return this.#ready.some((thread) => thread.task.instance === instance && !thread.usesStack && thread.ready);
  }

  /** `canon_lift` of a function that is not async: until it has resolved only threads of its instance run. */
  block(task: Task): void {
    if (!this.#blocked.includes(task)) this.#blocked.push(task);
    this.schedule();
  }

  unblock(task: Task): void {
    const at = this.#blocked.indexOf(task);
    if (at >= 0) this.#blocked.splice(at, 1);
  }

  /** `block`, for a caller that can't wait: the next thread that may run. */
  candidate(): Thread | undefined {
    return this.#take();
  }

  readonly #drain = (): void => {
    this.#scheduled = false;
    while (this.#inFlight === undefined && this.#unexplained === 0) {
      const thread = this.#take();
      if (thread === undefined) {
        this.#idle();
        return;
      }
      const now = this.#now;
      if (this.#since === 0) this.#since = now;
      else if (now - this.#since >= MAX_TURN_MS) {
        this.#letHostIn(thread);
        return;
      }
      thread.resume(false);
    }
  };

  /** Nobody goes on before it is known why a thread has trapped. */
  explain(coming: Promise<unknown>): void {
    this.#unexplained += 1;
    coming.then(() => {
      this.#unexplained -= 1;
      this.schedule();
    });
  }

  /** With a seed each thread that goes on takes a hundredth of a millisecond: what can't be repeated has no say. */
  get #now(): number {
    return this.#random === undefined ? Date.now() : ++this.#turns / 100;
  }

  /** Threads that never wait for the host would keep it from its own events. */
  #letHostIn(next: Thread): void {
    next.queued = true;
    this.#ready.unshift(next);
    this.#scheduled = true;
    setTimeout(() => {
      this.#since = 0;
      this.#drain();
    }, 0);
  }

  /** The next thread that can go on now. */
  #take(): Thread | undefined {
    const blocked = this.#blocked.at(-1);
    const passed: Thread[] = [];
    let found: Thread | undefined;
    while (found === undefined && this.#ready.length > 0) {
      const at = this.choose(this.#ready.length);
      const thread = at === 0 ? this.#ready.shift()! : this.#ready.splice(at, 1)[0]!;
      if (!thread.ready) thread.queued = false;
      else if (blocked !== undefined && (thread.task.instance !== blocked.instance || thread.usesStack)) passed.push(thread);
      else if (blocked === undefined && thread.isHeld) {
        this.#held.push(thread);
        this.#store.activations.onFree.add(this.#free);
      } else found = thread;
    }
    if (passed.length > 0) this.#ready.unshift(...passed);
    if (found !== undefined) found.queued = false;
    return found;
  }

  readonly #free = (): void => {
    for (const thread of this.#held.splice(0)) {
      thread.queued = false;
      this.wake(thread);
    }
  };

  /** Nothing can go on by itself. */
  #idle(): void {
    this.#since = 0;
    const blocked = this.#blocked.at(-1);
    if (blocked !== undefined) {
      const error = cannotBlock(blocked.instance);
      blocked.instance.poison(error);
      // It may be of one that was closed before; and the others could not go on.
      blocked.fail(error);
      this.schedule();
      return;
    }
    if (!this.#store.options.closed || this.outside > 0 || this.#held.length > 0) return;
    const waiting = this.#allTasks().filter((task) => !task.isResolved);
    // What runs is about to go on in a microtask.
    if (waiting.length === 0 || waiting.some((task) => task.isRunning)) return;
    const error = new Trap(TrapCode.Deadlock, `wasm trap: deadlock detected: event loop cannot make further progress: ${this.describe().join("; ")}`);
    // Whom the host waits for first: its caller is told this, not what follows from it.
    for (const task of waiting) if (task.isFromHost) task.fail(error);
    for (const { instance } of waiting) instance.poison(error);
  }

  /** How much has not ended. */
  get counts(): Counts {
    let threads = 0;
    for (const live of this.#store.activations.live.values()) if (live instanceof Thread && live.task.instance.store === this.#store) threads += 1;
    return {
      tasks: this.tasks,
      threads,
      ready: this.#ready.length,
      held: this.#held.length,
      blocked: this.#blocked.length,
      outside: this.outside,
    };
  }

  /** In the order in which they began. */
  #allTasks(): Task[] {
    return [...this.#store.instances.values()].flatMap(({ concurrency }) => (concurrency as InstanceState | undefined)?.tasks().reverse() ?? []);
  }

  /** The thread of an activation, if it is one's. */
  thread(id: number): Thread | undefined {
    const found = this.#store.activations.live.get(id);
    return found instanceof Thread ? found : undefined;
  }

  /** Which task waits for what. */
  describe(): string[] {
    const lines: string[] = [];
    for (const task of this.#allTasks()) lines.push(...task.describe());
    return lines;
  }
}

export function cannotBlock({ name }: ComponentInstance): Trap {
  return new Trap(
    TrapCode.CannotBlock,
    "wasm trap: cannot block a synchronous task before returning: deadlock detected: event loop cannot make further progress until it returns",
    { part: name },
  );
}

/** Mulberry32: a small generator whose choices a seed repeats. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

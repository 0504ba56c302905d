/**
 * Byte streams between a guest and whatever the host has behind them, neutral of any version of WASI: `InputSource` and
 * `OutputSink` never block; a reader or writer that must wait does so through `Waitable`. Nothing here polls: a source calls
 * those who wait when its state changes.
 */

/** Something that becomes ready. */
export interface Waitable {
  /** Whether waiting would end at once. Has no side effect that the guest can see. */
  ready(): boolean;
  /** Calls `wake` once when `ready` may have become true. The function returned cancels: a waiter that got what it wanted elsewhere leaves nothing behind. */
  onReady(wake: () => void): () => void;
}

/** Those who wait for one thing. */
export class WakeList {
  readonly #waiting = new Set<() => void>();

  get size(): number {
    return this.#waiting.size;
  }

  add(wake: () => void): () => void {
    // Each waiter is its own entry, even if one function waits twice.
    const entry = () => wake();
    this.#waiting.add(entry);
    return () => {
      this.#waiting.delete(entry);
    };
  }

  wakeAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

export const alwaysReady: Waitable = { ready: () => true, onReady: wakeSoon };

/** For things that are always ready: nobody need wait, but whoever does is woken. */
export function wakeSoon(wake: () => void): () => void {
  let wanted = true;
  queueMicrotask(() => {
    if (wanted) wake();
  });
  return () => {
    wanted = false;
  };
}

/** Resolves once one of them is ready. */
export async function anyReady(waitables: readonly Waitable[]): Promise<void> {
  while (!waitables.some((waitable) => waitable.ready())) {
    const cancels: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      for (const waitable of waitables) cancels.push(waitable.onReady(resolve));
    });
    for (const cancel of cancels) cancel();
  }
}

/** Resolves once it is ready. Rejects, and waits no longer, when `signal` is aborted. */
export async function untilReady(waitable: Waitable, signal?: AbortSignal): Promise<void> {
  while (!waitable.ready()) await (signal === undefined ? new Promise<void>((resolve) => waitable.onReady(resolve)) : untilWoken(waitable, signal));
}

async function untilWoken(waitable: Waitable, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = waitable.onReady(resolve);
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    await promise;
  } finally {
    cancel();
    signal.removeEventListener("abort", abort);
  }
}

/** Lets the event loop take a turn: timers, sockets and other guests get theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

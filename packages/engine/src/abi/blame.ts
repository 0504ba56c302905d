import type { Shared } from "../concurrency/shared.ts";

/**
 * What waits at the other end is at fault: its elements can't be lifted, or its allocator failed. It learns of it where it asks what came of
 * its copy, so that the trap is its own; who came to meet it goes on.
 */
export function blame(shared: Shared, error: unknown): void {
  const waiting = shared["pending"];
  if (waiting === undefined) return;
  shared["resetPending"]();
  waiting.onLost(error);
}

import type { ComponentInstance } from "../store/component-instance.ts";
import { enterFrom, leaveTo } from "../store/component-instance.ts";

/**
 * Enters for a call that may suspend. While a suspended call holds one of the instances, this one waits its turn, first
 * come first served; `undefined`: entered at once. A call that comes back to an instance on its own stack traps.
 */
export function enterInTurn(entering: readonly ComponentInstance[]): Promise<void> | undefined {
  const busy = entering.find(mustWait);
  if (busy === undefined) {
    enterFrom(entering);
    return undefined;
  }
  return new Promise((resolve, reject) => {
    const attempt = (): void => {
      const again = entering.find(mustWait);
      if (again !== undefined) {
        queue(again, attempt);
        return;
      }
      try {
        enterFrom(entering);
        hold(entering);
        resolve();
      } catch (error) {
        reject(error);
      }
    };
    queue(busy, attempt);
  });
}

function mustWait(instance: ComponentInstance): boolean {
  return instance.held && instance.poisonedBy === undefined;
}

function queue(instance: ComponentInstance, attempt: () => void): void {
  (instance.waiting ??= []).push(attempt);
}

/** The call is suspended: entries of these instances wait. */
export function hold(entered: readonly ComponentInstance[]): void {
  for (const instance of entered) instance.held = true;
}

/** The call is over. After a failure the instances stay closed, and those that wait hear of it. */
export function release(entered: readonly ComponentInstance[], failed: boolean): void {
  if (!failed) leaveTo(entered);
  for (const instance of entered) {
    instance.held = false;
    instance.context = undefined;
  }
  for (const instance of entered) while (!instance.held && instance.waiting?.length) instance.waiting.shift()!();
}

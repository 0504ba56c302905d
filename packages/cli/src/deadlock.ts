import { type Store, Trap, TrapCode } from "@tenon/engine";

/**
 * Settles as `running` does; rejects if Node is about to end because nothing can happen any more. A guest that waits for the host while the
 * host waits for the guest is no deadlock that the engine could see: the host's promise might still be kept.
 */
export async function orDeadlock<T>(running: Promise<T>, store: Store): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const idle = () => reject(new Trap(TrapCode.Deadlock, `deadlock detected: event loop cannot make further progress: ${store.waiting.join("; ")}`));
  process.once("beforeExit", idle);
  try {
    return await Promise.race([running, promise]);
  } finally {
    process.off("beforeExit", idle);
  }
}

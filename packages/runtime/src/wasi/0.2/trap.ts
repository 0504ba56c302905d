import { Trap, TrapCode } from "@tenon/engine";

/** Ends the guest where an interface says that a call "traps": it broke the contract, no error value is foreseen. */
export function trap(message: string): never {
  throw new Trap(TrapCode.HostThrew, message);
}

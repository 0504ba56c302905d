import { promising } from "@tenon/engine";

type Call = (...args: unknown[]) => unknown;

/** A function of a part so that what it calls may wait; behind interposers it is one of ours, which has seen to that. */
export function waiting(call: Call): Call {
  try {
    return promising(call);
  } catch {
    return call;
  }
}

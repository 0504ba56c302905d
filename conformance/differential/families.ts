import type { Family } from "./family.ts";
import { HANDLE_CASES } from "./handle-cases.ts";
import { VALUE_CASES } from "./value-cases.ts";

/** What differs between families is known to themselves alone. */
type AnyFamily = Family<{ readonly standard: boolean }>;

export const FAMILIES: readonly AnyFamily[] = [VALUE_CASES as unknown as AnyFamily, HANDLE_CASES as unknown as AnyFamily];

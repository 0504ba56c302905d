/** Every limit on what is read from outside, each with the attack it bounds. */

/** Handles in one instance's table, `Table.MAX_LENGTH` of definitions.py: creating without dropping. */
export const MAX_HANDLES = 2 ** 28 - 1;

/** Components instantiated within one another, per path: the stack of the planner. */
export const MAX_INSTANTIATION_DEPTH = 500;

/** Definitions after all nested components are inlined: n components that each instantiate the next twice make 2^n instances. */
export const MAX_PLANNED_ITEMS = 1_000_000;

/** Core modules up to this size are compiled on the spot: a thread's round trip costs more. Pages refuse above 8 MB. */
export const MAX_SYNC_COMPILE_BYTES = 128 * 1024;

/** Core modules above this size are instantiated asynchronously: pages refuse to do it at once. */
export const MAX_SYNC_INSTANCE_BYTES = 4 * 1024 * 1024;

/** Every limit on what is read from outside, each with the attack it bounds. */

/** Handles in one instance's table, `Table.MAX_LENGTH` of definitions.py: creating without dropping. */
export const MAX_HANDLES = 2 ** 28 - 1;

/** Components instantiated within one another, per path: the stack of the planner. */
export const MAX_INSTANTIATION_DEPTH = 500;

/** Definitions after all nested components are inlined: n components that each instantiate the next twice make 2^n instances. */
export const MAX_PLANNED_ITEMS = 1_000_000;

/** Every limit on what is read from outside, each with the attack it bounds. */

/** Handles in one instance's table, `Table.MAX_LENGTH` of definitions.py: creating without dropping. */
export const MAX_HANDLES = 2 ** 28 - 1;

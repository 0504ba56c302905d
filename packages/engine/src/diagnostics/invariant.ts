/** Throws when *we* are wrong. Stays in release builds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`engine bug: ${message}`);
}

/** Ends an exhaustive `switch`. */
export function unreachable(value: never): never {
  throw new Error(`engine bug: unexpected ${JSON.stringify(value)}`);
}

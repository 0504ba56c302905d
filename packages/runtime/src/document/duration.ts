const UNITS = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Milliseconds of `250ms`, `1.5s`, `5m`, `1h`; `undefined`: it isn't a time. */
export function durationOf(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = number === undefined ? Number.NaN : Number(number) * UNITS.get(unit!)!;
  return Number.isSafeInteger(Math.round(milliseconds)) ? milliseconds : undefined;
}

import { MAX_MEANT_LENGTH, MAX_MEANT_NAMES } from "../limits.ts";

/** The name that was probably meant: the one that is the fewest changes away, if that is few. */
export function nearest(name: string, among: Iterable<string>): string | undefined {
  if (name.length > MAX_MEANT_LENGTH) return undefined;
  let best: string | undefined;
  let compared = 0;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const each of among) {
    compared += 1;
    if (compared > MAX_MEANT_NAMES) break;
    const distance = distanceBetween(name.toLowerCase(), each.toLowerCase(), least);
    // A name of which no letter is left is another one.
    if (distance >= least || distance >= Math.max(name.length, each.length)) continue;
    least = distance;
    best = each;
  }
  return best;
}

/** Letters put in, taken out, replaced or exchanged with the next; `limit` if there are no fewer. */
function distanceBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

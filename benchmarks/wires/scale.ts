/** Prints, as JSON, how long many parts and wires take to start, and what memory they take. Arguments: parts, and pages of memory of each. */
import { type Change, compile, type Instance, type Part, rewire, Store } from "@tenon/engine";
import { bytesOf } from "./wired.ts";

export interface Scale {
  /** Milliseconds. */
  readonly instantiate: number;
  readonly wire: number;
  /** The same number of wires, to other parts. */
  readonly again: number;
  /** Resident, more than before. */
  readonly bytes: number;
}

/** Each part has three ends and one export, all of the same four functions. */
const ENDS = ["left", "right", "next"] as const;

/** As many parts are on a stack when the chain is tried. */
const CHAIN = 100;

async function measure(count: number, pages: number): Promise<Scale> {
  const component = await compile(await withPages(pages));
  const store = new Store();
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let start = performance.now();
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) parts.push(await component.open({}, { store }));
  const instantiate = performance.now() - start;
  start = performance.now();
  rewire(changes(parts, 1));
  const wire = performance.now() - start;
  check(parts);
  globalThis.gc?.();
  const bytes = process.memoryUsage.rss() - before;
  start = performance.now();
  rewire(changes(parts, 2));
  const again = performance.now() - start;
  check(parts);
  return { instantiate, wire, again, bytes };
}

/** Parts in a ring: `next` leads to the part that is `step` further on, the others to some that are not near. */
function changes(parts: readonly Part[], step: number): Change[] {
  const offsets = { left: 17 * step, right: 311 * step, next: step };
  return parts.flatMap((part, i) => ENDS.map((name) => ({ end: part.ends.get(name)!, to: served(parts[(i + offsets[name]) % parts.length]!) })));
}

function served(part: Instance): unknown {
  return part.exports.served;
}

/** A call that goes on from part to part by `next`, and at each to what `left` and `right` lead to. */
function check(parts: readonly Part[]): void {
  const { hop } = served(parts[0]!) as { hop(left: number): number };
  // each but the last adds what two others answer, which is 1 each
  const expected = 2 * CHAIN + 1;
  if (hop(CHAIN) !== expected) throw new Error(`the chain answers ${hop(CHAIN)}, expected ${expected}`);
}

/** The part, with so many pages in its memory section: one byte of it says how many. */
async function withPages(pages: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await bytesOf("part");
  // section 5 of three bytes: one memory, no maximum, one page
  const at = bytes.findIndex((_, i) => [5, 3, 1, 0, 1].every((byte, k) => bytes[i + k] === byte));
  if (at < 0 || pages > 127) throw new Error("no memory of one page, or too many pages for one byte");
  bytes[at + 4] = pages;
  return bytes;
}

const [parts, pages] = process.argv.slice(2).map(Number);
process.stdout.write(JSON.stringify(await measure(parts!, pages!)));

/** Whether engines agree about a case. */
import { describeOutcome, type Engine, type Outcome } from "./engine.ts";
import type { Family } from "./family.ts";

export interface Disagreement {
  readonly call: string;
  readonly index: number;
  /** In words, one line for each engine. */
  readonly report: string;
}

/** What each engine makes of the cases of one component: a disagreement for each case that has one. */
export async function judge<C extends { readonly standard: boolean }>(
  { build, callsOf, expected, isUndefined, fresh }: Family<C>,
  cases: readonly C[],
  all: readonly Engine[],
): Promise<(Disagreement | undefined)[]> {
  const standard = cases.every((given) => given.standard);
  const engines = all.filter(({ standardOnly }) => standard || !standardOnly);
  const built = build(cases);
  const texts = cases.map((given, i) => callsOf(given, i));
  const outcomes = await Promise.all(engines.map((engine) => engine.run(built, texts.flat(), fresh)));
  let next = 0;
  return cases.map((given, i) => {
    const wanted = expected(given);
    let found: Disagreement | undefined;
    for (const [index, call] of texts[i]!.entries()) {
      const each = outcomes.map((of) => of[next]!);
      next += 1;
      if (found !== undefined || agree({ engines, outcomes: each, wanted: wanted?.[index], loose: isUndefined(given) })) continue;
      const lines = each.map((outcome, e) => `  ${engines[e]!.name}: ${describeOutcome(outcome)}`);
      if (wanted !== undefined) lines.push(`  expected: ${wanted[index]}`);
      found = { call: call.text, index, report: lines.join("\n") };
    }
    return found;
  });
}

/** Where guests end when a byte was written that they had not allocated, a block is given back that they had not given out, or a value is not as it should be. */
const UNREACHABLE = /unreachable/;

interface Question {
  readonly engines: readonly Engine[];
  readonly outcomes: readonly Outcome[];
  readonly wanted: string | undefined;
  /** Anything will do that an engine may do. */
  readonly loose: boolean;
}

function agree({ engines, outcomes, wanted, loose }: Question): boolean {
  const [first] = outcomes;
  if (loose) return outcomes.every((outcome) => !("failure" in outcome) && !("trap" in outcome && UNREACHABLE.test(outcome.message)));
  // Of those that say it.
  if (new Set(outcomes.flatMap((outcome) => ("trap" in outcome ? (outcome.afterwards ?? []) : []))).size > 1) return false;
  return outcomes.every((outcome, i) => {
    if ("failure" in outcome) return false;
    if ("value" in outcome) {
      const same = engines[i]!.standardOnly ? sameText : Object.is;
      return "value" in first! && [first.value, wanted ?? first.value].every((text) => same(text, outcome.value));
    }
    if (wanted !== undefined || UNREACHABLE.test(outcome.message)) return false;
    if (!("trap" in first!)) return false;
    return engines[i]!.standardOnly ? sameKind(first.trap, outcome.message) : sameTrap(first, outcome);
  });
}

/** Which characters are written as escapes differs between versions of wasmtime, and which of two decimals that are equally near a number. */
function sameText(a: string, b: string): boolean {
  return a === b || plain(a) === plain(b);
}

/** Without escapes, and without the last digit of long fractions: 17 digits are those of a `f64`, 9 those of a `f32`. */
function plain(text: string): string {
  return text
    .replaceAll(/\\(?:u\{([0-9a-f]+)\}|.)/gs, (found, hex) => (hex === undefined ? found : String.fromCodePoint(Number.parseInt(hex, 16))))
    .replaceAll(/\d+\.\d+/g, (digits) => (digits.length < 8 ? digits : digits.slice(0, -1)));
}

type Trap = Extract<Outcome, { readonly trap: string }>;

/** Where JavaScript has no exact number for an address or length, the closures may find another fault, or word it otherwise. */
const HUGE = /0x[0-9a-f]{14,}|[0-9]{16,}/;
/** What such an address is called that an allocator made up. */
const MADE_UP = /realloc return/;

function sameTrap(a: Trap, b: Trap): boolean {
  if (a.trap === b.trap && a.message === b.message) return true;
  return [HUGE, MADE_UP].some((words) => words.test(a.message) && words.test(b.message));
}

/** What wasmtime says where we have these codes. A guest that uses an address that its own allocator made up may trap before its value is looked at. */
const BOUNDS = /out of bounds|out-of-bounds|beyond end of memory|too large|overflow|exceed|size|not aligned|unaligned/;
const WORDS: Readonly<Record<string, RegExp>> = {
  "trap/out-of-bounds": BOUNDS,
  "trap/too-long": BOUNDS,
  "trap/unaligned-pointer": BOUNDS,
  "trap/invalid-string": /utf|unpaired surrogate/i,
  "trap/invalid-char": /char|integer/,
  "trap/invalid-discriminant": /discriminant/,
  "trap/unknown-handle": /unknown handle index/,
  // A borrow that is returned as an own handle also remains: `canon_lift` lifts the result before it looks for what remains.
  "trap/wrong-handle-type": /handle index|own resource from a borrow|borrow handles still remain/,
  "trap/handle-lent": /while borrowed/,
  "trap/borrows-remain": /borrow handles still remain/,
};

function sameKind(code: string, message: string): boolean {
  return WORDS[code]?.test(message) ?? true;
}

/** Seeded damage to components: bit flips, cuts, splices, doubled and foreign pieces, integers made huge. */

/** mulberry32: small, seeded, the same everywhere. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer of [0, bound). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound) | 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/** Replaces `[from, to)`. */
function splice(bytes: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array {
  const result = new Uint8Array(from + piece.length + bytes.length - to);
  result.set(bytes.subarray(0, from));
  result.set(piece, from);
  result.set(bytes.subarray(to), from + piece.length);
  return result;
}

function range(bytes: Uint8Array, random: Random, longest: number): [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.below(longest))];
}

const HUGE: readonly Uint8Array[] = [
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x08),
  Uint8Array.of(0xff, 0xff, 0x7f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
];

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const result = bytes.slice();
    for (let times = 1 + random.below(4); times > 0; times--) result[random.below(result.length)]! ^= 1 << random.below(8);
    return result;
  },
  function changeByte(bytes, random) {
    const result = bytes.slice();
    result[random.below(result.length)] = random.below(256);
    return result;
  },
  function nudgeByte(bytes, random) {
    const result = bytes.slice();
    result[random.below(result.length)]! += random.below(2) === 0 ? 1 : -1;
    return result;
  },
  function cutEnd(bytes, random) {
    return bytes.slice(0, random.below(bytes.length));
  },
  function cutOut(bytes, random) {
    const [from, to] = range(bytes, random, 32);
    return splice(bytes, from, to, new Uint8Array());
  },
  function double(bytes, random) {
    const [from, to] = range(bytes, random, 64);
    return splice(bytes, to, to, bytes.subarray(from, to));
  },
  function graft(bytes, random, other) {
    const [from, to] = range(bytes, random, 64);
    const [start, end] = range(other, random, 64);
    return splice(bytes, from, to, other.subarray(start, end));
  },
  function head(bytes, random, other) {
    return splice(bytes, random.below(bytes.length), bytes.length, other.subarray(random.below(other.length)));
  },
  function enlarge(bytes, random) {
    const at = random.below(bytes.length);
    return splice(bytes, at, at + 1, random.pick(HUGE));
  },
];

/** Those that keep the length, so that sizes of sections still hold and the damage is met deeper within. */
const IN_PLACE = MUTATIONS.slice(0, 3);

/** One to three mutations of a corpus file; the same seed gives the same bytes. */
export function mutant(corpus: readonly Uint8Array[], seed: number, kind: "any" | "in place" = "any"): Uint8Array<ArrayBuffer> {
  const random = new Random(seed);
  const mutations = kind === "in place" || random.below(2) === 0 ? IN_PLACE : MUTATIONS;
  let bytes = random.pick(corpus);
  for (let times = 1 + random.below(3); times > 0 && bytes.length > 8; times--) bytes = random.pick(mutations)(bytes, random, random.pick(corpus));
  return new Uint8Array(bytes);
}

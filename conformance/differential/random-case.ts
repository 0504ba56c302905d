/** Random cases; the same seed gives the same. */
import { Random } from "../../scripts/soak/random.ts";
import type { Case, Side } from "./case.ts";
import type { Lie } from "./guest-memory.ts";
import { ValueSource } from "./random-values.ts";

/** Calls of a function that the host gives values. */
const CALLS = 3;

/** Those of even seeds have nothing that only some engines have. */
export function randomCase(seed: number): Case {
  const standard = seed % 2 === 0;
  const random = new Random(seed);
  const source = new ValueSource(random, { standard });
  const depth = 1 + random.below(3);
  const params = Array.from({ length: random.below(5) }, () => source.type(depth));
  // With more flat values than are parameters they go through memory.
  if (random.below(6) === 0) params.push(...Array.from({ length: 16 }, () => ({ kind: "u8" }) as const));
  const kind = random.of(["plain", "plain", "broken", "broken", "lie"] as const);
  const from = random.of(["host", "image"] as const);
  const answer = random.below(2) === 0 ? "echo" : random.below(8) === 0 ? undefined : source.type(depth);
  const broken =
    kind === "broken"
      ? random.of([...(from === "image" ? (["caller"] as const) : []), ...(typeof answer === "object" ? (["callee"] as const) : [])])
      : undefined;
  const liar = kind === "lie" ? random.of(["caller", "callee"] as const) : undefined;
  const side = (lies: boolean, mayBeWide: boolean): Side => {
    const address = mayBeWide && random.below(3) === 0 ? "i64" : "i32";
    const encoding = random.of(["utf8", "utf16", "latin1+utf16"] as const);
    return {
      // wasmtime marks UTF-16 by bit 31 also where lengths have 64 bits; `utf16_tag` of definitions.py is bit 63.
      encoding: standard && address === "i64" && encoding === "latin1+utf16" ? "utf16" : encoding,
      address,
      inPlace: random.below(2) === 0,
      lie: lies ? lie(random, standard) : undefined,
    };
  };
  return {
    seed,
    standard,
    params,
    from,
    calls: Array.from({ length: from === "host" && params.length > 0 ? CALLS : 1 }, () => params.map((type) => source.value(type))),
    answer: typeof answer === "object" ? { type: answer, value: source.value(answer) } : answer,
    // wasmtime's host does not read memories of 64 bits rightly.
    caller: side(liar === "caller", !standard),
    callee: side(liar === "callee", true),
    broken,
    async: random.below(3) === 0,
  };
}

const address = (address: bigint): Lie["answer"] => ({ address });

/** Answers that no block can have. */
const IMPOSSIBLE: readonly Lie["answer"][] = [
  ...[0x7ffffff8n, 0x80000000n, 0xfffffff8n, -1n, -8n].map(address),
  ...[1, 2, 8, 65536].map((beyond) => ({ beyond })),
];
/** Those that are wrong by chance, or overwrite something. */
const DOUBTFUL: readonly Lie["answer"][] = [...[0n, 1n, 1n << 32n, 1n << 63n].map(address), { add: 1 }, { add: 2 }, { add: 4 }, { beyond: 0 }];

/** What is read there may be two things at once. */
export const isDoubtful = ({ answer }: Lie): boolean => DOUBTFUL.includes(answer);

/** Engines may allocate in their own order: where that must not matter, the first call lies, and can't be right. */
function lie(random: Random, standard: boolean): Lie {
  return standard ? { from: 0, answer: random.of(IMPOSSIBLE) } : { from: random.below(3), answer: random.of([...IMPOSSIBLE, ...DOUBTFUL]) };
}

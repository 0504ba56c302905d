/**
 * One end of `directory-race.ts`, a thread of its own: exchanges directories and files for links that lead out, moves directories up and
 * down, and all back, as fast as it can. It has more than a guest has: the host's own calls.
 */
import { renameSync } from "node:fs";
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { fill } from "./race-place.ts";
import { Random } from "./random.ts";

export interface AttackerParts {
  readonly root: string;
  readonly seed: number;
  /** Not 0: stop. Then how many exchanges there were. */
  readonly control: Int32Array;
}

/** From where to where, to be undone in the opposite order. */
type Moves = ReadonlyArray<readonly [from: string, to: string]>;

const exchanged = (name: string): Moves => [
  [name, `${name}.away`],
  [`${name}.link`, name],
];

const ATTACKS: readonly Moves[] = [
  exchanged("a"),
  exchanged("a/b"),
  exchanged("a/b/c"),
  exchanged("a/f"),
  exchanged("f"),
  // `..` of what has been moved is another directory, and nearer to the root than the path says.
  [["a/b/c", "c"]],
  [["a/b", "b"]],
  [
    ["a/b", "b"],
    ["b/c", "c"],
  ],
];

const { root, seed, control } = workerData as AttackerParts;
const random = new Random(seed);
while (Atomics.load(control, 0) === 0) {
  const attack = random.of(ATTACKS);
  try {
    for (const [from, to] of attack) renameSync(join(root, from), join(root, to));
    for (let i = random.below(200); i > 0; i--) Atomics.load(control, 0);
    for (const [from, to] of attack.toReversed()) renameSync(join(root, to), join(root, from));
    Atomics.add(control, 1, 1);
  } catch {
    // The other end has been busy, too.
    refill();
  }
}

function refill(): void {
  for (;;) {
    try {
      fill(root);
      return;
    } catch {
      // The other end makes files where directories are removed.
    }
  }
}

/** A function body without its size: positions in the module. */
export interface FunctionBody {
  readonly start: number;
  readonly end: number;
}

/** From offsets of code in a rewritten module to those in its source. */
export class CodeMap {
  readonly #importedFunctions: number;
  /** Where the code section's contents begin in the rewritten module. */
  base = 0;
  readonly #bodies: { readonly start: number; readonly length: number; readonly moves: readonly (readonly [to: number, from: number])[] }[] = [];

  constructor(importedFunctions: number) {
    this.#importedFunctions = importedFunctions;
  }

  /** The next function's body lies at `start` from `base`; of its parts, `from` are positions in the source. */
  body(start: number, length: number, moves: readonly (readonly [to: number, from: number])[]): void {
    this.#bodies.push({ start, length, moves });
  }

  /** Where the instruction at `offset` of function `index` was in the source; `undefined`: it is not in that function. */
  original(index: number, offset: number): number | undefined {
    const body = this.#bodies[index - this.#importedFunctions];
    const at = offset - this.base - (body?.start ?? 0);
    if (body === undefined || at < 0 || at >= body.length) return undefined;
    const [to, from] = body.moves.findLast(([start]) => start <= at)!;
    return from + at - to;
  }
}

/**
 * Scripts of what a component does with handles of a resource that another, `home`, defines; a third one, `mid`, lies between them and gets
 * borrows as handles of its own. Most steps are allowed by a model of who has what; some are not: forged indices, handles dropped twice, lent
 * and moved at once, kept after the call.
 */
import { Random } from "../../scripts/soak/random.ts";

/** What a variable of the script is: a handle of the script's, an index in the table of `home` or of `mid`, or nothing of use. */
type Has = "handle" | "home" | "mid" | "nothing";

/** What a function takes, and what the variable then is; lists take one to three handles. */
export interface Operation {
  readonly name: string;
  readonly from: "home" | "mid" | "script";
  readonly params: readonly ("number" | "own" | "borrow" | "home" | "mid" | "owns" | "borrows" | "maybe")[];
  readonly result: Has | "number" | "handles" | "maybe" | undefined;
}

const op = (from: Operation["from"], name: string, params: Operation["params"], result?: Operation["result"]): Operation => ({ name, from, params, result });

const OPERATIONS: readonly Operation[] = [
  op("home", "make", ["number"], "handle"),
  op("home", "get", ["borrow"], "number"),
  op("home", "take", ["own"], "number"),
  op("home", "keep", ["own"], "home"),
  op("home", "give", ["home"], "handle"),
  op("home", "both", ["borrow", "own"], "number"),
  op("home", "pass", ["owns"], "handles"),
  op("home", "look", ["borrows"], "number"),
  op("home", "choose", ["maybe"], "maybe"),
  op("home", "rep-at", ["home"], "number"),
  op("home", "drop-at", ["home"]),
  op("home", "counts", [], "number"),
  op("mid", "m-get", ["borrow"], "number"),
  op("mid", "m-take", ["own"], "number"),
  op("mid", "m-echo", ["own"], "handle"),
  op("mid", "m-both", ["borrow", "own"], "number"),
  op("mid", "m-hold", ["own"], "mid"),
  op("mid", "m-release", ["mid"], "handle"),
  op("mid", "m-drop", ["own"]),
  op("script", "drop", ["own"]),
];
/** What always traps. */
const FORBIDDEN: readonly Operation[] = [
  op("mid", "m-forget", ["borrow"]),
  op("mid", "m-twice", ["borrow"]),
  op("mid", "m-steal", ["borrow"], "number"),
  op("mid", "m-return", ["borrow"], "handle"),
];
/** What takes several handles. */
const SEVERAL = OPERATIONS.filter(({ name }) => ["both", "m-both", "pass", "look"].includes(name));
export const ALL_OPERATIONS: readonly Operation[] = [...OPERATIONS, ...FORBIDDEN];

/** A variable by its number, or a constant. */
export type Argument = { readonly variable: number } | { readonly constant: number };

export interface Step {
  readonly name: string;
  /** One for each parameter; of a list, its elements; of a result, a case and its payload. */
  readonly args: readonly (readonly Argument[])[];
  /** Where results go. */
  readonly to: readonly number[];
}

export interface Script {
  readonly standard: true;
  readonly steps: readonly Step[];
}

export const VARIABLES = 8;
const MOST_STEPS = 24;
/** Indices that nobody has, mostly. */
const FORGED = [0, 1, 2, 3, 5, 99, 0x7fffffff, 0x80000000, 0xffffffff, 0x0fffffff, 0x10000000];

export function randomScript(seed: number): Script {
  return new ScriptWriter(new Random(seed)).script();
}

class ScriptWriter {
  readonly #random: Random;
  readonly #has: Has[] = Array<Has>(VARIABLES).fill("nothing");

  constructor(random: Random) {
    this.#random = random;
  }

  script(): Script {
    const steps: Step[] = [];
    const length = 2 + this.#random.below(MOST_STEPS);
    while (steps.length < length) {
      const wild = steps.length > 1 && this.#random.below(24) === 0;
      let step = wild ? this.#wild() : undefined;
      while (step === undefined) step = this.#allowed();
      steps.push(step);
      if (wild && this.#random.below(3) > 0) break;
    }
    return { standard: true, steps };
  }

  #variables(has: Has): number[] {
    return [...this.#has.keys()].filter((i) => this.#has[i] === has);
  }

  /** `undefined`: what it needs is not there. */
  #allowed(): Step | undefined {
    const random = this.#random;
    const operation = random.of(OPERATIONS);
    const moved = new Set<number>();
    const lent = new Set<number>();
    const take = (has: Has, away: boolean): Argument | undefined => {
      const free = this.#variables(has).filter((i) => !moved.has(i) && !(away && lent.has(i)));
      if (free.length === 0) return undefined;
      const variable = random.of(free);
      (away ? moved : lent).add(variable);
      return { variable };
    };
    const argument = (param: Operation["params"][number]): (Argument | undefined)[] => {
      if (param === "number") return [{ constant: random.below(1000) }];
      if (param === "own" || param === "borrow") return [take("handle", param === "own")];
      if (param === "home" || param === "mid") return [take(param, operation.name !== "rep-at")];
      if (param === "maybe") return random.below(2) === 0 ? [{ constant: 0 }, take("handle", true)] : [{ constant: 1 }, { constant: random.below(1000) }];
      return Array.from({ length: random.below(4) }, () => take("handle", param === "owns"));
    };
    const args = operation.params.map(argument);
    if (args.flat().includes(undefined)) return undefined;
    for (const i of moved) this.#has[i] = "nothing";
    return { name: operation.name, args: args as Argument[][], to: this.#results(operation, args as Argument[][]) };
  }

  #results({ result }: Operation, args: readonly (readonly Argument[])[]): number[] {
    if (result === undefined || result === "number") return [];
    const count = result === "handles" ? args[0]!.length : 1;
    const is = result === "handles" ? "handle" : result === "maybe" ? ("constant" in args[0]![1]! ? "nothing" : "handle") : result;
    return Array.from({ length: count }, () => {
      const free = this.#variables("nothing");
      // What was there is lost.
      const to = free.length > 0 ? this.#random.of(free) : this.#random.below(VARIABLES);
      this.#has[to] = is;
      return to;
    });
  }

  /** What is never allowed with a handle that is there; a handle that is there in all places at once; or anything with anything. */
  #wild(): Step {
    const random = this.#random;
    const handles = this.#variables("handle");
    const kind = handles.length === 0 ? "anything" : random.of(["forbidden", "forbidden", "same", "same", "anything"] as const);
    const operation = random.of(kind === "forbidden" ? FORBIDDEN : kind === "same" ? SEVERAL : [...OPERATIONS, ...FORBIDDEN]);
    const same = { variable: handles[0]! };
    const any = (): Argument => {
      if (kind !== "anything") return same;
      if (random.below(3) === 0) return { constant: random.of(FORGED) };
      return { variable: handles.length > 0 && random.below(2) === 0 ? random.of(handles) : random.below(VARIABLES) };
    };
    const args = operation.params.map((param) => {
      if (param === "owns" || param === "borrows") return Array.from({ length: kind === "same" ? 2 : 1 + random.below(3) }, any);
      return param === "maybe" ? [{ constant: random.of([0, 0, 1, 2]) }, any()] : [any()];
    });
    return { name: operation.name, args, to: this.#results(operation, args) };
  }
}

export function* smallerScripts({ steps, ...rest }: Script): Generator<Script> {
  for (const part of [steps.slice(0, steps.length >> 1), steps.slice(steps.length >> 1)]) yield { ...rest, steps: part };
  for (const i of steps.keys()) yield { ...rest, steps: steps.filter((_, j) => j !== i) };
  for (const [i, step] of steps.entries()) {
    for (const [a, list] of step.args.entries()) {
      if (list.length < 2 || step.to.length === 1) continue;
      for (const j of list.keys()) {
        const to = step.to.length > 0 ? step.to.filter((_, k) => k !== j) : step.to;
        yield {
          ...rest,
          steps: steps.with(i, {
            ...step,
            args: step.args.with(
              a,
              list.filter((_, k) => k !== j),
            ),
            to,
          }),
        };
      }
    }
  }
}

export const scriptCost = ({ steps }: Script): number => steps.reduce((sum, { args }) => sum + 10 + args.flat().length, 0);

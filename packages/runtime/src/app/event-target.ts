/** What a source of events calls: the exports of a part, past the wire's interposers, in JavaScript. */
import { type FuncType, type Interposer, promising } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import type { EventTarget } from "../kinds/kind.ts";
import type { Gate } from "./gate.ts";

type Callable = (...args: unknown[]) => unknown;

/** An interface's functions (or a function itself, by its own name) with interposers before each. Without any it is what it was. */
export function interposed(exported: unknown, name: string, functions: ReadonlyMap<string, FuncType>, through: readonly Interposer[]): unknown {
  if (through.length === 0) return exported;
  if (typeof exported === "function") return passing(exported as Callable, { import: name, function: name, type: functions.get(name)! }, through);
  const all: Record<string, unknown> = Object.assign(Object.create(null), exported);
  for (const [each, type] of functions) {
    const key = camelCase(each);
    const inner = all[key];
    if (typeof inner === "function") all[key] = passing(inner as Callable, { import: name, function: each, type }, through);
  }
  return all;
}

/** Options of an async call follow its arguments: interposers see the arguments alone. */
function passing(
  call: Callable,
  { type, ...names }: { readonly import: string; readonly function: string; readonly type: FuncType },
  through: readonly Interposer[],
): Callable {
  const count = type.params.length;
  return through.reduceRight<Callable>(
    (inner, interposer) =>
      (...given) => {
        const options = given.slice(count);
        const next = (...args: unknown[]) => inner(...args.slice(0, count), ...options);
        const { signal } = (options[0] ?? {}) as { readonly signal?: AbortSignal };
        return interposer({ ...names, args: given.slice(0, count), next, ...(signal === undefined ? {} : { signal }) });
      },
    type.async ? call : waiting(call),
  );
}

/** The same exports, each call of which waits at the gate first and then goes to what `now` is. */
export function heldExports({ exports }: EventTarget, gate: Gate, now: () => EventTarget): unknown {
  const held =
    (of: (exports: unknown) => Callable): Callable =>
    async (...args) => {
      await gate.enter();
      return waiting(of(now().exports))(...args);
    };
  if (typeof exports === "function") return held((of) => of as Callable);
  const all: Record<string, unknown> = Object.assign(Object.create(null), exports);
  for (const [key, each] of Object.entries(all)) if (typeof each === "function") all[key] = held((of) => (of as Record<string, Callable>)[key]!);
  return all;
}

/** A component's function, so that it may wait; one of ours may anyway. */
function waiting(call: Callable): Callable {
  try {
    return promising(call);
  } catch {
    return call;
  }
}

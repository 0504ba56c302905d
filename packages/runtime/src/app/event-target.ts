/** What a source of events calls: the exports of a part, past the wire's interposers, in JavaScript. */
import { type FuncType, type Interposer, promising } from "@tenon/engine";

type Callable = (...args: unknown[]) => unknown;

/** An interface's functions (or a function itself, by its own name) with interposers before each. Without any it is what it was. */
export function interposed(exported: unknown, name: string, functions: ReadonlyMap<string, FuncType>, through: readonly Interposer[]): unknown {
  if (through.length === 0) return exported;
  if (typeof exported === "function") return passing(exported as Callable, name, name, through);
  const all: Record<string, unknown> = Object.assign(Object.create(null), exported);
  for (const each of functions.keys()) {
    const key = camelCase(each);
    const inner = all[key];
    if (typeof inner === "function") all[key] = passing(inner as Callable, name, each, through);
  }
  return all;
}

function passing(call: Callable, name: string, func: string, through: readonly Interposer[]): Callable {
  return through.reduceRight<Callable>(
    (next, interposer) =>
      (...args) =>
        interposer({ import: name, function: func, args, next }),
    promising(call),
  );
}

/** As the engine names functions in JavaScript. */
function camelCase(label: string): string {
  return label.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `--invoke`: finds the function that a WAVE call names, calls it, and prints its result as WAVE. */
import { type Component, type ComponentType, type FuncType, type InstanceType, promising } from "@tenon/engine";
import { camelCase, parseCall, parseCallName, printValue } from "@tenon/engine/wave";
import { InputError, UsageError } from "./failure.ts";

interface Found {
  /** Name of the exported interface and of the function in it; a function of the world itself has no first. */
  readonly path: readonly string[];
  readonly type: FuncType;
}

export interface Call {
  /** Calls the function of an instance's exports; gives the result's WAVE text, `undefined` when it has none. */
  readonly of: (exports: Readonly<Record<string, unknown>>) => Promise<string | undefined>;
}

/**
 * Reads a call such as `greet("x")`. The function is looked for in the world and in its exported interfaces;
 * `demo:poly/api#greet("x")` says in which.
 *
 * @throws UsageError, InputError, ComponentError `text/*`
 */
export function prepareCall(text: string, component: Component, file: string): Call {
  const { name } = parseCallName(text);
  const { path, type } = find(name, component.type, file);
  const args = parseCall(text, type);
  return {
    async of(exports) {
      const target = path.reduce<unknown>(memberOf, exports);
      const { result } = type;
      try {
        const value = await promising(target)(...args);
        if (result === undefined) return undefined;
        return printValue(result.kind === "result" ? { tag: "ok", val: value } : value, result);
      } catch (error) {
        // A top-level `err` is thrown; to print it is what was asked for.
        if (result?.kind !== "result" || !isResultError(error)) throw error;
        return printValue({ tag: "err", val: error.payload }, result);
      }
    },
  };
}

function isResultError(error: unknown): error is Error & { readonly payload: unknown } {
  return error instanceof Error && error.name === "ResultError" && "payload" in error;
}

function find(name: string, type: ComponentType, file: string): Found {
  const hash = name.lastIndexOf("#");
  const [wantedInterface, wanted] = hash < 0 ? [undefined, name] : [name.slice(0, hash), name.slice(hash + 1)];
  const all = functionsOf(type);
  const found = all.filter(({ path }) => path.at(-1) === wanted && (wantedInterface === undefined || isInterface(path[0]!, wantedInterface)));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new UsageError(`several interfaces export \`${wanted}\`; say which: ${found.map(({ path }) => `${path[0]}#${wanted}(...)`).join(" or ")}`);
  }
  const names = all.map(({ path }) => path.join("#"));
  throw new InputError(
    names.length === 0
      ? `${file} exports no function to call; \`tenon inspect ${file}\` shows what it exports`
      : `${file} exports no function \`${name}\`; it exports ${names.join(", ")}`,
  );
}

/** Two names may have one JavaScript spelling: then the second is exported under its own. */
function memberOf(exports: unknown, name: string): unknown {
  const own = exports as Readonly<Record<string, unknown>>;
  return own[name] ?? own[camelCase(name)];
}

/** Functions of the world first, then those of its interfaces; no methods: there is no way to write their `self`. */
function functionsOf({ exports }: ComponentType | InstanceType): Found[] {
  const found: Found[] = [];
  for (const [name, extern] of exports) if (extern.sort === "func" && !name.startsWith("[")) found.push({ path: [name], type: extern.type });
  for (const [name, extern] of exports) {
    if (extern.sort === "instance") for (const { path, type } of functionsOf(extern.type)) found.push({ path: [name, ...path], type });
  }
  return found;
}

/** `demo:poly/api@0.1.0` is what `demo:poly/api@0.1.0`, `demo:poly/api` and `api` mean. */
function isInterface(name: string, wanted: string): boolean {
  const unversioned = name.replace(/@.*$/, "");
  return name === wanted || unversioned === wanted || unversioned.endsWith(`/${wanted}`);
}

/** Every function of WASI, read from the types of a component that imports or exports each interface whole. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { compile, type ExternDescriptor, type ValueType } from "@tenon/engine";

export interface WasiFunction {
  /** `wasi:random/random@0.2`. */
  readonly interface: string;
  readonly name: string;
  /** Whether its type has a case for errors. */
  readonly fallible: boolean;
}

export const PROGRAMS: string = path.join(import.meta.dirname, "../guests/programs");

export const TRACKS = ["0.2", "0.3"] as const;

/** In the order of the component's imports, then of its exports. */
export async function functionsOf(track: (typeof TRACKS)[number]): Promise<WasiFunction[]> {
  const component = await compile(readFileSync(path.join(PROGRAMS, `everything-${track}.wasm`)));
  return [...component.imports, ...component.exports].flatMap(functionsIn);
}

function functionsIn({ name, type }: ExternDescriptor): WasiFunction[] {
  if (type.sort !== "instance") return [];
  const [, full, track] = /^(wasi:[^@]+)@(0\.\d+)\./.exec(name)!;
  return [...type.type.exports].flatMap(([name, { sort, type }]) =>
    sort === "func" ? [{ interface: `${full}@${track}`, name, fallible: type.result !== undefined && isFallible(type.result) }] : [],
  );
}

/** A result, be it now or in a future, alone or beside a stream. */
function isFallible(type: ValueType): boolean {
  switch (type.kind) {
    case "result":
      return true;
    case "option":
      return isFallible(type.some);
    case "future":
      return type.element !== undefined && isFallible(type.element);
    case "tuple":
      return type.types.some(isFallible);
    default:
      return false;
  }
}

/** How many interfaces there are: those without a function count, too. */
export async function interfacesOf(track: (typeof TRACKS)[number]): Promise<number> {
  const component = await compile(readFileSync(path.join(PROGRAMS, `everything-${track}.wasm`)));
  return component.imports.length + component.exports.length;
}

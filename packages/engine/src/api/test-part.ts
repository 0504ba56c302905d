/** A part for tests of failures and of waiting: it passes a number on to what it imports. */
import type { Store } from "../store/store.ts";
import { type Component, compile, type Instance, type Part } from "./component.ts";

/**
 * Imports `next: func(x: u32) -> u32`. All exports but `ping` (7) take and return a number: `call` is next(x) + 1, `twice` next(next(x)),
 * `catching` next(x), or 1000 when it caught something; `then-trap` calls next and executes `unreachable`, `throw` throws a wasm exception,
 * `deep` calls next below so many frames, each of which catches.
 */
const PART =
  "AGFzbQ0AAQAHCAFAAQF4eQB5CgkBAARuZXh0AQAIBQEBAAAAAdoBAGFzbQEAAAABDQNgAX8Bf2AAAGAAAX8CCQEABG5leHQAAAMJCAIAAAAAAAAADQMBAAEHPQcEcGluZwABBGNhbGwAAgV0d2ljZQ" +
  "ADCGNhdGNoaW5nAAQJdGhlbi10cmFwAAUFdGhyb3cABgRkZWVwAAgKZwgEAEEHCwkAIAAQAEEBagsIACAAEAAQAAsTAAJAH0ABAgAgABAADwsLQegHCwgAIAAQABoACwQACAALJAACQB9AAQIAIABF" +
  "BEBBABAADwsgAEEBaxAHQQBqDwsLQegHCwYAIAAQBwsCEAIBAQRuZXh0AAAAAAEAEgAHBQFAAAB5BgoBAAABAQRwaW5nCAYBAAABAAEHCAFAAQF4eQB5BgoBAAABAQRjYWxsCAYBAAACAAIHCAFAAQ" +
  "F4eQB5BgsBAAABAQV0d2ljZQgGAQAAAwADBwgBQAEBeHkAeQYOAQAAAQEIY2F0Y2hpbmcIBgEAAAQABAcIAUABAXh5AHkGDwEAAAEBCXRoZW4tdHJhcAgGAQAABQAFBwgBQAEBeHkAeQYLAQAAAQEF" +
  "dGhyb3cIBgEAAAYABgcMAUABBWRlcHRoeQB5BgoBAAABAQRkZWVwCAYBAAAHAAcLSwcABHBpbmcBAQAABGNhbGwBAgAABXR3aWNlAQMAAAhjYXRjaGluZwEEAAAJdGhlbi10cmFwAQUAAAV0aHJvdw" +
  "EGAAAEZGVlcAEHAA==";

export type NextFunction = (x: number) => unknown;
export type PartExports = Readonly<Record<"call" | "twice" | "catching" | "thenTrap" | "throw" | "deep", (x: number) => number>> & {
  readonly ping: () => number;
};

const compiled = (name: string): Promise<Component> =>
  compile(
    Uint8Array.from(atob(PART), (c) => c.charCodeAt(0)),
    { name },
  );

/** Its end `next` can be led elsewhere. */
export async function openPart(name: string, store: Store, next?: NextFunction): Promise<Part> {
  return (await compiled(name)).open({ next }, { store });
}

export async function makePart(next: NextFunction, name: string, store?: Store): Promise<Instance> {
  return (await compiled(name)).instantiate({ next }, store === undefined ? {} : { store });
}

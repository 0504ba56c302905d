/** How names of a component become text in declarations: through these functions only. */
import { camelCase, pascalCase } from "../link/js-name.ts";

/** Global types that declarations mention and names they have taken: a type of the component must not hide them. */
const GLOBALS = (
  "Array Map Promise AsyncIterable Iterable ReadableStream AbortSignal ArrayBuffer ArrayBufferView Symbol WebAssembly Imports Exports " +
  "Awaitable CallOptions StreamSource ByteSource " +
  "Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array BigUint64Array BigInt64Array Float32Array Float64Array"
).split(" ");
/** Words that can't be a parameter's name. */
const RESERVED = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in " +
    "instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** The identifiers of one scope, each given out once, none that an outer scope has. */
export class Identifiers {
  readonly #outer: Identifiers | undefined;
  readonly #taken: Set<string>;
  /** By base, the number that was last appended to it. */
  readonly #counts = new Map<string, number>();

  constructor(outer?: Identifiers) {
    this.#outer = outer;
    this.#taken = new Set(outer === undefined ? GLOBALS : []);
  }

  has(identifier: string): boolean {
    return this.#taken.has(identifier) || this.#outer?.has(identifier) === true;
  }

  /** A type's identifier; the first of `alternatives` that is free, else one with a number. */
  take(name: string, alternatives: readonly string[] = [name]): string {
    const spellings = alternatives.map((one) => pascalCase(one.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "")));
    return this.#free([...spellings, `${spellings.at(-1)}_`]);
  }

  takeParameter(name: string): string {
    const spelling = camelCase(name);
    return this.#free(RESERVED.has(spelling) ? [`${spelling}_`] : [spelling]);
  }

  #free(spellings: readonly string[]): string {
    const checked = spellings.filter((one) => IDENTIFIER.test(one));
    const base = checked[0] ?? "name";
    let found = checked.find((one) => !this.has(one));
    while (found === undefined) {
      const count = (this.#counts.get(base) ?? 1) + 1;
      this.#counts.set(base, count);
      if (!this.has(`${base}${count}`)) found = `${base}${count}`;
    }
    this.#taken.add(found);
    return found;
  }
}

/** A property's name, quoted unless it is a plain identifier. `new` is quoted, since `new(): T` declares a constructor. */
export function propertyKey(name: string): string {
  return IDENTIFIER.test(name) && name !== "new" ? name : JSON.stringify(name);
}

/** A comment of one line that nothing in `text` can end. */
export function comment(text: string): string {
  return `/** ${text.replace(/\*\//g, "*\\/").replace(/[\r\n\u2028\u2029]/g, " ")} */`;
}

/** Interfaces of WASI for each part that uses a capability: what one part has open, writes or draws is never another's. */
import type { Imports } from "@tenon/engine";
import { wasiOf } from "../wasi/imports.ts";
import { WasiHost, type WasiOptions } from "../wasi/options.ts";
import type { Importer } from "./kind.ts";

export class WasiSets {
  readonly #optionsFor: (importer: Importer) => WasiOptions;
  readonly #names: readonly string[];
  readonly #sets = new Map<Importer, { readonly host: WasiHost; readonly imports: Imports }>();

  /** `names`: those of the interfaces that a part gets. */
  constructor(names: readonly string[], optionsFor: (importer: Importer) => WasiOptions) {
    this.#names = names;
    this.#optionsFor = optionsFor;
  }

  provide(importer: Importer): Imports {
    const made = this.#sets.get(importer);
    if (made !== undefined) return made.imports;
    const host = new WasiHost(this.#optionsFor(importer));
    const all = wasiOf(host) as Readonly<Record<string, object>>;
    const imports: Record<string, object> = Object.create(null);
    for (const name of this.#names) imports[name] = all[name]!;
    this.#sets.set(importer, { host, imports });
    return imports;
  }

  /** The part is gone: what it left open is closed, and lines of its log without an end are passed on. */
  async release(importer: Importer): Promise<void> {
    const set = this.#sets.get(importer);
    this.#sets.delete(importer);
    await set?.host.finished();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sets.keys()].map((importer) => this.release(importer)));
  }
}

/** Names of the interfaces of all versions of WASI whose name without `wasi:` and version is one of these, or begins with one that ends in `/`. */
export function wasiNames(...wanted: readonly string[]): string[] {
  return Object.keys(wasiOf(new WasiHost({}))).filter((name) => {
    const path = name.slice("wasi:".length, name.indexOf("@"));
    return wanted.some((each) => (each.endsWith("/") ? path.startsWith(each) : path === each));
  });
}

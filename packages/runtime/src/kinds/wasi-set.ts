/** Interfaces of WASI for each part that uses a capability: what one part has open, writes or draws is never another's. */
import type { Imports } from "@tenon/engine";
import { wasiOf } from "../wasi/imports.ts";
import { WasiHost, type WasiOptions } from "../wasi/options.ts";
import type { Capability, Importer } from "./kind.ts";

/** What the interfaces stand on. */
export interface WasiGround {
  /** What a part is given; `WasiOptions` has the names of the capabilities. */
  optionsFor(importer: Importer): WasiOptions;
  /** Ends every use, of all parts. */
  revoke(): void;
  /** The part uses it no more. */
  release?(importer: Importer): void;
}

interface WasiSet {
  readonly importer: Importer;
  readonly host: WasiHost;
  readonly imports: Imports;
}

export class WasiSets implements Capability {
  readonly #names: readonly string[];
  readonly #ground: WasiGround;
  /** For as long as their importers live: who is gone without a word holds nothing here. */
  readonly #sets = new WeakMap<Importer, WasiSet>();
  readonly #live = new Set<WeakRef<WasiSet>>();
  readonly #gone = new FinalizationRegistry<WeakRef<WasiSet>>((kept) => this.#live.delete(kept));

  /** `names`: those of the interfaces that a part gets. */
  constructor(names: readonly string[], ground: WasiGround) {
    this.#names = names;
    this.#ground = ground;
  }

  provide(importer: Importer): Imports {
    const made = this.#sets.get(importer);
    if (made !== undefined) return made.imports;
    const host = new WasiHost(this.#ground.optionsFor(importer));
    const all = wasiOf(host) as Readonly<Record<string, object>>;
    const imports: Record<string, object> = Object.create(null);
    for (const name of this.#names) imports[name] = all[name]!;
    const set = { importer, host, imports };
    this.#sets.set(importer, set);
    const kept = new WeakRef(set);
    this.#live.add(kept);
    this.#gone.register(set, kept);
    return imports;
  }

  async release(importer: Importer | undefined): Promise<void> {
    const set = importer && this.#sets.get(importer);
    if (set === undefined) return;
    this.#sets.delete(set.importer);
    await set.host.finished();
    this.#ground.release?.(set.importer);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#live].map(async (each) => this.release(each.deref()?.importer)));
    this.#ground.revoke();
  }
}

/** Names, of all versions of WASI, of the interfaces of these packages and of these interfaces: `sockets/`, `cli/environment`. */
export function wasiNames(...wanted: readonly string[]): string[] {
  return Object.keys(wasiOf(new WasiHost({}))).filter((name) => {
    const path = name.slice("wasi:".length, name.indexOf("@"));
    return wanted.some((each) => (each.endsWith("/") ? path.startsWith(each) : path === each));
  });
}

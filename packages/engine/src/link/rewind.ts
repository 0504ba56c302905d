/**
 * Puts a component instance back into the state that instantiation left, for hosts that give each request an instance of its own:
 * making one costs ten times as much as this, most of it for memory. Instantiation that calls no host function is deterministic, so
 * what it left once is what it leaves each time; components whose instantiation does call one, or whose state can't be
 * reached, are refused. What was learnt once per component is shared by its instances.
 */
import { type RewindableModule, rewindableModule } from "../binary/rewindable-module.ts";
import { MAX_REWOUND_GROWTH, MAX_REWOUND_TABLE_ENTRIES } from "../diagnostics/limits.ts";
import { Store } from "../store/store.ts";
import { Instantiation, Prepared } from "./instantiate.ts";
import type { Providers } from "./linker.ts";

const PAGE = 4096;

/** Of one memory: its length and what is not zero. */
interface MemoryImage {
  readonly length: number;
  readonly parts: readonly { readonly start: number; readonly bytes: Uint8Array }[];
}

/** What all instances of a component have in common right after instantiation. */
export class Rewinder {
  readonly #prepared: Prepared;
  readonly #providers: Providers;
  /** By core instance, those of the component's own modules. */
  readonly #state: readonly (RewindableModule | undefined)[];
  readonly #changesTables: boolean;
  readonly #memories: readonly MemoryImage[];
  readonly #globals: readonly (number | bigint)[];

  private constructor(prepared: Prepared, providers: Providers, state: readonly (RewindableModule | undefined)[], first: Instantiation) {
    this.#prepared = prepared;
    this.#providers = providers;
    this.#state = state;
    this.#changesTables = state.some((module) => module?.changesTables);
    this.#memories = this.#exports<WebAssembly.Memory>(first, "memories").map(imageOf);
    this.#globals = this.#exports<WebAssembly.Global>(first, "globals").map((global) => global.value);
  }

  /** `undefined`: instances of this component can't be put back. */
  static async of(prepared: Prepared, providers: Providers, bytes: Uint8Array): Promise<Rewinder | undefined> {
    const { plan } = prepared;
    if (plan.componentSlots > 0 || plan.moduleSlots > plan.modules.length || !providers.funcs.every((func) => typeof func === "function")) return undefined;
    const written: RewindableModule[] = [];
    for (const { start, end } of plan.modules) {
      const module = rewindableModule(bytes.subarray(start, end));
      if (module === undefined) return undefined;
      written.push(module);
    }
    const state: RewindableModule[] = [];
    for (const step of plan.steps) if (step.kind === "core-instantiate") state[step.into] = written[step.module]!;
    const modules = await Promise.all(written.map((module) => WebAssembly.compile(module.bytes)));
    const rewritten = new Prepared(plan, modules, prepared.api);
    const refusing = { ...providers, funcs: providers.funcs.map(() => refuse) };
    const first = new Instantiation(rewritten, refusing, new Store());
    try {
      await first.run();
    } catch {
      return undefined;
    }
    return new Rewinder(rewritten, providers, state, first);
  }

  /** A fresh instance. */
  async instantiate(): Promise<RewindableInstance> {
    const instantiation = new Instantiation(this.#prepared, this.#providers, new Store());
    const exports = await instantiation.run();
    const tables = this.#changesTables ? this.#exports<WebAssembly.Table>(instantiation, "tables").map((table) => ({ table, entries: entriesOf(table) })) : [];
    const state: InstanceState = {
      instantiation,
      memories: this.#exports(instantiation, "memories"),
      globals: this.#exports(instantiation, "globals"),
      tables,
    };
    return new RewindableInstance(exports, () => this.#rewind(state), this.#state);
  }

  #rewind({ instantiation, memories, globals, tables }: InstanceState): boolean {
    const { instances, resources } = instantiation;
    if (!instances.every((instance) => instance.mayEnter && instance.mayLeave && instance.poisonedBy === undefined)) return false;
    if (memories.some((memory, i) => memory.buffer.byteLength > this.#memories[i]!.length + MAX_REWOUND_GROWTH)) return false;
    if (tables.some(({ table, entries }) => table.length !== entries.length || entries.length > MAX_REWOUND_TABLE_ENTRIES)) return false;
    for (const [i, memory] of memories.entries()) {
      const bytes = new Uint8Array(memory.buffer);
      bytes.fill(0);
      for (const { start, bytes: part } of this.#memories[i]!.parts) bytes.set(part, start);
    }
    for (const [i, global] of globals.entries()) global.value = this.#globals[i];
    for (const { table, entries } of tables) {
      for (let i = 0; i < entries.length; i++) if (table.get(i) !== entries[i]) table.set(i, entries[i]);
    }
    // What the guest did not drop goes as it does when an instance is thrown away: without destructors.
    for (const instance of instances) {
      instance.handles.clear();
      instance.backpressure = 0;
    }
    // Not those of other instances, which go on.
    for (const { host, instance } of resources) if (instance === undefined || instances.includes(instance)) host?.clear?.();
    return true;
  }

  #exports<T>({ coreInstances }: Instantiation, kind: "memories" | "tables" | "globals"): T[] {
    return this.#state.flatMap((state, i) => state?.[kind].map((name) => coreInstances[i]![name] as T) ?? []);
  }
}

/** What the host gives while it is tried whether instantiation calls it: the host itself is to notice nothing. */
function refuse(): never {
  throw new Error("instantiation calls the host");
}

interface InstanceState {
  readonly instantiation: Instantiation;
  readonly memories: readonly WebAssembly.Memory[];
  readonly globals: readonly WebAssembly.Global[];
  readonly tables: readonly { readonly table: WebAssembly.Table; readonly entries: readonly unknown[] }[];
}

/** An instance that can start over. */
export class RewindableInstance {
  readonly exports: Record<string, unknown>;
  /**
   * Makes the instance as good as a fresh one. To be called when no call is inside and nobody holds resources of it. False: it can't
   * be, since a trap poisoned it, a table grew or a memory grew much; throw it away.
   */
  readonly rewind: () => boolean;
  readonly #modules: readonly (RewindableModule | undefined)[];

  constructor(exports: Record<string, unknown>, rewind: () => boolean, modules: readonly (RewindableModule | undefined)[]) {
    this.exports = exports;
    this.rewind = rewind;
    this.#modules = modules;
  }

  /** Offsets of code in an error's stack, and in those of its causes, become those of the component's own bytes. */
  correctStack(error: unknown): void {
    for (let at = error; at instanceof Error; at = at.cause) {
      const stack = at.stack?.replace(/(:wasm-function\[(\d+)\]:0x)([0-9a-f]+)/g, (frame: string, place: string, index: string, offset: string) => {
        const original = this.#original(Number(index), Number.parseInt(offset, 16));
        return original === undefined ? frame : place + original.toString(16);
      });
      if (stack !== at.stack) Object.defineProperty(at, "stack", { value: stack, configurable: true, writable: true });
    }
  }

  /** A stack names no module: it is one in which the offset lies in that function. */
  #original(index: number, offset: number): number | undefined {
    for (const module of this.#modules) {
      const original = module?.codeMap.original(index, offset);
      if (original !== undefined) return original;
    }
    return undefined;
  }
}

function entriesOf(table: WebAssembly.Table): unknown[] {
  return Array.from({ length: Math.min(table.length, MAX_REWOUND_TABLE_ENTRIES + 1) }, (_, i) => table.get(i));
}

function imageOf(memory: WebAssembly.Memory): MemoryImage {
  const bytes = new Uint8Array(memory.buffer);
  const parts: { start: number; bytes: Uint8Array }[] = [];
  for (let start = 0; start < bytes.length; start += PAGE) {
    const page = bytes.subarray(start, start + PAGE);
    if (page.some((byte) => byte !== 0)) parts.push({ start, bytes: page.slice() });
  }
  return { length: bytes.length, parts };
}

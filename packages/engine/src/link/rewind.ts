/**
 * Puts a component instance back into the state that instantiation left, for hosts that give each request an instance of its own:
 * making one costs ten times as much as this, most of it for memory. Instantiation that calls no host function is deterministic, so
 * what it left once is what it leaves each time; components whose instantiation does call one, or whose state can't be
 * reached, are refused. What was learnt once per component is shared by its instances.
 */
import { type MemoryEntry, ModuleState } from "../binary/module-state.ts";
import { type RewindableModule, rewindableModule, STATE_MODULE, sizeTable } from "../binary/rewindable-module.ts";
import { MAX_REWOUND_GROWTH, MAX_REWOUND_TABLE_ENTRIES } from "../diagnostics/limits.ts";
import type { CoreItem, Plan, Step } from "../plan/plan.ts";
import { Store } from "../store/store.ts";
import { Instantiation } from "./instantiate.ts";
import type { Providers } from "./linker.ts";
import { Prepared } from "./prepared.ts";

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

  private constructor(prepared: Prepared, providers: Providers, { byInstance, changesTables }: Rewritten, first: Instantiation) {
    this.#prepared = prepared;
    this.#providers = providers;
    this.#state = byInstance;
    this.#changesTables = changesTables;
    this.#memories = this.#exports<WebAssembly.Memory>(first, "memories").map(imageOf);
    this.#globals = this.#exports<WebAssembly.Global>(first, "globals").map((global) => global.value);
  }

  /** `undefined`: instances of this component can't be put back. */
  static async of(prepared: Prepared, providers: Providers, bytes: Uint8Array): Promise<Rewinder | undefined> {
    const { plan } = prepared;
    if (plan.componentSlots > 0 || plan.moduleSlots > plan.modules.length || !providers.funcs.every((func) => typeof func === "function")) return undefined;
    const rewritten = rewrite(plan, bytes);
    if (rewritten === undefined) return undefined;
    if (prepared.joinsComponents) await prepared.api.loadJoined();
    const compiled = await Promise.all(rewritten.modules.map((module) => WebAssembly.compile(module.bytes)));
    const refusing = { ...providers, funcs: providers.funcs.map(() => refuse) };
    const first = new Instantiation(new Prepared(rewritten.plan, compiled, prepared.api), refusing, new Store({}, true));
    try {
      await first.run();
    } catch {
      return undefined;
    }
    return new Rewinder(first.prepared, providers, rewritten, first);
  }

  /** A fresh instance. */
  async instantiate(): Promise<RewindableInstance> {
    const instantiation = new Instantiation(this.#prepared, this.#providers, new Store({}, true));
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
    if (!instances.every((instance) => instance.mayEnter && instance.mayLeave && instance.poisonedBy === undefined && instance.concurrency?.isIdle !== false))
      return false;
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
    for (const instance of instances) instance.reset();
    // Not those of other instances, which go on.
    for (const { host, instance } of resources) if (instance === undefined || instances.includes(instance)) host?.clear?.();
    return true;
  }

  #exports<T>({ coreInstances }: Instantiation, kind: "memories" | "tables" | "globals"): T[] {
    return this.#state.flatMap((state, i) => state?.[kind].map((name) => coreInstances[i]![name] as T) ?? []);
  }
}

/** A component's modules, rewritten, and the plan that links them. */
interface Rewritten {
  readonly plan: Plan;
  readonly modules: readonly RewindableModule[];
  /** By core instance. */
  readonly byInstance: readonly (RewindableModule | undefined)[];
  readonly changesTables: boolean;
}

function rewrite(plan: Plan, bytes: Uint8Array): Rewritten | undefined {
  const states: ModuleState[] = [];
  for (const { start, end } of plan.modules) {
    const state = ModuleState.read(bytes.subarray(start, end));
    if (state === undefined) return undefined;
    states.push(state);
  }
  const shared = states.some((state) => state.askedMemories.some((memory) => memory.import !== undefined));
  const modules: RewindableModule[] = [];
  for (const state of states) {
    const module = rewindableModule(state, shared);
    if (module === undefined) return undefined;
    modules.push(module);
  }
  const byInstance: RewindableModule[] = [];
  const steps: Step[] = [];
  for (const step of plan.steps) {
    if (step.kind !== "core-instantiate") {
      steps.push(step);
      continue;
    }
    byInstance[step.into] = modules[step.module]!;
    const sizes = sizesFor(step, plan, states);
    if (sizes === undefined) return undefined;
    steps.push(sizes.length === 0 ? step : { ...step, args: [...step.args, { module: STATE_MODULE, items: sizes }] });
  }
  return { plan: { ...plan, steps }, modules, byInstance, changesTables: states.some((state) => state.changesTables) };
}

type CoreInstantiate = Step & { readonly kind: "core-instantiate" };

/** The tables by which a module reaches the sizes of the memories that it imports. */
function sizesFor(step: CoreInstantiate, plan: Plan, states: readonly ModuleState[]): (readonly [name: string, item: CoreItem])[] | undefined {
  const sizes: (readonly [string, CoreItem])[] = [];
  for (const memory of states[step.module]!.askedMemories) {
    if (memory.import === undefined) continue;
    const definer = definerOf(step, memory, plan, states);
    if (definer === undefined) return undefined;
    sizes.push([sizeTable(memory.index), definer]);
  }
  return sizes;
}

/** Where the memory that `step` imports is defined: the export of its size table. */
function definerOf(step: CoreInstantiate, { import: imported }: MemoryEntry, plan: Plan, states: readonly ModuleState[]): CoreItem | undefined {
  const { module, name } = imported!;
  const arg = step.args.find((each) => each.module === module);
  if (arg === undefined) return undefined;
  const item = "whole" in arg ? { instance: arg.whole, name } : arg.items.find(([key]) => key === name)?.[1];
  if (item === undefined || !("instance" in item)) return undefined;
  const from = plan.steps.find((each): each is CoreInstantiate => each.kind === "core-instantiate" && each.into === item.instance);
  if (from === undefined) return undefined;
  const state = states[from.module]!;
  const memory = state.memories.find(({ index }) => index === state.memoryExports.get(item.name));
  if (memory === undefined) return undefined;
  return memory.import === undefined ? { instance: item.instance, name: sizeTable(memory.index) } : definerOf(from, memory, plan, states);
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

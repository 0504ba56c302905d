/** The engine's JavaScript API: bytes → `Component` → `Instance`. */
import { type Features, withFeatures } from "../binary/features.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode, TrapCode } from "../diagnostics/error-code.ts";
import { MAX_SYNC_COMPILE_BYTES } from "../diagnostics/limits.ts";
import { Trap } from "../diagnostics/trap.ts";
import { loadOnce, rewire } from "../link/adapters.ts";
import { recall, remember } from "../link/extern-value.ts";
import type { Imports } from "../link/import-lookup.ts";
import { Instantiation } from "../link/instantiate.ts";
import { link, type Providers, rootImport } from "../link/linker.ts";
import type { End } from "../link/open-ends.ts";
import { type ComponentApi, Prepared } from "../link/prepared.ts";
import type { Change } from "../link/rewire.ts";
import type { ComponentDefinition, Plan } from "../plan/plan.ts";
import { planComponent } from "../plan/planner.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { Store } from "../store/store.ts";
import type { ComponentType, ExternType } from "../types/component-types.ts";
import { coreModuleError } from "../validate/core-errors.ts";
import type { ValidationResult } from "../validate/definitions.ts";
import { validateComponent } from "../validate/validate-component.ts";

export interface CompileOptions {
  /** Switches gated features off (or on) by name; all that the specification has are on by default. */
  readonly features?: Partial<Features>;
  /** The component's name in traps; else that of its name section. */
  readonly name?: string;
}

export interface InstantiateOptions {
  /** Instances that pass handles to one another share a store; by default each has its own, or that of an instance it imports from. */
  readonly store?: Store;
}

export interface OpenOptions extends InstantiateOptions {
  /** The part's name in traps and wires; default: the component's. */
  readonly name?: string;
  /** Further changes of its ends (what lies on them, what they answer when they are broken), before any of its code runs. */
  readonly connect?: (ends: ReadonlyMap<string, End>) => Iterable<Change>;
}

/** An import or export of a component. */
export interface ExternDescriptor {
  readonly name: string;
  readonly type: ExternType;
}

/**
 * Compiles a component: decodes, validates completely, compiles its core modules, plans its instantiation.
 *
 * @throws ComponentError `decode/*`, `validate/*` with byte offset and path.
 */
export async function compile(source: BufferSource | Response | PromiseLike<Response>, options: CompileOptions = {}): Promise<Component> {
  const bytes = await bytesOf(source);
  const result = validateComponent(bytes, withFeatures(options.features));
  const plan = planComponent(result.component, options.name ?? "component");
  return new Component(bytes, result, plan, await compileModules(bytes, plan));
}

/** Whether the bytes are a valid component. Core modules' bodies are checked too. */
export async function validate(source: BufferSource, options: CompileOptions = {}): Promise<boolean> {
  try {
    await compile(source, options);
    return true;
  } catch (error) {
    if (error instanceof ComponentError) return false;
    throw error;
  }
}

/** A valid, compiled component. Immutable; can be instantiated any number of times. */
export class Component {
  /** The component's bytes, as they were given. */
  readonly bytes: Uint8Array;
  readonly type: ComponentType;
  readonly customSections: ValidationResult["customSections"];
  readonly #prepared: Prepared;
  readonly #around: Instantiation | undefined;

  /** `around` ran the plan that the component is defined in, when it is an instance's export. */
  constructor(bytes: Uint8Array, result: ValidationResult, plan: Plan, modules: readonly WebAssembly.Module[], around?: Instantiation) {
    this.bytes = bytes;
    this.type = result.component.type;
    this.customSections = result.customSections;
    this.#around = around;
    this.#prepared = new Prepared(plan, modules, componentApi(bytes));
    remember(this, { sort: "component", type: this.type });
  }

  /** What must be given, in the component's order. */
  get imports(): readonly ExternDescriptor[] {
    return [...this.type.imports].map(([name, type]) => ({ name, type }));
  }

  get exports(): readonly ExternDescriptor[] {
    return [...this.type.exports].map(([name, type]) => ({ name, type }));
  }

  /**
   * Finds and checks a provider for each import once, for many instances.
   *
   * @throws ComponentError `link/*`, naming the import, what was expected and what was found.
   */
  link(imports: Imports = {}): LinkedComponent {
    return new LinkedComponent(this.#prepared, this.#link(this.#prepared.plan.imports, imports), this.bytes);
  }

  #link(leaves: Plan["imports"], imports: Imports): Providers {
    const { plan } = this.#prepared;
    if (plan.unsupported !== undefined) throw new ComponentError(ErrorCode.Unsupported, `this version does not run ${plan.unsupported}`);
    const providers = link(leaves, imports);
    for (const { item, slot } of plan.captured) {
      const value = this.#around!.value(item, "captured");
      if (item.sort === "module") providers.modules[slot] = value as WebAssembly.Module;
      else providers.components[slot] = value as object;
    }
    return providers;
  }

  /**
   * Makes an instance with open ends: each import leads where `imports` says, or nowhere yet, and can be led elsewhere by `rewire`.
   * Imports that are modules or components must be given.
   *
   * @throws ComponentError `link/*`; Trap when a start function traps.
   */
  async open(imports: Imports = {}, options: OpenOptions = {}): Promise<Part> {
    const { plan } = this.#prepared;
    const providers = this.#link(
      plan.imports.filter(({ type: { sort } }) => sort === "module" || sort === "component"),
      imports,
    );
    const given = [...plan.type.imports].map(([name, type]) => [name, rootImport(imports, name, type)] as const).filter(([, to]) => to !== undefined);
    await loadJoined();
    const store = options.store ?? storeOfAny(given.map(([, to]) => to)) ?? new Store({}, true);
    const instantiation = new Instantiation(this.#prepared, providers, store, { name: options.name });
    const { ends } = instantiation.open!;
    rewire([...given.filter(([name]) => ends.has(name)).map(([name, to]) => ({ end: ends.get(name)!, to })), ...(options.connect?.(ends) ?? [])]);
    return new Part(await instantiation.run(), store, instantiation.instances[0]!, ends);
  }

  /**
   * Links and instantiates. Async, since pages refuse to compile or instantiate large core modules synchronously.
   *
   * @throws ComponentError `link/*`; Trap when a start function traps.
   */
  async instantiate(imports: Imports = {}, options: InstantiateOptions = {}): Promise<Instance> {
    return this.link(imports).instantiate(options);
  }
}

/** A component whose imports are settled: `instantiate` does no look-ups and no checks. */
export class LinkedComponent {
  readonly #prepared: Prepared;
  readonly #providers: Providers;
  readonly #bytes: Uint8Array;

  /** @internal */
  constructor(prepared: Prepared, providers: Providers, bytes: Uint8Array) {
    this.#prepared = prepared;
    this.#providers = providers;
    this.#bytes = bytes;
  }

  async instantiate(options: InstantiateOptions = {}): Promise<Instance> {
    const joins = this.#prepared.joinsComponents || this.#providers.funcs.some((func) => typeof func === "object");
    if (joins) await loadJoined();
    const store = options.store ?? storeOf(this.#providers) ?? new Store({}, true);
    const instantiation = new Instantiation(this.#prepared, this.#providers, store);
    return new Instance(await instantiation.run(), store, instantiation.instances[0]!);
  }

  /** What `api/rewind.ts` makes instances of. Not a method: it is a subpath of its own. */
  static partsOf(linked: LinkedComponent): { readonly prepared: Prepared; readonly providers: Providers; readonly bytes: Uint8Array } {
    return { prepared: linked.#prepared, providers: linked.#providers, bytes: linked.#bytes };
  }
}

/** A component instance. Its exports are on an object of their own, so that none of their names can stand for anything else. */
export class Instance {
  /** Functions in camelCase, interfaces by their WIT names, resources as classes. No prototype. */
  readonly exports: Record<string, unknown>;
  readonly store: Store;

  readonly #root: ComponentInstance;

  /** @internal */
  constructor(exports: Record<string, unknown>, store: Store, root: ComponentInstance) {
    this.exports = exports;
    this.store = store;
    this.#root = root;
  }

  /** The trap that cut off a call inside: nothing enters the instance again. `undefined`: it lives. */
  get poisonedBy(): unknown {
    return this.#root.poisonedBy;
  }

  /** Calls `act` once the instance is poisoned, with the trap; at a disposal too. It is called by itself, after what failed has failed. */
  onPoisoned(act: (error: unknown) => void): void {
    const { poisonedBy, onPoisoned } = this.#root;
    if (poisonedBy !== undefined) return void Promise.resolve(poisonedBy).then(act);
    this.#root.onPoisoned = (error) => {
      onPoisoned?.(error);
      act(error);
    };
  }

  /** Whether no call is inside, and nothing that calls have begun still runs: from here it can be replaced without loss. */
  get idle(): boolean {
    return this.#root.idle;
  }

  /**
   * Ends the instance and all that it still has running: pending promises of its functions are rejected with a Trap `trap/disposed`, and so are
   * reads of streams that it writes; host functions that it waits for are told by their signal.
   */
  [Symbol.dispose](): void {
    const { name } = this.#root;
    this.#root.poison(new Trap(TrapCode.Disposed, `\`${name}\` was disposed of`, { part: name }));
  }
}

/** An instance whose imports can be led elsewhere while it runs, by `rewire`. */
export class Part extends Instance {
  /** One for each import of functions and resources, by the name that the component gives it. */
  readonly ends: ReadonlyMap<string, End>;

  /** @internal */
  constructor(exports: Record<string, unknown>, store: Store, root: ComponentInstance, ends: ReadonlyMap<string, End>) {
    super(exports, store, root);
    this.ends = ends;
  }
}

/** The store of an instance that something is imported from. */
function storeOf({ funcs, resources }: Providers): Store | undefined {
  const func = funcs.find((f) => typeof f === "object");
  if (func !== undefined) return func.lifted.cx.instance.store;
  for (const resource of resources) if (resource !== undefined && "instance" in resource) return resource.instance?.store;
  return undefined;
}

/** The store of the first export of an instance among `values`. */
function storeOfAny(values: readonly unknown[]): Store | undefined {
  for (const value of values) {
    for (const item of [value, ...(typeof value === "object" && value !== null ? Object.values(value) : [])]) {
      const known = recall(item);
      if (known?.sort === "func") return known.lifted.cx.instance.store;
      if (known?.sort === "resource") return known.resource.store;
    }
  }
  return undefined;
}

/** What joined components need, once. */
function loadJoined(): Promise<void> | undefined {
  return loadOnce(() => import("./joined.ts"));
}

/** How components that are values at run time are made and instantiated. */
function componentApi(bytes: Uint8Array): ComponentApi {
  return {
    loadJoined,
    wrap({ valid, outer }: ComponentDefinition, name: string, around: Instantiation): object {
      const plan = planComponent(valid, name, outer);
      const own = plan.modules.map(({ start, end }) => new WebAssembly.Module(bytes.subarray(start, end) as BufferSource));
      return new Component(bytes, { component: valid, customSections: [] }, plan, own, around);
    },
    async instantiate(component, imports, store) {
      return (await (component as Component).instantiate(imports, { store })).exports;
    },
  };
}

/** Small modules are compiled at once, large ones together and off the thread. */
function compileModules(bytes: Uint8Array, plan: Plan): Promise<WebAssembly.Module[]> {
  return Promise.all(
    plan.modules.map(async ({ start, end }) => {
      const module = bytes.subarray(start, end) as BufferSource;
      try {
        return end - start <= MAX_SYNC_COMPILE_BYTES ? new WebAssembly.Module(module) : await WebAssembly.compile(module);
      } catch (error) {
        throw coreModuleError(error, start);
      }
    }),
  );
}

async function bytesOf(source: BufferSource | Response | PromiseLike<Response>): Promise<Uint8Array> {
  const given = await source;
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  if (ArrayBuffer.isView(given)) return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  if (typeof Response === "function" && given instanceof Response) {
    if (!given.ok) throw new ComponentError(ErrorCode.BadPreamble, `no component came: the response is ${given.status} ${given.statusText}`);
    return new Uint8Array(await given.arrayBuffer());
  }
  throw new ComponentError(ErrorCode.TypeMismatch, "expected the bytes of a component (an ArrayBuffer, a typed array) or a Response");
}

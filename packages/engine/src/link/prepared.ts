/** What all instances of a component share, found once: signatures, where it lowers its imports, the module of its trampolines. */
import type { CoreSignature } from "../abi/core-value.ts";
import { type Signature, signature, TypeCache } from "../abi/signature.ts";
import { type TrampolineShape, trampolineModule } from "../canon/trampolines.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { BuiltinPlan, ComponentDefinition, FuncSource, LiftPlan, Plan, ResourceScope, TaskReturnPlan } from "../plan/plan.ts";
import type { Store } from "../store/store.ts";
import type { FuncType, ResourceIdentity, ValueType } from "../types/component-types.ts";
import type { Instantiation } from "./instantiate.ts";
import { type WirePlan, wiresOf } from "./wire-plan.ts";

/** What instantiating an imported or exported component needs of the layer above. */
export interface ComponentApi {
  /** Makes the component object of a definition inside the plan that `around` ran. */
  wrap(definition: ComponentDefinition, name: string, around: Instantiation): object;
  /** Instantiates a component object with items that were given by a parent; gives its exports. */
  instantiate(component: object, imports: Record<string, unknown>, store: Store): Promise<Record<string, unknown>>;
  /** Loads what joined components need; `undefined`: it is there. */
  loadJoined(): Promise<void> | undefined;
}

/** A plan with what all its instances share. */
export class Prepared {
  readonly plan: Plan;
  readonly modules: readonly WebAssembly.Module[];
  readonly api: ComponentApi;
  /** By func slot: `wasi:cli/exit@0.2.0.exit`. */
  readonly importNames: readonly string[];
  readonly #types = new TypeCache();
  readonly #slotsOf = new Map<ResourceScope, (identity: ResourceIdentity) => number>();
  readonly #signatures = new Map<LiftPlan | TaskReturnPlan | BuiltinPlan, Signature>();
  readonly #trampolines = new Map<string, WebAssembly.Module>();
  #wires: readonly WirePlan[] | undefined;
  readonly #wireAt = new Map<number, WirePlan>();
  /** Which imports belong to one end: found when there are ends. */
  bundles: readonly (readonly string[])[] | undefined;
  #waiting: readonly (readonly FuncSource[])[] | undefined;
  #endsAtOnce: readonly boolean[] | undefined;

  constructor(plan: Plan, modules: readonly WebAssembly.Module[], api: ComponentApi) {
    this.plan = plan;
    this.modules = modules;
    this.api = api;
    const names: string[] = [];
    for (const { type, slot, path } of plan.imports) if (type.sort === "func") names[slot] = path.join(".");
    this.importNames = names;
  }

  signature(of: LiftPlan | TaskReturnPlan): Signature {
    let made = this.#signatures.get(of);
    if (made === undefined) {
      const { encoding, address } = this.plan.contexts[of.context]!;
      const options = "core" in of ? { encoding, address, async: false, lifted: abiOf(of) } : { encoding, address, async: of.async };
      made = signature(of.type, options, this.#slotOf(of.scope), this.#types);
      this.#signatures.set(of, made);
    }
    return made;
  }

  /** Of a function whose parameter is an element of the stream or future that a built-in is for, or the string of an error context. */
  elementOf(plan: BuiltinPlan): Signature | undefined {
    const { of, scope, context, canon } = plan;
    const type: ValueType | undefined =
      of?.kind === "stream" || of?.kind === "future" ? of.element : canon.startsWith("error-context") ? { kind: "string" } : undefined;
    if (type === undefined || context === undefined) return undefined;
    const { encoding, address } = this.plan.contexts[context]!;
    let made = this.#signatures.get(plan);
    if (made === undefined) {
      made = signature(functionOf(type), { encoding, address, async: false }, this.#slotOf(scope), this.#types);
      this.#signatures.set(plan, made);
    }
    return made;
  }

  /** By instance, what its core code calls without `async`: a call that can make it wait. */
  get waitingLowers(): readonly (readonly FuncSource[])[] {
    if (this.#waiting === undefined) {
      const { plan } = this;
      const all: FuncSource[][] = plan.instances.map(() => []);
      for (const each of plan.trampolines) if (each.kind === "lower" && !each.async) all[plan.contexts[each.context]!.instance]!.push(each.func);
      this.#waiting = all;
    }
    return this.#waiting;
  }

  /** By instance, whether whatever is called in it has ended when it returns: nothing in it waits, and nothing keeps a call waiting. */
  get endsAtOnce(): readonly boolean[] {
    if (this.#endsAtOnce === undefined) {
      const { plan } = this;
      const ends = plan.instances.map(({ blocks, holdsBack, makesThreads }) => !(blocks || holdsBack || makesThreads));
      const waits = (func: FuncSource) => "import" in func || !ends[plan.contexts[plan.lifts[func.lift]!.context]!.instance];
      for (let changed = true; changed; ) {
        changed = false;
        for (const [index, lowers] of this.waitingLowers.entries()) {
          if (!ends[index] || !lowers.some(waits)) continue;
          ends[index] = false;
          changed = true;
        }
      }
      this.#endsAtOnce = ends;
    }
    return this.#endsAtOnce;
  }

  /** Whether one component calls another inside. */
  get joinsComponents(): boolean {
    return this.plan.componentSlots > 0 || this.plan.trampolines.some((each) => each.kind === "lower" && "lift" in each.func);
  }

  /** One function per scope: what is composed for a type is kept by it. */
  #slotOf(scope: ResourceScope): (identity: ResourceIdentity) => number {
    let made = this.#slotsOf.get(scope);
    if (made === undefined) {
      made = (identity) => {
        const slot = scope.get(identity);
        invariant(slot !== undefined, `resource \`${identity.name}\` has no slot`);
        return slot;
      };
      this.#slotsOf.set(scope, made);
    }
    return made;
  }

  /** Where the component lowers its imports. */
  get wires(): readonly WirePlan[] {
    if (this.#wires === undefined) {
      this.#wires = wiresOf(this.plan, (lower) => this.signature(lower).spilledParams !== undefined);
      for (const wire of this.#wires) this.#wireAt.set(wire.trampoline, wire);
    }
    return this.#wires;
  }

  /** The module for the trampolines at these indices; the same ones each time unless the imports differ in kind. */
  trampolineModule(indices: readonly number[], open = false): WebAssembly.Module {
    const key = `${open} ${indices}`;
    let made = this.#trampolines.get(key);
    if (made === undefined) {
      made = trampolineModule(indices.map((index) => this.#shape(index, open)));
      this.#trampolines.set(key, made);
    }
    return made;
  }

  /** For a method whose parameters lie in memory: finds the handle there, and goes where its route leads. */
  dispatcherModule({ lower, at, method }: WirePlan): WebAssembly.Module {
    const key = `dispatcher ${at}`;
    let made = this.#trampolines.get(key);
    if (made === undefined) {
      const { address } = this.plan.contexts[lower.context]!;
      made = trampolineModule([{ kind: "wire", signature: this.signature(lower).lowered, at, method: method!.at, memory: address }]);
      this.#trampolines.set(key, made);
    }
    return made;
  }

  #importsResource(resource: number): boolean {
    return this.plan.imports.some(({ type, slot }) => type.sort === "type" && slot === resource);
  }

  #shape(index: number, open: boolean): TrampolineShape {
    const plan = this.plan.trampolines[index]!;
    const wire = open ? this.#wireAt.get(index) : undefined;
    if (wire !== undefined) {
      const { lowered: signature } = this.signature(wire.lower);
      return { kind: "wire", signature, at: wire.entry, method: wire.entry === wire.at ? wire.method?.at : undefined };
    }
    if (plan.kind === "lower" || plan.kind === "task.return") return { kind: "function", signature: this.signature(plan).lowered };
    if (plan.kind === "resource.drop") return { kind: plan.kind, open: open && this.#importsResource(plan.resource) };
    if (plan.kind !== "builtin") return { kind: plan.kind };
    const { canon, slot, type } = plan;
    if (canon === "context.get" || canon === "context.set") return { kind: canon, slot, type: (type.results[0] ?? type.params[0]) as "i32" | "i64" };
    return { kind: "function", signature: type as CoreSignature };
  }
}

function functionOf(type: ValueType): FuncType {
  return { kind: "func", async: false, params: [{ name: "", type }], result: undefined };
}

/** How a function is lifted. */
export function abiOf({ async, callback }: LiftPlan): "sync" | "callback" | "stackful" {
  return !async ? "sync" : callback === undefined ? "stackful" : "callback";
}

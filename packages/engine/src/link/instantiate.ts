/**
 * Runs a plan: a loop over its steps that fills arrays by number. Everything that does not depend on the instance is in `Prepared`.
 */
import { LiftLowerContext } from "../abi/context.ts";
import { builtin } from "../canon/builtin.ts";
import type { CoreFunction, LiftedFunction } from "../canon/lift.ts";
import { lowerHostFunction, lowerLifted } from "../canon/lower.ts";
import { taskReturn } from "../canon/task-return.ts";
import { type TrampolineTarget, trampolines } from "../canon/trampolines.ts";
import { trapFrom } from "../canon/trap-from.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_SYNC_INSTANCE_BYTES } from "../diagnostics/limits.ts";
import type { CoreItem, FuncSource, Item, LowerPlan, ResourceScope, Step, Trampoline } from "../plan/plan.ts";
import { ComponentInstance } from "../store/component-instance.ts";
import { RuntimeResource } from "../store/runtime-resource.ts";
import type { Store } from "../store/store.ts";
import type { ResourceIdentity } from "../types/component-types.ts";
import { canFuse, copyFused, fuse, fuseTask, type Joint, openEnds } from "./adapters.ts";
import { exportsOf, itemValue } from "./exports.ts";
import type { FuncValue, HostFunction } from "./extern-value.ts";
import { GuestRepresentation } from "./guest-resource.ts";
import { hostResource } from "./host-resource.ts";
import { fill, type Providers } from "./linker.ts";
import type { OpenEnds } from "./open-ends.ts";
import { abiOf, type Prepared } from "./prepared.ts";
import { otherStore, waits } from "./target.ts";
import type { WirePlan } from "./wire-plan.ts";

/** The arrays that one instantiation fills, by the numbers of its plan. */
export class Instantiation {
  readonly prepared: Prepared;
  readonly store: Store;
  readonly providers: Providers;
  readonly instances: ComponentInstance[] = [];
  readonly resources: RuntimeResource[] = [];
  readonly contexts: LiftLowerContext[];
  readonly trampolines: CoreFunction[] = [];
  /** Their core functions are set when the plan comes to it. */
  readonly lifted: { -readonly [K in keyof LiftedFunction]: LiftedFunction[K] }[];
  readonly coreInstances: WebAssembly.Exports[] = [];
  /** Of a part whose imports can be re-pointed. */
  readonly open: OpenEnds | undefined;
  /** Fused adapters that are made together, before core code needs them. */
  readonly #joints: { readonly index: number; readonly joint: Joint }[] = [];

  /** `open`: its ends are to be; `name` is what the root instance is called then. */
  constructor(prepared: Prepared, providers: Providers, store: Store, open?: { readonly name: string | undefined }) {
    const { plan } = prepared;
    this.prepared = prepared;
    // Components instantiated on the way fill further slots of this instantiation alone.
    this.providers =
      plan.componentSlots === 0
        ? providers
        : { ...providers, funcs: [...providers.funcs], modules: [...providers.modules], resources: [...providers.resources] };
    this.store = store;
    for (const [index, { parent, name, usesContext, makesThreads }] of plan.instances.entries()) {
      const traits = { usesContext, makesThreads, endsAtOnce: prepared.endsAtOnce[index]! };
      const called = index === 0 ? (open?.name ?? name) : name;
      this.instances.push(new ComponentInstance(store, called, parent === undefined ? undefined : this.instances[parent], traits));
    }
    this.open = open && openEnds(this);
    const { funcs } = this.providers;
    for (const [slot, func] of funcs.entries()) {
      if (typeof func === "object" && func.lifted.cx.instance.store !== store) throw otherStore(prepared.importNames[slot]!);
    }
    for (const [index, instance] of this.instances.entries()) {
      const { blocks } = plan.instances[index]!;
      const lowers = prepared.waitingLowers[index]!;
      instance.waitsForImports = (seen) => blocks || lowers.some((func) => this.#waits(func, seen));
    }
    for (let slot = 0; slot < plan.resources.length; slot++) this.#bindResource(slot);
    this.contexts = plan.contexts.map(({ instance, address }) => new LiftLowerContext(this.instances[instance]!, this.resources, address));
    this.lifted = plan.lifts.map((lift) => ({
      name: lift.name,
      async: lift.type.async,
      abi: abiOf(lift),
      signature: prepared.signature(lift),
      cx: this.contexts[lift.context]!,
      core: notYet,
      postReturn: undefined,
      callback: undefined,
    }));
    this.#makeTrampolines();
  }

  /** Whether a call of the function can make its caller wait. `seen`: what was asked. */
  #waits(func: FuncSource, seen: Set<object>): boolean {
    if ("import" in func) return this.open?.maySuspend(seen) ?? waits(this.providers.funcs[func.import]!, seen);
    return this.lifted[func.lift]!.cx.instance.maySuspend(seen);
  }

  async run(): Promise<Record<string, unknown>> {
    for (const step of this.prepared.plan.steps) {
      const waits = this.#step(step);
      if (waits !== undefined) await waits;
    }
    this.#flush();
    return exportsOf(this, this.prepared.plan.exports);
  }

  #bindResource(slot: number): void {
    const { name, instance } = this.prepared.plan.resources[slot]!;
    const provider = this.open?.resources.get(slot) ?? this.providers.resources[slot];
    if (instance !== undefined) {
      const resource = new RuntimeResource(name, this.store, this.instances[instance]);
      resource.host = new GuestRepresentation(resource);
      this.resources[slot] = resource;
    } else if (provider !== undefined) {
      this.resources[slot] = provider instanceof RuntimeResource ? provider : this.store.hostResource(provider, () => hostResource(name, provider, this.store));
    }
  }

  /** Makes all that does not wait for core code: one instance of one module. */
  #makeTrampolines(): void {
    const indices: number[] = [];
    const targets: TrampolineTarget[] = [];
    for (const [index, trampoline] of this.prepared.plan.trampolines.entries()) {
      const target = this.#target(trampoline);
      if (target === undefined) continue;
      indices.push(index);
      targets.push(target);
    }
    if (indices.length === 0) return;
    const module = this.prepared.trampolineModule(indices, this.open !== undefined);
    const made = trampolines(module, targets, this.store, { holds: this, ...(this.open && { table: this.open.table.table }) });
    for (const [i, index] of indices.entries()) this.trampolines[index] = made[i]!;
  }

  /** `undefined`: it waits for what is instantiated on the way. */
  #target(trampoline: Trampoline): TrampolineTarget | undefined {
    switch (trampoline.kind) {
      case "lower": {
        const wire = this.#wireOf(trampoline);
        if (wire !== undefined) return this.#recordsOf(wire);
        const callee = this.#callee(trampoline);
        if (callee === undefined || (typeof callee === "object" && canFuse(this.#joint(trampoline, callee)))) return undefined;
        return this.#lower(trampoline, callee);
      }
      case "task.return":
        return taskReturn(this.prepared.signature(trampoline), this.contexts[trampoline.context]!);
      case "builtin": {
        const { canon, context, table } = trampoline;
        const instance = this.instances[trampoline.instance]!;
        if (canon === "context.get" || canon === "context.set") return { instance: instance.record, type: 0 };
        const element = this.prepared.elementOf(trampoline);
        return builtin({
          plan: trampoline,
          instance,
          cx: context === undefined ? undefined : this.contexts[context]!,
          codec: element?.params[0],
          element,
          copyGuest: copyFused,
          table: () => this.core(table!) as WebAssembly.Table,
        });
      }
      default: {
        const resource = this.resources[trampoline.resource]!;
        return { instance: this.instances[trampoline.instance]!.record, type: resource.record, resource };
      }
    }
  }

  #recordsOf({ lower, method }: WirePlan): { readonly instance: number; readonly type: number } {
    const resource = method && this.resources[method.resource];
    return { instance: this.contexts[lower.context]!.instance.record, type: resource?.record ?? 0 };
  }

  /** The function of `dispatcherModule`, once the memory exists, which is not a shared one: core code in threads is not run. */
  dispatcher(wire: WirePlan): CoreFunction {
    const { memory } = this.contexts[wire.lower.context]!;
    return trampolines(this.prepared.dispatcherModule(wire), [this.#recordsOf(wire)], this.store, { table: this.open!.table.table, memory: memory! })[0]!;
  }

  /** What a lowered function calls; `undefined`: the export of a component that is yet to be instantiated. */
  #callee({ func }: LowerPlan): LiftedFunction | HostFunction | undefined {
    if ("lift" in func) return this.lifted[func.lift]!;
    const provider = this.providers.funcs[func.import];
    return typeof provider === "object" ? provider.lifted : provider;
  }

  #wireOf(plan: LowerPlan): WirePlan | undefined {
    return this.open?.wireOf.get(plan);
  }

  #joint(plan: LowerPlan, callee: LiftedFunction): Joint {
    return { signature: this.prepared.signature(plan), caller: this.contexts[plan.context]!, callee };
  }

  /** JavaScript functions as core code can call them. */
  gated(indices: readonly number[], functions: readonly CoreFunction[]): CoreFunction[] {
    return trampolines(this.prepared.trampolineModule(indices), functions, this.store);
  }

  #lower(plan: LowerPlan, callee: LiftedFunction | HostFunction): CoreFunction {
    const signature = this.prepared.signature(plan);
    const context = this.contexts[plan.context]!;
    if (typeof callee === "object")
      return lowerLifted(signature, context, callee, context.instance, true, () => fuseTask(this.#joint(plan, callee), this.store));
    const name = "import" in plan.func ? this.prepared.importNames[plan.func.import] : undefined;
    return lowerHostFunction(name ?? "function", signature, context, callee);
  }

  #step(step: Step): Promise<void> | undefined {
    switch (step.kind) {
      case "core-instantiate":
        return this.#coreInstantiate(step);
      case "context": {
        const plan = this.prepared.plan.contexts[step.context]!;
        const context = this.contexts[step.context]!;
        if (plan.memory !== undefined) context.setMemory(this.core(plan.memory) as WebAssembly.Memory);
        if (plan.realloc !== undefined) context.setRealloc(this.core(plan.realloc) as CoreFunction);
        return;
      }
      case "lift": {
        const plan = this.prepared.plan.lifts[step.lift]!;
        const lifted = this.lifted[step.lift]!;
        lifted.core = this.core(plan.core) as CoreFunction;
        lifted.postReturn = plan.postReturn && (this.core(plan.postReturn) as CoreFunction);
        lifted.callback = plan.callback && (this.core(plan.callback) as CoreFunction);
        return;
      }
      case "trampoline":
        this.#trampoline(step.trampoline);
        return;
      case "destructor": {
        this.resources[step.resource]!.destructor = this.core(step.core);
        return;
      }
      case "instantiate":
        return this.#instantiateImported(step);
    }
  }

  #coreInstantiate({ module, args, into, instance }: Step & { kind: "core-instantiate" }): Promise<void> | undefined {
    this.#flush();
    const imports: Record<string, WebAssembly.ModuleImports> = Object.create(null);
    for (const arg of args) {
      if ("whole" in arg) {
        imports[arg.module] = this.coreInstances[arg.whole] as WebAssembly.ModuleImports;
        continue;
      }
      const items: WebAssembly.ModuleImports = Object.create(null);
      for (const [name, item] of arg.items) items[name] = this.core(item);
      imports[arg.module] = items;
    }
    const own = this.prepared.plan.modules[module];
    const compiled = own === undefined ? this.providers.modules[module]! : this.prepared.modules[module]!;
    const owner = this.instances[instance]!;
    if (own !== undefined && own.end - own.start > MAX_SYNC_INSTANCE_BYTES) {
      return WebAssembly.instantiate(compiled, imports).then(
        ({ exports }) => {
          this.coreInstances[into] = exports;
        },
        (error) => {
          throw instantiationError(error, owner);
        },
      );
    }
    const { activations } = this.store;
    const above = activations.begin();
    activations.syncDepth += 1;
    try {
      this.coreInstances[into] = new WebAssembly.Instance(compiled, imports).exports;
    } catch (error) {
      const thrown = instantiationError(error, owner);
      activations.poison(activations.current, thrown, this.store.instances);
      throw thrown;
    } finally {
      activations.syncDepth -= 1;
      activations.current = above;
    }
  }

  /** What could not be made before: it needs what a component that was instantiated on the way exports, or core code. */
  #trampoline(index: number): void {
    const plan = this.prepared.plan.trampolines[index]!;
    const wire = plan.kind === "lower" ? this.#wireOf(plan) : undefined;
    if (wire !== undefined) this.open!.ready(wire);
    if (this.trampolines[index] !== undefined || plan.kind !== "lower") return;
    const callee = this.#callee(plan)!;
    const joint = typeof callee === "object" ? this.#joint(plan, callee) : undefined;
    if (joint !== undefined && canFuse(joint)) this.#joints.push({ index, joint });
    else this.trampolines[index] = this.gated([index], [this.#lower(plan, callee)])[0]!;
  }

  /** Core code is about to be given what waits. */
  #flush(): void {
    this.open?.flush();
    if (this.#joints.length === 0) return;
    const joints = this.#joints.splice(0);
    const functions = fuse(
      joints.map(({ joint }) => joint),
      this.store,
    );
    for (const [i, { index }] of joints.entries()) this.trampolines[index] = functions[i]!;
  }

  async #instantiateImported({ component, args, outputs }: Step & { kind: "instantiate" }): Promise<void> {
    const imports: Record<string, unknown> = Object.create(null);
    for (const [name, item] of args) imports[name] = this.value(item, name);
    const exports = await this.prepared.api.instantiate(this.providers.components[component]!, imports, this.store);
    fill(outputs, this.providers, exports);
    for (const { type, slot } of outputs) if (type.sort === "type") this.#bindResource(slot);
  }

  /** The core item that an operand of the plan means. */
  core(item: CoreItem): WebAssembly.ImportValue {
    if ("trampoline" in item && this.trampolines[item.trampoline] === undefined) this.#flush();
    return "trampoline" in item ? this.trampolines[item.trampoline]! : (this.coreInstances[item.instance]![item.name] as WebAssembly.ImportValue);
  }

  /** The run-time resource of a type of `scope`. */
  resourceOf(scope: ResourceScope, identity: ResourceIdentity): RuntimeResource | undefined {
    const slot = scope.get(identity);
    return slot === undefined ? undefined : this.resources[slot];
  }

  /** The function behind an item: one of a component, or one that the host gave. */
  func(item: Item & { sort: "func" }): FuncValue | HostFunction {
    const { func, type, scope } = item;
    const resourceOf = (identity: ResourceIdentity) => this.resourceOf(scope, identity);
    if ("import" in func) return this.open?.passedOn(func.import, type, resourceOf) ?? this.providers.funcs[func.import]!;
    return { sort: "func", type, resourceOf, lifted: this.lifted[func.lift]! };
  }

  /** The JavaScript value of an item, as exports and imports show it. */
  value(item: Item, name: string): unknown {
    return itemValue(this, item, name);
  }
}

function notYet(): never {
  throw new Error("engine bug: a lifted function was called before its core function was there");
}

function instantiationError(error: unknown, instance: ComponentInstance): unknown {
  if (error instanceof WebAssembly.LinkError)
    return new ComponentError(ErrorCode.ImportMismatch, `a core module can't be instantiated: ${error.message}`, { cause: error });
  if (error instanceof RangeError && /allocate|memory/i.test(error.message)) {
    return new ComponentError(ErrorCode.OutOfResources, `the platform has no room for another memory of \`${instance.name}\`: ${error.message}`, {
      cause: error,
      hint: "a page holds some 125 memories, a Node process some 16,000",
    });
  }
  return trapFrom(error, instance, "start function");
}

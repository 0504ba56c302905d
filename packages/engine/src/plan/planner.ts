/**
 * From a validated component to its plan: the definitions are replayed on index spaces of symbolic items. A nested component is
 * replayed once for each time it is instantiated, with its imports standing for the items given, so virtualization by
 * a parent costs nothing at run time. The number of instantiations is limited, since n nested components can
 * stand for 2^n instances.
 *
 * Resources: a static identity (types/component-types.ts) means a different run-time resource at each place where its component
 * is inlined. A scope maps identities to slots; imports and instantiations add to it by walking the expected type beside the
 * items given (`bind`).
 */
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { MAX_INSTANTIATION_DEPTH, MAX_PLANNED_ITEMS, MAX_RESOURCES } from "../diagnostics/limits.ts";
import type { CoreFuncType, ExternType, FuncType, InstanceType } from "../types/component-types.ts";
import type { CanonOptions, ValidComponent, ValidDefinition } from "../validate/definitions.ts";
import { bind, coreAt, Spaces, slotOf } from "./index-spaces.ts";
import type {
  ComponentDefinition,
  ContextPlan,
  CoreArgument,
  FuncSource,
  ImportPlan,
  InstancePlan,
  Item,
  LiftPlan,
  OuterSpaces,
  Plan,
  ResourcePlan,
  Step,
  Trampoline,
} from "./plan.ts";

/** What a context is made of: options of a canonical definition, or the memory of a built-in. */
type ContextOptions = Pick<CanonOptions, "encoding" | "memory" | "address" | "realloc">;

/** A resource that is not exported. */
const UNNAMED = "resource";

/** Plans the instantiation of a valid component; `name` is that of its root instance in traps; `around` is what an exported component may alias. */
export function planComponent(component: ValidComponent, name: string, around?: OuterSpaces): Plan {
  return new Planner(around).plan(component, name);
}

class Planner {
  readonly #modules: { start: number; end: number; type: Plan["modules"][number]["type"] }[] = [];
  /** A module definition met again (its component was inlined again) keeps its slot. */
  readonly #moduleOf = new Map<ValidDefinition, number>();
  readonly #instances: InstancePlan[] = [];
  readonly #resources: ResourcePlan[] = [];
  readonly #contexts: ContextPlan[] = [];
  readonly #lifts: LiftPlan[] = [];
  readonly #trampolines: Trampoline[] = [];
  readonly #imports: ImportPlan[] = [];
  readonly #steps: Step[] = [];
  /** Imported modules come after the component's own; their slots are shifted at the end. */
  readonly #slots = { module: 0, component: 0, func: 0 };
  #coreInstances = 0;
  #items = 0;
  #unsupported: string | undefined;
  readonly #around: OuterSpaces | undefined;
  readonly #captured: Plan["captured"][number][] = [];

  constructor(around: OuterSpaces | undefined) {
    this.#around = around;
  }

  plan(component: ValidComponent, name: string): Plan {
    this.#countModules(component);
    const root = this.#instance(undefined, name);
    const spaces = new Spaces(root, undefined);
    this.#replay(component, spaces, undefined, 0);
    return {
      type: component.type,
      modules: this.#modules,
      moduleSlots: this.#modules.length + this.#slots.module,
      componentSlots: this.#slots.component,
      coreInstances: this.#coreInstances,
      instances: this.#instances,
      resources: this.#resources,
      contexts: this.#contexts,
      lifts: this.#lifts,
      trampolines: this.#trampolines,
      imports: this.#imports,
      captured: this.#captured,
      steps: this.#steps,
      exports: spaces.exports,
      unsupported: this.#unsupported,
    };
  }

  /** Gives each module definition its slot first, so that slots of imported modules can follow. */
  #countModules(root: ValidComponent): void {
    const pending = [root];
    for (let component = pending.pop(); component !== undefined; component = pending.pop()) {
      for (const definition of component.definitions) {
        if (definition.kind === "component") pending.push(definition.component);
        if (definition.kind !== "core-module") continue;
        this.#moduleOf.set(definition, this.#modules.length);
        this.#modules.push(definition.module);
      }
    }
  }

  #instance(parent: number | undefined, name: string): number {
    return this.#instances.push({ parent, name, usesContext: false, makesThreads: false, blocks: false, holdsBack: false }) - 1;
  }

  /** `args` are the items given for the component's imports; `undefined`: the root, whose imports come from outside. */
  #replay(component: ValidComponent, spaces: Spaces, args: ReadonlyMap<string, Item> | undefined, depth: number): void {
    if (depth > MAX_INSTANTIATION_DEPTH) throw tooMany(`components instantiated within one another`, MAX_INSTANTIATION_DEPTH, component.start);
    for (const definition of component.definitions) {
      this.#items += 1;
      if (this.#items > MAX_PLANNED_ITEMS) throw tooMany("definitions after all nested components are instantiated", MAX_PLANNED_ITEMS, definition.offset);
      this.#define(definition, spaces, args, depth);
    }
  }

  #define(definition: ValidDefinition, spaces: Spaces, args: ReadonlyMap<string, Item> | undefined, depth: number): void {
    switch (definition.kind) {
      case "core-module":
        spaces.modules.push({ sort: "module", module: this.#moduleOf.get(definition)!, type: definition.module.type });
        return;
      case "core-instantiate":
        this.#coreInstantiate(definition, spaces);
        return;
      case "core-inline-exports":
        spaces.coreInstances.push({ slot: undefined, items: new Map(definition.exports.map((e) => [e.name, coreAt(spaces, e.sort, e.index)])) });
        return;
      case "alias-core-export":
        this.#aliasCoreExport(definition, spaces);
        return;
      case "core-type":
        return;
      case "component":
        spaces.components.push({ sort: "component", component: { valid: definition.component, outer: spaces }, type: definition.component.type });
        return;
      case "instantiate":
        this.#instantiate(definition, spaces, depth);
        return;
      case "inline-exports":
        spaces.instances.push({
          sort: "instance",
          exports: new Map(definition.exports.map((e) => [e.name, this.#named(e.name, spaces.at(e.sort, e.index))])),
          type: { sort: "instance", type: definition.type },
        });
        return;
      case "alias-export":
        spaces.push(this.#exportOf(definition, spaces));
        return;
      case "alias-outer":
        this.#aliasOuter(definition, spaces);
        return;
      case "type":
        this.#type(definition, spaces);
        return;
      case "lift":
        this.#lift(definition, spaces);
        return;
      case "lower":
        this.#lower(definition, spaces);
        return;
      case "resource.new":
      case "resource.drop":
      case "resource.rep":
        this.#trampoline(spaces, { kind: definition.kind, instance: spaces.instance, resource: slotOf(spaces, definition.type.identity) });
        return;
      case "canon-builtin":
        if (definition.canon === "task.return") {
          const params = definition.type === undefined ? [] : [{ name: "result", type: definition.type }];
          const type: FuncType = { kind: "func", async: false, params, result: undefined };
          this.#trampoline(spaces, { kind: "task.return", context: this.#context(definition.options!, spaces), type, scope: spaces.scope, async: false });
          return;
        }
        this.#builtin(definition, spaces);
        return;
      case "start":
      case "value":
        this.#unsupported ??= `a component's ${definition.kind} definition (at offset 0x${definition.offset.toString(16)})`;
        return;
      case "import": {
        const item = args === undefined ? this.#importItem([definition.name], definition.type, spaces) : args.get(definition.name);
        invariant(item !== undefined, `import \`${definition.name}\` was not given`);
        bind(definition.type, item, spaces.scope);
        spaces.push(item);
        return;
      }
      case "export": {
        const item = this.#exported(definition, spaces);
        spaces.exports.set(definition.name, item);
        spaces.push(item);
        return;
      }
    }
  }

  #coreInstantiate(definition: ValidDefinition & { kind: "core-instantiate" }, spaces: Spaces): void {
    const args = definition.args.map(({ name, instance }): CoreArgument => {
      const given = spaces.coreInstances[instance]!;
      return given.slot === undefined ? { module: name, items: [...given.items] } : { module: name, whole: given.slot };
    });
    const into = this.#coreInstances++;
    this.#steps.push({ kind: "core-instantiate", module: spaces.modules[definition.module]!.module, args, into, instance: spaces.instance });
    spaces.coreInstances.push({ slot: into, items: new Map() });
  }

  #aliasCoreExport(definition: ValidDefinition & { kind: "alias-core-export" }, spaces: Spaces): void {
    const { sort, name } = definition;
    if (sort === "type" || sort === "module" || sort === "instance") return;
    const from = spaces.coreInstances[definition.instance]!;
    let item = from.items.get(name);
    if (item === undefined) {
      invariant(from.slot !== undefined, `core instance without export \`${name}\``);
      // One object per export: contexts are shared by comparing their members.
      item = { instance: from.slot, name };
      from.items.set(name, item);
    }
    spaces.core[sort].push(item);
  }

  #exportOf(definition: ValidDefinition & { kind: "alias-export" }, spaces: Spaces): Item {
    const item = spaces.instances[definition.instance]!.exports.get(definition.name);
    invariant(item !== undefined, `instance without export \`${definition.name}\``);
    if (item.sort !== "type" || definition.type.sort !== "type") return item;
    // The alias has a type object of its own: it may have another name than the one aliased.
    bind(definition.type, item, spaces.scope);
    return { ...item, type: definition.type };
  }

  /** For messages: a function is called as it is exported. */
  #named(name: string, item: Item): Item {
    if (item.sort === "func" && "lift" in item.func) this.#lifts[item.func.lift]!.name = name;
    return item;
  }

  #exported(definition: ValidDefinition & { kind: "export" }, spaces: Spaces): Item {
    const { name, type } = definition;
    const item = this.#named(name, spaces.at(definition.sort, definition.index));
    bind(type, item, spaces.scope);
    if (item.sort === "type" && item.resource !== undefined) {
      const resource = this.#resources[item.resource]!;
      if (resource.name === UNNAMED) resource.name = name;
    }
    return ascribe(item, type, spaces);
  }

  #aliasOuter(definition: ValidDefinition & { kind: "alias-outer" }, spaces: Spaces): void {
    const { sort, count, index, type } = definition;
    if (sort === "type") {
      invariant(type !== undefined, "outer alias of a type that is not resolved");
      spaces.types.push({ sort: "type", type: { sort: "type", type }, resource: type.kind === "resource" ? spaces.scope.get(type.identity) : undefined });
      return;
    }
    let target: OuterSpaces | undefined = spaces;
    let foreign = false;
    for (let i = 0; i < count; i++) {
      const isRoot: boolean = !foreign && target?.outer === undefined;
      target = isRoot ? this.#around : target?.outer;
      foreign ||= isRoot;
    }
    invariant(target !== undefined, "outer alias beyond the outermost component");
    const item = sort === "core module" ? target.modules[index]! : target.components[index]!;
    spaces.push(foreign ? this.#capture(item) : item);
  }

  /** Gives a slot to an item of the instance around, which belongs to another plan. */
  #capture(item: Item & { sort: "module" | "component" }): Item {
    const slot = item.sort === "module" ? this.#modules.length + this.#slots.module++ : this.#slots.component++;
    this.#captured.push({ item, slot });
    return item.sort === "module" ? { ...item, module: slot } : { ...item, component: { import: slot } };
  }

  #type(definition: ValidDefinition & { kind: "type" }, spaces: Spaces): void {
    const { type, dtor } = definition;
    let resource: number | undefined;
    if (type.kind === "resource") {
      if (this.#resources.length >= MAX_RESOURCES) throw tooMany("resource types", MAX_RESOURCES, definition.offset);
      resource = this.#resources.push({ name: type.identity.name ?? UNNAMED, instance: spaces.instance }) - 1;
      spaces.scope.set(type.identity, resource);
      if (dtor !== undefined) this.#steps.push({ kind: "destructor", resource, core: spaces.core.func[dtor]! });
    }
    spaces.types.push({ sort: "type", type: { sort: "type", type }, resource });
  }

  #lift(definition: ValidDefinition & { kind: "lift" }, spaces: Spaces): void {
    const { options, type } = definition;
    const { scope } = spaces;
    const context = this.#context(options, spaces);
    const lift =
      this.#lifts.push({
        core: spaces.core.func[definition.coreFunc]!,
        postReturn: spaces.coreFunc(options.postReturn),
        context,
        type,
        scope,
        async: options.async,
        callback: spaces.coreFunc(options.callback),
        name: "function",
      }) - 1;
    this.#steps.push({ kind: "lift", lift });
    spaces.funcs.push({ sort: "func", func: { lift }, type, scope });
  }

  #lower(definition: ValidDefinition & { kind: "lower" }, spaces: Spaces): void {
    const func: FuncSource = spaces.funcs[definition.func]!.func;
    const context = this.#context(definition.options, spaces);
    if (definition.type.async && !definition.options.async) this.#instances[spaces.instance]!.blocks = true;
    this.#trampoline(spaces, { kind: "lower", func, context, type: definition.type, scope: spaces.scope, async: definition.options.async });
  }

  #builtin(definition: ValidDefinition & { kind: "canon-builtin" }, spaces: Spaces): void {
    const { canon, options, async, cancellable, index } = definition;
    const instance = this.#instances[spaces.instance]!;
    if (canon.startsWith("context.")) instance.usesContext = true;
    if (canon === "backpressure.inc") instance.holdsBack = true;
    if (canon === "thread.index" || canon === "thread.new-indirect") instance.makesThreads = true;
    if (BLOCKING.test(canon) && !(async && !canon.startsWith("subtask"))) instance.blocks = true;
    const type = definition.coreType.composite as CoreFuncType;
    const inMemory: ContextOptions | undefined =
      canon === "waitable-set.wait" || canon === "waitable-set.poll"
        ? { encoding: "utf8", memory: index, address: type.params[1] as "i32" | "i64", realloc: undefined }
        : options;
    this.#trampoline(spaces, {
      kind: "builtin",
      canon,
      instance: spaces.instance,
      slot: index ?? 0,
      type,
      context: inMemory && this.#context(inMemory, spaces),
      of: definition.type,
      scope: spaces.scope,
      async,
      cancellable,
      table: canon === "thread.new-indirect" ? spaces.core.table[index!]! : undefined,
    });
  }

  #trampoline(spaces: Spaces, trampoline: Trampoline): void {
    const index = this.#trampolines.push(trampoline) - 1;
    this.#steps.push({ kind: "trampoline", trampoline: index });
    spaces.core.func.push({ trampoline: index });
  }

  #context({ memory, realloc, encoding, address }: ContextOptions, spaces: Spaces): number {
    const wanted: ContextPlan = {
      instance: spaces.instance,
      memory: memory === undefined ? undefined : spaces.core.memory[memory]!,
      realloc: spaces.coreFunc(realloc),
      encoding,
      address,
    };
    const same = this.#contexts.findIndex(
      (c) =>
        c.instance === wanted.instance &&
        c.memory === wanted.memory &&
        c.realloc === wanted.realloc &&
        c.encoding === wanted.encoding &&
        c.address === wanted.address,
    );
    if (same >= 0) return same;
    const context = this.#contexts.push(wanted) - 1;
    this.#steps.push({ kind: "context", context });
    return context;
  }

  #instantiate(definition: ValidDefinition & { kind: "instantiate" }, spaces: Spaces, depth: number): void {
    const args = new Map(definition.args.map((a) => [a.name, spaces.at(a.sort, a.index)]));
    const source = spaces.components[definition.component]!.component;
    const type: ExternType = { sort: "instance", type: definition.type };
    const exports = "import" in source ? this.#dynamic(source.import, args, definition.type, spaces) : this.#inline(source, args, spaces, depth);
    const item: Item = { sort: "instance", exports, type };
    bind(type, item, spaces.scope);
    spaces.instances.push(item);
  }

  #inline(source: ComponentDefinition, args: ReadonlyMap<string, Item>, spaces: Spaces, depth: number): ReadonlyMap<string, Item> {
    const parent = this.#instances[spaces.instance]!;
    const nested = new Spaces(this.#instance(spaces.instance, parent.name), source.outer);
    this.#replay(source.valid, nested, args, depth + 1);
    return nested.exports;
  }

  /** Instantiates an imported component at run time: the leaves of its exports become slots as imports do. */
  #dynamic(component: number, args: ReadonlyMap<string, Item>, type: InstanceType, spaces: Spaces): ReadonlyMap<string, Item> {
    const outputs: ImportPlan[] = [];
    const exports = new Map([...type.exports].map(([name, t]) => [name, this.#importItem([name], t, spaces, outputs)]));
    this.#steps.push({ kind: "instantiate", component, args: [...args], outputs });
    return exports;
  }

  /** The item of an import of the root: each leaf of its type becomes a slot that linking fills. */
  #importItem(path: readonly string[], type: ExternType, spaces: Spaces, into: ImportPlan[] = this.#imports): Item {
    const leaf = (slot: number) => into.push({ path, type, slot });
    switch (type.sort) {
      case "func": {
        const slot = this.#slots.func++;
        leaf(slot);
        return { sort: "func", func: { import: slot }, type: type.type, scope: spaces.scope };
      }
      case "module": {
        const slot = this.#modules.length + this.#slots.module++;
        leaf(slot);
        return { sort: "module", module: slot, type: type.type };
      }
      case "component": {
        const slot = this.#slots.component++;
        leaf(slot);
        return { sort: "component", component: { import: slot }, type: type.type };
      }
      case "instance": {
        if (type.type.exports.size === 0) leaf(-1);
        return {
          sort: "instance",
          exports: new Map([...type.type.exports].map(([name, t]) => [name, this.#importItem([...path, name], t, spaces, into)])),
          type,
        };
      }
      case "type": {
        if (type.type.kind !== "resource") return { sort: "type", type, resource: undefined };
        let resource = spaces.scope.get(type.type.identity);
        if (resource === undefined) {
          resource = this.#resources.push({ name: path.at(-1)!, instance: undefined }) - 1;
          spaces.scope.set(type.type.identity, resource);
        }
        // Also where the resource is known already: what is given must be the same one.
        leaf(resource);
        return { sort: "type", type, resource };
      }
      case "value":
        this.#unsupported ??= `the import of value \`${path.join(".")}\``;
        return { sort: "value" };
    }
  }
}

/** An item as its export's type shows it: what the type leaves out is hidden, types have the type's own names. */
function ascribe(item: Item, type: ExternType, spaces: Spaces): Item {
  if (item.sort === "func" && type.sort === "func") return { ...item, type: type.type, scope: spaces.scope };
  if (item.sort === "type" && type.sort === "type") return { ...item, type };
  if (item.sort !== "instance" || type.sort !== "instance") return item;
  const exports = new Map<string, Item>();
  for (const [name, expected] of type.type.exports) {
    const given = item.exports.get(name);
    invariant(given !== undefined, `instance without export \`${name}\``);
    exports.set(name, ascribe(given, expected, spaces));
  }
  return { sort: "instance", exports, type };
}

/** Built-ins that can make their caller wait; most have an `async` form that can't. `subtask.cancel` may let the callee run first. */
const BLOCKING = /^(waitable-set\.wait|thread\.(suspend|yield).*|(stream|future)\.(cancel-)?(read|write)|subtask\.cancel)$/;

function tooMany(noun: string, limit: number, offset: number): ComponentError {
  return new ComponentError(ErrorCode.TooMany, `too many ${noun}: the limit is ${limit}`, { offset });
}

/**
 * A plan: what instantiating a component does, as one flat list of steps. Nested components, outer aliases and virtualized
 * imports are resolved by `planner.ts` at compile time, so that instantiation is a loop without look-ups: every
 * operand below is a number into one of the arrays that `link/` fills.
 */
import type { ComponentType, CoreFuncType, ExternType, FuncType, ModuleType, ResourceIdentity, ValueType } from "../types/component-types.ts";
import type { StringEncoding, ValidComponent } from "../validate/definitions.ts";

/** A core function, table, memory, global or tag: an export of a core instance, or a function that the engine makes. */
export type CoreItem = { readonly instance: number; readonly name: string } | { readonly trampoline: number };

/** Slots of the resources that types of one component (inlined at one place) speak of. */
export type ResourceScope = ReadonlyMap<ResourceIdentity, number>;

/** What `canon lift` and `canon lower` need of their options; contexts with equal members are shared. */
export interface ContextPlan {
  readonly instance: number;
  readonly memory: CoreItem | undefined;
  readonly realloc: CoreItem | undefined;
  readonly encoding: StringEncoding;
  readonly address: "i32" | "i64";
}

/** Where a component function comes from. */
export type FuncSource = { readonly lift: number } | { readonly import: number };

export interface LiftPlan {
  readonly core: CoreItem;
  readonly postReturn: CoreItem | undefined;
  readonly context: number;
  readonly type: FuncType;
  readonly scope: ResourceScope;
  readonly async: boolean;
  /** Of one lifted with `async` whose stack does not wait. */
  readonly callback: CoreItem | undefined;
  /** By which name it is exported, as far as the plan knows: for traps. */
  name: string;
}
export interface LowerPlan {
  readonly func: FuncSource;
  readonly context: number;
  readonly type: FuncType;
  readonly scope: ResourceScope;
  readonly async: boolean;
}

/** `canon task.return`, as a function type whose one parameter is the result. */
export type TaskReturnPlan = Omit<LowerPlan, "func">;

/** A function that the engine makes for core code to import. */
export type Trampoline =
  | ({ readonly kind: "lower" } & LowerPlan)
  | { readonly kind: "resource.new" | "resource.drop" | "resource.rep"; readonly instance: number; readonly resource: number }
  | ({ readonly kind: "task.return" } & TaskReturnPlan)
  | ({ readonly kind: "builtin" } & BuiltinPlan);

/** A built-in of the concurrency layer. */
export interface BuiltinPlan {
  readonly canon: string;
  readonly instance: number;
  /** Of `context.get` and `context.set`. */
  readonly slot: number;
  readonly type: CoreFuncType;
  /** Where it has a memory. */
  readonly context: number | undefined;
  /** The stream or future that it is for. */
  readonly of: ValueType | undefined;
  readonly scope: ResourceScope;
  readonly async: boolean;
  readonly cancellable: boolean;
  /** Of `thread.new-indirect`. */
  readonly table: CoreItem | undefined;
}

export type Step =
  | { readonly kind: "core-instantiate"; readonly module: number; readonly args: readonly CoreArgument[]; readonly into: number; readonly instance: number }
  /** The memory and realloc of a context exist from here on. */
  | { readonly kind: "context"; readonly context: number }
  | { readonly kind: "lift"; readonly lift: number }
  | { readonly kind: "trampoline"; readonly trampoline: number }
  | { readonly kind: "destructor"; readonly resource: number; readonly core: CoreItem }
  /** Instantiates a component that was imported; its exports fill import slots and resource slots. */
  | {
      readonly kind: "instantiate";
      readonly component: number;
      readonly args: readonly (readonly [name: string, item: Item])[];
      readonly outputs: readonly ImportPlan[];
    };

/** One import module of a core instantiation: a whole core instance, or single items. */
export type CoreArgument =
  | { readonly module: string; readonly whole: number }
  | { readonly module: string; readonly items: readonly (readonly [name: string, item: CoreItem])[] };

/** A leaf of the component's imports (or of a dynamic instance's exports): the path of names to it, and the slot that it fills. */
export interface ImportPlan {
  readonly path: readonly string[];
  /** `type` leaves are resources; other types need nothing at run time. */
  readonly type: ExternType;
  readonly slot: number;
}

export interface InstancePlan {
  readonly parent: number | undefined;
  readonly name: string;
  /** Core code gets `context.get` or `context.set`. */
  usesContext: boolean;
  /** Core code gets `thread.index` or `thread.new-indirect`. */
  makesThreads: boolean;
  /** Core code gets a built-in that can block, or calls an async function without `async`. */
  blocks: boolean;
  /** Core code gets `backpressure.inc`: it can keep calls waiting. */
  holdsBack: boolean;
}

export interface ResourcePlan {
  /** As it is imported, or exported first. */
  name: string;
  /** The component instance that defines it; `undefined`: it comes by an import. */
  readonly instance: number | undefined;
}

/** What a name of an instance or of the component's exports stands for. */
export type Item =
  | { readonly sort: "func"; readonly func: FuncSource; readonly type: FuncType; readonly scope: ResourceScope }
  | { readonly sort: "module"; readonly module: number; readonly type: ModuleType }
  | { readonly sort: "component"; readonly component: ComponentSource; readonly type: ComponentType }
  | { readonly sort: "instance"; readonly exports: ReadonlyMap<string, Item>; readonly type: ExternType | undefined }
  | { readonly sort: "type"; readonly type: ExternType & { sort: "type" }; readonly resource: number | undefined }
  | { readonly sort: "value" };

/** A component as a value: its definition, with the definitions around it for outer aliases; or an imported one's slot. */
export type ComponentSource = ComponentDefinition | { readonly import: number };
export interface ComponentDefinition {
  readonly valid: ValidComponent;
  readonly outer: OuterSpaces | undefined;
}

/** The index spaces that outer aliases may reach: modules and components of the enclosing components. */
export interface OuterSpaces {
  readonly modules: readonly (Item & { sort: "module" })[];
  readonly components: readonly (Item & { sort: "component" })[];
  readonly outer: OuterSpaces | undefined;
}

export interface Plan {
  readonly type: ComponentType;
  /** Byte ranges of the component's own core modules; imported ones follow in the same slots. */
  readonly modules: readonly { readonly start: number; readonly end: number; readonly type: ModuleType }[];
  readonly moduleSlots: number;
  readonly componentSlots: number;
  readonly coreInstances: number;
  /** One per component instantiated; the first is the root. */
  readonly instances: readonly InstancePlan[];
  readonly resources: readonly ResourcePlan[];
  readonly contexts: readonly ContextPlan[];
  readonly lifts: readonly LiftPlan[];
  readonly trampolines: readonly Trampoline[];
  readonly imports: readonly ImportPlan[];
  /** Modules and components of the instance around an exported component, which its outer aliases name. */
  readonly captured: readonly { readonly item: Item & { sort: "module" | "component" }; readonly slot: number }[];
  readonly steps: readonly Step[];
  readonly exports: ReadonlyMap<string, Item>;
  /** What this version can't run although it is valid (values and start functions of components). */
  readonly unsupported: string | undefined;
}

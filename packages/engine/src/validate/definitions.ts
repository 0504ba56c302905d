/**
 * What validation gives: each component as its definitions in order, with every type resolved. The planner replays them
 * on index spaces of its own; each definition appends to the spaces exactly as in the binary (a core instantiation
 * to core instances, an export to its sort's space, ...).
 */
import type { CoreSort, Sort, SortIndex } from "../binary/syntax.ts";
import type {
  AnyType,
  ComponentType,
  CoreSubType,
  CoreValueType,
  ExternType,
  FuncType,
  InstanceType,
  ModuleType,
  NameAttributes,
  ResourceType,
  ValueType,
} from "../types/component-types.ts";

export type StringEncoding = "utf8" | "utf16" | "latin1+utf16";

/** `canonopt*`, checked: indices into the core index spaces. */
export interface CanonOptions {
  readonly encoding: StringEncoding;
  readonly memory: number | undefined;
  /** Width of addresses of `memory` (`i32` when there is none). */
  readonly address: "i32" | "i64";
  readonly realloc: number | undefined;
  readonly postReturn: number | undefined;
  readonly async: boolean;
  readonly callback: number | undefined;
  /** The GC canonical ABI: validated, not run. */
  readonly gc: boolean;
  /** The core function type named by `core-type`, for the GC ABI. */
  readonly coreType: CoreSubType | undefined;
}

export interface CoreModuleBytes {
  readonly start: number;
  readonly end: number;
  readonly type: ModuleType;
}

/** Built-ins that are neither lift, lower nor of resources; run by the concurrency issue. `type` where there is one. */
export interface AsyncBuiltin {
  readonly kind: "canon-builtin";
  readonly canon: string;
  /** The core function type that the built-in has. */
  readonly coreType: CoreSubType;
  readonly type: ValueType | undefined;
  readonly options: CanonOptions | undefined;
  readonly async: boolean;
  readonly cancellable: boolean;
  /** Slot of `context.*`, memory of `waitable-set.*`, table of `thread.new-indirect`. */
  readonly index: number | undefined;
  readonly valueType: CoreValueType | undefined;
  readonly offset: number;
}

export type ValidDefinition =
  | { readonly kind: "core-module"; readonly module: CoreModuleBytes; readonly offset: number }
  | {
      readonly kind: "core-instantiate";
      readonly module: number;
      readonly args: readonly { readonly name: string; readonly instance: number }[];
      readonly offset: number;
    }
  | {
      readonly kind: "core-inline-exports";
      readonly exports: readonly { readonly name: string; readonly sort: CoreSort; readonly index: number }[];
      readonly offset: number;
    }
  /** Appends `count` entries to the core type space (a recursion group may define several). */
  | { readonly kind: "core-type"; readonly types: readonly (CoreSubType | ModuleType)[]; readonly offset: number }
  | { readonly kind: "component"; readonly component: ValidComponent; readonly offset: number }
  /** `type`: of the new instance as its parent sees it, with fresh identities for the resources of its own (`resources` is empty: the parent has them). */
  | {
      readonly kind: "instantiate";
      readonly component: number;
      readonly args: readonly ({ readonly name: string } & SortIndex)[];
      readonly type: InstanceType;
      readonly offset: number;
    }
  | {
      readonly kind: "inline-exports";
      readonly exports: readonly ({ readonly name: string } & SortIndex)[];
      readonly type: InstanceType;
      readonly offset: number;
    }
  | { readonly kind: "alias-export"; readonly sort: Sort; readonly instance: number; readonly name: string; readonly type: ExternType; readonly offset: number }
  | { readonly kind: "alias-core-export"; readonly sort: CoreSort; readonly instance: number; readonly name: string; readonly offset: number }
  /** For `sort: "type"` the type is resolved; modules and components are looked up `count` components outward. */
  | {
      readonly kind: "alias-outer";
      readonly sort: Sort;
      readonly count: number;
      readonly index: number;
      readonly type: AnyType | undefined;
      readonly offset: number;
    }
  /** A resource definition has `dtor`, a core function index. */
  | { readonly kind: "type"; readonly type: AnyType; readonly dtor: number | undefined; readonly offset: number }
  | { readonly kind: "lift"; readonly coreFunc: number; readonly options: CanonOptions; readonly type: FuncType; readonly offset: number }
  | { readonly kind: "lower"; readonly func: number; readonly options: CanonOptions; readonly type: FuncType; readonly offset: number }
  | { readonly kind: "resource.new" | "resource.drop" | "resource.rep"; readonly type: ResourceType; readonly offset: number }
  | AsyncBuiltin
  | { readonly kind: "start"; readonly func: number; readonly args: readonly number[]; readonly results: number; readonly offset: number }
  | { readonly kind: "value"; readonly type: ValueType; readonly bytes: Uint8Array; readonly offset: number }
  | { readonly kind: "import"; readonly name: string; readonly attributes: NameAttributes | undefined; readonly type: ExternType; readonly offset: number }
  /** `type` is the ascribed type where there is one; for `(type (eq ..))` it is the new alias. */
  | ({
      readonly kind: "export";
      readonly name: string;
      readonly attributes: NameAttributes | undefined;
      readonly type: ExternType;
      readonly offset: number;
    } & SortIndex);

export interface ValidComponent {
  readonly type: ComponentType;
  readonly definitions: readonly ValidDefinition[];
  readonly start: number;
  readonly end: number;
}

export interface ValidationResult {
  readonly component: ValidComponent;
  /** Custom sections of the outermost component: name and byte range of the contents. */
  readonly customSections: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

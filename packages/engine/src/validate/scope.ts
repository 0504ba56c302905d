/**
 * One component, component type or instance type under validation: its index spaces, what it imports and exports, and which
 * types have names there. Scopes nest by `outer`, as `outer` aliases count them.
 */
import type { Sort } from "../binary/syntax.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_INDEX_SPACE_ITEMS, MAX_LARGE_ITEMS } from "../diagnostics/limits.ts";
import type {
  AnyType,
  ComponentType,
  CoreExternType,
  CoreSubType,
  CoreValueType,
  ExternType,
  FuncType,
  InstanceType,
  ModuleType,
  ResourceIdentity,
  ResourceType,
  ValueType,
} from "../types/component-types.ts";
import type { ValidDefinition } from "./definitions.ts";
import type { Validation } from "./validation.ts";

export interface ValueItem {
  readonly type: ValueType;
  used: boolean;
}

interface Spaces {
  func: FuncType[];
  value: ValueItem[];
  type: AnyType[];
  component: ComponentType[];
  instance: InstanceType[];
  "core module": ModuleType[];
  "core instance": ReadonlyMap<string, CoreExternType>[];
  "core type": (CoreSubType | ModuleType)[];
  "core func": CoreSubType[];
  "core table": (CoreExternType & { sort: "table" })[];
  "core memory": (CoreExternType & { sort: "memory" })[];
  "core global": (CoreExternType & { sort: "global" })[];
  "core tag": CoreSubType[];
}

/** What an index that is out of bounds is called, what a surplus of items, and how many there may be. */
const NOUNS: Readonly<Record<Sort, readonly [noun: string, plural: string, max: number]>> = {
  func: ["function", "functions", MAX_INDEX_SPACE_ITEMS],
  value: ["value", "values", MAX_LARGE_ITEMS],
  type: ["type", "types", MAX_INDEX_SPACE_ITEMS],
  component: ["component", "components", MAX_LARGE_ITEMS],
  instance: ["instance", "instances", MAX_LARGE_ITEMS],
  "core module": ["module", "modules", MAX_LARGE_ITEMS],
  "core instance": ["core instance", "instances", MAX_LARGE_ITEMS],
  "core type": ["type", "types", MAX_INDEX_SPACE_ITEMS],
  "core func": ["core function", "functions", MAX_INDEX_SPACE_ITEMS],
  "core table": ["table", "tables", MAX_INDEX_SPACE_ITEMS],
  "core memory": ["memory", "memories", MAX_INDEX_SPACE_ITEMS],
  "core global": ["global", "globals", MAX_INDEX_SPACE_ITEMS],
  "core tag": ["tag", "tags", MAX_INDEX_SPACE_ITEMS],
};

/** Imports or exports of a scope. */
export class Names {
  readonly items = new Map<string, ExternType>();
  /** The name by each strong-uniqueness key. */
  readonly keys = new Map<string, string>();
  /** Types that may stand in further imports (or exports): those with a name. */
  readonly types = new Set<AnyType>();
  /** Resources named at the top level, which `[method]` and the like may belong to. */
  readonly resources = new Map<ResourceType, string>();
  readonly resourceNames = new Set<string>();
}

export class Scope {
  readonly validation: Validation;
  readonly kind: "component" | "component-type" | "instance-type";
  readonly outer: Scope | undefined;
  readonly spaces: Spaces = {
    func: [],
    value: [],
    type: [],
    component: [],
    instance: [],
    "core module": [],
    "core instance": [],
    "core type": [],
    "core func": [],
    "core table": [],
    "core memory": [],
    "core global": [],
    "core tag": [],
  };
  readonly imports = new Names();
  readonly exports = new Names();
  readonly importedResources: ResourceIdentity[] = [];
  /** Resources that come into being with an instance: its own, and those of instances in it. */
  readonly definedResources = new Set<ResourceIdentity>();
  hasStart = false;
  /** The type that all `context.*` built-ins of the component have. */
  contextType: CoreValueType | undefined = undefined;

  readonly definitions: ValidDefinition[] = [];
  /** Where the component begins in the binary. */
  readonly start: number;
  /** How many definitions of each kind were met, for paths. */
  readonly counts: Record<string, number> = {};

  constructor(validation: Validation, kind: Scope["kind"], outer: Scope | undefined, start = 0) {
    this.validation = validation;
    this.kind = kind;
    this.outer = outer;
    this.start = start;
  }

  at<S extends keyof Spaces>(sort: S, index: number): Spaces[S][number] {
    const item = this.spaces[sort][index];
    if (item === undefined) {
      const noun = NOUNS[sort][0];
      throw this.validation.error(`unknown ${noun} ${index}: ${noun.replace("core ", "")} index out of bounds`);
    }
    return item;
  }

  push<S extends keyof Spaces>(sort: S, item: Spaces[S][number]): void {
    const length = (this.spaces[sort] as Spaces[S][number][]).push(item);
    const [, plural, max] = NOUNS[sort];
    if (length > max) throw this.validation.error(`${plural} count exceeds limit of ${max}`, ErrorCode.TooMany);
  }

  pushCoreItem(type: CoreExternType): void {
    this.push(`core ${type.sort}`, type.sort === "func" || type.sort === "tag" ? type.type : type);
  }

  /** An item by sort, with its type. Values are used up. */
  item(sort: Sort, index: number): ExternType {
    switch (sort) {
      case "core module":
        return { sort: "module", type: this.at(sort, index) };
      case "func":
      case "type":
      case "instance":
      case "component":
        return { sort, type: this.at(sort, index) } as ExternType;
      case "value":
        return { sort, type: this.useValue(index) };
      default:
        return this.validation.fail(`a ${sort} can't be imported or exported`);
    }
  }

  useValue(index: number): ValueType {
    this.validation.requireValues();
    const value = this.at("value", index);
    if (value.used) throw this.validation.error(`value ${index} cannot be used more than once`);
    value.used = true;
    return value.type;
  }

  coreType(index: number): CoreSubType {
    const type = this.at("core type", index);
    if (type.kind === "module") throw this.validation.error(`type index ${index} is a module type, not a sub type`);
    return type;
  }

  valueType(index: number): ValueType {
    const type = this.at("type", index);
    if (type.kind === "resource" || type.kind === "func" || type.kind === "instance" || type.kind === "component") {
      throw this.validation.error(`type index ${index} is not a defined type`);
    }
    return type;
  }

  resource(index: number): ResourceType {
    const type = this.at("type", index);
    if (type.kind !== "resource") throw this.validation.error(`type index ${index} is not a resource type`);
    return type;
  }

  funcType(index: number): FuncType {
    const type = this.at("type", index);
    if (type.kind !== "func") throw this.validation.error(`type index ${index} is not a function type`);
    return type;
  }

  /** The scope that an `outer` alias looks in, and the one just inside it on the way. */
  outward(count: number): readonly [target: Scope, inside: Scope | undefined] {
    let target: Scope | undefined = this;
    let inside: Scope | undefined;
    for (let i = 0; i < count && target !== undefined; i++) {
      inside = target;
      target = target.outer;
    }
    if (target === undefined) throw this.validation.error(`invalid outer alias count of ${count}`);
    return [target, inside];
  }
}

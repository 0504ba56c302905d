import { invariant } from "../diagnostics/invariant.ts";
import type { ExternType, ResourceIdentity } from "../types/component-types.ts";
import type { CoreItem, Item, OuterSpaces } from "./plan.ts";

/** A core instance: a real one, or a record of items. */
export type CoreInstance =
  | { readonly slot: number; readonly items: Map<string, CoreItem> }
  | { readonly slot: undefined; readonly items: ReadonlyMap<string, CoreItem> };

/** The index spaces of one component at one place, as its definitions fill them. */
export class Spaces implements OuterSpaces {
  readonly instance: number;
  readonly outer: OuterSpaces | undefined;
  readonly scope = new Map<ResourceIdentity, number>();
  readonly coreInstances: CoreInstance[] = [];
  /** Core functions, tables, memories, globals and tags. */
  readonly core: Record<"func" | "table" | "memory" | "global" | "tag", CoreItem[]> = { func: [], table: [], memory: [], global: [], tag: [] };
  readonly modules: (Item & { sort: "module" })[] = [];
  readonly funcs: (Item & { sort: "func" })[] = [];
  readonly components: (Item & { sort: "component" })[] = [];
  readonly instances: (Item & { sort: "instance" })[] = [];
  readonly types: (Item & { sort: "type" })[] = [];
  readonly exports = new Map<string, Item>();
  /** By the sort of an item or of a definition; there is none of values. */
  readonly #bySort: Readonly<Record<string, Item[]>> = {
    func: this.funcs,
    module: this.modules,
    "core module": this.modules,
    component: this.components,
    instance: this.instances,
    type: this.types,
  };

  constructor(instance: number, outer: OuterSpaces | undefined) {
    this.instance = instance;
    this.outer = outer;
  }

  push(item: Item): void {
    this.#bySort[item.sort]?.push(item);
  }

  at(sort: string, index: number): Item {
    const space = this.#bySort[sort];
    return space === undefined ? { sort: "value" } : space[index]!;
  }

  /** The core function that an option names. */
  coreFunc(index: number | undefined): CoreItem | undefined {
    return index === undefined ? undefined : this.core.func[index]!;
  }
}

/** Adds to `scope` the slots of the resources that `type` introduces and `item` provides. */
export function bind(type: ExternType, item: Item, scope: Map<ResourceIdentity, number>): void {
  if (type.sort === "type" && item.sort === "type") {
    if (type.type.kind === "resource" && item.resource !== undefined && !scope.has(type.type.identity)) scope.set(type.type.identity, item.resource);
  } else if (type.sort === "instance" && item.sort === "instance") {
    for (const [name, expected] of type.type.exports) {
      if (expected.sort !== "type" && expected.sort !== "instance") continue;
      const given = item.exports.get(name);
      if (given !== undefined) bind(expected, given, scope);
    }
  }
}

export function slotOf(spaces: Spaces, identity: ResourceIdentity): number {
  const slot = spaces.scope.get(identity);
  invariant(slot !== undefined, `resource \`${identity.name}\` has no slot`);
  return slot;
}

export function coreAt(spaces: Spaces, sort: string, index: number): CoreItem {
  const item = spaces.core[sort as keyof Spaces["core"]]?.[index];
  invariant(item !== undefined, `no core ${sort} ${index}`);
  return item;
}

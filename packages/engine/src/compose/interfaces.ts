/**
 * The interfaces that a composed component imports: those that its parts import and that nobody among them provides. Parts that import the
 * same interface, of whatever version of its track, share one import, which has all that any of them needs.
 */
import type { AnyType, ComponentType, ExternType, InstanceType, ResourceIdentity, ValueType } from "../types/component-types.ts";
import { differenceBetween } from "../types/fit.ts";
import { trackOf } from "../types/semver.ts";

/** One import of the whole: each item as the parts have it, whose types are the same by other objects. */
export interface SharedInterface {
  /** Of the newest version that a part asks for. */
  name: string;
  readonly items: Map<string, ExternType[]>;
}

export class SharedImports {
  /** By track; by name, where a name has none. */
  readonly interfaces: Map<string, SharedInterface> = new Map();
  readonly obstacles: string[] = [];
  /** `interface#name` of each part's resource types, and of its other types that have a name. */
  readonly #names = new Map<ResourceIdentity | ValueType, string>();

  /** The imports of a part that the whole imports for it. */
  add(part: string, { imports }: ComponentType, open: ReadonlySet<string>): void {
    for (const [name, type] of imports) {
      if (type.sort !== "instance") continue;
      const key = keyOf(name);
      this.#nameTypes(key, type.type);
      if (open.has(name)) this.#add(part, name, key, type.type);
    }
  }

  /** What a resource type is known by: the interface that has it first, and its name there. */
  resourceKey(identity: ResourceIdentity): string | undefined {
    return this.#names.get(identity);
  }

  /** The same of another type, if it is one of another interface than `own`. */
  keyFrom(own: string, type: ValueType): string | undefined {
    for (let each = type.aliasOf; each !== undefined; each = each.aliasOf) {
      const key = this.#names.get(each);
      if (key !== undefined && !key.startsWith(`${own}#`)) return key;
    }
    return undefined;
  }

  /** In an order in which each follows those that it takes resources from. */
  get sorted(): SharedInterface[] {
    const sorted = new Set<SharedInterface>();
    const visit = (key: string, of: SharedInterface): void => {
      if (sorted.has(of)) return;
      for (const [type] of of.items.values()) {
        const owner = type?.sort === "type" ? this.#ownerOf(key, type.type) : undefined;
        const other = owner === undefined || owner === key ? undefined : this.interfaces.get(owner);
        if (other !== undefined) visit(owner!, other);
      }
      sorted.add(of);
    };
    for (const [key, of] of this.interfaces) visit(key, of);
    return [...sorted];
  }

  #nameTypes(key: string, { exports }: InstanceType): void {
    for (const [name, type] of exports) {
      if (type.sort !== "type") continue;
      const named = type.type.kind === "resource" ? type.type.identity : (type.type as ValueType);
      if (!this.#names.has(named)) this.#names.set(named, `${key}#${name}`);
    }
  }

  /** The interface that has a type first. */
  #ownerOf(own: string, type: AnyType): string | undefined {
    const key = type.kind === "resource" ? this.resourceKey(type.identity) : this.keyFrom(own, type as ValueType);
    return key?.split("#")[0];
  }

  #add(part: string, name: string, key: string, { exports }: InstanceType): void {
    let shared = this.interfaces.get(key);
    if (shared === undefined) {
      shared = { name, items: new Map() };
      this.interfaces.set(key, shared);
    }
    if (isNewer(name, shared.name)) shared.name = name;
    for (const [label, type] of exports) {
      const items = shared.items.get(label) ?? [];
      shared.items.set(label, items);
      const difference = items.length === 0 ? undefined : differenceBetween(items[0]!, type);
      if (difference !== undefined) this.obstacles.push(`\`${part}\` imports another \`${name}\` than other parts do: \`${label}\`: ${difference}`);
      items.push(type);
    }
  }
}

export function keyOf(name: string): string {
  return trackOf(name) ?? name;
}

function isNewer(name: string, than: string): boolean {
  const numbers = (text: string) => (/@(\d+)\.(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
  const [a, b] = [numbers(name), numbers(than)];
  const at = a.findIndex((each, i) => each !== b[i]);
  return at >= 0 && a[at]! > (b[at] ?? -1);
}

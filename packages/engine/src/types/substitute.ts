/**
 * Types with other resources in place of their own: an instance's type as its parent sees it, or a fresh copy of an instance type
 * for each import of it. Sharing is kept (each type is rewritten once), and types that nothing changes in are
 * returned as they are.
 */
import type { AnyType, ComponentType, ExternType, FuncType, InstanceType, ResourceIdentity, ResourceType, ValueType } from "./component-types.ts";
import { NEW_OBJECT_STEPS, type TypeContext } from "./type-context.ts";

export class Substitution {
  readonly #context: TypeContext;
  readonly #resources: ReadonlyMap<ResourceIdentity, ResourceIdentity>;
  /** Begins with types that stand for others; then what each type became. */
  readonly #types = new Map<AnyType, AnyType>();

  constructor(context: TypeContext, resources: ReadonlyMap<ResourceIdentity, ResourceIdentity>) {
    this.#context = context;
    this.#resources = resources;
  }

  /** The types that imports named stand for those given, so that a parent sees them by its own names. */
  rename(given: ReadonlyMap<string, ExternType>, wanted: ReadonlyMap<string, ExternType>): void {
    for (const [name, expected] of wanted) {
      const actual = given.get(name);
      if (expected.sort === "type" && actual?.sort === "type") this.#types.set(expected.type, actual.type);
      else if (expected.sort === "instance" && actual?.sort === "instance") {
        this.#context.spend(1 + expected.type.exports.size);
        this.rename(actual.type.exports, expected.type.exports);
      }
    }
  }

  items(items: ReadonlyMap<string, ExternType>): ReadonlyMap<string, ExternType> {
    this.#context.spend(NEW_OBJECT_STEPS * items.size);
    let changed = false;
    const result = new Map<string, ExternType>();
    for (const [name, item] of items) {
      const type = item.sort === "module" ? item.type : this.#any(item.type);
      changed ||= type !== item.type;
      result.set(name, type === item.type ? item : ({ ...item, type } as ExternType));
    }
    return changed ? result : items;
  }

  #any<T extends AnyType>(type: T): T {
    const known = this.#types.get(type);
    if (known !== undefined) return known as T;
    if (!this.#context.facts(type).hasNames) return type;
    this.#context.spend(NEW_OBJECT_STEPS);
    const changed = this.#rewrite(type) as T;
    this.#types.set(type, changed);
    return changed;
  }

  #optional(type: ValueType | undefined): ValueType | undefined {
    return type === undefined ? undefined : this.#any(type);
  }

  #rewrite(type: AnyType): AnyType {
    switch (type.kind) {
      case "func":
        return this.#func(type);
      case "instance":
        return this.#instance(type);
      case "component":
        return this.#component(type);
      default: {
        const changed = type.kind === "resource" ? this.#resource(type) : this.#value(type);
        if (type.aliasOf === undefined) return changed;
        // A type that is the same all through may still be another name of one that an import was given for.
        const original = this.#any<AnyType>(type.aliasOf);
        return changed === type && original === type.aliasOf ? type : ({ ...changed, aliasOf: original } as AnyType);
      }
    }
  }

  #resource(type: ResourceType): ResourceType {
    const identity = this.#resources.get(type.identity);
    return identity === undefined || identity === type.identity ? type : { ...type, identity };
  }

  #value(type: ValueType): ValueType {
    switch (type.kind) {
      case "record": {
        const fields = each(type.fields, (field) => this.#typed(field));
        return fields === type.fields ? type : { ...type, fields };
      }
      case "variant": {
        const cases = each(type.cases, (each) => (each.type === undefined ? each : this.#typed(each as { name: string; type: ValueType })));
        return cases === type.cases ? type : { ...type, cases };
      }
      case "tuple": {
        const types = each(type.types, (part) => this.#any(part));
        return types === type.types ? type : { ...type, types };
      }
      case "list":
        return withPart(type, "element", this.#any(type.element));
      case "stream":
      case "future":
        return withPart(type, "element", this.#optional(type.element));
      case "option":
        return withPart(type, "some", this.#any(type.some));
      case "map":
        return withPart(withPart(type, "key", this.#any(type.key)), "value", this.#any(type.value));
      case "result":
        return withPart(withPart(type, "ok", this.#optional(type.ok)), "err", this.#optional(type.err));
      case "own":
      case "borrow":
        return withPart(type, "resource", this.#any(type.resource));
      default:
        return type;
    }
  }

  #typed<T extends { readonly type: ValueType }>(member: T): T {
    return withPart(member, "type", this.#any(member.type));
  }

  #func(type: FuncType): FuncType {
    const params = each(type.params, (param) => this.#typed(param));
    return withPart(params === type.params ? type : { ...type, params }, "result", this.#optional(type.result));
  }

  #instance(type: InstanceType): InstanceType {
    return withPart(type, "exports", this.items(type.exports));
  }

  #component(type: ComponentType): ComponentType {
    return withPart(withPart(type, "imports", this.items(type.imports)), "exports", this.items(type.exports));
  }
}

function withPart<T extends object, K extends keyof T>(whole: T, key: K, part: T[K]): T {
  return whole[key] === part ? whole : { ...whole, [key]: part };
}

/** `map` that returns the list itself when nothing changed. */
function each<T>(list: readonly T[], change: (member: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (const [i, member] of list.entries()) {
    const result = change(member);
    if (result !== member) (changed ??= [...list])[i] = result;
  }
  return changed ?? list;
}

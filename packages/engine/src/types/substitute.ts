/**
 * Types with other resources in place of their own: an instance's type as its parent sees it, or a fresh copy of an instance type
 * for each import of it. Sharing is kept (each type is rewritten once), and types that nothing changes in are
 * returned as they are.
 */
import type { AnyType, ExternType, ResourceIdentity, ValueType } from "./component-types.ts";
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

  #any<T extends AnyType | undefined>(type: T): T {
    if (type === undefined) return type;
    const known = this.#types.get(type);
    if (known !== undefined) return known as T;
    if (!this.#context.facts(type).hasNames) return type;
    this.#context.spend(NEW_OBJECT_STEPS);
    const changed = this.#rewrite(type);
    this.#types.set(type, changed);
    return changed as T;
  }

  #rewrite(type: AnyType): AnyType {
    const changed = this.#parts(type);
    if (!("aliasOf" in type)) return changed;
    // A type that is the same all through may still be another name of one that an import was given for.
    const original = this.#any<AnyType>(type.aliasOf!);
    return changed === type && original === type.aliasOf ? type : ({ ...changed, aliasOf: original } as AnyType);
  }

  #parts(type: AnyType): AnyType {
    switch (type.kind) {
      case "func":
        return withPart(withPart(type, "params", this.#typed(type.params)), "result", this.#any(type.result));
      case "instance":
        return withPart(type, "exports", this.items(type.exports));
      case "component":
        return withPart(withPart(type, "imports", this.items(type.imports)), "exports", this.items(type.exports));
      case "resource":
        return withPart(type, "identity", this.#resources.get(type.identity) ?? type.identity);
      case "record":
        return withPart(type, "fields", this.#typed(type.fields));
      case "variant":
        return withPart(type, "cases", this.#typed(type.cases));
      case "tuple":
        return withPart(
          type,
          "types",
          each(type.types, (part) => this.#any(part)),
        );
      case "list":
        return withPart(type, "element", this.#any(type.element));
      case "stream":
      case "future":
        return withPart(type, "element", this.#any(type.element));
      case "option":
        return withPart(type, "some", this.#any(type.some));
      case "map":
        return withPart(withPart(type, "key", this.#any(type.key)), "value", this.#any(type.value));
      case "result":
        return withPart(withPart(type, "ok", this.#any(type.ok)), "err", this.#any(type.err));
      case "own":
      case "borrow":
        return withPart(type, "resource", this.#any(type.resource));
      default:
        return type;
    }
  }

  #typed<T extends { readonly type: ValueType | undefined }>(members: readonly T[]): readonly T[] {
    return each(members, (member) => withPart(member, "type", this.#any(member.type)));
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

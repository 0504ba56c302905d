/**
 * Subtyping of component-level types (Explainer.md "Subtyping", Binary.md "Type Checking"). As other tools do, value and
 * function types are compared for equality; instances may have more exports, components fewer imports and more exports.
 *
 * A type introduces resources: a component its imported and defined ones. To compare it, they are bound to the resources of
 * what it is compared with, at the first place where both name one; from there on they must be the same. Bindings are
 * kept per side, since both sides may be the same object; imports of components are compared with the sides changed.
 *
 * Used for instantiation arguments and ascribed exports, and by the linker (`differenceIn...`).
 */
import type { AnyType, ComponentType, ExternType, FuncType, InstanceType, ResourceIdentity, ResourceType, ValueType } from "./component-types.ts";
import { mismatchOfFunctions, type SameResource, sameLabel } from "./mismatch.ts";
import { moduleDifference, VALIDATION_WORDS } from "./module-type.ts";
import { TypeContext } from "./type-context.ts";

export { differenceInModules } from "./module-type.ts";

type Bindings = Map<ResourceIdentity, ResourceIdentity>;

/** How a provider's function differs from the one that is imported; `same` tells which resources of the two components are one at run time. */
export function differenceInFunctions(actual: FuncType, expected: FuncType, same: SameResource = (a, b) => a === b): string | undefined {
  const difference = differenceOf(() => new Comparison(new TypeContext(), same).func(actual, expected));
  return difference && (mismatchOfFunctions(actual, expected, same) ?? difference);
}

export function differenceInComponents(actual: ComponentType, expected: ComponentType): string | undefined {
  return differenceOf(() => new Comparison(new TypeContext()).component(actual, expected));
}

/** Thrown by comparisons: what differs, outermost context first. */
export class TypeDifference extends Error {}

function differenceOf(compare: () => void): string | undefined {
  try {
    compare();
    return undefined;
  } catch (error) {
    if (error instanceof TypeDifference) return error.message;
    throw error;
  }
}

function differ(message: string): never {
  throw new TypeDifference(message);
}

function mismatch(actual: ValueType, expected: ValueType): never {
  differ(`expected ${wordFor(expected)}, found ${wordFor(actual)}`);
}

/** Puts `context` before what differs inside. */
export function within(context: () => string, compare: () => void): void {
  try {
    compare();
  } catch (error) {
    throw error instanceof TypeDifference ? new TypeDifference(`${context()}: ${error.message}`) : error;
  }
}

/** Inline primitive types are these objects; a type definition that equals one is an object of its own. */
export const PRIMITIVE_TYPES: Readonly<Record<string, ValueType>> = Object.fromEntries(
  (["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string", "error-context"] as const).map((kind) => [
    kind,
    Object.freeze({ kind }),
  ]),
);

function isPrimitive(type: ValueType): boolean {
  return type.kind in PRIMITIVE_TYPES;
}

/** The word for an expected type. */
function wordFor(type: ValueType): string {
  if (type.kind === "list" && type.length !== undefined) return "fixed-length list";
  return isPrimitive(type) && type !== PRIMITIVE_TYPES[type.kind] ? "primitive" : type.kind;
}

export class Comparison {
  readonly #context: TypeContext;
  readonly #same: SameResource;
  #actual: Bindings = new Map();
  #expected: Bindings = new Map();
  /** Resources that the expected type introduces and that are not bound yet. */
  #open = new Set<ResourceIdentity>();

  constructor(context: TypeContext, same: SameResource = (a, b) => a === b) {
    this.#context = context;
    this.#same = same;
  }

  /**
   * Compares items given by name with the imports (or exports) that a component type has, and returns what each of the resources
   * that it introduces there was bound to.
   */
  open(given: ReadonlyMap<string, ExternType>, wanted: ReadonlyMap<string, ExternType>, introduced: readonly ResourceIdentity[], kind: string): Bindings {
    this.#context.spend(wanted.size + introduced.length);
    for (const name of wanted.keys()) if (!given.has(name)) differ(`missing ${kind} named \`${name}\``);
    const outer = this.#open;
    this.#open = new Set(introduced);
    for (const [name, expected] of wanted) {
      within(
        () => `type mismatch for ${kind} \`${name}\``,
        () => this.extern(given.get(name)!, expected),
      );
    }
    this.#open = outer;
    return this.#expected;
  }

  extern(actual: ExternType, expected: ExternType): void {
    const { sort } = actual;
    if (sort === "module" && expected.sort === sort) {
      this.#context.spend(actual.type.imports.length + expected.type.imports.length + expected.type.exports.size);
      const difference = moduleDifference(actual.type, expected.type, VALIDATION_WORDS);
      if (difference !== undefined) differ(difference);
    } else if (sort === "func" && expected.sort === sort) this.func(actual.type, expected.type);
    else if (sort === "value" && expected.sort === sort) this.value(actual.type, expected.type);
    else if (sort === "type" && expected.sort === sort) this.#type(actual.type, expected.type);
    else if (sort === "instance" && expected.sort === sort) this.#instance(actual.type, expected.type);
    else if (sort === "component" && expected.sort === sort) this.component(actual.type, expected.type);
    else differ(`expected ${expected.sort}, found ${sort}`);
  }

  #type(actual: AnyType, expected: AnyType): void {
    if (actual.kind === "resource" && expected.kind === "resource") this.#resource(actual, expected);
    else if (actual.kind === "func" && expected.kind === "func") this.func(actual, expected);
    else if (actual.kind === "instance" && expected.kind === "instance") this.#instance(actual, expected);
    else if (actual.kind === "component" && expected.kind === "component") this.component(actual, expected);
    else if (isItem(actual) || isItem(expected))
      differ(`expected ${wordForAny(expected)}, found ${wordForAny(actual)}${actual.kind === "resource" || !isItem(actual) ? "" : " type"}`);
    else this.value(actual, expected);
  }

  #resource(actual: ResourceType, expected: ResourceType): void {
    if (this.#open.delete(expected.identity)) this.#expected.set(expected.identity, this.#actual.get(actual.identity) ?? actual.identity);
    else if (!this.#sameResource(actual, expected)) differ("resource types are not the same");
  }

  #sameResource(actual: ResourceType, expected: ResourceType): boolean {
    return this.#same(this.#actual.get(actual.identity) ?? actual.identity, this.#expected.get(expected.identity) ?? expected.identity);
  }

  #instance(actual: InstanceType, expected: InstanceType): void {
    // A type equals itself, except for resources that are still to be bound, or bound to others.
    if (actual === expected && !this.#context.facts(actual).hasNames) return;
    for (const name of expected.exports.keys()) if (!actual.exports.has(name)) differ(`missing expected export \`${name}\``);
    for (const [name, type] of expected.exports) {
      this.#context.spend(1);
      within(
        () => `type mismatch in instance export \`${name}\``,
        () => this.extern(actual.exports.get(name)!, type),
      );
    }
  }

  /** Whoever has a component of type `expected` gives its imports and gets its exports: those must do for `actual` too. */
  component(actual: ComponentType, expected: ComponentType): void {
    this.#swap();
    try {
      this.open(expected.imports, actual.imports, actual.importedResources, "import");
    } finally {
      this.#swap();
    }
    this.open(actual.exports, expected.exports, expected.definedResources, "export");
  }

  #swap(): void {
    [this.#actual, this.#expected] = [this.#expected, this.#actual];
  }

  func(actual: FuncType, expected: FuncType): void {
    if (actual.async !== expected.async) {
      const word = (type: FuncType): string => (type.async ? "async" : "sync");
      differ(`expected ${word(expected)} function, found ${word(actual)} function`);
    }
    if (actual.params.length !== expected.params.length) differ(`expected ${expected.params.length} parameters, found ${actual.params.length}`);
    for (const [i, { name, type }] of actual.params.entries()) {
      const param = expected.params[i]!;
      if (!sameLabel(name, param.name)) differ(`expected parameter named \`${param.name}\`, found \`${name}\``);
      within(
        () => `type mismatch in function parameter \`${name}\``,
        () => this.value(type, param.type),
      );
    }
    // The words are those of wasmparser, which has them the wrong way round.
    this.#optional(actual.result, expected.result, "type mismatch with result type", "expected a result, found none", "expected no result, found one");
  }

  #optional(actual: ValueType | undefined, expected: ValueType | undefined, context: string, surplus: string, missing: string): void {
    if (actual !== undefined && expected !== undefined) {
      within(
        () => context,
        () => this.value(actual, expected),
      );
    } else if (actual !== undefined) differ(surplus);
    else if (expected !== undefined) differ(missing);
  }

  value(actual: ValueType, expected: ValueType): void {
    this.#context.spend(1);
    if (isPrimitive(actual) || isPrimitive(expected)) {
      if (actual.kind === expected.kind) return;
      if (isPrimitive(actual) && isPrimitive(expected)) differ(`expected primitive \`${expected.kind}\` found primitive \`${actual.kind}\``);
      differ(`expected ${wordFor(expected)}, found ${isPrimitive(actual) ? actual.kind : wordFor(actual)}`);
    }
    if (actual === expected && !this.#context.facts(actual).hasNames) return;
    switch (actual.kind) {
      case "record":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        if (actual.fields.length !== expected.fields.length) differ(`expected ${expected.fields.length} fields, found ${actual.fields.length}`);
        for (const [i, { name, type }] of actual.fields.entries()) {
          const field = expected.fields[i]!;
          if (!sameLabel(name, field.name)) differ(`expected field name \`${field.name}\`, found \`${name}\``);
          within(
            () => `type mismatch in record field \`${name}\``,
            () => this.value(type, field.type),
          );
        }
        return;
      case "variant":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        if (actual.cases.length !== expected.cases.length) differ(`expected ${expected.cases.length} cases, found ${actual.cases.length}`);
        for (const [i, { name, type }] of actual.cases.entries()) {
          const other = expected.cases[i]!;
          if (!sameLabel(name, other.name)) differ(`expected case named \`${other.name}\`, found \`${name}\``);
          const [surplus, missing] = [`expected case \`${name}\` to have no type`, `expected case \`${name}\` to have a type, found none`];
          this.#optional(type, other.type, `type mismatch in variant case \`${name}\``, surplus, missing);
        }
        return;
      case "tuple":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        if (actual.types.length !== expected.types.length) differ(`expected ${expected.types.length} types, found ${actual.types.length}`);
        for (const [i, type] of actual.types.entries()) {
          within(
            () => `type mismatch in tuple field ${i}`,
            () => this.value(type, expected.types[i]!),
          );
        }
        return;
      case "list":
        if (expected.kind !== actual.kind || (actual.length === undefined) !== (expected.length === undefined)) mismatch(actual, expected);
        if (actual.length !== expected.length) differ(`expected fixed-length ${expected.length}, found size ${actual.length}`);
        this.value(actual.element, expected.element);
        return;
      case "option":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        this.value(actual.some, expected.some);
        return;
      case "map":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        within(
          () => "type mismatch in map key",
          () => this.value(actual.key, expected.key),
        );
        within(
          () => "type mismatch in map value",
          () => this.value(actual.value, expected.value),
        );
        return;
      case "flags":
      case "enum":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        if (actual.labels.length !== expected.labels.length || !actual.labels.every((label, i) => sameLabel(label, expected.labels[i]!))) {
          differ(`mismatch in ${actual.kind} elements`);
        }
        return;
      case "result":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        this.#payload(actual.ok, expected.ok, "ok", "type mismatch in ok variant");
        this.#payload(actual.err, expected.err, "err", "type mismatch in err variant");
        return;
      case "own":
      case "borrow":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        if (!this.#sameResource(actual.resource, expected.resource)) differ("resource types are not the same");
        return;
      case "future":
      case "stream":
        if (expected.kind !== actual.kind) mismatch(actual, expected);
        this.#payload(actual.element, expected.element, actual.kind, `type mismatch in ${actual.kind}`);
        return;
    }
  }

  #payload(actual: ValueType | undefined, expected: ValueType | undefined, word: string, context: string): void {
    this.#optional(actual, expected, context, `expected ${word} type to not be present`, `expected ${word} type, but found none`);
  }
}

function isItem(type: AnyType): type is ResourceType | FuncType | InstanceType | ComponentType {
  return type.kind === "resource" || type.kind === "func" || type.kind === "instance" || type.kind === "component";
}

function wordForAny(type: AnyType): string {
  return isItem(type) ? type.kind : "defined type";
}

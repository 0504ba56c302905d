/** Type definitions (Binary.md "Type Definitions"): value types, functions, resources, instance and component types. */
import type { Declarator, DefinedTypeSyntax, FuncTypeSyntax, LabelledType, ResourceTypeSyntax, TypeSyntax, ValTypeRef } from "../binary/syntax.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_FIXED_LIST_LENGTH } from "../diagnostics/limits.ts";
import type { AnyType, FuncType, InstanceType, ResourceIdentity, ResourceType, ValueType } from "../types/component-types.ts";
import { isLabel } from "../types/names.ts";
import { PRIMITIVE_TYPES } from "../types/subtype.ts";
import { addAlias } from "./aliases.ts";
import { defineCoreType } from "./core-definitions.ts";
import { addExport, addImport, componentTypeOf, externTypeOf } from "./externs.ts";
import { Scope } from "./scope.ts";
import type { Validation } from "./validation.ts";

/** Resolves a type definition and appends it to the scope's types. */
export function defineType(scope: Scope, syntax: TypeSyntax): AnyType {
  const type = resolveType(scope, syntax);
  scope.push("type", type);
  return type;
}

function resolveType(scope: Scope, syntax: TypeSyntax): AnyType {
  const { validation } = scope;
  switch (syntax.kind) {
    case "func":
      return funcType(scope, syntax);
    case "resource":
      return resourceType(scope, syntax);
    case "component-type": {
      const inner = declare(scope, "component-type", syntax.declarators);
      return componentTypeOf(inner);
    }
    case "instance-type": {
      const inner = declare(scope, "instance-type", syntax.declarators);
      const type: InstanceType = { kind: "instance", exports: inner.exports.items, resources: [...inner.definedResources] };
      validation.types.facts(type);
      return type;
    }
    default: {
      const type = definedType(scope, syntax);
      if (validation.types.facts(type).depth > 1) validation.checkValueSize(type);
      return type;
    }
  }
}

/** Validates declarators in a scope of their own. The decoder bounds how deep these nest. */
function declare(outer: Scope, kind: "component-type" | "instance-type", declarators: readonly Declarator[]): Scope {
  const { validation } = outer;
  const scope = new Scope(validation, kind, outer);
  const { offset } = validation;
  for (const declarator of declarators) {
    validation.offset = declarator.offset;
    switch (declarator.kind) {
      case "core-type":
        defineCoreType(scope, declarator.type);
        break;
      case "type":
        defineType(scope, declarator.type);
        break;
      case "alias":
        addAlias(scope, declarator.alias);
        break;
      case "import":
        addImport(scope, declarator.name, declarator.type);
        break;
      case "export":
        addExport(scope, declarator.name, externTypeOf(scope, declarator.type));
        break;
    }
  }
  validation.offset = offset;
  return scope;
}

export function valueTypeOf(scope: Scope, ref: ValTypeRef): ValueType {
  if (typeof ref === "number") return scope.valueType(ref);
  if (ref === "error-context") requireErrorContext(scope.validation);
  return PRIMITIVE_TYPES[ref]!;
}

function requireErrorContext(validation: Validation): void {
  validation.require("cmErrorContext", "`error-context` requires the component model error-context feature");
}

function optionalType(scope: Scope, ref: ValTypeRef | undefined): ValueType | undefined {
  return ref === undefined ? undefined : valueTypeOf(scope, ref);
}

function definedType(scope: Scope, syntax: DefinedTypeSyntax): ValueType {
  const { validation } = scope;
  switch (syntax.kind) {
    case "primitive":
      if (syntax.name === "error-context") requireErrorContext(validation);
      return { kind: syntax.name };
    case "record":
      if (syntax.fields.length === 0) throw validation.error("record type must have at least one field");
      return { kind: "record", fields: members(scope, syntax.fields, "record field", "field") };
    case "variant": {
      if (syntax.cases.length === 0) throw validation.error("variant type must have at least one case");
      const unique = new UniqueLabels(validation, "variant case", "case");
      return {
        kind: "variant",
        cases: syntax.cases.map(({ label, type }) => {
          unique.check(label);
          const payload = optionalType(scope, type);
          unique.add(label);
          return { name: label, type: payload };
        }),
      };
    }
    case "flags":
      if (syntax.labels.length === 0) throw validation.error("flags must have at least one entry");
      if (syntax.labels.length > 32) throw validation.error("cannot have more than 32 flags");
      return { kind: "flags", labels: labels(validation, syntax.labels, "flag", "flag") };
    case "enum":
      if (syntax.labels.length === 0) throw validation.error("enum type must have at least one variant");
      return { kind: "enum", labels: labels(validation, syntax.labels, "enum tag", "tag") };
    case "tuple":
      if (syntax.types.length === 0) throw validation.error("tuple type must have at least one type");
      return { kind: "tuple", types: syntax.types.map((type) => valueTypeOf(scope, type)) };
    case "list": {
      const { length } = syntax;
      if (length === undefined) return { kind: "list", element: valueTypeOf(scope, syntax.element) };
      validation.require("cmFixedLengthLists", "Fixed-length lists require the component model fixed-length lists feature");
      if (length < 1) throw validation.error("Fixed-length lists must have more than zero elements");
      if (length > MAX_FIXED_LIST_LENGTH) {
        throw validation.error(`fixed-length list element count exceeds limit of ${MAX_FIXED_LIST_LENGTH}`, ErrorCode.TooMany);
      }
      return { kind: "list", element: valueTypeOf(scope, syntax.element), length };
    }
    case "map":
      validation.require("cmMap", "Maps require the component model map feature");
      return { kind: "map", key: valueTypeOf(scope, syntax.key), value: valueTypeOf(scope, syntax.value) };
    case "option":
      return { kind: "option", some: valueTypeOf(scope, syntax.some) };
    case "result":
      return { kind: "result", ok: optionalType(scope, syntax.ok), err: optionalType(scope, syntax.err) };
    case "own":
    case "borrow":
      return { kind: syntax.kind, resource: scope.resource(syntax.resource) };
    case "stream":
    case "future": {
      validation.require("cmAsync", `\`${syntax.kind}\` requires the component model async feature`);
      const element = optionalType(scope, syntax.element);
      if (syntax.kind === "stream" && element?.kind === "char") {
        throw validation.error("`stream<char>` is not valid at this time, use `stream<u8>` with a defined by encoding instead for now");
      }
      return { kind: syntax.kind, element };
    }
  }
}

function funcType(scope: Scope, { async, params, result }: FuncTypeSyntax): FuncType {
  const { validation } = scope;
  if (async) validation.require("cmAsync", "async component functions require the component model async feature");
  const resolved = members(scope, params, "function parameter", "parameter");
  const resultType = optionalType(scope, result);
  if (resultType !== undefined && validation.types.facts(resultType).hasBorrow) throw validation.error("function result cannot contain a `borrow` type");
  const type: FuncType = { kind: "func", async, params: resolved, result: resultType };
  validation.types.facts(type);
  return type;
}

function resourceType(scope: Scope, { rep, dtor }: ResourceTypeSyntax): ResourceType {
  const { validation } = scope;
  if (scope.kind !== "component") throw validation.error("resources can only be defined within a concrete component");
  if (rep === "i64") validation.require("cm64", "resources with `i64` require the `cm64` feature to be enabled");
  if (rep !== "i32" && rep !== "i64") throw validation.error("resources can only be represented by `i32` or `i64`");
  if (dtor !== undefined) {
    const { composite } = scope.at("core func", dtor);
    if (composite.kind !== "func" || composite.results.length > 0 || composite.params.length !== 1 || composite.params[0] !== rep) {
      throw validation.error(`core function ${dtor} has wrong signature for a destructor`);
    }
  }
  const identity: ResourceIdentity = { name: undefined, rep };
  scope.definedResources.add(identity);
  return { kind: "resource", identity };
}

/** Labels of one type: kebab-case, and unique but for case. */
class UniqueLabels {
  readonly #validation: Validation;
  readonly #noun: string;
  readonly #short: string;
  readonly #known = new Map<string, string>();

  constructor(validation: Validation, noun: string, short: string) {
    this.#validation = validation;
    this.#noun = noun;
    this.#short = short;
  }

  check(label: string): void {
    if (isLabel(label)) return;
    throw this.#validation.error(label === "" ? `${this.#noun} name cannot be empty` : `${this.#noun} name \`${label}\` is not in kebab case`);
  }

  add(label: string): void {
    const key = label.toLowerCase();
    const previous = this.#known.get(key);
    if (previous !== undefined) throw this.#validation.error(`${this.#noun} name \`${label}\` conflicts with previous ${this.#short} name \`${previous}\``);
    this.#known.set(key, label);
  }
}

function labels(validation: Validation, list: readonly string[], noun: string, short: string): readonly string[] {
  const unique = new UniqueLabels(validation, noun, short);
  for (const label of list) {
    unique.check(label);
    unique.add(label);
  }
  return list;
}

function members(scope: Scope, list: readonly LabelledType[], noun: string, short: string): readonly { readonly name: string; readonly type: ValueType }[] {
  const unique = new UniqueLabels(scope.validation, noun, short);
  return list.map(({ label, type }) => {
    unique.check(label);
    const resolved = valueTypeOf(scope, type);
    unique.add(label);
    return { name: label, type: resolved };
  });
}

/**
 * Imports and exports (Binary.md "Import and Export Definitions"), of components and in component and instance types: their
 * names, the types they introduce, and that all they speak of has a name outside.
 */
import type { ExternNameSyntax, ExternTypeSyntax } from "../binary/syntax.ts";
import type {
  AnyType,
  ComponentType,
  ExternType,
  FuncType,
  InstanceType,
  NameAttributes,
  ResourceIdentity,
  ResourceType,
  ValueType,
} from "../types/component-types.ts";
import { type ExternName, parseExternName } from "../types/names.ts";
import { isCanonicalVersion, semverProblem } from "../types/semver.ts";
import { Substitution } from "../types/substitute.ts";
import { NEW_OBJECT_STEPS, partsOf } from "../types/type-context.ts";
import { valueTypeOf } from "./defined-types.ts";
import type { Names, Scope } from "./scope.ts";
import type { Validation } from "./validation.ts";

type Direction = "import" | "export";

/** Resolves an `externtype`. `(type (eq i))` is a new alias, `(type (sub resource))` a new resource. */
export function externTypeOf(scope: Scope, syntax: ExternTypeSyntax): ExternType {
  const { validation } = scope;
  const wrong = (index: number, noun: string): never => validation.fail(`type index ${index} is not ${noun} type`);
  switch (syntax.sort) {
    case "core module": {
      const type = scope.at("core type", syntax.type);
      return type.kind === "module" ? { sort: "module", type } : validation.fail(`core type index ${syntax.type} is not a module type`);
    }
    case "func":
      return { sort: "func", type: scope.funcType(syntax.type) };
    case "value": {
      validation.requireValues();
      const { bound } = syntax;
      return { sort: "value", type: "eq" in bound ? scope.at("value", bound.eq).type : valueTypeOf(scope, bound.type) };
    }
    case "type":
      if (syntax.bound === "sub-resource") return { sort: "type", type: { kind: "resource", identity: { name: undefined, rep: undefined } } };
      return aliasedType(scope.at("type", syntax.bound.eq));
    case "instance": {
      const type = scope.at("type", syntax.type);
      return type.kind === "instance" ? { sort: "instance", type } : wrong(syntax.type, "an instance");
    }
    case "component": {
      const type = scope.at("type", syntax.type);
      return type.kind === "component" ? { sort: "component", type } : wrong(syntax.type, "a component");
    }
  }
}

/** A type under a new name: of value types and resources a new object, so that it can be told by which name it was reached. */
export function aliasedType(type: AnyType): ExternType {
  const isItem = type.kind === "func" || type.kind === "instance" || type.kind === "component";
  return { sort: "type", type: isItem ? type : ({ ...type, aliasOf: type } as AnyType) };
}

export function addImport(scope: Scope, name: ExternNameSyntax, syntax: ExternTypeSyntax): ExternType {
  return add(scope, "import", name, externTypeOf(scope, syntax));
}

export function addExport(scope: Scope, name: ExternNameSyntax, type: ExternType): ExternType {
  return add(scope, "export", name, type);
}

function add(scope: Scope, direction: Direction, written: ExternNameSyntax, type: ExternType): ExternType {
  const { validation } = scope;
  const names = direction === "import" ? scope.imports : scope.exports;
  const item: ExternType = { ...introduce(scope, direction, written.name, type), ...attributesOf(written) };
  pushItem(scope, item, direction === "export");
  if (item.sort === "type" && item.type.kind === "resource") {
    names.resources.set(item.type, written.name);
    names.resourceNames.add(written.name);
  }
  if (scope.kind !== "instance-type" && !registerNames(scope, direction, item)) {
    throw validation.error(`${item.sort} not valid to be used as ${direction}`);
  }
  addName(validation, names, direction, written, item);
  return item;
}

function attributesOf({ implements: of, versionSuffix, externalId }: ExternNameSyntax): { attributes?: NameAttributes } {
  if (of === undefined && versionSuffix === undefined && externalId === undefined) return {};
  return {
    attributes: {
      ...(of !== undefined && { implements: of }),
      ...(versionSuffix !== undefined && { versionSuffix }),
      ...(externalId !== undefined && { externalId }),
    },
  };
}

/** The index that an import, export or alias adds. `used`: exporting a value uses it up. */
export function pushItem(scope: Scope, item: ExternType, used = false): void {
  if (item.sort === "value") {
    scope.validation.requireValues();
    scope.push("value", { type: item.type, used });
  } else if (item.sort === "module") scope.push("core module", item.type);
  else if (item.sort === "func") scope.push("func", item.type);
  else if (item.sort === "type") scope.push("type", item.type);
  else if (item.sort === "instance") scope.push("instance", item.type);
  else scope.push("component", item.type);
}

/** Settles what resources an item brings into the scope. An instance of a type that introduces some gets fresh ones. */
function introduce(scope: Scope, direction: Direction, name: string, item: ExternType): ExternType {
  const belong = (identity: ResourceIdentity): void => {
    if (direction === "import") scope.importedResources.push(identity);
    else scope.definedResources.add(identity);
  };
  if (item.sort === "type" && item.type.kind === "resource") {
    const { identity, aliasOf } = item.type;
    (identity as { name: string | undefined }).name ??= name;
    if (aliasOf === undefined) belong(identity);
  } else if (item.sort === "instance" && item.type.resources.length > 0) {
    const { exports, resources } = item.type;
    scope.validation.types.spend(NEW_OBJECT_STEPS * resources.length);
    const fresh = new Map(resources.map((identity) => [identity, { ...identity }]));
    for (const identity of fresh.values()) belong(identity);
    const type: InstanceType = { kind: "instance", exports: new Substitution(scope.validation.types, fresh).items(exports), resources: [] };
    return { sort: "instance", type };
  }
  return item;
}

// ---------------------------------------------------------------- external visibility of types

/**
 * Whether all that an item speaks of is named in the imports (or exports) before it; then what it names is, too
 * (Explainer.md "External Visibility of Types").
 */
function registerNames(scope: Scope, direction: Direction, item: ExternType): boolean {
  const { types } = direction === "import" ? scope.imports : scope.exports;
  const { validation } = scope;
  switch (item.sort) {
    case "type":
      if (!isClosed(validation, item.type, types)) return false;
      types.add(item.type);
      // What is imported may be exported.
      if (direction === "import") scope.exports.types.add(item.type);
      return true;
    case "instance":
      validation.types.spend(item.type.exports.size);
      for (const inner of item.type.exports.values()) if (!registerNames(scope, direction, inner)) return false;
      return true;
    case "func":
      return isClosed(validation, item.type, types);
    case "value":
      return isNamed(validation, item.type, types);
    default:
      return true;
  }
}

/** Whether the types that `type` is made of are named. */
function isClosed(validation: Validation, type: AnyType, named: ReadonlySet<AnyType>): boolean {
  switch (type.kind) {
    case "resource":
    case "component":
      return true;
    case "func":
      return funcParts(type).every((part) => isNamed(validation, part, named));
    case "instance":
      validation.types.spend(type.exports.size);
      for (const { sort, type: inner } of type.exports.values()) {
        if (sort !== "module" && sort !== "component" && !isClosed(validation, inner, named)) return false;
      }
      return true;
    case "own":
    case "borrow":
      return named.has(type.resource);
    default:
      return partsOf(type).every((part) => part === undefined || isNamed(validation, part, named));
  }
}

function funcParts({ params, result }: FuncType): ValueType[] {
  const parts = params.map((param) => param.type);
  if (result !== undefined) parts.push(result);
  return parts;
}

/** Records, variants, enums and flags must have a name themselves, and resources; of all others their parts. */
function isNamed(validation: Validation, type: ValueType, named: ReadonlySet<AnyType>): boolean {
  validation.types.spend(1);
  const { kind } = type;
  if (kind === "record" || kind === "variant" || kind === "enum" || kind === "flags") return named.has(type);
  return isClosed(validation, type, named);
}

// ---------------------------------------------------------------- names

/** Checks the name of an import or export against its item, and that it is strongly unique. */
export function addName(validation: Validation, names: Names, direction: Direction, written: ExternNameSyntax, item: ExternType): void {
  const { name } = written;
  const parsed = validation.explain(
    () => `${direction} name \`${name}\` is not a valid extern name`,
    () => parseExternName(name, validation.features),
  );
  if (direction === "export" && (parsed.kind === "dependency" || parsed.kind === "url" || parsed.kind === "hash")) {
    throw validation.error(`name \`${name}\` is not a valid export name`);
  }
  checkAttributes(validation, written, parsed, item);
  const problem = annotationProblem(names, parsed, written.versionSuffix, item);
  if (problem !== undefined) throw validation.error(`${direction} name \`${name}\` is not valid: ${problem}`);
  const previous = names.keys.get(parsed.key);
  if (previous !== undefined) throw validation.error(`${direction} name \`${name}\` conflicts with previous name \`${previous}\``);
  names.keys.set(parsed.key, name);
  names.items.set(name, item);
}

function checkAttributes(validation: Validation, written: ExternNameSyntax, parsed: ExternName, { sort }: ExternType): void {
  const { name, implements: of, versionSuffix, externalId } = written;
  if (of !== undefined) {
    validation.require("cmImplements", "the `cm-implements` feature is not active");
    if (parsed.kind !== "label") throw validation.error(`name \`${name}\` is not valid with \`implements\``);
    if (sort !== "instance") throw validation.error("only instances can have an `implements`");
    const { kind } = validation.explain(
      () => `\`${of}\` is not a valid name`,
      () => parseExternName(of, validation.features),
    );
    if (kind !== "interface") throw validation.error(`name \`${of}\` must be an interface`);
  }
  if (versionSuffix !== undefined) {
    validation.require("cmCanonNames", "the `cm-canon-names` feature is not active");
    if (sort !== "instance") throw validation.error("only instances can have an `versionsuffix`");
  }
  if (externalId !== undefined) validation.require("cmImplements", "the `cm-implements` feature is not active");
}

/** What keeps an item from having such a name: the version's form, or the rules for annotated names (Binary.md). */
function annotationProblem(names: Names, { kind, resource, version }: ExternName, suffix: string | undefined, item: ExternType): string | undefined {
  if (kind === "interface") {
    if (version === undefined || (suffix === undefined && isCanonicalVersion(version))) return undefined;
    const problem = semverProblem(version + (suffix ?? ""));
    return problem === undefined ? undefined : `invalid interface version: ${problem}`;
  }
  if (kind !== "constructor" && kind !== "method" && kind !== "static") return undefined;
  if (item.sort !== "func") return "item is not a func";
  const { params, result, async } = item.type;
  if (kind === "static") return names.resourceNames.has(resource) ? undefined : "static resource name is not known in this context";
  let owner: ResourceType;
  if (kind === "constructor") {
    if (async) return "constructor function cannot be async";
    if (result === undefined) return "function should return one value";
    const made = result.kind === "result" ? result.ok : result;
    if (made?.kind !== "own") return "function should return `(own $T)` or `(result (own $T))`";
    owner = made.resource;
  } else {
    const [self] = params;
    if (self === undefined) return "function should have at least one argument";
    if (self.name !== "self") return "function should have a first argument called `self`";
    if (self.type.kind !== "borrow") return "function should take a first argument of `(borrow $T)`";
    owner = self.type.resource;
  }
  const expected = names.resources.get(owner);
  if (expected === undefined) return "resource used in function does not have a name in this context";
  return resource === expected ? undefined : `function does not match expected resource name \`${expected}\``;
}

// ---------------------------------------------------------------- the whole

/** The type of a component whose definitions (or declarators) have all been met. */
export function componentTypeOf(scope: Scope): ComponentType {
  const { validation, importedResources, definedResources } = scope;
  const imports = scope.imports.items;
  const exports = scope.exports.items;
  const inImports = freeOf(validation, imports);
  for (const identity of definedResources) if (inImports.has(identity)) throw validation.error("local resource type found in imports");
  const inExports = freeOf(validation, exports);
  const defined = [...definedResources].filter((identity) => inExports.has(identity));
  const exported = new Set<ResourceIdentity>();
  if (defined.length > 0) collectResources(validation, exports, exported);
  for (const identity of defined) if (!exported.has(identity)) throw validation.error("local resource type found in export but not exported itself");
  const type: ComponentType = { kind: "component", imports, exports, importedResources, definedResources: defined };
  validation.types.facts(type);
  return type;
}

/** The resources that items speak of. Many items may share one set. */
function freeOf({ types }: Validation, items: ReadonlyMap<string, ExternType>): ReadonlySet<ResourceIdentity> {
  const all = new Set<ResourceIdentity>();
  let last: ReadonlySet<ResourceIdentity> = all;
  for (const { type } of items.values()) {
    const { free } = types.facts(type);
    if (free === last) continue;
    last = free;
    types.spend(free.size);
    for (const identity of free) all.add(identity);
  }
  return all;
}

/** The resources that are exported as types, at whatever depth. */
function collectResources(validation: Validation, items: ReadonlyMap<string, ExternType>, into: Set<ResourceIdentity>): void {
  validation.types.spend(items.size);
  for (const item of items.values()) {
    if (item.sort === "type" && item.type.kind === "resource") into.add(item.type.identity);
    else if (item.sort === "instance") collectResources(validation, item.type.exports, into);
  }
}

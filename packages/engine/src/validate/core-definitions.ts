/** Core modules, their types and instances in a component (Binary.md "Core Definitions"). */
import { readCoreModule } from "../binary/core-module.ts";
import type { CoreExternTypeSyntax, CoreLimitsSyntax, CoreModuleDeclarator, CoreRecGroupSyntax, CoreTypeSyntax, Definition } from "../binary/syntax.ts";
import type { CoreExternType, CoreImport, CoreSubType, ModuleType } from "../types/component-types.ts";
import { isShared } from "../types/core-subtype.ts";
import { resolveCoreValueType } from "../types/core-type-table.ts";
import { coreExternDifference, importKey, VALIDATION_WORDS } from "../types/module-type.ts";
import type { CoreModuleBytes, ValidDefinition } from "./definitions.ts";
import type { Scope } from "./scope.ts";
import type { Validation } from "./validation.ts";

// ---------------------------------------------------------------- types

/** Appends a core type definition to the scope's core types. */
export function defineCoreType(scope: Scope, syntax: CoreTypeSyntax): readonly (CoreSubType | ModuleType)[] {
  const { validation } = scope;
  const types =
    syntax.kind === "module-type"
      ? [moduleType(scope, syntax.declarators)]
      : defineGroup(validation, syntax, scope.spaces["core type"].length, (index) => scope.coreType(index));
  for (const type of types) scope.push("core type", type);
  return types;
}

function defineGroup(validation: Validation, group: CoreRecGroupSyntax, length: number, at: (index: number) => CoreSubType): readonly CoreSubType[] {
  if (group.types.some((type) => type.shared)) {
    validation.require("sharedEverythingThreads", "shared composite types require the shared-everything-threads proposal");
  }
  return validation.coreTypes.define(group, { length, at }, (message) => validation.fail(message));
}

/** What a core module, or a module type, declares. */
class ModuleScope {
  readonly #validation: Validation;
  readonly #types: CoreSubType[] = [];
  readonly #imports: CoreImport[] = [];
  readonly #importKeys = new Set<string>();
  readonly #exports = new Map<string, CoreExternType>();

  constructor(validation: Validation) {
    this.#validation = validation;
  }

  readonly typeAt = (index: number): CoreSubType => this.#types[index] ?? this.#validation.fail(`unknown type ${index}: type index out of bounds`);

  addType(type: CoreSubType): void {
    this.#types.push(type);
  }

  defineGroup(group: CoreRecGroupSyntax): void {
    // One by one: a group can be larger than the number of arguments that a call may have.
    for (const type of defineGroup(this.#validation, group, this.#types.length, this.typeAt)) this.#types.push(type);
  }

  import(module: string, name: string, type: CoreExternTypeSyntax): void {
    const key = importKey(module, name);
    if (this.#importKeys.has(key)) throw this.#validation.error(`module has a duplicate import name \`${module}:${name}\` that is not allowed in components`);
    this.#importKeys.add(key);
    this.#imports.push({ module, name, type: this.#extern(type) });
  }

  export(name: string, type: CoreExternTypeSyntax): void {
    const resolved = this.#extern(type);
    if (this.#exports.has(name)) throw this.#validation.error(`duplicate export name \`${name}\` already defined`);
    this.#exports.set(name, resolved);
  }

  #extern(syntax: CoreExternTypeSyntax): CoreExternType {
    const validation = this.#validation;
    switch (syntax.sort) {
      case "func":
      case "tag": {
        if (syntax.sort === "tag") requireTags(validation);
        const type = this.typeAt(syntax.type);
        if (type.composite.kind !== "func") throw validation.error(`type index ${syntax.type} is not a function type`);
        if (syntax.sort === "tag" && type.composite.results.length > 0) throw validation.error("invalid exception type: non-empty tag result type");
        return { sort: syntax.sort, type };
      }
      case "table": {
        const element = resolveCoreValueType(syntax.element, this.typeAt);
        if (typeof element === "string") throw validation.error("a table's elements are references");
        checkLimits(validation, syntax.limits, "table");
        if (syntax.limits.shared && !isShared(element)) throw validation.error("shared tables must have a shared element type");
        return { sort: "table", element, limits: syntax.limits };
      }
      case "memory":
        checkLimits(validation, syntax.limits, "memory");
        return syntax;
      case "global": {
        const { mutable, shared } = syntax;
        const type = resolveCoreValueType(syntax.type, this.typeAt);
        if (shared) {
          validation.require("sharedEverythingThreads", "shared globals require the shared-everything-threads proposal");
          if (!isShared(type)) throw validation.error("shared globals must have a shared value type");
        }
        return { sort: "global", type, mutable, shared };
      }
    }
  }

  finish(): ModuleType {
    const type: ModuleType = { kind: "module", imports: this.#imports, exports: this.#exports };
    this.#validation.types.facts(type);
    return type;
  }
}

export function requireTags(validation: Validation): void {
  validation.require("exceptions", "exceptions proposal not enabled");
}

function checkLimits(validation: Validation, { min, max, index, shared, pageSizeLog2 }: CoreLimitsSyntax, noun: "table" | "memory"): void {
  if (max !== undefined && min > max) throw validation.error("size minimum must not be greater than maximum");
  if (noun === "table") {
    if (shared) validation.require("sharedEverythingThreads", "shared tables require the shared-everything-threads proposal");
    const most = index === "i64" ? 2n ** 64n - 1n : 2n ** 32n - 1n;
    if (min > most || (max ?? 0n) > most) throw validation.error(`table size must be at most 0x${most.toString(16)} entries`);
    return;
  }
  if (pageSizeLog2 !== undefined && pageSizeLog2 !== 0 && pageSizeLog2 !== 16) throw validation.error("invalid custom page size");
  const pageSize = 1n << BigInt(pageSizeLog2 ?? 16);
  const space = index === "i64" ? 2n ** 64n : 2n ** 32n;
  // Of pages of one byte there are as many as a count can say.
  const most = pageSize === 1n ? space - 1n : space / pageSize;
  if (min > most || (max ?? 0n) > most) throw validation.error(`memory size must be at most 0x${most.toString(16)} ${pageSize}-byte pages`);
  if (shared && max === undefined) throw validation.error("shared memory must have maximum size");
}

function moduleType(scope: Scope, declarators: readonly CoreModuleDeclarator[]): ModuleType {
  const { validation } = scope;
  const { offset } = validation;
  const module = new ModuleScope(validation);
  for (const declarator of declarators) {
    validation.offset = declarator.offset;
    switch (declarator.kind) {
      case "type":
        if (declarator.type.kind === "rec") module.defineGroup(declarator.type);
        break;
      case "alias": {
        // A count of 0 is the module type itself.
        const { count, index } = declarator;
        const type = count === 0 ? module.typeAt(index) : scope.outward(count - 1)[0].at("core type", index);
        if (type.kind === "module") throw validation.error("a core module type can't be aliased into the type index space of another");
        module.addType(type);
        break;
      }
      case "import":
        module.import(declarator.module, declarator.name, declarator.type);
        break;
      case "export":
        module.export(declarator.name, declarator.type);
        break;
    }
  }
  validation.offset = offset;
  return module.finish();
}

// ---------------------------------------------------------------- modules

/** Reads what a core module asks for and offers; its code is the JavaScript engine's to validate. */
export function coreModule(scope: Scope, { start, end, offset }: Definition & { kind: "core-module" }): CoreModuleBytes {
  const { validation } = scope;
  const syntax = readCoreModule(validation.bytes, start, end);
  const module = new ModuleScope(validation);
  for (const group of syntax.types) module.defineGroup(group);
  for (const { module: from, name, type, offset } of syntax.imports) {
    validation.offset = offset;
    module.import(from, name, type);
  }
  for (const { name, type, offset } of syntax.exports) {
    validation.offset = offset;
    module.export(name, type);
  }
  validation.offset = offset;
  const type = module.finish();
  scope.push("core module", type);
  return { start, end, type };
}

// ---------------------------------------------------------------- instances

export function coreInstantiate(scope: Scope, definition: Definition & { kind: "core-instantiate" }): ValidDefinition {
  const { validation } = scope;
  const module = scope.at("core module", definition.module);
  const given = new Map<string, ReadonlyMap<string, CoreExternType>>();
  for (const { name, instance } of definition.args) {
    const exports = scope.at("core instance", instance);
    if (given.has(name)) throw validation.error(`duplicate module instantiation argument named \`${name}\``);
    given.set(name, exports);
  }
  validation.types.spend(module.imports.length);
  for (const { module: from, name, type } of module.imports) {
    const exports = given.get(from);
    if (exports === undefined) throw validation.error(`missing module instantiation argument named \`${from}\``);
    const item = exports.get(name);
    if (item === undefined) throw validation.error(`module instantiation argument \`${from}\` does not export an item named \`${name}\``);
    const difference = coreExternDifference(item, type, VALIDATION_WORDS);
    if (difference !== undefined) {
      throw validation.error(`type mismatch for export \`${name}\` of module instantiation argument \`${from}\`: ${difference}`);
    }
  }
  scope.push("core instance", module.exports);
  return definition;
}

export function coreInlineExports(scope: Scope, definition: Definition & { kind: "core-inline-exports" }): ValidDefinition {
  const { validation } = scope;
  const items = new Map<string, CoreExternType>();
  for (const { name, sort, index } of definition.exports) {
    let item: CoreExternType;
    switch (sort) {
      case "func":
        item = { sort, type: scope.at("core func", index) };
        break;
      case "tag":
        requireTags(validation);
        item = { sort, type: scope.at("core tag", index) };
        break;
      case "table":
        item = scope.at("core table", index);
        break;
      case "memory":
        item = scope.at("core memory", index);
        break;
      case "global":
        item = scope.at("core global", index);
        break;
      default:
        throw validation.error(`core instances can't export a ${sort}`);
    }
    if (items.has(name)) throw validation.error(`duplicate instantiation export name \`${name}\` already defined`);
    items.set(name, item);
  }
  scope.push("core instance", items);
  return definition;
}

/** Aliases (Binary.md "Alias Definitions"): items of instances, of core instances, and of enclosing components. */
import type { AliasSyntax } from "../binary/syntax.ts";
import type { AnyType, CoreExternType, ExternType } from "../types/component-types.ts";
import { requireTags } from "./core-definitions.ts";
import type { ValidDefinition } from "./definitions.ts";
import { pushItem } from "./externs.ts";
import type { Scope } from "./scope.ts";

/** What an alias adds; the planner needs it for those of components, not for those in types. */
export function addAlias(scope: Scope, alias: AliasSyntax): ValidDefinition {
  const { validation } = scope;
  const { offset } = validation;
  if (scope.kind !== "component") {
    const allowed = alias.target === "export" ? ["type", "instance"] : alias.target === "outer" ? ["type", "core type"] : [];
    if (!allowed.includes(alias.sort)) throw validation.error("aliases in a component or instance type may only refer to types or instances");
  }
  switch (alias.target) {
    case "export": {
      const { sort, instance, name } = alias;
      const type = aliasExport(scope, alias);
      return { kind: "alias-export", sort, instance, name, type, offset };
    }
    case "core-export": {
      const { sort, instance, name } = alias;
      if (sort === "tag") requireTags(validation);
      const item = scope.at("core instance", instance).get(name);
      if (item === undefined) throw validation.error(`core instance ${instance} has no export named \`${name}\``);
      if (item.sort !== sort) throw validation.error(`export \`${name}\` for core instance ${instance} is not a ${coreNoun(sort)}`);
      scope.pushCoreItem(item as CoreExternType);
      return { kind: "alias-core-export", sort, instance, name, offset };
    }
    case "outer": {
      const { sort, count, index } = alias;
      return { kind: "alias-outer", sort, count, index, type: aliasOuter(scope, alias), offset };
    }
  }
}

function coreNoun(sort: string): string {
  return sort === "func" ? "function" : sort;
}

function aliasExport(scope: Scope, { sort, instance, name }: AliasSyntax & { target: "export" }): ExternType {
  const { validation } = scope;
  if (sort === "value") validation.requireValues();
  const item = scope.at("instance", instance).exports.get(name);
  if (item === undefined) throw validation.error(`instance ${instance} has no export named \`${name}\``);
  const noun = sort.replace("core ", "");
  if (item.sort !== noun) throw validation.error(`export \`${name}\` for instance ${instance} is not a ${noun}`);
  pushItem(scope, item);
  return item;
}

function aliasOuter(scope: Scope, { sort, count, index }: AliasSyntax & { target: "outer" }): AnyType | undefined {
  const { validation } = scope;
  const [target, inside] = scope.outward(count);
  if (sort === "core module" || sort === "component" || sort === "core type") {
    scope.push(sort, target.at(sort, index));
    return undefined;
  }
  if (sort !== "type") throw validation.error(`outer alias of a ${sort}`);
  const type = target.at("type", index);
  // A component is closed: it could be taken out of its parent (Explainer.md "Alias Definitions").
  if (inside?.kind === "component" && validation.types.facts(type).free.size > 0) {
    throw validation.error("cannot alias outer type which transitively refers to resources not defined in the current component");
  }
  scope.push("type", type);
  return type;
}

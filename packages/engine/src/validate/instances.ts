/** Instances (Binary.md "Instance Definitions"): of a component with arguments, or made of items. */
import type { Definition } from "../binary/syntax.ts";
import type { ExternType, InstanceType, ResourceIdentity } from "../types/component-types.ts";
import { Substitution } from "../types/substitute.ts";
import { Comparison } from "../types/subtype.ts";
import { NEW_OBJECT_STEPS } from "../types/type-context.ts";
import type { ValidDefinition } from "./definitions.ts";
import { addName } from "./externs.ts";
import { Names, type Scope } from "./scope.ts";

export function instantiate(scope: Scope, definition: Definition & { kind: "instantiate" }): ValidDefinition {
  const { validation } = scope;
  const component = scope.at("component", definition.component);
  const given = new Map<string, ExternType>();
  for (const { name, sort, index } of definition.args) {
    const item = scope.item(sort, index);
    if (given.has(name)) throw validation.error(`instantiation argument \`${name}\` conflicts with previous argument \`${name}\``);
    given.set(name, item);
  }
  const bound = validation.explain(
    () => `component ${definition.component} can't be instantiated with these arguments`,
    () => new Comparison(validation.types).open(given, component.imports, component.importedResources, "import"),
  );
  // Each instance has resources of its own in place of those that the component defines.
  const resources = new Map<ResourceIdentity, ResourceIdentity>(bound);
  validation.types.spend(NEW_OBJECT_STEPS * component.definedResources.length);
  for (const identity of component.definedResources) {
    const fresh: ResourceIdentity = { name: identity.name, rep: undefined };
    resources.set(identity, fresh);
    scope.definedResources.add(fresh);
  }
  const substitution = new Substitution(validation.types, resources);
  substitution.rename(given, component.imports);
  const type: InstanceType = { kind: "instance", exports: substitution.items(component.exports), resources: [] };
  validation.types.facts(type);
  scope.push("instance", type);
  return { ...definition, type };
}

export function inlineExports(scope: Scope, { kind, exports, offset }: Definition & { kind: "inline-exports" }): ValidDefinition {
  const { validation } = scope;
  // No resource has a name in here, so no function can be a method.
  const names = new Names();
  for (const { name, sort, index } of exports) addName(validation, names, "export", name, scope.item(sort, index));
  const type: InstanceType = { kind: "instance", exports: names.items, resources: [] };
  validation.types.facts(type);
  scope.push("instance", type);
  return { kind, exports: exports.map(({ name, sort, index }) => ({ name: name.name, sort, index })), type, offset };
}

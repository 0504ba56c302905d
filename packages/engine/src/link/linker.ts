/**
 * Linking: every leaf of a component's imports gets its provider, checked by type where the provider's type is known (functions, resources
 * and modules of other instances; the kind of thing for plain JavaScript). The result can be instantiated many times.
 */
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import type { ImportPlan } from "../plan/plan.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import type { ExternType, ResourceIdentity } from "../types/component-types.ts";
import { differenceInComponents, differenceInFunctions, differenceInModules } from "../types/subtype.ts";
import { type FuncValue, type HostFunction, recall } from "./extern-value.ts";
import type { HostClass } from "./host-resource.ts";
import { findFunction, findImport, type Imports, member, nearestImports } from "./import-lookup.ts";
import { camelCase, parsePlainName, pascalCase } from "./js-name.ts";

/** Providers by slot of the plan. */
export interface Providers {
  readonly funcs: (FuncValue | HostFunction)[];
  /** By module slot; those of the component's own modules are empty. */
  readonly modules: WebAssembly.Module[];
  readonly components: object[];
  /** By resource slot; those that the component defines are empty. */
  readonly resources: (RuntimeResource | HostClass)[];
}

/** Finds and checks the provider of each import; throws `link/*` errors that name the import and what fits. */
export function link(leaves: readonly ImportPlan[], imports: Imports): Providers {
  const providers: Providers = { funcs: [], modules: [], components: [], resources: [] };
  fill(leaves, providers, imports);
  return providers;
}

/** Fills slots from `imports`: a root's imports, or the exports of an instance of a component that was imported. */
export function fill(leaves: readonly ImportPlan[], providers: Providers, imports: Imports): void {
  const settled = new Map<ResourceIdentity, RuntimeResource | HostClass>();
  for (const leaf of leaves) settle(leaf, lookUpLeaf(leaf, imports), providers, settled, () => absent(leaf, imports));
}

/** What stands for a function or resource among `imports`; throws when it is missing or another kind of thing. */
export function find(leaf: ImportPlan, imports: Imports): unknown {
  const found = lookUpLeaf(leaf, imports);
  if (found === undefined) throw absent(leaf, imports);
  const isResource = recall(found)?.sort === "resource" || isClass(found);
  if (leaf.type.sort === "type" ? !isResource : typeof found !== "function" || recall(found)?.sort === "resource") {
    throw mismatch(leaf, leaf.type.sort === "type" ? "resource" : "func", found);
  }
  return found;
}

/** Whether anything stands for it. */
export function isGiven(leaf: ImportPlan, imports: Imports): boolean {
  return lookUpLeaf(leaf, imports) !== undefined;
}

function lookUpLeaf(leaf: ImportPlan, imports: Imports): unknown {
  const [root, ...rest] = leaf.path as [string, ...string[]];
  const given = findImport(imports, root);
  if (rest.length > 0 && given !== undefined && kindOf(given) !== "instance") throw mismatch(leaf, "instance", given);
  const name = rest.pop();
  const owner = rest.reduce((object: unknown, key) => member(object, camelCase(key)), given);
  return name === undefined ? rootItem(imports, root, given, leaf.type) : lookUp(owner, name, leaf.type);
}

/** How many names of a provider an error lists. */
const MAX_NAMES = 5;

function absent({ path, type }: ImportPlan, imports: Imports): ComponentError {
  const [root] = path as [string];
  const given = findImport(imports, root);
  const sort = type.sort === "type" ? "resource" : type.sort;
  const list = (names: readonly string[]): string => {
    const shown = names.slice(0, MAX_NAMES).map((name) => `\`${name}\``);
    return names.length > MAX_NAMES ? `${shown.join(", ")}, ...` : shown.join(", ");
  };
  let hint = `give a ${sort} for it`;
  if (given === undefined) {
    const nearest = nearestImports(imports, root);
    if (nearest.length > 0) hint = `the host has ${list(nearest)}, which is of another version track`;
  } else if (typeof given === "object" && given !== null) {
    const names = Object.keys(given);
    hint = names.length === 0 ? "what is given has nothing at all" : `what is given has ${list(names)}`;
  }
  return new ComponentError(ErrorCode.MissingImport, `${describe(path)}: ${sort} was not found among the imports given`, { hint });
}

/** What is given for an import of a component's, function of a resource included. */
export function rootImport(imports: Imports, name: string, type: ExternType): unknown {
  return rootItem(imports, name, findImport(imports, name), type);
}

/** An import that is no instance: methods and resources of the world itself are looked up as those of an interface are. */
function rootItem(imports: Imports, name: string, given: unknown, type: ExternType): unknown {
  const { annotation, resource } = parsePlainName(name);
  if (type.sort !== "type" && (type.sort !== "func" || annotation === undefined)) return given;
  // For one such function a class may be given, too.
  const owner = annotation !== undefined && isClass(given) && recall(given)?.sort !== "func" ? { [pascalCase(resource)]: given } : imports;
  return lookUp(owner, name, type) ?? given;
}

function lookUp(owner: unknown, name: string, type: ExternType): unknown {
  if (type.sort === "func") return findFunction(owner, name);
  if (type.sort === "type") return member(owner, pascalCase(name)) ?? member(owner, camelCase(name));
  return member(owner, camelCase(name));
}

function settle(
  leaf: ImportPlan,
  found: unknown,
  providers: Providers,
  settled: Map<ResourceIdentity, RuntimeResource | HostClass>,
  absent: () => ComponentError,
): void {
  const { type, slot, path } = leaf;
  if (type.sort === "instance") {
    // Instances without functions need not be given.
    if (found !== undefined && kindOf(found) !== "instance") throw mismatch(leaf, "instance", found);
    return;
  }
  if (type.sort === "type" && type.type.kind === "resource") {
    const { identity } = type.type;
    const known = settled.get(identity);
    if (found === undefined && known !== undefined) return;
    if (found === undefined) throw absent();
    const value = recall(found);
    const given = value?.sort === "resource" ? value.resource : isClass(found) ? (found as HostClass) : undefined;
    if (given === undefined) throw mismatch(leaf, "resource", found);
    if (known !== undefined && known !== given) throw new ComponentError(ErrorCode.ResourceMismatch, `${describe(path)}: mismatched resource types`);
    settled.set(identity, given);
    providers.resources[slot] = given;
    return;
  }
  if (found === undefined) throw absent();
  const value = recall(found);
  const wrong = (difference: string | undefined) => {
    if (difference !== undefined) throw new ComponentError(ErrorCode.ImportMismatch, `${describe(path)}: ${difference}`);
  };
  switch (type.sort) {
    case "func":
      if (typeof found !== "function" || value?.sort === "resource") throw mismatch(leaf, "function", found);
      if (value?.sort === "func") wrong(differenceInFunctions(value.type, type.type, (a, b) => isOf(value.resourceOf(a), settled.get(b))));
      providers.funcs[slot] = targetOf(found);
      return;
    case "module":
      if (!(found instanceof WebAssembly.Module)) throw mismatch(leaf, "module", found);
      if (value?.sort === "module") wrong(differenceInModules(value.type, type.type));
      providers.modules[slot] = found;
      return;
    case "component":
      if (value?.sort !== "component") throw mismatch(leaf, "component", found);
      wrong(differenceInComponents(value.type, type.type));
      providers.components[slot] = found as object;
  }
}

/** What is called for a function that was found. */
export function targetOf(found: unknown): FuncValue | HostFunction {
  const value = recall(found);
  if (value?.sort === "func") return value;
  return value?.sort === "passed-on" ? value.call : (found as HostFunction);
}

/** Whether handles of `actual` are of what was given for a resource; the store's resource of a host's class is made later. */
function isOf(actual: RuntimeResource | undefined, given: RuntimeResource | HostClass | undefined): boolean {
  return actual === given || (typeof given === "function" && actual?.instance === undefined && actual?.host?.class === given);
}

export function describe(path: readonly string[]): string {
  return path.length === 1 ? `import \`${path[0]}\`` : `import \`${path[0]}\`, export \`${path.slice(1).join("`, export `")}\``;
}

function mismatch({ path }: ImportPlan, expected: string, found: unknown): ComponentError {
  return new ComponentError(ErrorCode.ImportMismatch, `${describe(path)}: expected ${expected} found ${kindOf(found)}`);
}

function isClass(value: unknown): boolean {
  return typeof value === "function" && typeof value.prototype === "object" && value.prototype !== null;
}

/** What a JavaScript value would be as an import, in the specification's words. */
function kindOf(value: unknown): string {
  const known = recall(value)?.sort;
  if (known !== undefined) return known;
  if (value instanceof WebAssembly.Module) return "module";
  if (typeof value === "function") return "func";
  return typeof value === "object" && value !== null ? "instance" : `the JavaScript value \`${String(value)}\``;
}

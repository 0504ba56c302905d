/** Exports as JavaScript sees them: null-prototype objects of functions, classes, nested instances, modules and components. */
import { hostFunction } from "../canon/lift.ts";
import type { Item } from "../plan/plan.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import { type ExternValue, recall, remember } from "./extern-value.ts";
import { GuestRepresentation } from "./guest-resource.ts";
import type { Instantiation } from "./instantiate.ts";
import { camelCase, parsePlainName, pascalCase } from "./js-name.ts";
import { type PassedOnClass, passedOnClass } from "./passed-on.ts";
import type { OpenResource } from "./route.ts";

type JsFunction = (...args: unknown[]) => unknown;

/** The object of an instance's (or a component's) exports. Coercing it to a string never calls a guest. */
export function exportsOf(instantiation: Instantiation, items: ReadonlyMap<string, Item>): Record<string, unknown> {
  const exports: Record<string, unknown> = Object.create(null);
  Object.defineProperty(exports, Symbol.toPrimitive, { value: () => "[object Exports]" });
  for (const [name, item] of items) {
    if (item.sort === "type") {
      const value = itemValue(instantiation, item, name);
      if (value !== undefined) exports[pascalCase(name)] = value;
    }
  }
  for (const [name, item] of items) {
    if (item.sort === "type") continue;
    const plain = parsePlainName(name);
    if (plain.annotation !== undefined) {
      if (item.sort === "func") addToClass(instantiation, items.get(plain.resource), plain, item);
      continue;
    }
    const key = camelCase(name);
    // Two WIT names may have one camelCase spelling (`a1`, `a-1`): the second keeps its own.
    exports[key in exports ? name : key] = itemValue(instantiation, item, name);
  }
  return exports;
}

/** The JavaScript value of an item; `undefined` for types that are no resources. */
export function itemValue(instantiation: Instantiation, item: Item, name: string): unknown {
  switch (item.sort) {
    case "func":
      return functionOf(instantiation, item);
    case "instance":
      return exportsOf(instantiation, item.exports);
    case "module": {
      const { prepared, providers } = instantiation;
      const module = prepared.modules[item.module] ?? providers.modules[item.module]!;
      return remember(module, { sort: "module", type: item.type });
    }
    case "component":
      return "import" in item.component
        ? instantiation.providers.components[item.component.import]
        : instantiation.prepared.api.wrap(item.component, name, instantiation);
    case "type": {
      const resource = item.resource === undefined ? undefined : instantiation.resources[item.resource]!;
      if (resource === undefined) return undefined;
      return classOf(resource)?.class ?? instantiation.providers.resources[item.resource!];
    }
    case "value":
      return undefined;
  }
}

function functionOf(instantiation: Instantiation, item: Item & { sort: "func" }): JsFunction {
  const value = instantiation.func(item);
  if (typeof value === "function") return value;
  return remember(hostFunction(value.lifted), value);
}

/** Adds a constructor, method or static to the class of its resource, if that is a guest's. */
function addToClass(
  instantiation: Instantiation,
  owner: Item | undefined,
  { annotation, label }: ReturnType<typeof parsePlainName>,
  item: Item & { sort: "func" },
): void {
  const resource = owner?.sort === "type" && owner.resource !== undefined ? instantiation.resources[owner.resource] : undefined;
  const shown = resource && classOf(resource);
  if (shown === undefined) return;
  const plain = functionOf(instantiation, item);
  if (annotation === "constructor") {
    shown.construct = plain as (...args: unknown[]) => object;
    return;
  }
  const target = annotation === "static" ? shown.class : shown.class.prototype;
  // A class's `prototype` can't be replaced.
  const key = annotation === "static" && label === "prototype" ? "prototype_" : camelCase(label);
  const value = annotation === "static" ? plain : asMethod(plain, item.type.params.length, recall(plain));
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
}

/** `this` becomes the first argument; by arity, since a rest parameter would allocate on each call. */
function asMethod(plain: JsFunction, parameters: number, value: ExternValue | undefined): JsFunction {
  const made = methodOf(plain, parameters);
  if (value?.sort === "func") return remember(made, { ...value, method: true });
  return value === undefined ? made : remember(made, value);
}

/** The class of a resource that a guest defines, or that comes by an open end. */
function classOf(resource: RuntimeResource): GuestRepresentation | PassedOnClass | undefined {
  if (resource.host instanceof GuestRepresentation) return resource.host;
  return isOpen(resource) ? passedOnClass(resource) : undefined;
}

/** Without the class: it is not loaded where there are no parts. */
function isOpen(resource: RuntimeResource): resource is OpenResource {
  return "routes" in resource;
}

function methodOf(plain: JsFunction, parameters: number): JsFunction {
  switch (parameters) {
    case 1:
      return function (this: unknown) {
        return plain(this);
      };
    case 2:
      return function (this: unknown, a: unknown) {
        return plain(this, a);
      };
    case 3:
      return function (this: unknown, a: unknown, b: unknown) {
        return plain(this, a, b);
      };
    default:
      return function (this: unknown, ...args: unknown[]) {
        return plain(this, ...args);
      };
  }
}

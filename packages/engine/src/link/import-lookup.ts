import { trackOf } from "../types/semver.ts";
import { recall } from "./extern-value.ts";
import { GuestRepresentation } from "./guest-resource.ts";
import { camelCase, parsePlainName, pascalCase } from "./js-name.ts";
import { passedOnConstructor } from "./passed-on.ts";

/** What a host gives for a component's imports: by import name, functions and objects of functions and classes. */
export type Imports = Readonly<Record<string, unknown>>;

/**
 * The provider of a root import: by the name as written; else by an entry of the same semver track (`@0.2.3` is served
 * by `@0.2.12` and the other way round, pre-releases only exactly); else, for a plain name, in camelCase.
 */
export function findImport(imports: Imports, name: string): unknown {
  if (Object.hasOwn(imports, name)) return imports[name];
  const track = trackOf(name);
  if (track !== undefined) {
    const same = Object.keys(imports).find((key) => trackOf(key) === track);
    if (same !== undefined) return imports[same];
  }
  return member(imports, camelCase(name));
}

/** The nearest names that the host provides, for a hint. */
export function nearestImports(imports: Imports, name: string): string[] {
  const base = name.replace(/@.*$/, "");
  return Object.keys(imports).filter((key) => key.replace(/@.*$/, "") === base);
}

/** A member of an object that the host gave; nothing that every object inherits. */
export function member(object: unknown, key: string): unknown {
  if ((typeof object !== "object" || object === null) && typeof object !== "function") return undefined;
  const value = (object as Record<string, unknown>)[key];
  return value === (Object.prototype as unknown as Record<string, unknown>)[key] ? undefined : value;
}

/**
 * What stands for the item `name` (a WIT name) on a provider: a function in camelCase, a resource's class in PascalCase, a constructor,
 * method or static through its class. A host's function comes bound; the engine's own come as they are, to be recognised.
 */
export function findFunction(provider: unknown, name: string): unknown {
  const { annotation, resource, label } = parsePlainName(name);
  if (annotation === undefined) return bound(provider, camelCase(label));
  const owner = member(provider, pascalCase(resource));
  if (typeof owner !== "function") return undefined;
  if (annotation === "constructor") return constructorOf(owner);
  const key = camelCase(label);
  if (annotation === "static") return bound(owner, key);
  const method = member(owner.prototype, key);
  if (typeof method !== "function" || recall(method) !== undefined) return method;
  return (self: Record<string, (...args: unknown[]) => unknown>, ...args: unknown[]) => self[key]!(...args);
}

function constructorOf(owner: object): unknown {
  const value = recall(owner);
  if (value?.sort === "resource")
    return value.resource.host instanceof GuestRepresentation ? value.resource.host.construct : passedOnConstructor(value.resource);
  return (...args: unknown[]) => Reflect.construct(owner as () => void, args);
}

function bound(object: unknown, key: string): unknown {
  const value = member(object, key);
  return typeof value === "function" && recall(value) === undefined ? value.bind(object) : value;
}

/** The class of a resource that a part with open ends imports and exports: what it makes, and whose methods are called, lies at its ends. */
import type { RuntimeResource } from "../store/runtime-resource.ts";
import { remember } from "./extern-value.ts";
import { pascalCase } from "./js-name.ts";

export interface PassedOnClass {
  readonly class: new (...args: unknown[]) => object;
  /** The `[constructor]`; absent: `new` throws. */
  construct: ((...args: unknown[]) => unknown) | undefined;
}

const made = new WeakMap<RuntimeResource, PassedOnClass>();

export function passedOnClass(resource: RuntimeResource): PassedOnClass {
  let shown = made.get(resource);
  if (shown !== undefined) return shown;
  const PassedOn = class {
    constructor(...args: unknown[]) {
      if (shown!.construct === undefined) throw new TypeError("this resource has no constructor: a component makes it");
      // biome-ignore lint/correctness/noConstructorReturn: the object is of the class at the other end.
      return shown!.construct(...args) as object;
    }

    static [Symbol.hasInstance](value: unknown): boolean {
      return typeof value === "object" && value !== null && resource.homeOf(value) !== undefined;
    }
  };
  Object.defineProperty(PassedOn, "name", { value: pascalCase(resource.name.split(" ").at(-1)!), configurable: true });
  shown = { class: remember(PassedOn, { sort: "resource", resource }), construct: undefined };
  made.set(resource, shown);
  return shown;
}

/** The constructor of such a class, as the part exports it. */
export function passedOnConstructor(resource: RuntimeResource): PassedOnClass["construct"] {
  return made.get(resource)?.construct;
}

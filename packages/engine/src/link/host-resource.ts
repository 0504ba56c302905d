import { type BorrowScope, type HostRepresentation, RuntimeResource } from "../store/runtime-resource.ts";
import type { Store } from "../store/store.ts";

/** A class that the host provides for a resource type. */
export type HostClass = abstract new (...args: never[]) => object;

/** The host's objects that guests hold: their indices are the representations. Index 0 is never used. */
class HostObjects implements HostRepresentation {
  readonly class: HostClass;
  readonly #objects: (object | undefined)[] = [undefined];
  readonly #free: number[] = [];

  constructor(hostClass: HostClass) {
    this.class = hostClass;
  }

  accepts(value: object): boolean {
    return value instanceof this.class;
  }

  liftOwn(rep: number): object {
    const object = this.#objects[rep]!;
    this.#objects[rep] = undefined;
    this.#free.push(rep);
    return object;
  }

  liftBorrow(rep: number): object {
    return this.#objects[rep]!;
  }

  lowerOwn(value: unknown): number | undefined {
    return value instanceof this.class ? this.#add(value) : undefined;
  }

  lowerBorrow(value: unknown, scope: BorrowScope): number | undefined {
    if (!(value instanceof this.class)) return undefined;
    const rep = this.#add(value);
    scope.lend(() => this.liftOwn(rep));
    return rep;
  }

  clear(): void {
    this.#objects.length = 1;
    this.#free.length = 0;
  }

  #add(object: object): number {
    const reused = this.#free.pop();
    if (reused === undefined) return this.#objects.push(object) - 1;
    this.#objects[reused] = object;
    return reused;
  }
}

/** The run-time resource of a class that the host provides. When the guest drops its handle, `Symbol.dispose` is called. */
export function hostResource(name: string, hostClass: HostClass, store: Store): RuntimeResource {
  const resource = new RuntimeResource(name, store, undefined);
  resource.host = new HostObjects(hostClass);
  return resource;
}

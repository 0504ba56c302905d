import type { RuntimeResource } from "./runtime-resource.ts";

/** `Store` of definitions.py: all run-time state hangs from one. One per top app and thread. */
export class Store {
  /**
   * How many synchronous entries from JavaScript are on the native stack above the last promising one. While it is not 0
   * nothing may suspend: JSPI can't suspend through a JavaScript frame.
   */
  syncDepth = 0;
  /** The promise that suspended core code waits for (`canon/suspension.ts`). */
  pending: unknown = undefined;
  /** Where long strings are encoded before their size is known. */
  scratch: Uint8Array = new Uint8Array(0);
  readonly #hostResources = new Map<unknown, RuntimeResource>();

  /** The run-time resource of a class that the host provides: one per store, by whatever names it is imported. */
  hostResource(hostClass: unknown, make: () => RuntimeResource): RuntimeResource {
    let resource = this.#hostResources.get(hostClass);
    if (resource === undefined) this.#hostResources.set(hostClass, (resource = make()));
    return resource;
  }
}

import { identityOf } from "@tenon/engine";

/** Numbers for resources, by which they are known again; handles come and go, and to know one must not keep it. */
export class HandleNumbers {
  readonly #numbers = new WeakMap<object, Map<number, number>>();
  #count = 0;

  /**
   * `made`: the handle was handed over by the call just now, so it is not one that had its place before. `undefined`: it is no handle.
   */
  of(handle: unknown, made: boolean): number | undefined {
    const identity = identityOf(handle);
    if (identity === undefined) return undefined;
    const { home, rep } = identity;
    let known = this.#numbers.get(home);
    if (known === undefined) {
      known = new Map();
      this.#numbers.set(home, known);
    }
    const number = (made && rep !== 0 ? undefined : known.get(rep)) ?? ++this.#count;
    known.set(rep, number);
    return number;
  }
}

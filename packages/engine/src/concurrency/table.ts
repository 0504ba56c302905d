import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_WAITABLES } from "../diagnostics/limits.ts";
import { Trap } from "../diagnostics/trap.ts";

/** `Table` of definitions.py, of what is not a handle: threads. */
export class Table<T> {
  readonly #array: (T | undefined)[] = [undefined];
  readonly #free: number[] = [];

  get(index: number): T {
    const found = this.#array[index >>> 0];
    if (found === undefined) throw new Trap(TrapCode.UnknownHandle, `wasm trap: unknown thread index ${index >>> 0}`);
    return found;
  }

  add(element: T): number {
    if (this.#array.length > MAX_WAITABLES && this.#free.length === 0) throw new Trap(TrapCode.TooLong, `wasm trap: more than ${MAX_WAITABLES} threads`);
    const index = this.#free.pop() ?? this.#array.length;
    this.#array[index] = element;
    return index;
  }

  remove(index: number): void {
    this.#array[index] = undefined;
    this.#free.push(index);
  }
}

/** Resources of a replay, by the numbers that they have on record. */
import type { ExternType, FuncType, ValueType } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import type { Json } from "../document/document.ts";
import { HandleNumbers } from "../interposers/handle-numbers.ts";
import { type Handles, hasHandles, toJson } from "./value-json.ts";

type Answering = (label: string, type: FuncType) => (...args: unknown[]) => unknown;

export class RecordedHandles implements Handles {
  /** Objects of ours, which stand for what the part imports; of the part, what it gave out. */
  readonly #byNumber = new Map<number, object>();
  readonly #numbers = new Map<object, number>();
  /** Of the part's own: it may give a new object for the same resource. */
  readonly #same = new HandleNumbers();
  readonly #recorded = new Map<number, number>();
  readonly #classes = new Map<string, new (...args: unknown[]) => object>();

  numberOf(handle: unknown): number | undefined {
    const own = this.#numbers.get(handle as object);
    return own ?? this.#recorded.get(this.#same.of(handle, false) ?? 0);
  }

  handleOf(number: number, type: ValueType): unknown {
    let handle = this.#byNumber.get(number);
    if (handle === undefined && (type.kind === "own" || type.kind === "borrow")) {
      const Class = this.#classes.get(type.resource.identity.name ?? "");
      if (Class === undefined) return undefined;
      // Not by its constructor, which asks the record.
      handle = Object.create(Class.prototype as object) as object;
      this.#byNumber.set(number, handle);
      this.#numbers.set(handle, number);
    }
    return handle;
  }

  /** What the part gave: its handles are those that stand in the same places on record. `made`: by a call that has just ended. */
  learn(value: unknown, recorded: Json, type: ValueType, made: boolean): void {
    if (!hasHandles(type)) return;
    const found: object[] = [];
    const isNew: boolean[] = [];
    const numberOf = (handle: unknown, of: ValueType): number => {
      found.push(handle as object);
      isNew.push(made && of.kind === "own");
      return 0;
    };
    toJson(value, type, { numberOf, handleOf: () => undefined });
    const numbers = [...JSON.stringify(recorded).matchAll(/\{"#":(\d+)\}/g)].map(([, number]) => Number(number));
    for (const [i, handle] of found.entries()) {
      const number = numbers[i];
      if (number === undefined || (!isNew[i] && this.numberOf(handle) !== undefined)) continue;
      this.#byNumber.set(number, handle);
      this.#recorded.set(this.#same.of(handle, isNew[i]!)!, number);
    }
  }

  /** A class whose objects are resources that the part imports: each method answers from the record. */
  classFor(name: string, items: readonly (readonly [string, ExternType])[], answering: Answering): unknown {
    const known = this.#classes.get(name);
    if (known !== undefined) return known;
    const functions = items.flatMap(([label, { sort, type }]) => (sort === "func" ? [[label, answering(label, type as FuncType)] as const] : []));
    const construct = functions.find(([label]) => label === `[constructor]${name}`)?.[1];
    class Recorded {
      /** The record tells which one it is. */
      constructor(...args: unknown[]) {
        // biome-ignore lint/correctness/noConstructorReturn: it stands for one that is on record
        return construct!(...args) as Recorded;
      }
    }
    const [methods, statics] = [Recorded.prototype, Recorded] as unknown as Record<string, unknown>[];
    for (const [label, call] of functions) {
      const member = camelCase(label.slice(label.indexOf(".") + 1));
      if (label.startsWith(`[static]${name}.`)) statics![member] = call;
      if (!label.startsWith(`[method]${name}.`)) continue;
      methods![member] = function (this: unknown, ...args: unknown[]) {
        return call(this, ...args);
      };
    }
    this.#classes.set(name, Recorded);
    return Recorded;
  }
}

/**
 * Holds the calls that enter a part while its state moves to another instance. A gate lies last on each wire into the part, so what else
 * lies there has seen a call before it waits. When the wires have been led to the new instance, calls that waited go there; if the swap
 * came to nothing, they go on where they were going.
 */
import { type Call, type End, type Interposer, promising, rewire, type Store, WireFailure } from "@tenon/engine";
import { camelCase, pascalCase } from "@tenon/engine/wave";
import { MAX_HELD_CALLS } from "../limits.ts";

export class Gate {
  /** Calls that could not be made to wait, and went in. */
  passed = 0;
  readonly #part: string;
  readonly #store: Store;
  readonly #most: number;
  readonly #ends = new Map<End, Interposer>();
  #waiting: (() => void)[] = [];
  #isHeld = false;
  #hasMoved = false;

  constructor(part: string, store: Store, most: number = MAX_HELD_CALLS) {
    this.#part = part;
    this.#store = store;
    this.#most = most;
  }

  /** From now on, calls by these wires wait. */
  hold(ends: Iterable<End>): void {
    this.#isHeld = true;
    for (const end of ends) this.#ends.set(end, (call) => this.#pass(call, end));
    rewire([...this.#ends].map(([end, interposer]) => ({ end, through: [...end.through, interposer] })));
  }

  /** Lets go those that wait, to where the wires lead now: what they led to has `moved`. What else lies on the wires stays. */
  release(moved: boolean): void {
    this.#isHeld = false;
    this.#hasMoved = moved;
    const on = [...this.#ends].filter(([end, interposer]) => end.through.includes(interposer));
    rewire(on.map(([end, interposer]) => ({ end, through: end.through.filter((each) => each !== interposer) })));
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** For calls that come by no wire, those of sources of events: waits where calls by wires wait. */
  async enter(): Promise<void> {
    if (this.#isHeld) await this.#wait();
  }

  #pass(call: Call, end: End): unknown {
    if (!this.#isHeld) return this.#hasMoved ? this.#goOn(call, end) : call.next(...call.args);
    if (this.#store.mayWait) {
      const goOn = this.#store.descending(() => this.#goOn(call, end));
      return this.#wait().then(() => (this.#hasMoved ? goOn() : call.next(...call.args)));
    }
    this.passed += 1;
    return call.next(...call.args);
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#most) throw new WireFailure(`\`${this.#part}\` is being swapped, and as many calls wait for it as may: ${this.#most}`);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** To the new instance. Its traps are kept from the caller, as on any wire of a part that is on trial. */
  async #goOn(call: Call, { to }: End): Promise<unknown> {
    const target = targetOf(to, call);
    // A handle's methods stay with the instance that made it.
    if (target === undefined) return call.next(...call.args);
    try {
      return await target(...call.args, ...(call.signal === undefined ? [] : [{ signal: call.signal }]));
    } catch (error) {
      if (typeof error === "object" && error !== null && Object.hasOwn(error, "payload")) throw error;
      throw new WireFailure(error instanceof Error ? error.message : String(error));
    }
  }
}

type Target = (...args: unknown[]) => unknown;

/** The function that a wire to `to` calls. */
function targetOf(to: unknown, { import: name, function: label }: Call): Target | undefined {
  if (label === name) return waiting(to);
  const [, kind, resource, member] = /^(?:\[(\w+)\]([^.]+)\.?)?(.*)$/.exec(label)!;
  const exports = to as Readonly<Record<string, unknown>>;
  if (kind === undefined) return waiting(exports[camelCase(member!)]);
  const Class = exports[pascalCase(resource!)] as (new (...args: unknown[]) => unknown) & Readonly<Record<string, unknown>>;
  if (kind === "constructor") return (...args) => new Class(...args);
  return kind === "static" ? waiting(Class[camelCase(member!)]) : undefined;
}

/** A component's function may wait for what it calls; any other is called as it is. */
function waiting(value: unknown): Target {
  try {
    return promising(value);
  } catch {
    return value as Target;
  }
}

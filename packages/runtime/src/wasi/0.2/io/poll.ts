import { MAX_POLLABLES, MAX_QUESTIONS_PER_TURN } from "../../../limits.ts";
import { anyReady, nextTurn, untilReady, type Waitable } from "../../../streams/waitable.ts";
import { trap } from "../trap.ts";

/**
 * One thing that guests wait for, however many pollables they make for it. It counts questions that were answered "not yet" since
 * the event loop last had a turn: a guest that asks in a loop instead of waiting gets a promise now and then, so that what
 * it waits for can happen.
 */
export class Readiness {
  readonly waitable: Waitable;
  #questions = 0;

  constructor(waitable: Waitable) {
    this.waitable = waitable;
  }

  /** Whether the guest has asked so often that the event loop is due. */
  notYet(): boolean {
    if (++this.#questions < MAX_QUESTIONS_PER_TURN) return false;
    this.#questions = 0;
    return true;
  }
}

/** `pollable` of `wasi:io/poll`. */
export class Pollable {
  readonly #readiness: Readiness;

  constructor(readiness: Readiness) {
    this.#readiness = readiness;
  }

  static of(waitable: Waitable): Pollable {
    return new Pollable(new Readiness(waitable));
  }

  ready(): boolean | Promise<boolean> {
    const { waitable } = this.#readiness;
    if (waitable.ready()) return true;
    return this.#readiness.notYet() ? nextTurn().then(() => waitable.ready()) : false;
  }

  block(): void | Promise<void> {
    const { waitable } = this.#readiness;
    if (!waitable.ready()) return untilReady(waitable);
  }

  static poll(list: readonly Pollable[]): Uint32Array | Promise<Uint32Array> {
    if (list.length === 0) trap("wasi:io/poll: `poll` was called with an empty list");
    if (list.length > MAX_POLLABLES) trap(`wasi:io/poll: \`poll\` was called with ${list.length} pollables, at most ${MAX_POLLABLES} can be waited for`);
    const ready = Pollable.#readyIndices(list);
    if (ready.length === list.length) return ready;
    if (ready.length === 0) return Pollable.#wait(list);
    // Something is ready each time, so the guest may never wait: what is not ready may need the event loop.
    let due = false;
    for (const pollable of list) if (!pollable.#readiness.waitable.ready()) due = pollable.#readiness.notYet() || due;
    return due ? nextTurn().then(() => Pollable.#readyIndices(list)) : ready;
  }

  static #readyIndices(list: readonly Pollable[]): Uint32Array {
    const indices: number[] = [];
    for (let i = 0; i < list.length; i++) if (list[i]!.#readiness.waitable.ready()) indices.push(i);
    return Uint32Array.from(indices);
  }

  static async #wait(list: readonly Pollable[]): Promise<Uint32Array> {
    await anyReady(list.map((pollable) => pollable.#readiness.waitable));
    return Pollable.#readyIndices(list);
  }
}

export const poll = { Pollable, poll: Pollable.poll };

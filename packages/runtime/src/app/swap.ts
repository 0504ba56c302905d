/**
 * Swaps: other code for parts, with their state. The new instances have been made beside the old ones and nothing leads to them yet;
 * here their state is moved and then, at the same instant, the wires. Where all of it can be done without a wait, nobody notices. Else
 * calls that enter the parts are held: the old instance comes to rest and saves, the new one loads, the wires are led to it, and the
 * calls go on there. Whatever fails, everything is as it was, and the calls go on at the old instance.
 */
import type { Component, End, Part } from "@tenon/engine";
import type { Place } from "../document/document.ts";
import { AppError } from "../document/problem.ts";
import { MAX_HOLD_MILLISECONDS } from "../limits.ts";
import { printableLine } from "../log/printable.ts";
import { StateMisfit } from "./adaptation.ts";
import { Gate } from "./gate.ts";
import { load, loadNow, save, saveNow } from "./handover.ts";
import { type StateReplay, type Way, wayFor } from "./ladder.ts";
import type { AppPlatform } from "./platform.ts";

/** An instance, and what it is one of. */
interface Version {
  readonly component: Pick<Component, "exports">;
  readonly instance: Pick<Part, "exports" | "store" | "ends" | "idle" | "poisonedBy">;
}

export interface Swap {
  readonly part: string;
  /** Of the part in the document, for what goes wrong. */
  readonly place: Place;
  readonly before: Version;
  readonly after: Version & { readonly instance: Part };
  /** Wires of other parts that lead into it. */
  readonly inbound: Iterable<End>;
  /** Made by the app where sources of events call the part, which come by no wire: they wait at `enter`. */
  readonly gate?: Gate;
  /** Capabilities that it is wired to, by their paths. */
  readonly outside: readonly string[];
  readonly replay?: StateReplay;
}

/** How a part's state got over. */
export interface SwapReport extends Pick<Way, "rung" | "sentences"> {
  readonly part: string;
}

/**
 * Moves the state of all parts and then calls `flip`, which leads the wires to the new instances and must not wait.
 *
 * @throws AppError `app/swap`: nothing has changed, the new instances are of no use any more. What `flip` throws is passed on.
 */
export async function exchange(swaps: readonly Swap[], flip: () => void, platform: Pick<AppPlatform, "after">): Promise<readonly SwapReport[]> {
  const moves = swaps.map((swap) => new Move(swap));
  const waiting = moves.filter((move) => !move.isImmediate);
  if (waiting.length === 0) {
    for (const move of moves) move.now();
    flip();
  } else await held(moves, flip, platform);
  return moves.map(({ swap: { part }, way: { rung, sentences } }) => ({ part, rung, sentences }));
}

async function held(moves: readonly Move[], flip: () => void, { after }: Pick<AppPlatform, "after">): Promise<void> {
  for (const move of moves) move.hold();
  let isMoved = false;
  const end = new AbortController();
  const forget = after(MAX_HOLD_MILLISECONDS, () => end.abort());
  try {
    await Promise.all(moves.map((move) => move.later(end.signal, after)));
    for (const move of moves) move.check();
    flip();
    isMoved = true;
  } finally {
    forget();
    end.abort();
    for (const move of moves) move.release(isMoved);
  }
}

class Move {
  readonly swap: Swap;
  readonly way: Way;
  readonly #gate: Gate;

  constructor(swap: Swap) {
    const { part, before, after, outside, replay, gate } = swap;
    this.swap = swap;
    this.#gate = gate ?? new Gate(part, before.instance.store);
    const isDown = before.instance.poisonedBy !== undefined;
    this.way = wayFor({ part, before: before.component, after: after.component, outside, isDown, ...(replay === undefined ? {} : { replay }) });
  }

  /** Nothing has to wait: there is no state to move, or both instances can be asked at once. */
  get isImmediate(): boolean {
    const { rung, handover } = this.way;
    const { before, after } = this.swap;
    if (rung === "fresh") return true;
    return handover !== undefined && !handover.isAsync && before.instance.idle && !waits(before) && !waits(after);
  }

  now(): void {
    const { handover } = this.way;
    if (handover === undefined) return;
    const { before, after } = this.swap;
    const state = this.#attempt(SAVING, () => saveNow(before.instance, handover));
    this.#attempt(LOADING, () => loadNow(after.instance, handover, state));
  }

  hold(): void {
    if (this.way.rung !== "fresh") this.#gate.hold(this.swap.inbound);
  }

  /** As `now`, for those that may wait; `end` is the end of everybody's patience. */
  async later(end: AbortSignal, after: AppPlatform["after"]): Promise<void> {
    const { rung, handover } = this.way;
    const { before, after: next, replay } = this.swap;
    if (rung === "fresh") return;
    const seconds = MAX_HOLD_MILLISECONDS / 1000;
    if (!(await rests(before.instance, end, after)))
      throw this.#problem(`it has been inside a call for ${seconds} s, and has a state only between calls`, AGAIN);
    const inTime = <T>(moving: Promise<T>): Promise<T> => orLate(end, moving, () => this.#problem(`to move its state took longer than ${seconds} s`));
    if (handover === undefined) return inTime(replay!.run(next.instance).catch((error) => this.#fail(REPLAYING, error)));
    const state = await inTime(save(before.instance, handover).catch((error) => this.#fail(SAVING, error)));
    await inTime(load(next.instance, handover, state).catch((error) => this.#fail(LOADING, error)));
  }

  /** A call that could not wait may have changed the state that was saved. */
  check(): void {
    if (this.#gate.passed > 0) throw this.#problem("it was called while its state was moved, by a call that can't wait", AGAIN);
  }

  release(moved: boolean): void {
    if (this.way.rung !== "fresh") this.#gate.release(moved);
  }

  #attempt<T>(doing: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      return this.#fail(doing, error);
    }
  }

  #fail(doing: string, error: unknown): never {
    if (error instanceof StateMisfit) throw this.#problem(`its state does not fit the new version: ${error.message}`);
    const refusal = refusalOf(error);
    throw this.#problem(refusal === undefined ? `${doing}: ${messageOf(error)}` : `the new version refused its state: ${refusal}`);
  }

  #problem(why: string, hint?: string): AppError {
    const { part, place } = this.swap;
    return new AppError([{ code: "app/swap", message: `\`${part}\` stays what it is: ${why}`, place, ...(hint === undefined ? {} : { hint }) }]);
  }
}

const SAVING = "the old version failed while it saved its state";
const LOADING = "the new version failed while it took the state";
const REPLAYING = "the new version failed at the calls on record";
const AGAIN = "nothing has changed: swap it again when it has less to do";

const waits = ({ instance }: Version): boolean => [...instance.ends.values()].some((end) => end.maySuspend);

/**
 * Whether no call is inside, in the end. An instance tells nobody when it comes to rest, so it is asked, ever more seldom; and not at once,
 * since a call that another one has kept waiting at its door is about to enter.
 */
async function rests(instance: Version["instance"], end: AbortSignal, after: AppPlatform["after"]): Promise<boolean> {
  for (let pause = 0; !end.aborted; pause = Math.min(2 * pause + 1, 32)) {
    await new Promise<void>((resolve) => after(pause, resolve));
    if (instance.idle) return true;
  }
  return false;
}

/** What `moving` gives, if that comes before the end. */
function orLate<T>(end: AbortSignal, moving: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    end.addEventListener("abort", () => reject(late()), { once: true });
    moving.then(resolve, reject);
  });
}

/** What `load` answered with its `err`. */
function refusalOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !Object.hasOwn(error, "payload")) return undefined;
  return printableLine(String((error as { readonly payload: unknown }).payload));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

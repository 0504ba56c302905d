/**
 * The supervisor: parts that trapped are made anew. A trap poisons every part that had a call on its stack; those are one group, and start
 * again together, with the parts that their strategies add. Each start in a row waits twice as long as the one before, and a part that
 * traps more than `most` times `within` its time stays down until somebody changes it or starts it. A part on trial is none of its
 * business: it goes back to its last good version (`trial.ts`).
 *
 * It decides and waits; what is decided is done by the app, which tells how that went. Nothing here knows what a part is.
 */
import type { RestartDocument } from "../document/document.ts";
import { FIRST_RESTART_DELAY, MAX_RESTART_DELAY } from "../limits.ts";
import type { AppPlatform } from "./platform.ts";

export interface Supervised {
  readonly path: string;
  /** Path of the app that it stands in; strategies reach no further. */
  readonly app: string;
  readonly restart: RestartDocument;
}

export interface PartHealth {
  readonly health: "up" | "restarting" | "down";
  /** In words, for people. */
  readonly trouble?: string;
  /** Since it was last changed. */
  readonly restarts: number;
}

export interface Restarts {
  /**
   * Makes these parts anew, and leads all wires to them; in the document's order. Gives those that could not be started, and why;
   * where it rejects, that is all of them.
   */
  restart(paths: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  /** The health of a part is another one. */
  told(path: string, health: PartHealth): void;
}

/** What is known of one part. */
class Watched {
  of: Supervised;
  health: PartHealth["health"] = "up";
  trouble: string | undefined;
  restarts = 0;
  /** When it trapped, within its time. */
  traps: number[] = [];
  /** The start that it waits for: a later one takes its place. */
  start: object | undefined;

  constructor(of: Supervised) {
    this.of = of;
  }

  get told(): PartHealth {
    const { health, trouble, restarts } = this;
    return { health, restarts, ...(trouble === undefined ? {} : { trouble }) };
  }
}

export class Supervisor {
  readonly #acts: Restarts;
  readonly #clock: Pick<AppPlatform, "now" | "after">;
  /** By path, in the document's order. */
  #parts = new Map<string, Watched>();
  /** Parts that trapped in this turn. */
  #group = new Map<Watched, string>();
  /** Waits that can be forgotten. */
  readonly #waits = new Set<() => void>();

  constructor(acts: Restarts, clock: Pick<AppPlatform, "now" | "after">) {
    this.#acts = acts;
    this.#clock = clock;
  }

  /**
   * Takes over what a change of the app made of its parts, in the document's order. `fresh` have new instances: their past is forgotten.
   * `moves`: paths that are others now.
   */
  adopt(parts: Iterable<Supervised>, fresh: ReadonlySet<string>, moves: ReadonlyMap<string, string> = new Map()): void {
    const known = new Map([...this.#parts].map(([path, watched]) => [moves.get(path) ?? path, watched]));
    this.#parts = new Map();
    for (const part of parts) {
      const watched = fresh.has(part.path) ? undefined : known.get(part.path);
      if (watched !== undefined) watched.of = part;
      this.#parts.set(part.path, watched ?? new Watched(part));
    }
  }

  healthOf(path: string): PartHealth {
    return this.#parts.get(path)?.told ?? { health: "up", restarts: 0 };
  }

  /** The part's instance was poisoned. Parts that are in the same turn fell by the same trap. */
  poisoned(path: string, error: unknown): void {
    const watched = this.#parts.get(path);
    if (watched === undefined || watched.health === "down") return;
    if (this.#group.size === 0) this.#wait(0, () => this.#fallen());
    this.#group.set(watched, messageOf(error));
  }

  /** Starts a part again that is down, at somebody's wish. */
  async start(path: string): Promise<void> {
    const watched = this.#parts.get(path);
    if (watched === undefined || watched.health === "up") return;
    watched.traps = [];
    await this.#restart([watched], (watched.start = {}));
  }

  /** Nothing is started any more. */
  close(): void {
    for (const forget of this.#waits) forget();
    this.#waits.clear();
    this.#parts.clear();
  }

  #fallen(): void {
    const group = this.#group;
    this.#group = new Map();
    this.#plan(group);
  }

  /** Decides on a group that fell together. */
  #plan(group: ReadonlyMap<Watched, string>): void {
    const again = new Set<Watched>();
    let delay = 0;
    for (const [watched, why] of group) {
      if (!this.#isWatched(watched)) continue;
      const { strategy, most, within } = watched.of.restart;
      const now = this.#clock.now();
      watched.traps = [...watched.traps.filter((at) => at > now - within), now];
      const times = watched.traps.length;
      if (strategy === "never") this.#become(watched, "down", `it trapped, and is not to be started again: ${why}`);
      else if (times > most)
        this.#become(watched, "down", `it trapped ${times === 1 ? "once" : `${times} times`} within ${duration(within)}, the last time: ${why}`);
      else {
        for (const each of this.#with(watched)) again.add(each);
        delay = Math.max(delay, delayOf(times));
        this.#become(watched, "restarting", `it trapped: ${why}`);
      }
    }
    // What is down stays so, and of what starts already only those start again that fell once more.
    const parts = [...again].filter((each) => each.health === "up" || (each.health === "restarting" && group.has(each)));
    const start = {};
    for (const each of parts) {
      each.start = start;
      if (!group.has(each)) this.#become(each, "restarting", "it starts again with others of its app");
    }
    if (parts.length > 0) this.#wait(delay, () => void this.#restart(parts, start));
  }

  /** Those who start again with it. */
  #with({ of }: Watched): readonly Watched[] {
    const all = [...this.#parts.values()].filter(({ of: { app } }) => app === of.app);
    const at = all.findIndex(({ of: { path } }) => path === of.path);
    return of.restart.strategy === "one-for-all" ? all : of.restart.strategy === "rest-for-one" ? all.slice(at) : [all[at]!];
  }

  async #restart(parts: readonly Watched[], start: object): Promise<void> {
    // A change may have taken some away, or made them anew.
    const left = [...this.#parts.values()].filter((each) => parts.includes(each) && each.start === start);
    if (left.length === 0) return;
    const paths = left.map(({ of: { path } }) => path);
    const failed = await this.#acts.restart(paths).catch((error) => new Map(paths.map((path) => [path, error])));
    const fallen = new Map<Watched, string>();
    for (const each of left) {
      const { path } = each.of;
      if (each.start !== start) continue;
      if (failed.has(path)) fallen.set(each, messageOf(failed.get(path)));
      else {
        each.restarts += 1;
        this.#become(each, "up", undefined);
      }
    }
    this.#plan(fallen);
  }

  #isWatched(watched: Watched): boolean {
    return this.#parts.get(watched.of.path) === watched;
  }

  #become(watched: Watched, health: PartHealth["health"], trouble: string | undefined): void {
    watched.health = health;
    watched.trouble = trouble;
    if (this.#isWatched(watched)) this.#acts.told(watched.of.path, watched.told);
  }

  #wait(milliseconds: number, act: () => void): void {
    const forget = this.#clock.after(milliseconds, () => {
      this.#waits.delete(forget);
      act();
    });
    this.#waits.add(forget);
  }
}

/** The first start is at once. */
function delayOf(times: number): number {
  return times === 1 ? 0 : Math.min(FIRST_RESTART_DELAY * 2 ** (times - 2), MAX_RESTART_DELAY);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function duration(milliseconds: number): string {
  const units = [[3_600_000, "h"], [60_000, "min"], [1000, "s"]] as const; // biome-ignore format: a table
  const [size, unit] = units.find(([size]) => milliseconds >= size && milliseconds % size === 0) ?? [1, "ms"];
  return `${milliseconds / size} ${unit}`;
}

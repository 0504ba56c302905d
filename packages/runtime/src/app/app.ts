/**
 * A running app. There is one way to change it: a new text of its document. That is parsed and planned (`plan.ts`), what is new in it is
 * made beside what runs, the revision is written ahead, all wires move at one instant (`laying.ts`), and what is gone is let go. Live
 * operations are edits of the text, undo is an older text, an edit of the file by hand is that text. Whatever fails on the way leaves the
 * app as it was.
 *
 * One change at a time: the next waits, and may then find that its base has grown old.
 */
import { ComponentError, type Change as EngineChange, type Imports, Store } from "@tenon/engine";
import { editDocument } from "../document/edit.ts";
import { serving } from "../document/names.ts";
import { AppError, type Problem } from "../document/problem.ts";
import { AppLog } from "./app-log.ts";
import { inWords } from "./authority.ts";
import { Components } from "./components.ts";
import { describeOperation } from "./describe.ts";
import { effectsOf } from "./effects.ts";
import { History } from "./history.ts";
import { changeOf, type Ground, layAll, layingOf } from "./laying.ts";
import { enter } from "./lead.ts";
import type { Change, Operation, Revision } from "./operation.ts";
import { type Plan, type PlannedCapability, type PlannedComponent, planApp } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";
import type { Tap } from "./recorder.ts";
import { type Laid, Named, type Running, RunningCapability, RunningComponent } from "./running.ts";
import type { AppStatus } from "./status.ts";
import { statusOf } from "./status-of.ts";

export interface AppEvent {
  readonly kind: "revision" | "health";
  /** Of a revision: what was done. Of a part: its path. */
  readonly about: string;
}

/** How a document is to come about. */
interface Step {
  readonly text: string;
  readonly what: string;
  readonly operations: readonly Operation[];
  readonly moves: ReadonlyMap<string, string>;
  readonly restores?: number;
}

export class App {
  readonly log = new AppLog();
  readonly #platform: AppPlatform;
  readonly #components: Components;
  readonly #store = new Store();
  readonly #history: History;
  readonly #taps = new Set<Tap>();
  readonly #listeners = new Set<(event: AppEvent) => void>();
  #plan: Plan;
  #parts: ReadonlyMap<string, Running> = new Map();
  #turn: Promise<unknown> = Promise.resolve();
  #refused: string | undefined;
  #closed = false;

  private constructor(platform: AppPlatform, components: Components, plan: Plan) {
    this.#platform = platform;
    this.#components = components;
    this.#history = new History(platform.journal.revisions);
    this.#plan = plan;
  }

  /**
   * Runs the app of a document.
   *
   * @throws AppError with all that is wrong with it; then nothing runs.
   */
  static async start(text: string, platform: AppPlatform, change: Change = { author: "" }): Promise<App> {
    const components = new Components(platform);
    const plan = await planApp(text, platform, components);
    const app = new App(platform, components, plan);
    const last = app.#history.last;
    const what = last === undefined ? "first run" : "edited while it did not run";
    const prepared = await app.#prepare(plan, new Map());
    if (last?.text !== text) {
      const revision = app.#revision({ text, what, operations: [], moves: new Map() }, change);
      await platform.journal.append(revision);
      app.#history.add(revision);
    }
    prepared.commit();
    return app;
  }

  get text(): string {
    return this.#plan.text;
  }

  get name(): string {
    return this.#plan.scope.document.name;
  }

  /** Number of the last one. */
  get revision(): number {
    return this.#history.last!.number;
  }

  /** Oldest first. */
  get revisions(): readonly Revision[] {
    return this.#history.revisions;
  }

  /** What the document exports, as JavaScript: functions in camelCase, interfaces by their names. Looked up anew after a change. */
  get exports(): Imports {
    const all: Record<string, unknown> = Object.create(null);
    const { scope } = this.#plan;
    for (const [name, reference] of scope.document.exports) {
      const { to, export: wanted } = enter(scope, reference, reference.export ?? name, ["exports", name]);
      const part = this.#parts.get(to.path);
      if (part?.kind !== "component") continue;
      const found = serving(Object.keys(part.instance.exports), wanted);
      if (found !== undefined) all[name] = part.instance.exports[found];
    }
    return all;
  }

  /** Changes the document by operations, all of them or none. @throws AppError */
  apply(operations: readonly Operation[], change: Change): Promise<Revision> {
    return this.#change(change, () => {
      const { text, moves } = editDocument(this.text, operations);
      return { text, moves, operations, what: operations.map(describeOperation).join(", ") };
    });
  }

  /** Takes up another text of the document: an edit by hand. @throws AppError; what was refused is told in the status until it is taken up. */
  async become(text: string, change: Change): Promise<Revision> {
    try {
      return await this.#change(change, () => ({ text, moves: new Map(), operations: [], what: "edited by hand" }));
    } catch (error) {
      if (error instanceof AppError) this.#refused = error.message;
      throw error;
    }
  }

  /** Brings back the document before the last change. @throws AppError `app/nothing-to-undo` */
  undo(change: Change): Promise<Revision> {
    return this.#change(change, () => {
      const { before, undone } = this.#history;
      if (before === undefined) throw refusal("app/nothing-to-undo", "there is nothing to undo: this is how the app began");
      return { text: before.text, moves: new Map(), operations: [], what: `undo: ${undone!.what}`, restores: before.number };
    });
  }

  /** Brings back what was undone last. @throws AppError `app/nothing-to-redo` */
  redo(change: Change): Promise<Revision> {
    return this.#change(change, () => {
      const { ahead } = this.#history;
      if (ahead === undefined) throw refusal("app/nothing-to-redo", "there is nothing to redo: nothing was undone since the last change");
      return { text: ahead.text, moves: new Map(), operations: [], what: `redo: ${ahead.what}`, restores: ahead.number };
    });
  }

  /** What a text would change, in sentences; nothing is changed. @throws AppError */
  async preview(text: string, moves: ReadonlyMap<string, string> = new Map()): Promise<readonly string[]> {
    return effectsOf(this.#plan, await planApp(text, this.#platform, this.#components), moves);
  }

  /** What operations would change. @throws AppError */
  async previewOf(operations: readonly Operation[]): Promise<readonly string[]> {
    const { text, moves } = editDocument(this.text, operations);
    return this.preview(text, moves);
  }

  status(): AppStatus {
    const { document } = this.#plan.scope;
    return {
      name: document.name,
      ...(document.purpose === undefined ? {} : { purpose: document.purpose }),
      revision: this.revision,
      ...statusOf(this.#plan, this.#parts),
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
    };
  }

  /** Puts interposers on wires that the document knows nothing of. The function returned takes them off. */
  async tap(tap: Tap): Promise<() => Promise<void>> {
    this.#taps.add(tap);
    await this.#lay();
    return async () => {
      this.#taps.delete(tap);
      await this.#lay();
    };
  }

  on(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends every part; sources of events first. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turn.catch(() => {});
    for (const part of this.#parts.values()) if (part.kind === "capability") await this.#closeCapability(part);
    for (const part of this.#parts.values()) if (part.kind === "component") part.instance[Symbol.dispose]();
  }

  /** Waits for its turn, then makes a change. */
  #change(change: Change, step: () => Step): Promise<Revision> {
    return this.#queue(async () => {
      const { base } = change;
      if (base !== undefined && base !== this.revision) {
        const since = this.#history.revisions.filter(({ number }) => number > base).map(({ number, what, author }) => `${number}: ${what} (${author})`);
        throw refusal("app/old-base", `the app has changed since revision ${base}: it is at ${this.revision} now`, since.join("\n"));
      }
      const made = step();
      if (made.text === this.text && made.restores === undefined) throw refusal("app/no-change", "this changes nothing");
      return await this.#take(made, change);
    });
  }

  #queue<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => {
      if (this.#closed) throw refusal("app/closed", "the app has ended");
      return act();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #take(step: Step, change: Change): Promise<Revision> {
    const plan = await planApp(step.text, this.#platform, this.#components);
    const prepared = await this.#prepare(plan, step.moves);
    const revision = this.#revision(step, change);
    const { journal } = this.#platform;
    try {
      await journal.append(revision);
    } catch (error) {
      prepared.abandon();
      throw refusal("app/not-written", `the change could not be written down: ${error instanceof Error ? error.message : error}`);
    }
    try {
      prepared.commit();
    } catch (error) {
      await journal.retract();
      prepared.abandon();
      throw error;
    }
    this.#history.add(revision);
    this.#refused = undefined;
    this.#tell({ kind: "revision", about: revision.what });
    return revision;
  }

  #revision({ text, what, operations, restores }: Step, { author, reason }: Change): Revision {
    const number = (this.#history.last?.number ?? 0) + 1;
    const at = new Date().toISOString();
    return { number, what, author, at, operations, text, ...(reason === undefined ? {} : { reason }), ...(restores === undefined ? {} : { restores }) };
  }

  /** Makes what is new in a plan, beside what runs. Nothing has changed until `commit`. */
  async #prepare(plan: Plan, moves: ReadonlyMap<string, string>): Promise<{ commit(): void; abandon(): void }> {
    const kept = matched(plan, this.#parts, moves);
    const parts = new Map<string, Running>();
    const made: Running[] = [];
    const abandon = (): void => {
      for (const part of made) {
        if (part.kind === "component") part.instance[Symbol.dispose]();
        else void this.#closeCapability(part);
      }
    };
    try {
      for (const [path, planned] of plan.parts) {
        const old = kept.get(path);
        if (old !== undefined && isSame(old, planned)) parts.set(path, old);
        else if (planned.kind === "capability") parts.set(path, await this.#makeCapability(planned, made));
      }
      const ground = this.#ground(parts);
      const opening = new Set<string>();
      const open = async (path: string): Promise<void> => {
        const planned = plan.parts.get(path);
        if (parts.has(path) || opening.has(path) || planned?.kind !== "component") return;
        opening.add(path);
        for (const { to } of plan.wires.get(path) ?? []) if (to !== undefined) await open(to);
        const part = await this.#open(planned, plan, ground);
        made.push(part);
        parts.set(path, part);
      };
      for (const path of plan.parts.keys()) await open(path);
      let lay = layAll(plan.wires, ground);
      return {
        abandon,
        commit: () => {
          lay = layAll(plan.wires, ground);
          lay();
          this.#adopt(plan, parts);
        },
      };
    } catch (error) {
      abandon();
      throw asAppError(error);
    }
  }

  #adopt(plan: Plan, parts: ReadonlyMap<string, Running>): void {
    const left = new Set(this.#parts.values());
    for (const [path, part] of parts) {
      left.delete(part);
      const planned = plan.parts.get(path)!;
      if (part.kind === "component" && planned.kind === "component") part.planned = planned;
      if (part.kind === "capability" && planned.kind === "capability") part.planned = planned;
      if (part.kind === "component") part.importer.part = path;
    }
    this.#plan = plan;
    this.#parts = parts;
    for (const part of left) if (part.kind === "capability") void this.#closeCapability(part);
    const components = [...plan.parts.values()].filter((planned) => planned.kind === "component");
    this.#components.keep(new Set(components.map(({ file }) => file)), new Set(components.map(({ digest }) => digest)));
  }

  async #open(planned: PlannedComponent, plan: Plan, ground: Ground): Promise<RunningComponent> {
    const importer = new Named(planned.path, (part, entry) => this.log.write(part, entry));
    const laid = new Map<string, Laid>();
    const wires = plan.wires.get(planned.path) ?? [];
    try {
      const instance = await planned.component.open(
        {},
        {
          store: this.#store,
          name: planned.path,
          connect: (ends) => {
            const changes: EngineChange[] = [];
            for (const wire of wires) {
              if (wire.to === planned.path) continue;
              const next = layingOf(wire, importer, undefined, ground);
              laid.set(wire.import, next);
              const change = changeOf(ends.get(wire.import)!, undefined, next);
              if (change !== undefined) changes.push(change);
            }
            return changes;
          },
        },
      );
      return new RunningComponent(planned, instance, importer, laid);
    } catch (error) {
      const { member } = planned;
      const message = `\`${member.name}\` could not be started: ${error instanceof Error ? error.message : error}`;
      throw new AppError([member.scope.problem("app/start-failed", ["parts", member.name], message)]);
    }
  }

  async #makeCapability(planned: PlannedCapability, made: Running[]): Promise<RunningCapability> {
    const { path, of, part, member } = planned;
    const withheld = planned.asks.filter((ask) => !ask.own && !this.#platform.grants.allows(ask, path));
    if (withheld.length > 0) {
      this.log.write(path, { level: "warn", context: "", message: `not granted: ${inWords(withheld.map(({ words }) => words))}` });
      return new RunningCapability(planned, undefined, withheld);
    }
    const named = new Named(path, (part, entry) => this.log.write(part, entry));
    try {
      const capability = await of.make(part.with, {
        part: path,
        folder: this.#platform.folder,
        resolve: (file) => this.#platform.resolve(file, member.scope.file),
        secret: (name) => this.#platform.secret(name),
        log: (entry) => named.log(entry),
        audit: () => {},
      });
      const running = new RunningCapability(planned, capability, []);
      made.push(running);
      return running;
    } catch (error) {
      const message = `\`${member.name}\` could not be made: ${error instanceof Error ? error.message : error}`;
      throw new AppError([member.scope.problem("app/start-failed", ["parts", member.name], message)]);
    }
  }

  async #closeCapability({ capability, planned }: RunningCapability): Promise<void> {
    try {
      await capability?.close();
    } catch (error) {
      this.log.write(planned.path, { level: "error", context: "", message: `did not end well: ${error instanceof Error ? error.message : error}` });
    }
  }

  /** Lays all wires anew, for what lies on them beside the document. */
  #lay(): Promise<void> {
    return this.#queue(async () => layAll(this.#plan.wires, this.#ground(this.#parts))());
  }

  #ground(parts: ReadonlyMap<string, Running>): Ground {
    return {
      platform: this.#platform,
      parts,
      taps: this.#taps,
      onTrial: () => false,
      isDown: () => false,
      log: (part, message) => this.log.write(part, { level: "info", context: "", message }),
      failed: (part, error) => this.log.write(part, { level: "error", context: "", message: error instanceof Error ? error.message : String(error) }),
    };
  }

  #tell(event: AppEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Whether a part goes on as it is. */
function isSame(running: Running, planned: PlannedComponent | PlannedCapability): boolean {
  if (running.kind === "component") return planned.kind === "component" && running.planned.digest === planned.digest;
  return (
    planned.kind === "capability" &&
    running.planned.of === planned.of &&
    running.planned.part.definition === planned.part.definition &&
    running.withheld.length === 0
  );
}

/** Which running part each part of a plan is: by its path, as moved; else by what it is, where only one comes into question. */
function matched(plan: Plan, running: ReadonlyMap<string, Running>, moves: ReadonlyMap<string, string>): Map<string, Running> {
  const found = new Map<string, Running>();
  const left = new Map<string, Running>();
  for (const [old, part] of running) {
    const path = moves.get(old) ?? old;
    if (plan.parts.get(path)?.kind === part.kind) found.set(path, part);
    else left.set(path, part);
  }
  const like = (part: { planned: PlannedComponent | PlannedCapability } | PlannedComponent | PlannedCapability): string => {
    const planned = "planned" in part ? part.planned : part;
    return `${planned.kind} ${planned.part.definition} ${planned.member.scope.file}`;
  };
  const gone = Map.groupBy(left.values(), like);
  const come = Map.groupBy(
    [...plan.parts.values()].filter(({ path }) => !found.has(path)),
    like,
  );
  for (const [what, planned] of come) {
    const candidates = gone.get(what);
    if (planned.length === 1 && candidates?.length === 1) found.set(planned[0]!.path, candidates[0]!);
  }
  return found;
}

function refusal(code: string, message: string, hint?: string): AppError {
  const problem: Problem = { code, message, place: [], ...(hint === undefined || hint === "" ? {} : { hint }) };
  return new AppError([problem]);
}

/** What the engine refuses is told as what is wrong with the app. */
function asAppError(error: unknown): unknown {
  if (!(error instanceof ComponentError)) return error;
  return refusal("app/does-not-fit", error.message, error.detail.hint);
}

/** Checks a document completely, with the types of its parts; nothing is run. @throws AppError */
export async function checkApp(text: string, platform: AppPlatform): Promise<Plan> {
  return planApp(text, platform, new Components(platform));
}

/**
 * A running app. There is one way to change it: a new text of its document. That is parsed and planned (`plan.ts`), what is new in it is
 * made beside what runs, the revision is written ahead, all wires move at one instant (`assembly.ts`), and what is gone is let go. Live
 * operations are edits of the text, undo is an older text, an edit of the file by hand is that text. Whatever fails on the way leaves the
 * app as it was.
 *
 * One change at a time: the next waits, and may then find that its base has grown old.
 */
import type { Imports } from "@tenon/engine";
import { editDocument } from "../document/edit.ts";
import { AppError } from "../document/problem.ts";
import { nothingChanges, refusal } from "../document/refusal.ts";
import { AppLog } from "./app-log.ts";
import { Assembly } from "./assembly.ts";
import { Components } from "./components.ts";
import { describeOperation } from "./describe.ts";
import { effectsOf } from "./effects.ts";
import { exportedBy } from "./exported.ts";
import { History, type Step } from "./history.ts";
import { keepGrants } from "./identity.ts";
import { enter } from "./lead.ts";
import type { Change, Operation, Revision } from "./operation.ts";
import { importsOf, knownOf, type Plan, planApp } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";
import type { Tap } from "./recorder.ts";
import type { RunningComponent } from "./running.ts";
import type { AppStatus } from "./status.ts";
import { statusOf } from "./status-of.ts";
import { testSwapped } from "./test.ts";

export interface AppEvent {
  readonly kind: "revision" | "health";
  /** Of a revision: what was done. Of a part: its path. */
  readonly about: string;
}

/** A step to a document of which some parts ran before, and are to run again: by path. */
interface WakingStep extends Step {
  readonly woken?: ReadonlyMap<string, RunningComponent>;
  /** Whoever can write the file may have done it: not the owner, for sure. */
  readonly isFromFile?: true;
}

export class App {
  readonly log: AppLog = new AppLog();
  readonly #platform: AppPlatform;
  readonly #components: Components;
  readonly #history: History;
  readonly #assembly: Assembly;
  readonly #listeners = new Set<(event: AppEvent) => void>();
  #turn: Promise<unknown> = Promise.resolve();
  #refused: string | undefined;
  #closed = false;

  private constructor(platform: AppPlatform, components: Components, plan: Plan) {
    this.#platform = platform;
    this.#components = components;
    this.#history = new History(platform.journal.revisions);
    const events = {
      rollBack: (path: string, before: RunningComponent, why: string) => void this.#rollBack(path, before, why),
      renew: (paths: readonly string[]) => this.#renew(paths),
      relay: () => void this.#queue(async () => this.#assembly.lay()).catch(() => {}),
      health: (path: string) => this.#tell({ kind: "health", about: path }),
    };
    this.#assembly = new Assembly(plan, { platform, components, log: this.log, events });
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
    const prepared = await app.#assembly.prepare(plan, { moves: new Map() });
    const { last } = app.#history;
    if (last?.text !== text) {
      const revision = app.#history.next(app.#history.found(text), change);
      await platform.journal.append(revision);
      app.#history.add(revision);
    }
    await prepared.commit();
    return app;
  }

  get text(): string {
    return this.#assembly.plan.text;
  }

  get name(): string {
    return this.#assembly.plan.scope.document.name;
  }

  /** The files that it is made of, as the platform reads them, but for its document: components, and documents of nested apps. */
  get files(): ReadonlySet<string> {
    const parts = [...this.#assembly.plan.parts.values()];
    const files = new Set(parts.flatMap((part) => (part.kind === "component" ? [part.file, part.member.scope.file] : [part.member.scope.file])));
    files.delete(this.#platform.file);
    return files;
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
    const { plan, parts } = this.#assembly;
    for (const [name, reference] of plan.scope.document.exports) {
      const { to, export: wanted } = enter(plan.scope, reference, reference.export ?? name, ["exports", name]);
      const part = parts.get(to.path);
      if (part?.kind !== "component") continue;
      const found = exportedBy(part.instance.exports, wanted);
      if (found !== undefined) all[name] = found;
    }
    return all;
  }

  /** Changes the document by operations, all of them or none. @throws AppError */
  apply(operations: readonly Operation[], change: Change): Promise<Revision> {
    return this.#change(change, () => {
      const { text, moves } = editDocument(this.text, operations, knownOf(this.#assembly.plan));
      return { text, moves, operations, what: operations.map(describeOperation).join(", ") };
    });
  }

  /** Takes up another text of the document: an edit by hand. @throws AppError; what was refused is told in the status until it is taken up. */
  async become(text: string, change: Change): Promise<Revision> {
    try {
      return await this.#change(change, () => ({ text, moves: new Map(), operations: [], what: "edited by hand", isFromFile: true }));
    } catch (error) {
      if (error instanceof AppError) this.#refused = error.message;
      throw error;
    }
  }

  /** Brings back the document before the last change. @throws AppError `app/nothing-to-undo` */
  undo(change: Change): Promise<Revision> {
    return this.#change(change, () => this.#history.undo());
  }

  /** Brings back what was undone last. @throws AppError `app/nothing-to-redo` */
  redo(change: Change): Promise<Revision> {
    return this.#change(change, () => this.#history.redo());
  }

  /** Takes up code that has changed on disk, by the paths of its files as the platform reads them: the parts made of it are swapped. @throws AppError */
  refresh(files: readonly string[]): Promise<void> {
    return this.#queue(async () => {
      const takeBack = files.map((file) => this.#components.forget(file));
      try {
        const plan = await planApp(this.text, this.#platform, this.#components);
        await this.#testSwapped(plan, new Map());
        await this.#realize(plan, { moves: new Map(), isFromFile: true });
      } catch (error) {
        for (const each of takeBack) each();
        throw error;
      }
    });
  }

  /** What a text would change, in sentences; nothing is changed. @throws AppError */
  async preview(text: string, moves: ReadonlyMap<string, string> = new Map()): Promise<readonly string[]> {
    return effectsOf(this.#assembly.plan, await planApp(text, this.#platform, this.#components), moves);
  }

  /** What operations would change. @throws AppError */
  async previewOf(operations: readonly Operation[]): Promise<readonly string[]> {
    const { text, moves } = editDocument(this.text, operations, knownOf(this.#assembly.plan));
    if (text === this.text) throw nothingChanges();
    return this.preview(text, moves);
  }

  /** The names of a part's imports that are wired; of a nested app, what its parts pass on. */
  importsOf(path: string): readonly string[] {
    return importsOf(this.#assembly.plan, path);
  }

  status(): AppStatus {
    const { document } = this.#assembly.plan.scope;
    return {
      name: document.name,
      ...(document.purpose === undefined ? {} : { purpose: document.purpose }),
      revision: this.revision,
      ...statusOf(this.#assembly),
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
    };
  }

  /** Values that the document names by reference, which are to be told nowhere. */
  get secrets(): ReadonlySet<string> {
    return this.#assembly.secrets;
  }

  /** Puts interposers on wires that the document knows nothing of. The function returned takes them off. */
  async tap(tap: Tap): Promise<() => Promise<void>> {
    const { taps } = this.#assembly;
    const lay = () => this.#queue(async () => this.#assembly.lay());
    taps.add(tap);
    await lay();
    return () => {
      taps.delete(tap);
      return lay();
    };
  }

  /** Starts a part again that is down. @throws AppError when there is no such part */
  async restart(path: string): Promise<void> {
    if (this.#assembly.parts.get(path)?.kind !== "component") throw refusal("app/no-part", `there is no component \`${path}\``);
    await this.#assembly.supervisor.start(path);
  }

  on(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends every part; sources of events first. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turn;
    await this.#assembly.close();
  }

  /** Waits for its turn, then makes a change. */
  #change(change: Change, step: () => WakingStep): Promise<Revision> {
    return this.#queue(async () => {
      this.#history.checkBase(change);
      const made = step();
      if (made.text === this.text && made.restores === undefined) throw nothingChanges();
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

  async #take(step: WakingStep, change: Change): Promise<Revision> {
    const { plan: before } = this.#assembly;
    const plan = await planApp(step.text, this.#platform, this.#components);
    const revision = this.#history.next(step, change);
    const { woken, choices } = this.#assembly.wakeable(plan, step.moves);
    // What ran before has proved itself.
    if (step.restores === undefined && step.woken === undefined) await this.#testSwapped(plan, step.moves);
    if (change.grant === true) await this.#assembly.grant(plan);
    await this.#realize(plan, change.wake === true ? { ...step, woken } : step, revision);
    if (change.wake !== true) for (const [path, choice] of choices) this.#note(path, choice);
    this.#history.add(revision);
    if (step.isFromFile !== true) await keepGrants(before, plan, step.moves, this.#platform);
    this.#refused = undefined;
    this.#tell({ kind: "revision", about: revision.what });
    return revision;
  }

  #testSwapped(plan: Plan, moves: ReadonlyMap<string, string>): Promise<void> {
    const swapped = [...this.#assembly.swappedBy(plan, moves)].map(([, { path }]) => path);
    return testSwapped(plan, this.#platform, swapped);
  }

  /** Makes the parts those of a plan. A revision is on record before anything has changed, and no more if nothing does. */
  async #realize(plan: Plan, { moves, woken, isFromFile }: Pick<WakingStep, "moves" | "woken" | "isFromFile">, revision?: Revision): Promise<void> {
    const { journal } = this.#platform;
    const prepared = await this.#assembly.prepare(plan, {
      moves,
      ...(woken === undefined ? {} : { woken }),
      ...(isFromFile === undefined ? {} : { isFromFile }),
      refuses: revision !== undefined && isFromFile !== true,
    });
    try {
      if (revision !== undefined) await journal.append(revision);
    } catch (error) {
      prepared.abandon();
      throw refusal("app/not-written", `the change could not be written down: ${error instanceof Error ? error.message : error}`);
    }
    try {
      for (const { part, sentences } of await prepared.commit()) this.#note(part, sentences.join(" "));
    } catch (error) {
      if (revision !== undefined) await journal.retract();
      prepared.abandon();
      throw error;
    }
  }

  /** A freshly swapped part trapped: it is what it was before, instance and state. */
  async #rollBack(path: string, before: RunningComponent, why: string): Promise<void> {
    const { component } = before.planned.part;
    const woken = new Map([[path, before]]);
    const what = `roll back ${path}`;
    try {
      await this.#queue(async () => {
        const { text, moves } = editDocument(this.text, [{ op: "swap", name: path, component }]);
        // Where nothing was done since, it is an undo: the next one goes back further.
        const back = this.#history.undoTo(text);
        if (text !== this.text) return await this.#take({ text, moves, operations: [], what, woken, ...back }, { author: "tenon", reason: why });
        // Its file has other code: that stays there, and is not what runs.
        this.#components.keepOld(before.planned);
        await this.#realize(await planApp(text, this.#platform, this.#components), { moves, woken });
      });
      this.#note(path, `rolled back: ${why}`);
    } catch (error) {
      this.#note(path, `could not be rolled back: ${error instanceof Error ? error.message : error}`);
    }
  }

  async #renew(paths: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    try {
      await this.#queue(async () => {
        const prepared = await this.#assembly.prepare(this.#assembly.plan, { moves: new Map(), renewed: new Set(paths) });
        await prepared.commit();
      });
      return new Map();
    } catch (error) {
      return new Map(paths.map((path) => [path, error]));
    }
  }

  #note(part: string, message: string): void {
    this.log.write(part, { level: "info", context: "", message });
  }

  #tell(event: AppEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Checks a document completely, with the types of its parts; nothing is run. @throws AppError */
export async function checkApp(text: string, platform: AppPlatform): Promise<Plan> {
  return planApp(text, platform, new Components(platform));
}

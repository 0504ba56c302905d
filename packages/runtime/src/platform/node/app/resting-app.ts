/** An app that doesn't run: its document is changed by the same operations, with the same checks, and the same revisions. */
import { readFileSync } from "node:fs";
import { checkApp } from "../../../app/app.ts";
import type { TestReport } from "../../../app/case.ts";
import { describeOperation } from "../../../app/describe.ts";
import { effectsOf } from "../../../app/effects.ts";
import { History, type Step } from "../../../app/history.ts";
import { identityOf, keepGrants } from "../../../app/identity.ts";
import { checkNeeds, type NeedReport } from "../../../app/needs.ts";
import type { Change, Operation, Revision } from "../../../app/operation.ts";
import { importsOf, knownOf, type Plan } from "../../../app/plan.ts";
import type { AppPlatform } from "../../../app/platform.ts";
import { loadScope } from "../../../app/scope.ts";
import { testApp } from "../../../app/test.ts";
import { editDocument } from "../../../document/edit.ts";
import { nothingChanges, refusal } from "../../../document/refusal.ts";
import { standardInterposers } from "../../../interposers/standard.ts";
import type { Ask } from "../../../kinds/kind.ts";
import { FileGrants } from "./grants.ts";
import { FileJournal } from "./journal.ts";
import { nodeKinds } from "./kinds.ts";
import { holdApp } from "./lock.ts";
import { nodePlatform } from "./node-platform.ts";

export interface Asked {
  readonly asks: readonly { readonly part: string; readonly ask: Ask }[];
  /** What the app is, for its grants. */
  readonly identity: string;
}

/** How a part is built. */
export interface Recipe {
  readonly part: string;
  readonly folder: string;
  readonly build: string;
}

export class RestingApp {
  readonly #journal: FileJournal;
  readonly #platform: AppPlatform;
  #history: History;
  readonly #document: string;
  text: string;

  constructor(document: string, grants: FileGrants = new FileGrants(document)) {
    this.#document = document;
    this.text = readFileSync(document, "utf8");
    this.#journal = new FileJournal(document);
    this.#platform = nodePlatform(document, { kinds: nodeKinds(), interposers: standardInterposers, journal: this.#journal, grants });
    this.#history = new History(this.#journal.revisions);
  }

  async revisions(): Promise<readonly Revision[]> {
    return this.#history.revisions;
  }

  /** @throws AppError with all that is wrong */
  check(): Promise<Plan> {
    return checkApp(this.text, this.#platform);
  }

  /** Runs the tests that its parts carry, or those of some parts; none of them touches the machine. @throws AppError */
  test(told: (report: TestReport) => void, only?: readonly string[]): Promise<void> {
    return testApp(this.text, this.#platform, told, only);
  }

  /** Runs what checks its needs; none of it touches the machine. @throws AppError */
  needs(): Promise<readonly NeedReport[]> {
    return checkNeeds(this.text, this.#platform);
  }

  /** How parts are built from their source: paths of parts, folders of this machine, commands of its shell. What is built need not be there. @throws AppError */
  async recipes(): Promise<readonly Recipe[]> {
    const scope = await loadScope(this.text, this.#platform.file, this.#platform);
    return [...scope.all()].flatMap(({ path, part, scope: { file } }) => {
      const source = part.kind === "component" ? part.source : undefined;
      return source?.build === undefined ? [] : [{ part: path, folder: this.#platform.resolve(source.folder, file), build: source.build }];
    });
  }

  /** What its capabilities ask for beyond what every app has. */
  async asks(): Promise<Asked> {
    const plan = await this.check();
    const asks = [...plan.parts.values()].flatMap((part) =>
      part.kind === "capability" ? part.asks.filter(({ own }) => !own).map((ask) => ({ part: part.path, ask })) : [],
    );
    return { asks, identity: await identityOf(plan, this.#platform) };
  }

  async imports(part: string): Promise<readonly string[]> {
    return importsOf(await this.check(), part);
  }

  async preview(operations: readonly Operation[]): Promise<readonly string[]> {
    const plan = await this.check();
    const { text, moves } = editDocument(this.text, operations, knownOf(plan));
    if (text === this.text) throw nothingChanges();
    return effectsOf(plan, await checkApp(text, this.#platform), moves);
  }

  async apply(operations: readonly Operation[], change: Change): Promise<Revision> {
    // An operation may be what makes a document right that isn't.
    const known = await this.check().then(knownOf, () => ({}));
    const { text, moves } = editDocument(this.text, operations, known);
    if (text === this.text) throw nothingChanges();
    return this.#take(() => ({ text, moves, operations, what: operations.map(describeOperation).join(", ") }), change);
  }

  undo(change: Change): Promise<Revision> {
    return this.#take((history) => history.undo(), change);
  }

  redo(change: Change): Promise<Revision> {
    return this.#take((history) => history.redo(), change);
  }

  close(): void {
    this.#journal.close();
  }

  async #take(step: (history: History) => Step, change: Change): Promise<Revision> {
    const release = holdApp(this.#document);
    try {
      if (this.#journal.isOld || readFileSync(this.#document, "utf8") !== this.text)
        throw refusal("app/old-base", "the document has been changed meanwhile: look again");
      return await this.#change(step, change);
    } finally {
      release();
    }
  }

  async #change(step: (history: History) => Step, change: Change): Promise<Revision> {
    const history = new History(this.#history.revisions);
    const revisions: Revision[] = [];
    const add = (each: Step, by: Change): void => {
      const revision = history.next(each, by);
      history.add(revision);
      revisions.push(revision);
    };
    history.checkBase(change);
    // What was edited by hand since the last revision is one.
    if (history.last?.text !== this.text) add(history.found(this.text), { author: change.author });
    const made = step(history);
    const plan = await checkApp(made.text, this.#platform);
    add(made, change);
    for (const revision of revisions) await this.#journal.append(revision);
    await this.#keepGrants(plan, made.moves);
    this.#history = history;
    this.text = made.text;
    return revisions.at(-1)!;
  }

  /** A document that was not in order so far had no grants that it could keep. */
  async #keepGrants(plan: Plan, moves: ReadonlyMap<string, string>): Promise<void> {
    const before = await this.check().catch(() => undefined);
    if (before !== undefined) await keepGrants(before, plan, moves, this.#platform);
  }
}

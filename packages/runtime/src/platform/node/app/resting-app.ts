/** An app that doesn't run: its document is changed by the same operations, with the same checks, and the same revisions. */
import { readFileSync } from "node:fs";
import { checkApp } from "../../../app/app.ts";
import { describeOperation } from "../../../app/describe.ts";
import { effectsOf } from "../../../app/effects.ts";
import { History, type Step } from "../../../app/history.ts";
import type { Change, Operation, Revision } from "../../../app/operation.ts";
import { importsOf, type Plan } from "../../../app/plan.ts";
import type { AppPlatform } from "../../../app/platform.ts";
import { type TestReport, testApp } from "../../../app/test.ts";
import { editDocument } from "../../../document/edit.ts";
import { refusal } from "../../../document/refusal.ts";
import { standardInterposers } from "../../../interposers/standard.ts";
import type { Ask } from "../../../kinds/kind.ts";
import { FileGrants } from "./grants.ts";
import { FileJournal } from "./journal.ts";
import { nodeKinds } from "./kinds.ts";
import { nodePlatform } from "./node-platform.ts";

export class RestingApp {
  readonly #journal: FileJournal;
  readonly #platform: AppPlatform;
  readonly #history: History;
  readonly text: string;

  constructor(document: string) {
    this.text = readFileSync(document, "utf8");
    this.#journal = new FileJournal(document);
    this.#platform = nodePlatform(document, { kinds: nodeKinds(), interposers: standardInterposers, journal: this.#journal, grants: new FileGrants(document) });
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

  /** What its capabilities ask for beyond what every app has. */
  async asks(): Promise<readonly { readonly part: string; readonly ask: Ask }[]> {
    const { parts } = await this.check();
    return [...parts.values()].flatMap((part) =>
      part.kind === "capability" ? part.asks.filter(({ own }) => !own).map((ask) => ({ part: part.path, ask })) : [],
    );
  }

  async imports(part: string): Promise<readonly string[]> {
    return importsOf(await this.check(), part);
  }

  async preview(operations: readonly Operation[]): Promise<readonly string[]> {
    const { text, moves } = editDocument(this.text, operations);
    return effectsOf(await this.check(), await checkApp(text, this.#platform), moves);
  }

  async apply(operations: readonly Operation[], change: Change): Promise<Revision> {
    const { text, moves } = editDocument(this.text, operations);
    if (text === this.text) throw refusal("app/no-change", "this changes nothing");
    return this.#take(() => ({ text, moves, operations, what: operations.map(describeOperation).join(", ") }), change);
  }

  undo(change: Change): Promise<Revision> {
    return this.#take(() => this.#history.undo(), change);
  }

  redo(change: Change): Promise<Revision> {
    return this.#take(() => this.#history.redo(), change);
  }

  close(): void {
    this.#journal.close();
  }

  async #take(step: () => Step, change: Change): Promise<Revision> {
    this.#history.checkBase(change);
    const { last } = this.#history;
    // What was edited by hand since the last revision is one.
    if (last?.text !== this.text) {
      const what = last === undefined ? "first revision" : "edited while it did not run";
      await this.#record({ text: this.text, what, operations: [], moves: new Map() }, { author: change.author });
    }
    const made = step();
    await checkApp(made.text, this.#platform);
    return this.#record(made, change);
  }

  async #record(step: Step, change: Change): Promise<Revision> {
    const revision = this.#history.next(step, change);
    await this.#journal.append(revision);
    this.#history.add(revision);
    return revision;
  }
}

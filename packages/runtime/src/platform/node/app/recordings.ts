/** Recordings that are being made of a running app, in files of its owner. */
import { appendFileSync, closeSync, openSync, rmSync } from "node:fs";
import path from "node:path";
import type { App } from "../../../app/app.ts";
import type { AppPlatform } from "../../../app/platform.ts";
import { refusal } from "../../../document/refusal.ts";
import { type Recorded, recordPart } from "../../../recording/record-part.ts";

export class Recordings {
  readonly #app: App;
  readonly #clock: Pick<AppPlatform, "after">;
  /** By file. */
  readonly #open = new Map<string, Recorded & { readonly handle: number }>();

  constructor(app: App, clock: Pick<AppPlatform, "after">) {
    this.#app = app;
    this.#clock = clock;
  }

  /** @throws AppError; the system's error when the file can't be made: one that is there is not overwritten. */
  async begin(part: string, file: string): Promise<void> {
    const full = path.resolve(file);
    let handle: number;
    try {
      handle = openSync(full, "wx", 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") throw refusal("recording/exists", `${file} is there already`, "`--to FILE` names another");
      throw error;
    }
    try {
      const recorded = await recordPart(this.#app, part, (text) => appendFileSync(handle, text), this.#clock);
      this.#open.set(full, { ...recorded, handle });
    } catch (error) {
      closeSync(handle);
      rmSync(full);
      throw error;
    }
  }

  /** How many calls are in the file. */
  async end(file: string): Promise<number> {
    const full = path.resolve(file);
    const open = this.#open.get(full);
    if (open === undefined) throw refusal("recording/none", `nothing is recorded to ${file}`);
    this.#open.delete(full);
    try {
      return await open.end();
    } finally {
      closeSync(open.handle);
    }
  }

  async close(): Promise<void> {
    for (const file of [...this.#open.keys()]) await this.end(file);
  }
}

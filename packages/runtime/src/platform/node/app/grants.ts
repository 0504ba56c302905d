/**
 * What a user has granted to apps: a file of theirs, outside of any app. An app is known by where its document lies, so that a copy in
 * another folder has nothing.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { Grants } from "../../../app/platform.ts";
import type { Ask } from "../../../kinds/kind.ts";

/** One thing granted to one part. */
export interface Grant {
  readonly part: string;
  /** The `id` of the ask. */
  readonly ask: string;
}

type Granted = Readonly<Record<string, readonly Grant[]>>;

export class FileGrants implements Grants {
  readonly #file: string;
  readonly #app: string;
  #own: readonly Grant[];

  /** `file`: where the user's grants are; default: in the folder for settings. */
  constructor(document: string, file: string = defaultFile()) {
    this.#file = file;
    const full = path.resolve(document);
    this.#app = path.join(realpathSync(path.dirname(full)), path.basename(full));
    this.#own = this.#read().get(this.#app) ?? [];
  }

  get all(): readonly Grant[] {
    return this.#own;
  }

  allows({ id }: Ask, part: string): boolean {
    return this.#own.some((grant) => grant.part === part && grant.ask === id);
  }

  add(grants: readonly Grant[]): void {
    const fresh = grants.filter(({ part, ask }) => !this.#own.some((grant) => grant.part === part && grant.ask === ask));
    if (fresh.length > 0) this.#write([...this.#own, ...fresh]);
  }

  remove(part: string): void {
    this.#write(this.#own.filter((grant) => grant.part !== part));
  }

  #read(): Map<string, readonly Grant[]> {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
      throw error;
    }
    try {
      return new Map(Object.entries(JSON.parse(text) as Granted));
    } catch {
      throw new Error(`the grants in ${this.#file} can't be read: mend the file, or remove it to begin anew`);
    }
  }

  /** Read again before: another app may have been granted something meanwhile. */
  #write(own: readonly Grant[]): void {
    const all = this.#read().set(this.#app, own);
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const beside = `${this.#file}.${process.pid}`;
    const handle = openSync(beside, "w", 0o600);
    try {
      writeFileSync(handle, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, this.#file);
    this.#own = own;
  }
}

function defaultFile(): string {
  const { platform, env } = process;
  if (platform === "win32") return path.join(env.APPDATA ?? homedir(), "tenon", "grants.json");
  if (platform === "darwin") return path.join(homedir(), "Library", "Application Support", "tenon", "grants.json");
  return path.join(env.XDG_CONFIG_HOME ?? path.join(homedir(), ".config"), "tenon", "grants.json");
}

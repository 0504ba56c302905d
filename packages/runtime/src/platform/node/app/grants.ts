/**
 * What a user has granted to apps: a file of theirs, outside of any app. An app is known by where its document lies, so that a copy in
 * another folder has nothing. What is granted to an app that came from somebody else is granted to it as it is: other code or other wires,
 * and it has to be asked anew. That an app is one's own is noted here, too, since what lies in an app comes with it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { Grants, OwnChange } from "../../../app/platform.ts";
import type { Ask } from "../../../kinds/kind.ts";
import { holdFile } from "./lock.ts";

/** One thing granted to one part. */
export interface Grant {
  readonly part: string;
  /** The `id` of the ask. */
  readonly ask: string;
  /** The identity of the app that it was granted to; absent in an app of one's own. */
  readonly identity?: string;
}

interface Granted {
  /** The user's own app, which may change and keep what it has. */
  readonly own: boolean;
  readonly grants: readonly Grant[];
}

const NOTHING: Granted = { own: false, grants: [] };

export class FileGrants implements Grants {
  readonly #file: string;
  readonly #app: string;
  #now: Granted;

  /** `file`: where the user's grants are; default: in the folder for settings. */
  constructor(document: string, file: string = defaultFile()) {
    this.#file = file;
    const full = path.resolve(document);
    this.#app = path.join(realpathSync(path.dirname(full)), path.basename(full));
    this.#now = this.#read().get(this.#app) ?? NOTHING;
  }

  get all(): readonly Grant[] {
    return this.#now.grants;
  }

  get isEmpty(): boolean {
    return this.#now.grants.length === 0;
  }

  get isOwn(): boolean {
    return this.#now.own;
  }

  allows({ id }: Ask, part: string, identity: string): boolean {
    return this.#now.grants.some((grant) => grant.part === part && grant.ask === id && (this.#now.own || grant.identity === identity));
  }

  /** It was granted to the app as it was before it changed. */
  lapsed(ask: Ask, part: string, identity: string): boolean {
    return !this.allows(ask, part, identity) && this.#now.grants.some((grant) => grant.part === part && grant.ask === ask.id);
  }

  /** `identity`: what the app is now. */
  add(grants: readonly Pick<Grant, "part" | "ask">[], identity: string): void {
    if (grants.length === 0) return;
    this.#change((now) => {
      const others = now.grants.filter((old) => !grants.some(({ part, ask }) => old.part === part && old.ask === ask));
      return { ...now, grants: [...others, ...grants.map(({ part, ask }) => ({ part, ask, ...(now.own ? {} : { identity }) }))] };
    });
  }

  grant({ id }: Ask, part: string, identity: string): void {
    this.add([{ part, ask: id }], identity);
  }

  remove(part: string): void {
    this.#change((now) => ({ ...now, grants: now.grants.filter((grant) => grant.part !== part) }));
  }

  /** The app is the user's own from now on: what it has been granted as it is now it keeps when it changes. */
  own(identity: string): void {
    this.#change(({ grants }) => ({
      own: true,
      grants: grants.filter((grant) => grant.identity === undefined || grant.identity === identity).map(({ part, ask }) => ({ part, ask })),
    }));
  }

  changed({ from, to, moves }: OwnChange): void {
    if (this.#now.grants.length === 0) return;
    this.#change((now) => ({
      ...now,
      grants: now.grants.map(({ part, ask, identity }) => ({
        part: moves.get(part) ?? part,
        ask,
        ...(identity === undefined ? {} : { identity: identity === from ? to : identity }),
      })),
    }));
  }

  #read(): Map<string, Granted> {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
      throw error;
    }
    const apps = grantedOf(text);
    if (apps === undefined) throw new Error(`the grants in ${this.#file} can't be read: mend the file, or remove it to begin anew`);
    return apps;
  }

  /** Read again before: another app may have been granted something meanwhile. */
  #change(change: (now: Granted) => Granted): void {
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const release = holdFile(`${this.#file}.lock`);
    try {
      const all = this.#read();
      const next = change(all.get(this.#app) ?? NOTHING);
      this.#write(all.set(this.#app, next));
      this.#now = next;
    } finally {
      release();
    }
  }

  #write(all: ReadonlyMap<string, Granted>): void {
    const beside = `${this.#file}.new`;
    const handle = openSync(beside, "w", 0o600);
    try {
      writeFileSync(handle, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, this.#file);
  }
}

/** By the path of the document. `undefined`: that is no file of grants. */
function grantedOf(text: string): Map<string, Granted> | undefined {
  let apps: unknown;
  try {
    apps = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(apps) || !Object.values(apps).every(isGranted)) return undefined;
  return new Map(Object.entries(apps) as [string, Granted][]);
}

function isGranted(value: unknown): boolean {
  if (!isObject(value) || typeof value.own !== "boolean" || !Array.isArray(value.grants)) return false;
  const { own, grants } = value;
  return grants.every(
    (grant) => isObject(grant) && typeof grant.part === "string" && typeof grant.ask === "string" && (own || typeof grant.identity === "string"),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function defaultFile(): string {
  const { platform, env } = process;
  if (platform === "win32") return path.join(env.APPDATA ?? homedir(), "tenon", "grants.json");
  if (platform === "darwin") return path.join(homedir(), "Library", "Application Support", "tenon", "grants.json");
  return path.join(env.XDG_CONFIG_HOME ?? path.join(homedir(), ".config"), "tenon", "grants.json");
}

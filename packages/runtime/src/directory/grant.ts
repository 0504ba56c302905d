/**
 * What a `Directory` gives to the handles that guests have through it: whether they may write, how much, how many there may be, and for
 * how long. A grant that is derived from another gives no more than that.
 */
import { ComponentError } from "@tenon/engine";
import { Authority } from "../capability/authority.ts";
import type { Later } from "../capability/later.ts";
import { MAX_OPEN_HANDLES } from "../limits.ts";
import { FileError } from "./file-error.ts";
import { HashKey } from "./metadata-hash.ts";

/** A handle or stream: ended by its holder, or by the revocation of its grant. */
export interface Held {
  /** The grant is revoked. */
  end(): void;
}

/** What may be used in all by those who use it through one directory. */
export interface DirectoryLimits {
  /** How many bytes may be written: also what is overwritten counts, and what files grow by without being written. */
  readonly bytes?: number;
  /** How many files, directories and streams on files may be open at one time. */
  readonly handles?: number;
}

export class Grant {
  readonly authority: Authority;
  readonly mayWrite: boolean;
  readonly hashKey: HashKey;
  readonly #parent: Grant | undefined;
  readonly #held = new Set<Held>();
  readonly #maxHandles: number;
  #handles = 0;
  #bytesLeft: number;

  constructor(name: string, mayWrite: boolean, { handles, bytes = Number.POSITIVE_INFINITY }: DirectoryLimits, parent?: Grant) {
    this.authority = new Authority(name, parent?.authority);
    this.mayWrite = mayWrite && (parent === undefined || parent.mayWrite);
    this.hashKey = parent?.hashKey ?? new HashKey();
    this.#parent = parent;
    this.#maxHandles = checkLimit(handles ?? MAX_OPEN_HANDLES, "handles");
    this.#bytesLeft = checkLimit(bytes, "bytes");
    this.authority.onRevoked(() => {
      for (const held of [...this.#held]) held.end();
    });
  }

  /** Whether this is `other`, or derived from it. */
  derivesFrom(other: Grant): boolean {
    return this === other || (this.#parent?.derivesFrom(other) ?? false);
  }

  /** @throws FileError once it is revoked. */
  check(): void {
    if (this.authority.revoked) throw new FileError("not-permitted");
  }

  /** Goes on with a value when it is there: at once, if it is; not at all, if it comes after the revocation. */
  after<T, R>(value: Later<T>, act: (value: T) => Later<R>): Later<R> {
    if (!(value instanceof Promise)) return act(value);
    return value.then((later) => {
      this.check();
      return act(later);
    });
  }

  /** @throws FileError if nothing may be written. */
  checkWrite(): void {
    if (!this.mayWrite) throw new FileError("not-permitted");
  }

  /** Before anything is opened. @throws FileError if there are too many handles. */
  checkRoom(): void {
    for (let grant: Grant | undefined = this; grant !== undefined; grant = grant.#parent) {
      if (grant.#handles >= grant.#maxHandles) throw new FileError("quota");
    }
  }

  /** @throws FileError once it is revoked, and if there are too many handles. */
  hold(held: Held): void {
    this.check();
    this.checkRoom();
    this.#held.add(held);
    for (let grant: Grant | undefined = this; grant !== undefined; grant = grant.#parent) grant.#handles++;
  }

  /** A second time does nothing. */
  release(held: Held): void {
    if (!this.#held.delete(held)) return;
    for (let grant: Grant | undefined = this; grant !== undefined; grant = grant.#parent) grant.#handles--;
  }

  /** Whether there is a limit on what is written. */
  get counts(): boolean {
    return this.#bytesLeft !== Number.POSITIVE_INFINITY || (this.#parent?.counts ?? false);
  }

  /** Takes up to that many of the bytes that may be written, at least `least`, and says how many. @throws FileError if there are not so many. */
  spend(bytes: number, least: number): number {
    let spent = bytes;
    for (let grant: Grant | undefined = this; grant !== undefined; grant = grant.#parent) spent = Math.min(spent, grant.#bytesLeft);
    if (spent < least) throw new FileError("quota");
    this.#take(spent);
    return spent;
  }

  /** Gives back what was taken and not used. */
  giveBack(bytes: number): void {
    this.#take(-bytes);
  }

  #take(bytes: number): void {
    for (let grant: Grant | undefined = this; grant !== undefined; grant = grant.#parent) grant.#bytesLeft -= bytes;
  }
}

/** A limit that its owner wrote: what is no number would limit nothing. @throws ComponentError */
export function checkLimit(limit: number, noun: string): number {
  if (limit >= 0) return limit;
  throw new ComponentError("grant/denied", `a directory can't be limited to ${limit} ${noun}`);
}

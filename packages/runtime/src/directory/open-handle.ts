import type { Authority } from "../capability/authority.ts";
import { after, type Later } from "../capability/later.ts";
import { FileError } from "./file-error.ts";
import type { Grant, Held } from "./grant.ts";
import type { Handle, NewTime, Rights, Stat } from "./handle.ts";

const SECONDS = 1_000_000_000n;
/** What a platform can be asked for: 64 bits of seconds. */
const MAX_TIME = (2n ** 63n - 1n) * SECONDS;

/** The part of a node that files and directories share. */
interface Node {
  stat(): Later<Stat>;
  setTimes(accessed: NewTime, modified: NewTime): Later<void>;
  sync(dataOnly: boolean): Later<void>;
}

/** What files and directories have in common as handles: every use is checked before it begins, and once more when its answer comes later. */
export abstract class OpenHandle implements Held {
  abstract readonly rights: Rights;
  protected readonly grant: Grant;
  /** The path as the guest gave it, for audits. */
  protected readonly target: string;
  readonly #node: Node;
  #closed = false;

  constructor(node: Node, grant: Grant, target: string) {
    this.#node = node;
    this.grant = grant;
    this.target = target;
    grant.hold(this);
  }

  get authority(): Authority {
    return this.grant.authority;
  }

  stat(): Later<Stat> {
    return this.use("stat", this.target, () => this.#node.stat());
  }

  setTimes(accessed: NewTime, modified: NewTime): Later<void> {
    return this.use("set-times", this.target, () => {
      this.grant.checkWrite();
      checkTimes(accessed, modified);
      return this.#node.setTimes(accessed, modified);
    });
  }

  /** Where nothing may be written, nothing is there to write back. */
  sync(dataOnly: boolean): Later<void> {
    return this.use(dataOnly ? "sync-data" : "sync", this.target, () => (this.grant.mayWrite ? this.#node.sync(dataOnly) : undefined));
  }

  isSameObject(other: Handle): Later<boolean> {
    return this.use("is-same-object", this.target, () => after(this.#node.stat(), (own) => after(other.stat(), (its) => isSame(own, its))));
  }

  metadataHash(): Later<readonly [lower: bigint, upper: bigint]> {
    return this.use("metadata-hash", this.target, () => after(this.#node.stat(), (stat) => this.grant.hashKey.hash(stat)));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.grant.release(this);
    this.letGo();
  }

  end(): void {
    this.close();
  }

  /** Does something, if it may be done, and tells the audit how it went. */
  protected use<T>(operation: string, target: string, act: () => Later<T>): Later<T> {
    const { authority } = this.grant;
    if (authority.audited) return this.#told(operation, target, () => this.checked(act));
    return this.checked(act);
  }

  /** Does something, if it may be done. */
  protected checked<T>(act: () => Later<T>): Later<T> {
    this.grant.check();
    if (this.#closed) throw new FileError("bad-descriptor");
    const result = act();
    return result instanceof Promise ? this.#later(result) : result;
  }

  protected abstract letGo(): void;

  async #later<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } finally {
      // Whatever came of it: a file was closed under it, a handle that it gives has ended.
      this.grant.check();
    }
  }

  #told<T>(operation: string, target: string, act: () => Later<T>): Later<T> {
    const { authority } = this.grant;
    const fail = (error: unknown): never => {
      authority.used(operation, target, error instanceof FileError ? error.code : "failed");
      throw error;
    };
    const tell = (value: T): T => {
      authority.used(operation, target, "ok");
      return value;
    };
    let result: Later<T>;
    try {
      result = act();
    } catch (error) {
      return fail(error);
    }
    return result instanceof Promise ? result.then(tell, fail) : tell(result);
  }
}

export function checkTimes(...times: readonly NewTime[]): void {
  for (const time of times) if (typeof time === "bigint" && (time > MAX_TIME || time < -MAX_TIME)) throw new FileError("overflow");
}

function isSame(one: Stat, other: Stat): boolean {
  return one.identity.device === other.identity.device && one.identity.file === other.identity.file;
}

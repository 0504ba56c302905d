/**
 * What every capability has in common: the leave to use it, which its owner can end. Handles that a guest derives from a capability (an
 * opened file, a socket, a stream in flight) ask the same authority, or one derived from it, before each use.
 */
import { Trap, TrapCode } from "@tenon/engine";

/** One use of a capability, as its audit is told. */
export interface Use {
  /** The capability, as its owner named it: `directory ./data`. */
  readonly capability: string;
  /** In the words of WASI: `open-at`, `start-connect`, `handle`. */
  readonly operation: string;
  /** What it was about: a path as the guest gave it, an address, a URL without credentials. */
  readonly target: string;
  /** `ok`, or the error case that the guest got. */
  readonly outcome: string;
}

export type Audit = (use: Use) => void;

export class Authority {
  /** As its owner knows it; never told to a guest but in the words of a trap. */
  readonly name: string;
  readonly #parent: Authority | undefined;
  readonly #whenRevoked = new Set<() => void>();
  #revoked = false;
  #audit: Audit | undefined;

  constructor(name: string, parent?: Authority) {
    this.name = name;
    this.#parent = parent;
    parent?.onRevoked(() => this.revoke());
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  /** Ends every use, also of what was derived. Calling it again does nothing. */
  revoke(): void {
    if (this.#revoked) return;
    this.#revoked = true;
    for (const act of this.#whenRevoked) act();
    this.#whenRevoked.clear();
  }

  /** Calls `act` at the revocation, at once if it has been: for whatever waits or is under way. The function returned forgets it. */
  onRevoked(act: () => void): () => void {
    if (this.#revoked) {
      act();
      return () => {};
    }
    const entry = () => act();
    this.#whenRevoked.add(entry);
    return () => {
      this.#whenRevoked.delete(entry);
    };
  }

  /** For functions whose type has no error case. @throws Trap that names the capability, once it is revoked. */
  check(operation: string): void {
    if (this.#revoked) throw new Trap(TrapCode.HostThrew, `\`${operation}\`: the capability \`${this.name}\` has been revoked`);
  }

  /** One use of such a function. @throws Trap as `check` */
  use(operation: string, target: string): void {
    if (this.audited) this.used(operation, target, this.#revoked ? "trap" : "ok");
    this.check(operation);
  }

  /** Tells `audit` of every use from now on, also of what was derived; `undefined`: nobody. */
  set audit(audit: Audit | undefined) {
    this.#audit = audit;
  }

  /** Whether anybody listens: nothing is put into words for nobody. */
  get audited(): boolean {
    return this.#audit !== undefined || this.#parent?.audited === true;
  }

  /** Tells of one use. */
  used(operation: string, target: string, outcome: string): void {
    this.#audit?.({ capability: this.name, operation, target, outcome });
    this.#parent?.used(operation, target, outcome);
  }
}

import type { Authority } from "../../capability/authority.ts";
import type { Closeable, OpenHandles } from "../../capability/open-handles.ts";
import { FileError } from "../../directory/file-error.ts";
import type { FileType } from "../../directory/handle.ts";

export interface Entry {
  readonly type: FileType;
  readonly name: string;
}

/** A directory as it was when it was listed, of which a guest takes one entry after another. */
export class Listing {
  readonly #entries: readonly Entry[];
  readonly #authority: Authority;
  readonly #open: OpenHandles;
  readonly #kept: Closeable;
  #next = 0;

  /** @throws FileError if guests have listed too much. */
  constructor(entries: readonly Entry[], authority: Authority, open: OpenHandles) {
    this.#entries = entries;
    this.#authority = authority;
    this.#open = open;
    this.#kept = open.keepNames(this, entries.length);
  }

  /** `undefined`: there are no more. @throws FileError once the directory is revoked. */
  take(): Entry | undefined {
    if (this.#authority.revoked) throw new FileError("not-permitted");
    return this.#entries[this.#next++];
  }

  /** A second time does nothing. */
  close(): void {
    this.#open.close(this.#kept);
  }
}

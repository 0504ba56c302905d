import { after, type Later } from "../capability/later.ts";
import { FileError } from "./file-error.ts";
import type { Grant } from "./grant.ts";
import type { FileNode } from "./node.ts";

const MAX_POSITION = 2n ** 63n - 1n;
/** Beyond, a number is no position any more; no file is so long. */
export const MAX_SAFE_POSITION: bigint = BigInt(Number.MAX_SAFE_INTEGER);

/** @throws FileError for what no platform takes as a position. */
export function checkPosition(position: bigint): void {
  if (position > MAX_POSITION || position < 0n) throw new FileError("invalid");
}

/** The position for something that makes a file at least so long. @throws FileError */
export function writePosition(position: bigint): number {
  checkPosition(position);
  if (position > MAX_SAFE_POSITION) throw new FileError("file-too-large");
  return Number(position);
}

/**
 * An open file, which a handle and streams have in common: it is closed when the last of them lets it go, as all do at the revocation. What is written
 * is counted here.
 */
export class SharedFile {
  readonly grant: Grant;
  readonly #node: FileNode;
  #users = 1;

  /** Takes the node over, for one user. */
  constructor(node: FileNode, grant: Grant) {
    this.#node = node;
    this.grant = grant;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.#node.close();
  }

  read(into: Uint8Array<ArrayBuffer>, position: number): Later<number> {
    return this.#node.read(into, position);
  }

  /** How many of the bytes were written, at least one if there are any. */
  write(bytes: Uint8Array, position: number): Later<number> {
    if (position + bytes.length > Number.MAX_SAFE_INTEGER) throw new FileError("file-too-large");
    if (!this.grant.counts || bytes.length === 0) return this.#node.write(bytes, position);
    return this.grant.after(this.#node.stat(), ({ size }) => {
      const gap = Math.max(0, position - Number(size));
      return this.#counted(bytes, gap, (part) => this.#node.write(part, position));
    });
  }

  append(bytes: Uint8Array): Later<number> {
    if (!this.grant.counts || bytes.length === 0) return this.#node.append(bytes);
    return this.#counted(bytes, 0, (part) => this.#node.append(part));
  }

  setSize(size: number): Later<void> {
    if (!this.grant.counts) return this.#node.setSize(size);
    return this.grant.after(this.#node.stat(), ({ size: old }) => {
      const growth = Math.max(0, size - Number(old));
      this.grant.spend(growth, growth);
      return undoing(
        () => this.#node.setSize(size),
        () => this.grant.giveBack(growth),
      );
    });
  }

  /** Writes as many of the bytes as the grant has left, `gap` and one at least. */
  #counted(bytes: Uint8Array, gap: number, write: (part: Uint8Array) => Later<number>): Later<number> {
    const room = this.grant.spend(gap + bytes.length, gap + 1);
    const written = undoing(
      () => write(bytes.subarray(0, room - gap)),
      () => this.grant.giveBack(room),
    );
    return after(written, (count) => {
      this.grant.giveBack(room - gap - count);
      return count;
    });
  }
}

/** Does something, and `undo` if it fails. */
function undoing<T>(act: () => Later<T>, undo: () => void): Later<T> {
  const fail = (error: unknown): never => {
    undo();
    throw error;
  };
  try {
    const result = act();
    return result instanceof Promise ? result.catch(fail) : result;
  } catch (error) {
    return fail(error);
  }
}

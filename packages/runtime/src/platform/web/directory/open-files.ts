import { AccessContent, type SyncAccessHandle } from "./access-content.ts";
import { nameOf } from "./dom-error.ts";
import type { FileContent } from "./file-content.ts";
import { StreamContent } from "./stream-content.ts";

interface Shared {
  readonly content: Promise<FileContent>;
  users: number;
}

/** What the nodes of one root share: a browser lets a file have one writer only, so all who open it get the same. */
export class OpenFiles {
  /** Tells this root from others. */
  readonly device: bigint = crypto.getRandomValues(new BigUint64Array(1))[0]!;
  readonly #shared = new Map<string, Shared>();
  readonly #closing = new Map<string, Promise<void>>();
  readonly #numbers = new Map<string, bigint>();
  #nextNumber = 1n;

  /** The content of the file of that path, and a use of it, which `release` ends. */
  async acquire(path: string, handle: FileSystemFileHandle): Promise<FileContent> {
    await this.#closing.get(path);
    let shared = this.#shared.get(path);
    if (shared === undefined) {
      shared = { content: openContent(handle), users: 0 };
      this.#shared.set(path, shared);
    }
    shared.users += 1;
    try {
      return await shared.content;
    } catch (error) {
      this.#shared.delete(path);
      throw error;
    }
  }

  release(path: string): void {
    const shared = this.#shared.get(path);
    if (shared === undefined || --shared.users > 0) return;
    this.#shared.delete(path);
    const closed = shared.content.then((content) => content.close()).catch(() => {});
    this.#closing.set(path, closed);
    closed.then(() => this.#closing.get(path) === closed && this.#closing.delete(path));
  }

  /** Of a file that is open; after what was closed before is settled. */
  async contentOf(path: string): Promise<FileContent | undefined> {
    await this.#closing.get(path);
    return this.#shared.get(path)?.content;
  }

  /** Whether the file, or one in the directory, of that path is open. */
  isOpen(path: string): boolean {
    for (const each of this.#shared.keys()) if (each === path || each.startsWith(`${path}/`)) return true;
    return false;
  }

  /** A number for what has that path: the browser gives none. */
  numberOf(path: string): bigint {
    let number = this.#numbers.get(path);
    if (number === undefined) this.#numbers.set(path, (number = this.#nextNumber++));
    return number;
  }

  /** What had that path is gone. */
  forget(path: string): void {
    this.#numbers.delete(path);
  }

  /** What had one path has the other. */
  renamed(from: string, to: string): void {
    for (const [path, number] of [...this.#numbers]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#numbers.delete(path);
      this.#numbers.set(`${to}${path.slice(from.length)}`, number);
    }
  }
}

async function openContent(handle: FileSystemFileHandle): Promise<FileContent> {
  const { createSyncAccessHandle: create } = handle as FileSystemFileHandle & { createSyncAccessHandle?(): Promise<SyncAccessHandle> };
  if (create === undefined) return new StreamContent(handle);
  try {
    return new AccessContent(await create.call(handle));
  } catch (error) {
    // What was not made by `navigator.storage` has no such handles.
    if (nameOf(error) === "InvalidStateError" || nameOf(error) === "NotSupportedError") return new StreamContent(handle);
    throw error;
  }
}

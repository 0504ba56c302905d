/**
 * Directories that a walk has passed, kept open for the next: most walks go where others went, and to ask whether a directory still is
 * where it was takes a third of the time that going there takes. Whoever walks gets no further by it: it is a directory that was come to by
 * steps from the same starting point, and could have been held open all the while.
 */
import { readlinkSync } from "node:fs";
import { MAX_KEPT_DIRECTORIES } from "../../../limits.ts";
import { closeQuietly } from "./descriptor-file.ts";

interface Kept {
  readonly fd: number;
  readonly device: number;
}

/** Those of one root, whatever the starting points. */
export class KeptDirectories {
  /** The folder of the descriptors of this process, with `/` behind it. */
  readonly descriptors: string;
  /** The one that was used last comes last. */
  readonly #kept = new Map<string, Kept>();

  constructor(descriptors: string) {
    this.descriptors = descriptors;
  }

  /** Takes the descriptor over. */
  put(key: string, kept: Kept): void {
    // Two walks that were under way at one time.
    const other = this.take(key);
    if (other !== undefined) closeQuietly(other.fd);
    this.#kept.set(key, kept);
    if (this.#kept.size <= MAX_KEPT_DIRECTORIES) return;
    const [oldest] = this.#kept.keys();
    closeQuietly(this.take(oldest!)!.fd);
  }

  /** Gives the descriptor away. */
  take(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    return kept;
  }

  /** Closes all whose key begins so. */
  close(start: string): void {
    for (const [key, { fd }] of this.#kept) {
      if (!key.startsWith(start)) continue;
      this.#kept.delete(key);
      closeQuietly(fd);
    }
  }
}

/** A directory that walks set out from, while it is open. */
export class StartingPoint {
  readonly #all: KeptDirectories;
  readonly #itself: string;
  /** Where it was when that was last asked, with `/` behind it. */
  #place: string | undefined;
  #open = true;

  /** @param itself its descriptor as a path */
  constructor(all: KeptDirectories, itself: string) {
    this.#all = all;
    this.#itself = itself;
  }

  /** Takes over the descriptor of the directory that was at this path. */
  keep(path: string, fd: number, device: number): void {
    // So the kernel marks the path of what is removed.
    if (!this.#open || path.endsWith(" (deleted)")) closeQuietly(fd);
    else this.#all.put(this.#keyOf(path), { fd, device });
  }

  /** Gives the descriptor of what is at this path now, if it is at hand. */
  take(path: string): Kept | undefined {
    const kept = this.#all.take(this.#keyOf(path));
    if (kept === undefined) return undefined;
    if (this.#isAt(kept.fd, path)) return kept;
    closeQuietly(kept.fd);
    return undefined;
  }

  close(): void {
    this.#open = false;
    this.#all.close(`${this.#itself}/`);
  }

  #keyOf(path: string): string {
    return `${this.#itself}/${path}`;
  }

  #isAt(fd: number, path: string): boolean {
    const place = readlinkSync(`${this.#all.descriptors}${fd}`);
    if (this.#place !== undefined && place === this.#place + path) return true;
    // The starting point may have been moved as a whole.
    const own = readlinkSync(this.#itself);
    this.#place = own === "/" ? own : `${own}/`;
    return place === this.#place + path;
  }
}

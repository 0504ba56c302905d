/**
 * The one walker of paths, for all backends. It goes from open directory to open directory, one name at a time, and keeps those on the
 * way open: `..` goes back to the one before, wherever that is by now, and not beyond the directory it set out from. Symbolic links are
 * read and expanded here. So nothing that changes meanwhile leads out: a name is only ever looked up in a directory that is open.
 *
 * Answers at once where the backend does. Closes all that it opened, on failure too.
 */
import type { Authority } from "../capability/authority.ts";
import type { Later } from "../capability/later.ts";
import { MAX_LINKS } from "../limits.ts";
import { FileError } from "./file-error.ts";
import type { DirectoryNode } from "./node.ts";
import { checkName, checkPath } from "./path.ts";

/** Said by an ending: what the path ends with is a link, and this is where it leads. */
export class LinkTarget {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

/** What is done at the end of a path. The directory is open until that is done. */
export interface Ending<R> {
  /** The path ends with a name. `slash`: with `/` behind it, which only a directory may have. */
  at(directory: DirectoryNode, name: string, slash: boolean): Later<R | LinkTarget>;
  /** The path ends with `.` or `..`: it is this directory. */
  here(directory: DirectoryNode): Later<R>;
}

/** Goes from `root` to the end of the path. Not a step is taken once `authority` is revoked. */
export function walk<R>(root: DirectoryNode, authority: Authority, path: string, ending: Ending<R>): Later<R> {
  checkPath(path);
  return new Walk(root, authority, path, ending).run();
}

const SLASH = 0x2f;

class Walk<R> {
  readonly #root: DirectoryNode;
  readonly #authority: Authority;
  readonly #ending: Ending<R>;
  /** What is still to be walked begins at `#position` of this. */
  #path: string;
  #position = 0;
  /** The directories that were entered, outermost first. */
  #entered: DirectoryNode[] | undefined;
  #links = 0;
  /** Where in `#path` the names end that the backend knew the way of: none of the directories on it was entered. */
  #known = 0;

  constructor(root: DirectoryNode, authority: Authority, path: string, ending: Ending<R>) {
    this.#root = root;
    this.#authority = authority;
    this.#path = path;
    this.#ending = ending;
  }

  run(): Later<R> {
    let result: Later<R>;
    try {
      this.#jump();
      result = this.#go();
    } catch (error) {
      this.#closeAll();
      throw error;
    }
    if (result instanceof Promise) return result.finally(() => this.#closeAll());
    this.#closeAll();
    return result;
  }

  #go(): Later<R> {
    for (;;) {
      if (this.#authority.revoked) throw new FileError("not-permitted");
      const path = this.#path;
      const start = skipSlashes(path, this.#position);
      if (start === path.length) return this.#ending.here(this.#directory);
      const slash = path.indexOf("/", start);
      const end = slash === -1 ? path.length : slash;
      const next = skipSlashes(path, end);
      this.#position = next;
      const name = path.slice(start, end);
      if (name === ".") continue;
      if (name === "..") {
        this.#leave();
        continue;
      }
      checkName(name);
      const directory = this.#directory;
      if (next < path.length) {
        const entered = directory.enter(name);
        if (entered instanceof Promise) return entered.then((later) => this.#enter(later, end).#go());
        this.#enter(entered, end);
      } else {
        const result = this.#ending.at(directory, name, end < path.length);
        if (result instanceof Promise) return result.then((later) => (later instanceof LinkTarget ? this.#expand(later.path, end).#go() : later));
        if (!(result instanceof LinkTarget)) return result;
        this.#expand(result.path, end);
      }
    }
  }

  /** To the directory of the last name, if the backend has it at hand. */
  #jump(): void {
    const end = this.#path.lastIndexOf("/");
    if (this.#root.known === undefined || end === -1 || end === this.#path.length - 1) return;
    const known = this.#root.known(this.#path.slice(0, end));
    if (known === undefined) return;
    this.#entered = [known];
    this.#position = this.#known = end;
  }

  get #directory(): DirectoryNode {
    return this.#entered?.at(-1) ?? this.#root;
  }

  #enter(entered: DirectoryNode | string, end: number): this {
    if (typeof entered === "string") return this.#expand(entered, end);
    this.#entered ??= [];
    this.#entered.push(entered);
    return this;
  }

  #leave(): void {
    if (this.#known > 0) {
      this.#goBack();
      return;
    }
    const left = this.#entered?.pop();
    if (left === undefined) throw new FileError("not-permitted");
    left.close();
  }

  /** Goes on with the target of a link in place of the name that ends at `end`. */
  #expand(target: string, end: number): this {
    if (++this.#links > MAX_LINKS) throw new FileError("loop");
    checkPath(target);
    const way = this.#path.slice(0, this.#known === 0 ? 0 : this.#known + 1);
    this.#path = way + target + this.#path.slice(end);
    this.#goBack();
    return this;
  }

  /** To the beginning of `#path`; by steps, if it was known. */
  #goBack(): void {
    this.#position = 0;
    if (this.#known === 0) return;
    this.#known = 0;
    this.#closeAll();
  }

  #closeAll(): void {
    const entered = this.#entered;
    if (entered !== undefined) for (let index = entered.length - 1; index >= 0; index--) entered[index]!.close();
    this.#entered = undefined;
  }
}

function skipSlashes(path: string, from: number): number {
  let position = from;
  while (path.charCodeAt(position) === SLASH) position++;
  return position;
}

/** What is done at the end of a path, for each operation: where a link is followed, what a slash means, and what `.` is answered. */
import { after, type Later } from "../capability/later.ts";
import { FileError, type FileErrorCode } from "./file-error.ts";
import type { Grant } from "./grant.ts";
import type { OpenFlags } from "./handle.ts";
import type { DirectoryNode, FileNode, Opening, Stat } from "./node.ts";
import { type Ending, LinkTarget } from "./walk.ts";

type NameAct<R> = (directory: DirectoryNode, name: string, slash: boolean) => Later<R>;

/** For what is done to a name, and never to what a link of that name leads to. `here` is the error for `.` and `..`. */
export function onName<R>(grant: Grant, here: FileErrorCode, act: NameAct<R>): Ending<R> {
  return new NameEnding(grant, here, true, act);
}

/** The same for what makes a directory of that name, whether or not there is a slash behind it. */
export function onNewDirectory<R>(grant: Grant, here: FileErrorCode, act: NameAct<R>): Ending<R> {
  return new NameEnding(grant, here, false, act);
}

class NameEnding<R> implements Ending<R> {
  readonly #grant: Grant;
  readonly #here: FileErrorCode;
  readonly #slashNeedsDirectory: boolean;
  readonly #act: NameAct<R>;
  #followed = false;

  constructor(grant: Grant, here: FileErrorCode, slashNeedsDirectory: boolean, act: NameAct<R>) {
    this.#grant = grant;
    this.#here = here;
    this.#slashNeedsDirectory = slashNeedsDirectory;
    this.#act = act;
  }

  at(directory: DirectoryNode, name: string, slash: boolean): Later<R | LinkTarget> {
    if (this.#followed) throw new FileError("not-directory");
    if (!slash || !this.#slashNeedsDirectory) return this.#act(directory, name, slash);
    return this.#grant.after(directory.statOf(name), ({ type }) => {
      if (type === "directory") return this.#act(directory, name, slash);
      if (type !== "symbolic-link") throw new FileError("not-directory");
      // A link is no directory, but one that leads out is to be refused as such.
      this.#followed = true;
      return after(directory.readLink(name), (target) => new LinkTarget(target));
    });
  }

  here(_directory: DirectoryNode): Later<R> {
    throw new FileError(this.#followed ? "not-directory" : this.#here);
  }
}

/** For what is done to the node that a path leads to, without opening it. */
export function onNode<R>(
  grant: Grant,
  followLast: boolean,
  at: (directory: DirectoryNode, name: string, stat: Stat) => Later<R>,
  here: (directory: DirectoryNode) => Later<R>,
): Ending<R> {
  return {
    at: (directory, name, slash) =>
      grant.after(directory.statOf(name), (stat): Later<R | LinkTarget> => {
        if (stat.type === "symbolic-link" && (followLast || slash)) return after(directory.readLink(name), (target) => new LinkTarget(target));
        if (slash && stat.type !== "directory") throw new FileError("not-directory");
        return at(directory, name, stat);
      }),
    here,
  };
}

/** Opens what a path leads to. The node is the caller's. */
export function opening(followLast: boolean, { directory: wantsDirectory }: OpenFlags, how: Opening): Ending<FileNode | DirectoryNode> {
  const follow = <T>(opened: T | string, slash: boolean): T | LinkTarget => {
    if (typeof opened !== "string") return opened;
    if (!followLast && !slash) throw new FileError("loop");
    return new LinkTarget(opened);
  };
  return {
    at(directory, name, slash) {
      if (!slash && !wantsDirectory) {
        const opened = directory.open(name, how);
        return opened instanceof Promise ? opened.then((later) => follow(later, slash)) : follow(opened, slash);
      }
      // No file is made with a slash behind its name.
      if (how.create) throw new FileError("is-directory");
      return after(directory.enter(name), (entered) => follow(notToWrite(entered, how), slash));
    },
    here(directory) {
      if (how.create && how.exclusive) throw new FileError("exist");
      if (how.create || how.write) throw new FileError("is-directory");
      return directory.reopen();
    },
  };
}

function notToWrite(entered: DirectoryNode | string, { write }: Opening): DirectoryNode | string {
  if (!write || typeof entered === "string") return entered;
  entered.close();
  throw new FileError("is-directory");
}

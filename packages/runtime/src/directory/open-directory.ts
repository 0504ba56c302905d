import { after, type Later } from "../capability/later.ts";
import { MAX_PATH_BYTES } from "../limits.ts";
import { onName, onNewDirectory, onNode, opening } from "./endings.ts";
import { FileError } from "./file-error.ts";
import type { Grant } from "./grant.ts";
import type { DirectoryHandle, Handle, OpenFlags, Rights } from "./handle.ts";
import type { DirectoryNode, FileNode, FileType, NewTime, Opening, Stat } from "./node.ts";
import { OpenFile } from "./open-file.ts";
import { checkTimes, OpenHandle } from "./open-handle.ts";
import { checkPath } from "./path.ts";
import { type Ending, walk } from "./walk.ts";

/**
 * A guest's handle of a directory. What may be done in it is the affair of its grant alone: `rights` are what the guest asked for, and
 * `mutate` among them binds nobody, since no other host heeds it and guests of preview 1 have no way to ask for it.
 */
export class OpenDirectory extends OpenHandle implements DirectoryHandle {
  readonly kind = "directory";
  readonly rights: Rights;
  readonly #node: DirectoryNode;

  /** Takes the node over, if it does not throw. */
  constructor(node: DirectoryNode, rights: Rights, grant: Grant, target: string) {
    super(node, grant, target);
    this.rights = rights;
    this.#node = node;
  }

  list(): Later<readonly { readonly name: string; readonly type: FileType }[]> {
    return this.use("read-directory", this.target, () => this.#node.list());
  }

  openAt(path: string, followLast: boolean, flags: OpenFlags, wanted: Rights): Later<Handle> {
    return this.use("open-at", this.#pathOf(path), () => {
      const how = openingFor(flags, wanted);
      if (how.write) this.grant.checkWrite();
      this.grant.checkRoom();
      return after(this.#walk(path, opening(followLast, flags, how)), (node) => this.#admit(node, path, how, wanted));
    });
  }

  statAt(path: string, followLast: boolean): Later<Stat> {
    return this.use("stat-at", this.#pathOf(path), () => this.#stat(path, followLast));
  }

  setTimesAt(path: string, followLast: boolean, accessed: NewTime, modified: NewTime): Later<void> {
    return this.#change("set-times-at", path, () => {
      checkTimes(accessed, modified);
      return onNode<void>(
        this.grant,
        followLast,
        (directory, name) => directory.setTimesOf(name, accessed, modified),
        (directory) => directory.setTimes(accessed, modified),
      );
    });
  }

  metadataHashAt(path: string, followLast: boolean): Later<readonly [lower: bigint, upper: bigint]> {
    return this.use("metadata-hash-at", this.#pathOf(path), () => after(this.#stat(path, followLast), (stat) => this.grant.hashKey.hash(stat)));
  }

  createDirectoryAt(path: string): Later<void> {
    return this.#change("create-directory-at", path, () => onNewDirectory(this.grant, "exist", (directory, name) => directory.makeDirectory(name)));
  }

  removeDirectoryAt(path: string): Later<void> {
    return this.#change("remove-directory-at", path, () => onName(this.grant, "invalid", (directory, name) => directory.removeDirectory(name)));
  }

  unlinkFileAt(path: string): Later<void> {
    return this.#change("unlink-file-at", path, () => onName(this.grant, "is-directory", (directory, name) => directory.unlink(name)));
  }

  readLinkAt(path: string): Later<string> {
    return this.use("readlink-at", this.#pathOf(path), () => {
      const target = this.#walk(
        path,
        onName(this.grant, "invalid", (directory, name) => directory.readLink(name)),
      );
      return after(target, (text) => {
        if (text.startsWith("/")) throw new FileError("not-permitted");
        return text;
      });
    });
  }

  symlinkAt(target: string, path: string): Later<void> {
    return this.#change("symlink-at", path, () => {
      checkPath(target);
      return onName(this.grant, "exist", (directory, name) => directory.makeSymlink(name, target));
    });
  }

  linkAt(path: string, followLast: boolean, to: DirectoryHandle, newPath: string): Later<void> {
    return this.#change("link-at", path, () => {
      const destination = this.#beside(to);
      // As elsewhere: the link would be to what another may have put there.
      if (followLast) throw new FileError("invalid");
      return onName(this.grant, "not-permitted", (directory, name) =>
        destination.#receive(
          newPath,
          onName(destination.grant, "exist", (newDirectory, newName) => {
            this.grant.check();
            return directory.link(name, newDirectory, newName);
          }),
        ),
      );
    });
  }

  renameAt(path: string, to: DirectoryHandle, newPath: string): Later<void> {
    return this.#change("rename-at", path, () => {
      const destination = this.#beside(to);
      return onName(this.grant, "busy", (directory, name) =>
        destination.#receive(
          newPath,
          onNewDirectory(destination.grant, "busy", (newDirectory, newName, slash) => {
            this.grant.check();
            if (!slash) return directory.rename(name, newDirectory, newName);
            return this.grant.after(directory.statOf(name), ({ type }) => {
              if (type !== "directory") throw new FileError("not-directory");
              destination.grant.check();
              return directory.rename(name, newDirectory, newName);
            });
          }),
        ),
      );
    });
  }

  protected letGo(): void {
    this.#node.close();
  }

  #walk<R>(path: string, ending: Ending<R>): Later<R> {
    return walk(this.#node, this.grant.authority, path, ending);
  }

  #change(operation: string, path: string, ending: () => Ending<void>): Later<void> {
    return this.use(operation, this.#pathOf(path), () => {
      this.grant.checkWrite();
      return this.#walk(path, ending());
    });
  }

  /** Goes to where a link or a file is to come. */
  #receive(path: string, ending: Ending<void>): Later<void> {
    return this.checked(() => this.#walk(path, ending));
  }

  #stat(path: string, followLast: boolean): Later<Stat> {
    return this.#walk(
      path,
      onNode<Stat>(
        this.grant,
        followLast,
        (_directory, _name, stat) => stat,
        (directory) => directory.stat(),
      ),
    );
  }

  #admit(node: FileNode | DirectoryNode, path: string, how: Opening, wanted: Rights): Handle {
    const target = this.#pathOf(path);
    try {
      if (node.kind === "file") return new OpenFile(node, { read: how.read, write: how.write, mutate: false }, this.grant, target);
      return new OpenDirectory(node, { read: true, write: false, mutate: wanted.mutate && this.grant.mayWrite }, this.grant, target);
    } catch (error) {
      node.close();
      throw error;
    }
  }

  /**
   * The directory that a link or a file goes to. What gets a name there can be used by its grant: so that must be one that could reach it
   * before, as the other was made of it, or that ends with the other and allows no more.
   */
  #beside(to: DirectoryHandle): OpenDirectory {
    const destination: unknown = to;
    if (!(destination instanceof OpenDirectory)) throw new FileError("cross-device");
    destination.grant.checkWrite();
    if (!destination.grant.derivesFrom(this.grant) && !this.grant.derivesFrom(destination.grant)) throw new FileError("cross-device");
    return destination;
  }

  #pathOf(path: string): string {
    const whole = this.target === "" ? path : `${this.target}/${path}`;
    return whole.length > MAX_PATH_BYTES ? whole.slice(-MAX_PATH_BYTES) : whole;
  }
}

/** Making or emptying a file is writing; who does not ask to write reads. As wasmtime has it. @throws FileError */
function openingFor({ create, directory, exclusive, truncate }: OpenFlags, { read, write }: Rights): Opening {
  if (directory && (create || exclusive || truncate)) throw new FileError("invalid");
  return { read: read || !write, write: write || create || truncate, create, exclusive: create && exclusive, truncate };
}

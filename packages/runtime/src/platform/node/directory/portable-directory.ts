/**
 * Directories where Node has no way to take one step from a handle: macOS, Windows. A directory is the path that it had when it was
 * entered, with the device and number of what was there, and every operation looks before and after it: is that directory still
 * there, without links on the way? As all is synchronous, no guest of this thread can do anything between the looks.
 *
 * What remains: another process or thread that exchanges a directory for a link between a look and the operation can make that one
 * operation happen elsewhere. A file that was opened so is closed unread, unless all was changed back before the second look; what was
 * created, removed or renamed stays so. macOS itself refuses to open a file by way of a link (O_NOFOLLOW_ANY). Who can't take that risk
 * asks for `strict`.
 */
import {
  type BigIntStats,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { FileError } from "../../../directory/file-error.ts";
import type { DirectoryNode, FileNode, FileType, Identity, NewTime, Opening, Stat } from "../../../directory/node.ts";
import { accessOf, closeQuietly, DescriptorFile } from "./descriptor-file.ts";
import { fileError } from "./errno.ts";
import { setTimes } from "./file-times.ts";
import { BIGINT, statOf } from "./file-type.ts";
import { decoded, listDirectory } from "./list-directory.ts";
import type { PortableRoot } from "./portable-root.ts";
import { isPlainOnWindows, isSameName } from "./windows-names.ts";

/** macOS: no link anywhere in the path. */
const O_NOFOLLOW_ANY = process.platform === "darwin" ? 0x20000000 : 0;
/** Windows has none of these. */
const SAFELY: number = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0) | O_NOFOLLOW_ANY;

const NONE = -1;
/** As far as it is known of a directory that has no path any more. */
const REMOVED = { type: "directory", size: 0n, links: 0n, accessed: undefined, modified: undefined, changed: undefined } as const;

export class PortableDirectory implements DirectoryNode {
  readonly kind = "directory";
  readonly #root: PortableRoot;
  readonly #identity: Identity;
  /** Without links; `undefined` once it is closed. */
  #path: string | undefined;
  /** What is at its path is another by now, be it with the same number. */
  #removed = false;

  constructor(root: PortableRoot, path: string, identity: Identity) {
    this.#root = root;
    this.#path = path;
    this.#identity = identity;
    root.open.add(this);
  }

  enter(name: string): DirectoryNode | string {
    return this.#guarded(() => {
      const path = this.#at(name);
      const stats = this.#entry(path);
      if (stats.isSymbolicLink()) return this.#targetOf(path);
      if (!stats.isDirectory()) throw new FileError("not-directory");
      return this.#child(path, stats);
    });
  }

  open(name: string, opening: Opening): FileNode | DirectoryNode | string {
    return this.#guarded(() => {
      const path = this.#at(name);
      const stats = this.#entryIfThere(path);
      if (stats === undefined) {
        if (!opening.create) throw new FileError("no-entry");
        return this.#admit(path, openSync(path, accessOf(opening) | SAFELY | constants.O_CREAT | constants.O_EXCL, 0o666), opening);
      }
      if (opening.create && opening.exclusive) throw new FileError("exist");
      if (stats.isSymbolicLink()) return this.#targetOf(path);
      if (stats.isDirectory()) {
        if (opening.write) throw new FileError("is-directory");
        return this.#child(path, stats);
      }
      if (!stats.isFile()) throw new FileError("not-permitted");
      return this.#admit(path, openSync(path, accessOf(opening) | SAFELY), opening);
    });
  }

  reopen(): DirectoryNode {
    const again = new PortableDirectory(this.#root, this.#here(), this.#identity);
    again.#removed = this.#removed;
    return again;
  }

  list(): readonly { readonly name: string; readonly type: FileType }[] {
    if (this.#removed && this.#here()) return [];
    return this.#guarded(() => listDirectory(this.#here()));
  }

  stat(): Stat {
    if (this.#removed && this.#here()) return { ...REMOVED, identity: this.#identity };
    return this.#guarded(() => statOf(lstatSync(this.#here(), BIGINT)));
  }

  statOf(name: string): Stat {
    return this.#guarded(() => statOf(this.#entry(this.#at(name))));
  }

  setTimes(accessed: NewTime, modified: NewTime): void {
    this.#guarded(() => {
      const path = this.#here();
      setTimes(accessed, modified, {
        stat: () => lstatSync(path, BIGINT),
        set: (newAccessed, newModified) => utimesSync(path, newAccessed, newModified),
        path,
        followLast: true,
      });
    });
  }

  setTimesOf(name: string, accessed: NewTime, modified: NewTime): void {
    this.#guarded(() => {
      const path = this.#at(name);
      const stats = this.#entry(path);
      setTimes(accessed, modified, {
        stat: () => stats,
        set: (newAccessed, newModified) => lutimesSync(path, newAccessed, newModified),
        path,
        followLast: false,
      });
    });
  }

  sync(_dataOnly: boolean): void {
    this.#guarded(() => {
      // Windows writes a directory back by itself and gives no handle to ask for it.
      if (this.#root.system === "windows") return;
      const fd = openSync(this.#here(), constants.O_RDONLY | SAFELY);
      try {
        fsyncSync(fd);
      } finally {
        closeQuietly(fd);
      }
    });
  }

  readLink(name: string): string {
    return this.#guarded(() => {
      const path = this.#at(name);
      if (!this.#entry(path).isSymbolicLink()) throw new FileError("invalid");
      return this.#targetOf(path);
    });
  }

  makeDirectory(name: string): void {
    this.#guarded(() => mkdirSync(this.#at(name), 0o777));
  }

  removeDirectory(name: string): void {
    this.#guarded(() => {
      const path = this.#at(name);
      if (!this.#entry(path).isDirectory()) throw new FileError("not-directory");
      rmdirSync(path);
      for (const each of this.#root.open) each.#goWith(path);
    });
  }

  unlink(name: string): void {
    this.#guarded(() => {
      const path = this.#at(name);
      if (this.#entry(path).isDirectory()) throw new FileError("is-directory");
      unlinkSync(path);
    });
  }

  makeSymlink(name: string, target: string): void {
    this.#guarded(() => {
      if (this.#root.system === "windows") throw new FileError("unsupported");
      symlinkSync(target, this.#at(name));
    });
  }

  link(name: string, to: DirectoryNode, newName: string): void {
    const other = this.#beside(to);
    this.#guarded(() =>
      other.#guarded(() => {
        const path = this.#at(name);
        // Some systems link what a link leads to.
        if (!this.#entry(path).isFile()) throw new FileError("not-permitted");
        linkSync(path, other.#at(newName));
      }),
    );
  }

  rename(name: string, to: DirectoryNode, newName: string): void {
    const other = this.#beside(to);
    this.#guarded(() =>
      other.#guarded(() => {
        const path = this.#at(name);
        const newPath = other.#at(newName);
        const moved = this.#entry(path);
        const replaced = this.#entryIfThere(newPath);
        if (replaced !== undefined && !moved.isDirectory() && replaced.isDirectory()) throw new FileError("is-directory");
        if (replaced !== undefined && moved.isDirectory() && !replaced.isDirectory()) throw new FileError("not-directory");
        renameSync(path, newPath);
        if (path === newPath) return;
        for (const each of this.#root.open) {
          each.#goWith(newPath);
          each.#follow(path, newPath);
        }
      }),
    );
  }

  close(): void {
    this.#path = undefined;
    this.#root.open.delete(this);
  }

  /** Does one thing, between two looks at whether this is still what was opened. */
  #guarded<T>(act: () => T): T {
    try {
      this.#look();
      const result = act();
      try {
        this.#look();
      } catch (error) {
        if (result instanceof DescriptorFile || result instanceof PortableDirectory) result.close();
        throw error;
      }
      return result;
    } catch (error) {
      throw fileError(error);
    }
  }

  #look(): void {
    const path = this.#here();
    const stats = this.#removed ? undefined : lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) throw new FileError("no-entry");
    const same = stats.isDirectory() && stats.dev === this.#identity.device && stats.ino === this.#identity.file;
    if (!same || realpathSync.native(path) !== path) throw new FileError("not-permitted");
  }

  #here(): string {
    if (this.#path === undefined) throw new FileError("bad-descriptor");
    return this.#path;
  }

  #at(name: string): string {
    // `walk.ts` gives no such names. If ever it did, they would lead out.
    if (name === "" || name === "." || name === ".." || name.includes("/")) throw new FileError("not-permitted");
    if (this.#root.system === "windows" && !isPlainOnWindows(name)) throw new FileError("not-permitted");
    return join(this.#here(), name);
  }

  /** What is called so, under the name that it has in its directory. */
  #entry(path: string): BigIntStats {
    const stats = this.#entryIfThere(path);
    if (stats === undefined) throw new FileError("no-entry");
    return stats;
  }

  #entryIfThere(path: string): BigIntStats | undefined {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isSymbolicLink()) this.#checkSpelling(path);
    // A junction is one, too, and as good as any other way out.
    else if (this.#root.system === "windows") throw new FileError("not-permitted");
    return stats;
  }

  /** Refuses second names that the system makes up (`PROGRA~1`), and whatever else leads elsewhere. */
  #checkSpelling(path: string): void {
    const real = realpathSync.native(path);
    if (dirname(real) !== dirname(path) || !isSameName(basename(path), basename(real))) throw new FileError("not-permitted");
  }

  #child(path: string, { dev, ino }: BigIntStats): PortableDirectory {
    return new PortableDirectory(this.#root, realpathSync.native(path), { device: dev, file: ino });
  }

  #targetOf(path: string): string {
    const target = decoded(readlinkSync(path, "buffer"));
    if (target === undefined) throw new FileError("illegal-byte-sequence");
    return target;
  }

  /** The directory of that path has been removed, or another has taken its place. */
  #goWith(path: string): void {
    if (this.#path === path) this.#removed = true;
  }

  /** Goes along when a directory that it is, or is in, has been renamed. */
  #follow(from: string, to: string): void {
    if (this.#removed) return;
    if (this.#path === from) this.#path = to;
    else if (this.#path?.startsWith(`${from}${sep}`)) this.#path = `${to}${this.#path.slice(from.length)}`;
  }

  #beside(node: DirectoryNode): PortableDirectory {
    if (node instanceof PortableDirectory && node.#root === this.#root) return node;
    throw new FileError("cross-device");
  }

  /** Takes over the descriptor of what was opened, if it is the regular file that its path leads to. */
  #admit(path: string, fd: number, { write, truncate }: Opening): FileNode {
    let appending = NONE;
    try {
      const opened = fstatSync(fd, BIGINT);
      if (!opened.isFile() || !isSame(opened, lstatSync(path, BIGINT))) throw new FileError("not-permitted");
      this.#checkSpelling(path);
      // Now or never: the file may get another name while it is open.
      if (write) appending = openSync(path, constants.O_WRONLY | constants.O_APPEND | SAFELY);
      if (write && !isSame(opened, fstatSync(appending, BIGINT))) throw new FileError("not-permitted");
      if (truncate) ftruncateSync(fd, 0);
      return new DescriptorFile(fd, appending);
    } catch (error) {
      closeQuietly(fd);
      if (appending !== NONE) closeQuietly(appending);
      throw error;
    }
  }
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/**
 * Directories of a browser: the origin's private file system, or one that a user picked. A `FileSystemDirectoryHandle` is a capability
 * already: it has no parent, and takes no names that lead elsewhere. It has no links, either, and no times but a file's last
 * modification; a file that is open in another tab can't be opened, and directories are renamed only where the browser moves them.
 *
 * "Not there, so make it" takes two steps here, between which another page may make it first: then both have the same file.
 */
import { FileError } from "../../../directory/file-error.ts";
import type { DirectoryNode, FileNode, FileType, Opening, Stat } from "../../../directory/node.ts";
import { MAX_LISTED_NAMES } from "../../../limits.ts";
import { fileError, nameOf } from "./dom-error.ts";
import { OpenFiles } from "./open-files.ts";
import { OpfsFile, statOfFile } from "./opfs-file.ts";

type Movable = FileSystemHandle & { move?(to: FileSystemDirectoryHandle, name: string): Promise<void> };

class OpfsDirectory implements DirectoryNode {
  readonly kind = "directory";
  readonly #files: OpenFiles;
  readonly #path: string;
  readonly #handle: FileSystemDirectoryHandle;

  /** @param path below the root: `""` for the root itself, `/a/b`. */
  constructor(files: OpenFiles, path: string, handle: FileSystemDirectoryHandle) {
    this.#files = files;
    this.#path = path;
    this.#handle = handle;
  }

  enter(name: string): Promise<DirectoryNode> {
    return settled(async () => this.#child(await this.#handle.getDirectoryHandle(name)));
  }

  open(name: string, opening: Opening): Promise<FileNode | DirectoryNode> {
    return settled(async () => {
      const existing = await this.#find(name);
      if (existing === undefined && !opening.create) throw new FileError("no-entry");
      if (existing !== undefined && opening.create && opening.exclusive) throw new FileError("exist");
      if (existing?.kind === "directory") {
        if (opening.write) throw new FileError("is-directory");
        return this.#child(existing);
      }
      return this.#openFile(existing ?? (await this.#handle.getFileHandle(name, { create: true })), opening);
    });
  }

  reopen(): DirectoryNode {
    return new OpfsDirectory(this.#files, this.#path, this.#handle);
  }

  list(): Promise<{ readonly name: string; readonly type: FileType }[]> {
    return settled(async () => {
      const entries: { readonly name: string; readonly type: FileType }[] = [];
      for await (const { name, kind } of this.#handle.values()) {
        if (entries.length === MAX_LISTED_NAMES) throw new FileError("insufficient-memory");
        entries.push({ name, type: kind === "file" ? "regular-file" : "directory" });
      }
      return entries;
    });
  }

  stat(): Stat {
    return this.#statOfDirectory(this.#path);
  }

  statOf(name: string): Promise<Stat> {
    return settled(async () => {
      const found = await this.#existing(name);
      const path = `${this.#path}/${name}`;
      if (found.kind === "directory") return this.#statOfDirectory(path);
      const size = await (await this.#files.contentOf(path))?.size();
      return statOfFile(this.#files, path, found, size);
    });
  }

  setTimes(): never {
    throw new FileError("unsupported");
  }

  setTimesOf(): never {
    throw new FileError("unsupported");
  }

  /** Browsers keep directories without being told. */
  sync(): void {}

  readLink(name: string): Promise<string> {
    return settled(async () => {
      await this.#existing(name);
      throw new FileError("invalid");
    });
  }

  makeDirectory(name: string): Promise<void> {
    return settled(async () => {
      if ((await this.#find(name)) !== undefined) throw new FileError("exist");
      await this.#handle.getDirectoryHandle(name, { create: true });
    });
  }

  removeDirectory(name: string): Promise<void> {
    return settled(async () => {
      const found = await this.#existing(name);
      if (found.kind !== "directory") throw new FileError("not-directory");
      await checkEmpty(found);
      await this.#remove(name);
    });
  }

  unlink(name: string): Promise<void> {
    return settled(async () => {
      if ((await this.#existing(name)).kind === "directory") throw new FileError("is-directory");
      await this.#remove(name);
    });
  }

  makeSymlink(): never {
    throw new FileError("unsupported");
  }

  link(): never {
    throw new FileError("unsupported");
  }

  rename(name: string, to: DirectoryNode, newName: string): Promise<void> {
    return settled(async () => {
      if (!(to instanceof OpfsDirectory) || to.#files !== this.#files) throw new FileError("cross-device");
      const moved = await this.#existing(name);
      const from = `${this.#path}/${name}`;
      const path = `${to.#path}/${newName}`;
      if (from === path) return;
      if (path.startsWith(`${from}/`)) throw new FileError("invalid");
      const replaced = await to.#find(newName);
      if (replaced !== undefined && replaced.kind !== moved.kind) throw new FileError(moved.kind === "directory" ? "not-directory" : "is-directory");
      // Their content is bound to the old name.
      if (this.#files.isOpen(from) || this.#files.isOpen(path)) throw new FileError("busy");
      await this.#files.contentOf(from);
      await to.#files.contentOf(path);
      if (moved.kind === "directory") await moveDirectory(moved, replaced, to.#handle, newName);
      else await moveFile(moved, this.#handle, to.#handle, newName);
      this.#files.forget(path);
      this.#files.renamed(from, path);
    });
  }

  /** A handle of a browser's needs no closing. */
  close(): void {}

  #child(handle: FileSystemDirectoryHandle): OpfsDirectory {
    return new OpfsDirectory(this.#files, `${this.#path}/${handle.name}`, handle);
  }

  async #openFile(handle: FileSystemFileHandle, opening: Opening): Promise<OpfsFile> {
    const path = `${this.#path}/${handle.name}`;
    const content = await this.#files.acquire(path, handle);
    const file = new OpfsFile({ files: this.#files, path, handle, content, opening });
    try {
      if (opening.truncate) await file.setSize(0);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  async #existing(name: string): Promise<FileSystemFileHandle | FileSystemDirectoryHandle> {
    const found = await this.#find(name);
    if (found === undefined) throw new FileError("no-entry");
    return found;
  }

  /** What is called so; `undefined`: nothing. */
  async #find(name: string): Promise<FileSystemFileHandle | FileSystemDirectoryHandle | undefined> {
    try {
      return await this.#handle.getFileHandle(name);
    } catch (error) {
      if (nameOf(error) === "NotFoundError") return undefined;
      if (nameOf(error) !== "TypeMismatchError") throw error;
      return this.#handle.getDirectoryHandle(name);
    }
  }

  async #remove(name: string): Promise<void> {
    const path = `${this.#path}/${name}`;
    await this.#files.contentOf(path);
    await this.#handle.removeEntry(name);
    this.#files.forget(path);
  }

  #statOfDirectory(path: string): Stat {
    const identity = { device: this.#files.device, file: this.#files.numberOf(path) };
    return { type: "directory", size: 0n, links: 1n, accessed: undefined, modified: undefined, changed: undefined, identity };
  }
}

/** Opens the directory that guests see as their root. */
export function openOpfsRoot(handle: FileSystemDirectoryHandle): OpfsDirectory {
  return new OpfsDirectory(new OpenFiles(), "", handle);
}

/** The browser would say so too, but for a file in it that is still being written, which it calls locked. */
async function checkEmpty(directory: FileSystemDirectoryHandle): Promise<void> {
  for await (const _ of directory.keys()) throw new FileError("not-empty");
}

async function moveDirectory(moved: Movable, replaced: FileSystemHandle | undefined, to: FileSystemDirectoryHandle, newName: string): Promise<void> {
  if (moved.move === undefined) throw new FileError("unsupported");
  if (replaced?.kind === "directory") {
    await checkEmpty(replaced as FileSystemDirectoryHandle);
    await to.removeEntry(newName);
  }
  await moved.move(to, newName);
}

/** In one step where the browser moves files, else by a copy. */
async function moveFile(moved: FileSystemFileHandle & Movable, from: FileSystemDirectoryHandle, to: FileSystemDirectoryHandle, newName: string): Promise<void> {
  if (moved.move !== undefined) return moved.move(to, newName);
  const copy = await to.getFileHandle(newName, { create: true });
  const file = await moved.getFile();
  await file.stream().pipeTo(await copy.createWritable());
  await from.removeEntry(moved.name);
}

async function settled<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw fileError(error);
  }
}

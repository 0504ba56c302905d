import { ComponentError } from "@tenon/engine";
import { MAX_MEMORY_DIRECTORY_BYTES, MAX_MEMORY_DIRECTORY_NAMES } from "../../limits.ts";
import { Directory } from "../directory.ts";
import { FileError } from "../file-error.ts";
import { checkLimit } from "../grant.ts";
import { checkName, checkPath } from "../path.ts";
import { DirectoryInode, Disk, FileInode } from "./disk.ts";
import { MemoryDirectory } from "./memory-node.ts";

export interface MemoryDirectoryOptions {
  /** What is in it to begin with, by path: `config/site.json`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Bytes that all files may have (default: 256 MiB), and how many names there may be (default: 65,536). */
  readonly quota?: { readonly bytes?: number; readonly nodes?: number };
  /** As the owner knows it: in audits and messages. */
  readonly name?: string;
  /** Default: "write". */
  readonly rights?: "read" | "write";
}

/**
 * A directory that exists in memory only, as long as somebody holds it.
 * @throws ComponentError `grant/denied` for files that can't be: they don't fit, or their path is none.
 */
export function memoryDirectory({ files = {}, quota = {}, name = "directory in memory", rights = "write" }: MemoryDirectoryOptions = {}): Directory {
  const { bytes = MAX_MEMORY_DIRECTORY_BYTES, nodes = MAX_MEMORY_DIRECTORY_NAMES } = quota;
  const root = new DirectoryInode(new Disk(checkLimit(bytes, "bytes"), checkLimit(nodes, "names")));
  root.links = 1;
  for (const [path, content] of Object.entries(files)) addFile(root, path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  return new Directory(new MemoryDirectory(root), { name, rights });
}

function addFile(root: DirectoryInode, path: string, content: Uint8Array): void {
  try {
    checkPath(path);
    const names = path.split("/");
    const last = names.pop()!;
    let directory = root;
    for (const name of names) directory = subdirectory(directory, name);
    checkPlain(last);
    if (directory.get(last) !== undefined) throw new FileError("exist");
    const file = new FileInode(root.disk);
    directory.add(last, file);
    file.write(content, 0);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new ComponentError("grant/denied", `\`${path}\` can't be in a directory in memory: ${error.code}`);
  }
}

function subdirectory(directory: DirectoryInode, name: string): DirectoryInode {
  checkPlain(name);
  const existing = directory.get(name);
  if (existing instanceof DirectoryInode) return existing;
  if (existing !== undefined) throw new FileError("not-directory");
  const made = new DirectoryInode(directory.disk);
  directory.add(name, made);
  return made;
}

function checkPlain(name: string): void {
  checkName(name);
  if (name === "" || name === "." || name === "..") throw new FileError("invalid");
}

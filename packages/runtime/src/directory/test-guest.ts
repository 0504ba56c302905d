/** For tests: handles used as a guest does, with less to write. */
import assert from "node:assert/strict";
import { Directory } from "./directory.ts";
import { FileError, type FileErrorCode } from "./file-error.ts";
import type { DirectoryHandle, FileHandle, Handle, OpenFlags } from "./handle.ts";
import type { DirectoryNode } from "./node.ts";
import { Watch } from "./test-watched-node.ts";

/** What the host does by itself in the directory of a test. */
export interface TestHost {
  write(path: string, text: string): void;
  symlink(target: string, path: string): void;
  rename(from: string, to: string): void;
}

/** Gives a test an empty directory, and sees to it that nothing outside of it was touched. */
export type InPlace = (act: (root: DirectoryNode, host: TestHost) => Promise<void>) => void | Promise<void>;

type Ask = `${"r" | ""}${"w" | ""}${"c" | ""}${"x" | ""}${"t" | ""}${"d" | ""}`;

/** `r`ead, `w`rite, `c`reate, e`x`clusive, `t`runcate, a `d`irectory. */
export function flags(ask: Ask): OpenFlags {
  return { create: ask.includes("c"), exclusive: ask.includes("x"), truncate: ask.includes("t"), directory: ask.includes("d") };
}

export async function open(directory: DirectoryHandle, path: string, ask: Ask = "r", follow = true): Promise<Handle> {
  return directory.openAt(path, follow, flags(ask), { read: ask.includes("r"), write: ask.includes("w"), mutate: true });
}

export async function openFile(directory: DirectoryHandle, path: string, ask: Ask = "r"): Promise<FileHandle> {
  const handle = await open(directory, path, ask);
  assert.equal(handle.kind, "file");
  return handle as FileHandle;
}

export async function openDirectory(directory: DirectoryHandle, path: string): Promise<DirectoryHandle> {
  const handle = await open(directory, path, "d");
  assert.equal(handle.kind, "directory");
  return handle as DirectoryHandle;
}

export async function textOf(directory: DirectoryHandle, path: string): Promise<string> {
  const file = await openFile(directory, path);
  try {
    return new TextDecoder().decode(await file.read(65536n, 0n));
  } finally {
    file.close();
  }
}

export async function write(directory: DirectoryHandle, path: string, text: string): Promise<void> {
  const file = await openFile(directory, path, "wct");
  const bytes = new TextEncoder().encode(text);
  assert.equal(await file.write(bytes, 0n), BigInt(bytes.length));
  file.close();
}

/** How it went, in a word: `ok`, or the error case. Anything else that is thrown is a failure of the test. */
export async function outcome(act: () => unknown): Promise<"ok" | FileErrorCode> {
  try {
    const value = await act();
    if (typeof value === "object" && value !== null && "close" in value && typeof value.close === "function") value.close();
    return "ok";
  } catch (error) {
    if (error instanceof FileError) return error.code;
    throw error;
  }
}

/** A handle of the root of a test's directory, with which all that is opened through it is closed at the end. */
export async function asGuest(
  root: DirectoryNode,
  later: boolean,
  act: (guest: DirectoryHandle, directory: Directory, watch: Watch) => Promise<void>,
): Promise<void> {
  const watch = new Watch();
  if (later) watch.pause = async () => {};
  const directory = new Directory(watch.opened(root), { name: "test" });
  const guest = await directory.open();
  await act(guest, directory, watch);
  guest.close();
  directory.revoke();
  assert.equal(watch.open, 0, "a node was left open");
}

export type GuestTest = (guest: DirectoryHandle, host: TestHost, directory: Directory) => Promise<void>;
export type EachTest = (title: string, act: GuestTest) => void;

export const FILE = "not for others";

/** What tests of paths find. */
export async function plant(guest: DirectoryHandle): Promise<void> {
  await write(guest, "f", FILE);
  for (const path of ["d", "d/e", "empty"]) await guest.createDirectoryAt(path);
  await guest.symlinkAt("d", "l");
}

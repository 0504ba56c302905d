/** In a page and in a worker of its own: directories of the origin's private file system. */

import { opfsDirectory } from "@tenon/runtime/web";
import type { DirectoryHandle } from "../../packages/runtime/src/directory/handle.ts";
import type { DirectoryNode, FileNode, Opening } from "../../packages/runtime/src/directory/node.ts";
import { openOpfsRoot } from "../../packages/runtime/src/platform/web/directory/opfs-directory.ts";

/** The name of each case, and why it failed. */
export type Told = ReadonlyArray<readonly [name: string, failure: string | undefined]>;

export interface Page {
  /** Runs all cases, here or in a worker. */
  runCases(where: "page" | "worker"): Promise<Told>;
}

const READ: Opening = { read: true, write: false, create: false, exclusive: false, truncate: false };
const WRITE: Opening = { ...READ, write: true };
const CREATE: Opening = { ...WRITE, create: true };

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${String(actual)} instead of ${String(expected)}`);
}

async function refused(code: string, act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    return equal((error as { code?: unknown }).code, code);
  }
  throw new Error(`no error instead of ${code}`);
}

async function openFile(root: DirectoryNode, name: string, opening: Opening): Promise<FileNode> {
  const node = await root.open(name, opening);
  if (typeof node === "string" || node.kind !== "file") throw new Error(`${name} is no file`);
  return node;
}

async function enter(root: DirectoryNode, name: string): Promise<DirectoryNode> {
  const node = await root.enter(name);
  if (typeof node === "string") throw new Error(`${name} is a link`);
  return node;
}

async function writeText(root: DirectoryNode, name: string, text: string): Promise<void> {
  const file = await openFile(root, name, { ...CREATE, truncate: true });
  await file.write(new TextEncoder().encode(text), 0);
  file.close();
}

async function textOf(file: FileNode): Promise<string> {
  const bytes = new Uint8Array(64);
  return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes, 0)));
}

async function readText(root: DirectoryNode, name: string): Promise<string> {
  const file = await openFile(root, name, READ);
  const text = await textOf(file);
  file.close();
  return text;
}

const CASES: Readonly<Record<string, (root: DirectoryNode) => Promise<void>>> = {
  "what is written is read": async (root) => {
    const file = await openFile(root, "a", CREATE);
    equal(await file.write(new TextEncoder().encode("hello"), 2), 5);
    equal(await textOf(file), "\0\0hello");
    await file.setSize(4);
    equal(await file.append(new TextEncoder().encode("!")), 1);
    equal(await textOf(file), "\0\0he!");
    equal((await file.stat()).size, 5n);
    equal((await root.statOf("a")).size, 5n);
    await file.sync(false);
    file.close();
    equal(await readText(root, "a"), "\0\0he!");
  },
  "two who append lose nothing": async (root) => {
    const [one, other] = [await openFile(root, "a", CREATE), await openFile(root, "a", WRITE)];
    await Promise.all(["1", "2", "3", "4"].map((text, i) => (i % 2 === 0 ? one : other).append(new TextEncoder().encode(text))));
    equal(await textOf(one), "1234");
    one.close();
    equal(await textOf(other), "1234");
    other.close();
  },
  opening: async (root) => {
    await refused("no-entry", () => root.open("a", READ));
    await writeText(root, "a", "text");
    await refused("exist", () => root.open("a", { ...CREATE, exclusive: true }));
    equal(await readText(root, "a"), "text");
    (await openFile(root, "a", { ...WRITE, truncate: true })).close();
    equal(await readText(root, "a"), "");
    const reader = await openFile(root, "a", READ);
    await refused("bad-descriptor", () => reader.write(new Uint8Array(1), 0));
    reader.close();
    await refused("bad-descriptor", () => reader.read(new Uint8Array(1), 0));
  },
  directories: async (root) => {
    await root.makeDirectory("d");
    await refused("exist", () => root.makeDirectory("d"));
    await refused("no-entry", () => root.enter("e"));
    await writeText(root, "f", "");
    await refused("not-directory", () => root.enter("f"));
    await refused("is-directory", () => root.open("d", WRITE));
    await refused("is-directory", () => root.unlink("d"));
    await refused("not-directory", () => root.removeDirectory("f"));
    const inner = await enter(root, "d");
    await writeText(inner, "f", "inner");
    await refused("not-empty", () => root.removeDirectory("d"));
    equal(
      JSON.stringify([...(await root.list())].sort((a, b) => (a.name < b.name ? -1 : 1))),
      '[{"name":"d","type":"directory"},{"name":"f","type":"regular-file"}]',
    );
    await inner.unlink("f");
    await root.removeDirectory("d");
    await root.unlink("f");
    equal((await root.list()).length, 0);
  },
  identity: async (root) => {
    await writeText(root, "a", "");
    await writeText(root, "b", "");
    const a = (await root.statOf("a")).identity;
    equal((await root.statOf("a")).identity.file, a.file);
    equal((await root.statOf("b")).identity.file === a.file, false);
    await root.rename("a", root, "c");
    equal((await root.statOf("c")).identity.file, a.file);
    await root.unlink("c");
    await writeText(root, "c", "");
    equal((await root.statOf("c")).identity.file === a.file, false);
  },
  renaming: async (root) => {
    await writeText(root, "a", "a");
    await writeText(root, "b", "b");
    await root.makeDirectory("d");
    const inner = await enter(root, "d");
    await root.rename("a", inner, "b");
    await refused("no-entry", () => root.statOf("a"));
    await root.rename("b", inner, "b");
    equal(await readText(inner, "b"), "b");
    await refused("no-entry", () => root.rename("a", inner, "b"));
    await writeText(root, "x", "");
    await refused("not-directory", () => root.rename("d", root, "x"));
    await refused("invalid", () => root.rename("d", inner, "e"));
    await refused("is-directory", () => inner.rename("b", root, "d"));
    const file = await openFile(inner, "b", READ);
    await refused("busy", () => inner.rename("b", root, "b"));
    file.close();
    await inner.rename("b", root, "b");
    equal(await readText(root, "b"), "b");
  },
  "a directory is moved, or that is not supported": async (root) => {
    await root.makeDirectory("d");
    await writeText(await enter(root, "d"), "f", "text");
    try {
      await root.rename("d", root, "e");
    } catch (error) {
      return equal((error as { code?: unknown }).code, "unsupported");
    }
    equal(await readText(await enter(root, "e"), "f"), "text");
  },
  "what there is none of": async (root) => {
    await writeText(root, "a", "");
    await refused("unsupported", () => root.makeSymlink("b", "a"));
    await refused("unsupported", () => root.link("a", root, "b"));
    await refused("unsupported", () => root.setTimesOf("a", "now", "now"));
    await refused("invalid", () => root.readLink("a"));
    await refused("no-entry", () => root.readLink("b"));
  },
  "names that lead elsewhere": async (root) => {
    for (const name of ["", ".", "..", "a/b", "../a"]) await refused("invalid", () => root.open(name, CREATE));
  },
};

const EXISTING = { create: false, directory: false, exclusive: false, truncate: false };
const NEW = { ...EXISTING, create: true };
const ALL = { read: true, write: true, mutate: true };

/** As a capability: by paths, with rights, until it is revoked. */
async function useAsGuest(handle: FileSystemDirectoryHandle): Promise<void> {
  const directory = opfsDirectory({ handle });
  const guest = await directory.open();
  await guest.createDirectoryAt("a");
  await guest.createDirectoryAt("a/b");
  const file = await fileAt(guest, "a/b/../b/f");
  equal(await file.write(new TextEncoder().encode("text"), 0n), 4n);
  equal(new TextDecoder().decode(await file.read(100n, 0n)), "text");
  equal((await guest.statAt("a/b/f", true)).size, 4n);
  for (const path of ["..", "../f", "a/../..", "/f"]) await refused("not-permitted", () => guest.openAt(path, true, NEW, ALL));
  const below = await directory.subdirectory("a");
  const reader = await below.readOnly().open();
  equal((await reader.statAt("b/f", true)).type, "regular-file");
  await refused("not-permitted", () => reader.unlinkFileAt("b/f"));
  await refused("not-permitted", () => reader.statAt("../a", true));
  directory.revoke();
  await refused("not-permitted", () => file.read(1n, 0n));
  await refused("not-permitted", () => reader.statAt("b/f", true));
  equal((await (await (await handle.getDirectoryHandle("a")).getDirectoryHandle("b")).getFileHandle("f")).name, "f");
}

async function fileAt(guest: DirectoryHandle, path: string) {
  const handle = await guest.openAt(path, true, NEW, ALL);
  if (handle.kind !== "file") throw new Error(`${path} is no file`);
  return handle;
}

/** Each case in an empty directory. */
async function runHere(): Promise<Told> {
  const storage = await navigator.storage.getDirectory();
  const told: [string, string | undefined][] = [];
  const cases: [name: string, act: (directory: FileSystemDirectoryHandle) => Promise<void>][] = Object.entries(CASES).map(([name, act]) => [
    name,
    (directory) => act(openOpfsRoot(directory)),
  ]);
  cases.push(["as a capability", useAsGuest]);
  for (const [index, [name, act]] of cases.entries()) {
    const directory = await storage.getDirectoryHandle(`case-${index}`, { create: true });
    try {
      await act(directory);
      told.push([name, undefined]);
    } catch (error) {
      told.push([name, error instanceof Error ? `${error.message}\n${error.stack}` : String(error)]);
    }
    await storage.removeEntry(`case-${index}`, { recursive: true }).catch(() => {});
  }
  return told;
}

function runInWorker(): Promise<Told> {
  const worker = new Worker("/page.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Told>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}

if ("document" in globalThis) Object.assign(globalThis, { runCases: (where) => (where === "page" ? runHere() : runInWorker()) } satisfies Page);
else postMessage(await runHere());

/** For tests: random operations of two guests on one tree, held against a model that knows no handles, no backends and no limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FileError } from "./file-error.ts";
import type { DirectoryHandle } from "./handle.ts";
import { asGuest, type InPlace, open, openDirectory, textOf, write } from "./test-guest.ts";

interface Dir {
  readonly kind: "directory";
  readonly entries: Map<string, Node>;
  removed: boolean;
}
interface Text {
  readonly kind: "regular-file";
  text: string;
}
interface Link {
  readonly kind: "symbolic-link";
  readonly target: string;
}
type Node = Dir | Text | Link;
type Spot = { readonly dir: Dir; readonly name: string | undefined };

class Refused extends Error {}

/** With which error is for other tests. */
const refuse = (): never => {
  throw new Refused();
};
const makeDir = (): Dir => ({ kind: "directory", entries: new Map(), removed: false });

/** Where a path leads. `follow`: through a link at its end, too. */
function locate(root: Dir, path: string, follow: boolean): Spot {
  let left = split(path);
  let way: Dir[] = [root];
  for (let links = 0; ; ) {
    const [name, ...rest] = left;
    const dir = way.at(-1)!;
    if (name === undefined) return { dir, name: undefined };
    left = rest;
    if (name === ".") continue;
    if (name === "..") {
      if (way.length === 1) refuse();
      way = way.slice(0, -1);
      continue;
    }
    const found = dir.entries.get(name);
    if (rest.length === 0 && !(follow && found?.kind === "symbolic-link")) return { dir, name };
    if (found === undefined || found.kind === "regular-file") refuse();
    else if (found.kind === "directory") way = [...way, found];
    else {
      if (++links > 40) refuse();
      left = [...split(found.target), ...rest];
    }
  }
}

function split(path: string): string[] {
  if (path === "") refuse();
  if (path.startsWith("/")) refuse();
  return path.split("/").filter((name) => name !== "");
}

function named(root: Dir, path: string): { dir: Dir; name: string; node: Node } {
  const { dir, name } = locate(root, path, false);
  if (name === undefined) return refuse();
  return { dir, name, node: dir.entries.get(name) ?? refuse() };
}

function free(root: Dir, path: string): { dir: Dir; name: string } {
  const { dir, name } = locate(root, path, false);
  if (name === undefined || dir.entries.has(name) || dir.removed) return refuse();
  return { dir, name };
}

const within = (dir: Dir, inner: Dir): boolean => dir === inner || [...dir.entries.values()].some((node) => node.kind === "directory" && within(node, inner));

/** What each operation does; `to` and `from` are the directories that the two guests hold. */
const MODEL = {
  write(from: Dir, path: string, text: string) {
    const { dir, name } = locate(from, path, true);
    if (name === undefined) return refuse();
    const node = dir.entries.get(name);
    if (node?.kind === "directory" || (node === undefined && dir.removed)) return refuse();
    if (node === undefined) dir.entries.set(name, { kind: "regular-file", text });
    else (node as Text).text = text;
  },
  read(from: Dir, path: string): unknown {
    const { dir, name } = locate(from, path, true);
    const node = name === undefined ? dir : (dir.entries.get(name) ?? refuse());
    return node.kind === "regular-file" ? node.text : [...(node as Dir).entries.keys()].sort().join();
  },
  stat(from: Dir, path: string): unknown {
    const { dir, name } = locate(from, path, false);
    return name === undefined ? "directory" : (dir.entries.get(name) ?? refuse()).kind;
  },
  makeDirectory(from: Dir, path: string) {
    const { dir, name } = free(from, path);
    dir.entries.set(name, makeDir());
  },
  makeLink(from: Dir, path: string, target: string) {
    split(target);
    const { dir, name } = free(from, path);
    dir.entries.set(name, { kind: "symbolic-link", target });
  },
  remove(from: Dir, path: string) {
    const { dir, name, node } = named(from, path);
    if (node.kind === "directory") {
      if (node.entries.size > 0) refuse();
      node.removed = true;
    }
    dir.entries.delete(name);
  },
  link(from: Dir, path: string, to: Dir, newPath: string) {
    const old = locate(from, path, false);
    const node = old.name === undefined ? refuse() : (old.dir.entries.get(old.name) ?? refuse());
    if (node.kind !== "regular-file") refuse();
    const spot = locate(to, newPath, false);
    if (spot.name === undefined || spot.dir.entries.has(spot.name) || spot.dir.removed) refuse();
    spot.dir.entries.set(spot.name!, node);
  },
  rename(from: Dir, path: string, to: Dir, newPath: string) {
    const old = locate(from, path, false);
    if (old.name === undefined) refuse();
    const { dir, name } = locate(to, newPath, false);
    const node = old.dir.entries.get(old.name!) ?? refuse();
    if (name === undefined || dir.removed) return refuse();
    const replaced = dir.entries.get(name);
    if (replaced === node) return;
    if (node.kind === "directory" && within(node, dir)) refuse();
    if (replaced !== undefined && (replaced.kind === "directory") !== (node.kind === "directory")) refuse();
    if (replaced?.kind === "directory") {
      if (replaced.entries.size > 0) refuse();
      replaced.removed = true;
    }
    old.dir.entries.delete(old.name!);
    dir.entries.set(name, node);
  },
};

/** The same by handles. */
const REAL = {
  write: (from: DirectoryHandle, path: string, text: string) => write(from, path, text),
  async read(from: DirectoryHandle, path: string) {
    const handle = await open(from, path);
    const names = handle.kind === "directory" ? (await handle.list()).map((entry) => entry.name).sort() : undefined;
    handle.close();
    return names?.join() ?? textOf(from, path);
  },
  stat: async (from: DirectoryHandle, path: string) => (await from.statAt(path, false)).type,
  makeDirectory: (from: DirectoryHandle, path: string) => from.createDirectoryAt(path),
  makeLink: (from: DirectoryHandle, path: string, target: string) => from.symlinkAt(target, path),
  async remove(from: DirectoryHandle, path: string) {
    const { type } = await from.statAt(path, false);
    return type === "directory" ? from.removeDirectoryAt(path) : from.unlinkFileAt(path);
  },
  async link(from: DirectoryHandle, path: string, to: DirectoryHandle, newPath: string) {
    // A directory can't have a second name, nor a link everywhere.
    if ((await from.statAt(path, false)).type !== "regular-file") throw new FileError("unsupported");
    return from.linkAt(path, false, to, newPath);
  },
  rename: (from: DirectoryHandle, path: string, to: DirectoryHandle, newPath: string) => from.renameAt(path, to, newPath),
};

interface Step {
  readonly operation: keyof typeof MODEL;
  /** Which guest's directory the paths begin in. */
  readonly from: 0 | 1;
  readonly to: 0 | 1;
  readonly path: string;
  readonly other: string;
}

const component = fc.oneof({ weight: 9, arbitrary: fc.constantFrom("a", "b", "c") }, { weight: 1, arbitrary: fc.constantFrom("..", ".", "") });
const names = fc.oneof({ weight: 3, arbitrary: fc.tuple(component) }, { weight: 2, arbitrary: fc.array(component, { minLength: 2, maxLength: 4 }) });
const path = names.map((all) => all.join("/").replace(/\/+$/, ""));
const steps = fc.array(
  fc.record<Step>({
    operation: fc.constantFrom(...(Object.keys(MODEL) as (keyof typeof MODEL)[])),
    from: fc.constantFrom(0, 1),
    to: fc.constantFrom(0, 1),
    path,
    other: path,
  }),
  { maxLength: 60, size: "max" },
);

async function judge(act: () => unknown): Promise<unknown> {
  try {
    return { value: (await act()) ?? "done" };
  } catch (error) {
    if (error instanceof Refused || error instanceof FileError) return "refused";
    throw error;
  }
}

function take(operations: typeof MODEL, roots: readonly Dir[], step: Step): Promise<unknown>;
function take(operations: typeof REAL, roots: readonly DirectoryHandle[], step: Step): Promise<unknown>;
function take(operations: object, roots: readonly unknown[], { operation, from, to, path, other }: Step): Promise<unknown> {
  const act = (operations as Record<string, (...parameters: unknown[]) => unknown>)[operation]!;
  const rest = operation === "link" || operation === "rename" ? [roots[to], other] : [other];
  return judge(() => act(roots[from], path, ...rest));
}

async function tree(directory: DirectoryHandle): Promise<unknown> {
  const found: [string, unknown][] = [];
  for (const { name, type } of await directory.list()) {
    if (type === "symbolic-link") found.push([name, await judge(() => directory.readLinkAt(name))]);
    else if (type === "regular-file") found.push([name, await textOf(directory, name)]);
    else {
      const inner = await openDirectory(directory, name);
      found.push([name, await tree(inner)]);
      inner.close();
    }
  }
  return found.sort(([one], [other]) => (one < other ? -1 : 1));
}

function modelTree(dir: Dir): unknown {
  const found = [...dir.entries].map(([name, node]): [string, unknown] => {
    if (node.kind === "symbolic-link") return [name, node.target.startsWith("/") ? "refused" : { value: node.target }];
    return [name, node.kind === "regular-file" ? node.text : modelTree(node)];
  });
  return found.sort(([one], [other]) => (one < other ? -1 : 1));
}

/** One guest holds the whole directory, the other has one below it as a capability of its own; a handle of either may be the other's destination. */
export function modelTest(name: string, inPlace: InPlace, runs: number): void {
  for (const later of [false, true]) {
    test(`threat 13: two guests do what a model says (${name}, ${later ? "later" : "at once"})`, async () => {
      const property = fc.asyncProperty(steps, async (all) =>
        inPlace((root) =>
          asGuest(root, later, async (guest, directory) => {
            await guest.createDirectoryAt("b");
            const below = await directory.subdirectory("b");
            const handles = [guest, await below.open()];
            const top = makeDir();
            top.entries.set("b", makeDir());
            const dirs = [top, top.entries.get("b") as Dir];
            for (const step of all) assert.deepEqual(await take(REAL, handles, step), await take(MODEL, dirs, step), JSON.stringify(step));
            assert.deepEqual(await tree(guest), modelTree(top));
            handles[1]!.close();
            below.revoke();
          }),
        ),
      );
      await fc.assert(property, { numRuns: runs });
    });
  }
}

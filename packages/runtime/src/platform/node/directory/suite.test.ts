/** What all backends have in common, of those of the machine. */
import { renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DirectoryNode } from "../../../directory/node.ts";
import { directorySuite } from "../../../directory/test-directory-suite.ts";
import { BACKENDS, inPlace } from "./test-backends.ts";

for (const { name, open } of BACKENDS) {
  directorySuite(name, (act) =>
    inPlace(async ({ root }) => {
      const directory = open(root);
      const own = directory.reopen() as DirectoryNode;
      await act(directory, {
        write: (path, text) => writeFileSync(join(root, path), text),
        symlink: (target, path) => symlinkSync(target, join(root, path)),
        // Where directories are paths only what goes by way of the backend is seen: that much must work.
        rename: (from, to) => (name === "Linux" ? renameSync(join(root, from), join(root, to)) : renameThrough(own, from, to)),
      });
      own.close();
    }),
  );
}

function renameThrough(root: DirectoryNode, from: string, to: string): void {
  const [directory, name] = parentOf(root, from);
  const [newDirectory, newName] = parentOf(root, to);
  directory.rename(name, newDirectory, newName);
}

function parentOf(root: DirectoryNode, path: string): readonly [directory: DirectoryNode, name: string] {
  const names = path.split("/");
  const name = names.pop()!;
  return [names.reduce((directory, each) => directory.enter(each) as DirectoryNode, root), name];
}

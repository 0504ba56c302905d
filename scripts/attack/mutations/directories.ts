/** Of directories on every backend: the walker, the rights of handles, limits and revocation. */
import type { Mutation } from "../mutations.ts";

const FOLDER = "packages/runtime/src/directory";
const MEMORY = `${FOLDER}/memory/memory-directory.test.ts`;
const WALK = { file: `${FOLDER}/walk.ts`, test: MEMORY };
const PATH = { file: `${FOLDER}/path.ts`, test: MEMORY };
const HANDLE = { file: `${FOLDER}/open-handle.ts`, test: `${FOLDER}/revocation.test.ts` };
const DIRECTORY = { file: `${FOLDER}/open-directory.ts`, test: `${FOLDER}/rights.test.ts` };
const FILE = { file: `${FOLDER}/open-file.ts`, test: `${FOLDER}/rights.test.ts` };
const GRANT = { file: `${FOLDER}/grant.ts`, test: `${FOLDER}/limits.test.ts` };
const DISK = { file: `${FOLDER}/memory/disk.ts`, test: `${FOLDER}/limits.test.ts` };

export const DIRECTORIES: readonly Mutation[] = [
  {
    threat: 13,
    defence: "the end of `..` at the directory itself",
    ...WALK,
    find: 'if (left === undefined) throw new FileError("not-permitted");',
    replace: "if (left === undefined) return;",
  },
  { threat: 13, defence: "the limit on links", ...WALK, find: "if (++this.#links > MAX_LINKS)", replace: "if (++this.#links > 2 * MAX_LINKS)" },
  { threat: 13, defence: "the check of where a link leads", ...WALK, find: "    checkPath(target);\n", replace: "" },
  { threat: 13, defence: "the refusal of absolute paths", ...PATH, find: 'if (path.startsWith("/")) throw new FileError("not-permitted");', replace: "" },
  { threat: 13, defence: "the refusal of NUL", ...PATH, find: 'if (path.includes("\\0")) throw new FileError("invalid");', replace: "" },
  { threat: 13, defence: "the limit on paths", ...PATH, find: "if (isLonger(path, MAX_PATH_BYTES))", replace: "if (isLonger(path, MAX_PATH_BYTES * 2))" },
  {
    threat: 13,
    defence: "the refusal to tell where an absolute link leads",
    file: DIRECTORY.file,
    find: 'if (text.startsWith("/")) throw new FileError("not-permitted");',
    replace: "",
    test: MEMORY,
  },
  { threat: 15, defence: "the check that an opening may write", ...DIRECTORY, find: "if (how.write) this.grant.checkWrite();", replace: "" },
  {
    threat: 15,
    defence: "the check that a directory may be changed",
    ...DIRECTORY,
    find: "      this.grant.checkWrite();\n      return this.#walk(path, ending());",
    replace: "      return this.#walk(path, ending());",
  },
  { threat: 15, defence: "the check of the destination of a link or rename", ...DIRECTORY, find: "    destination.grant.checkWrite();\n", replace: "" },
  {
    threat: 15,
    defence: "the check that the destination belongs to the same grant",
    ...DIRECTORY,
    find: "if (!destination.grant.derivesFrom(this.grant) && !this.grant.derivesFrom(destination.grant))",
    replace: "if (destination.grant === undefined)",
  },
  {
    threat: 15,
    defence: "rights that are those of what it came from",
    file: GRANT.file,
    find: "mayWrite && (parent === undefined || parent.mayWrite)",
    replace: "mayWrite",
    test: DIRECTORY.test,
  },
  {
    threat: 15,
    defence: "the check that times may be changed",
    file: HANDLE.file,
    find: "      this.grant.checkWrite();\n",
    replace: "",
    test: DIRECTORY.test,
  },
  {
    threat: 11,
    defence: "the limit on a file in memory",
    ...DISK,
    find: 'if (size > MAX_MEMORY_FILE_BYTES) throw new FileError("file-too-large");',
    replace: "",
  },
  { threat: 11, defence: "the size of a directory in memory", ...DISK, find: "if (count > this.#bytesLeft)", replace: "if (count > 2 ** 40)" },
  { threat: 11, defence: "the number of names in memory", ...DISK, find: "if (this.#namesLeft < 1)", replace: "if (this.#namesLeft < -(2 ** 40))" },
  { threat: 11, defence: "the limit on handles", ...GRANT, find: "if (grant.#handles >= grant.#maxHandles)", replace: "if (grant.#handles >= 2 ** 40)" },
  { threat: 11, defence: "the limit on what is written", ...GRANT, find: 'if (spent < least) throw new FileError("quota");', replace: "" },
  {
    threat: 11,
    defence: "the limit on a read of a file",
    file: FILE.file,
    find: "length > MAX_LENGTH ? MAX_READ_BYTES : Number(length)",
    replace: "Number(length)",
    test: GRANT.test,
  },
  {
    threat: 25,
    defence: "the check of each use of a handle",
    ...HANDLE,
    find: "    this.grant.check();\n    if (this.#closed)",
    replace: "    if (this.#closed)",
  },
  {
    threat: 25,
    defence: "the look after an answer that came late",
    ...HANDLE,
    find: "result instanceof Promise ? this.#later(result) : result",
    replace: "result",
  },
  {
    threat: 25,
    defence: "the end of a walk",
    ...WALK,
    find: 'if (this.#authority.revoked) throw new FileError("not-permitted");',
    replace: "",
    test: HANDLE.test,
  },
  { threat: 25, defence: "the end of handles", ...GRANT, find: "      for (const held of [...this.#held]) held.end();\n", replace: "", test: HANDLE.test },
];

/** Of the directories of the machine: links, special files, names. */
import type { Mutation } from "../mutations.ts";

const FOLDER = "packages/runtime/src/platform/node/directory";
const LINKS = `${FOLDER}/host-links.test.ts`;
const SPECIAL = `${FOLDER}/special-files.test.ts`;
const NAMES = `${FOLDER}/windows-names.test.ts`;
const LINUX = `${FOLDER}/linux-directory.ts`;
const PORTABLE = `${FOLDER}/portable-directory.ts`;
const KEPT = { file: `${FOLDER}/kept-directories.ts`, test: `${FOLDER}/kept-directories.test.ts` };
const FILE = { file: `${FOLDER}/descriptor-file.ts`, test: LINKS };
const ROOT = { file: `${FOLDER}/linux-root.ts`, test: SPECIAL };
const WINDOWS = { file: `${FOLDER}/windows-names.ts`, test: NAMES };

export const MACHINE_DIRECTORIES: readonly Mutation[] = [
  {
    threat: 13,
    defence: "O_NOFOLLOW for directories",
    file: LINUX,
    find: "O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW",
    replace: "O_PATH | constants.O_DIRECTORY",
    test: LINKS,
  },
  {
    threat: 13,
    defence: "O_NOFOLLOW for files",
    file: LINUX,
    find: "constants.O_NOFOLLOW | constants.O_NONBLOCK",
    replace: "constants.O_NONBLOCK",
    test: LINKS,
  },
  { threat: 13, defence: "O_EXCL for new files", file: LINUX, find: "constants.O_CREAT | constants.O_EXCL", replace: "constants.O_CREAT", test: LINKS },
  {
    threat: 13,
    defence: "the last look at a name (Linux)",
    file: LINUX,
    find: 'if (name === "" || name === "." || name === ".." || name.includes("/")) throw',
    replace: "if (name === undefined) throw",
    test: LINKS,
  },
  {
    threat: 13,
    defence: "the end of a directory's descriptor",
    file: LINUX,
    find: "    this.#open = false;\n",
    replace: "",
    test: LINKS,
  },
  { threat: 13, defence: "the end of a file's descriptor", ...FILE, find: "this.#fd = this.#appending = CLOSED;", replace: "this.#appending = CLOSED;" },
  {
    threat: 13,
    defence: "the question where a known directory is",
    ...KEPT,
    find: "if (this.#isAt(kept.fd, path)) return kept;",
    replace: "if (kept) return kept;",
  },
  {
    threat: 13,
    defence: "knowledge for each starting point",
    ...KEPT,
    find: "#keyOf(path: string): string {",
    replace: '#keyOf(path: string): string {\n    if (path !== "") return path;',
  },
  { threat: 13, defence: "the limit on kept directories", ...KEPT, find: "this.#kept.size <= MAX_KEPT_DIRECTORIES", replace: "MAX_KEPT_DIRECTORIES > 0" },
  {
    threat: 13,
    defence: "the looks at where a directory is",
    file: PORTABLE,
    find: "if (!same || realpathSync.native(path) !== path) throw",
    replace: "if (!same && path === undefined) throw",
    test: LINKS,
  },
  {
    threat: 13,
    defence: "the last look at a name (portable)",
    file: PORTABLE,
    find: 'if (name === "" || name === "." || name === ".." || name.includes("/")) throw',
    replace: "if (name === undefined) throw",
    test: LINKS,
  },
  {
    threat: 13,
    defence: "the refusal of junctions",
    file: PORTABLE,
    find: 'else if (this.#root.system === "windows") throw',
    replace: "else if (this.#root.system === undefined) throw",
    test: NAMES,
  },
  {
    threat: 13,
    defence: "`strict`",
    file: `${FOLDER}/directory.ts`,
    find: "if (strict) throw",
    replace: "if (strict && path === undefined) throw",
    test: SPECIAL,
  },
  {
    threat: 14,
    defence: "O_NONBLOCK",
    file: LINUX,
    find: "constants.O_NONBLOCK | constants.O_NOCTTY",
    replace: "constants.O_NOCTTY",
    test: SPECIAL,
  },
  {
    threat: 14,
    defence: "the question what was opened",
    file: LINUX,
    find: 'if (type !== "regular-file" && type !== "directory") throw',
    replace: "if (type === undefined) throw",
    test: SPECIAL,
  },
  {
    threat: 14,
    defence: "the refusal of /proc below the root",
    file: LINUX,
    find: "if (device !== this.#parts.device && isKernelFileSystem(",
    replace: "if (device === -1 && isKernelFileSystem(",
    test: SPECIAL,
  },
  { threat: 14, defence: "the refusal of /dev as a root", ...ROOT, find: "RESERVED.test(readlinkSync(itself)) || ", replace: "" },
  {
    threat: 14,
    defence: "the look at names that are no Unicode",
    file: `${FOLDER}/list-directory.ts`,
    find: 'text.includes("\\uFFFD")',
    replace: 'text.includes("\\0")',
    test: SPECIAL,
  },
  {
    threat: 14,
    defence: "the look at what a name stands for (portable)",
    file: PORTABLE,
    find: 'if (!stats.isFile()) throw new FileError("not-permitted");\n',
    replace: "",
    test: SPECIAL,
  },
  { threat: 14, defence: "the names of devices", ...WINDOWS, find: "DEVICE.test(name) || ", replace: "" },
  { threat: 14, defence: "the refusal of streams", ...WINDOWS, find: "FORBIDDEN.test(name) || ", replace: "" },
  { threat: 14, defence: "the refusal of what Windows leaves off", ...WINDOWS, find: " || TRAILING.test(name)", replace: "" },
  {
    threat: 14,
    defence: "the look at how a name is spelt",
    ...WINDOWS,
    find: "return asked === real || folded(asked) === folded(real);",
    replace: "return folded(asked) !== real;",
  },
  {
    threat: 14,
    defence: "the look at names by the rules of Windows",
    file: PORTABLE,
    find: 'if (this.#root.system === "windows" && !isPlainOnWindows(name)) throw',
    replace: "if (!isPlainOnWindows(name) && name === undefined) throw",
    test: NAMES,
  },
];

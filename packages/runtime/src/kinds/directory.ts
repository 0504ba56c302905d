import type { Directory } from "../directory/directory.ts";
import { memoryDirectory } from "../directory/memory/memory-directory.ts";
import type { Json, JsonObject, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";
import type { CapabilityContext, CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, isCount, isText, type Option, type Options, oneOf } from "./options.ts";
import { grantedPath, pathAsk } from "./path-ask.ts";
import type { PlatformFiles, PlatformMakers } from "./platform-makers.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

const PATH = {
  about: "a folder of this machine; one that lies in the app's own folder is made if there is none",
  ...isText("a path, from the document's folder"),
  example: "./data",
};

const OPTIONS: Options = new Map([
  [
    "files",
    {
      about: "instead of `path`: a folder in memory, with these files to begin with, by path",
      expected: "an object of texts by path",
      accepts: areTexts,
      example: { "notes/first.txt": "Hej" },
    },
  ],
  ["as", { about: 'the name under which parts see it; default: "/"', ...isText("a name"), example: "/data" }],
  ["rights", { about: 'what parts may do in it: "read" or "write", which is both; default: "write"', ...oneOf(["read", "write"]), example: "read" }],
  [
    "bytes",
    {
      about: "how many bytes may be written in all, or, in memory, how many all files may have",
      ...isCount("a number of bytes, at least 0", 0),
      example: 100_000_000,
    },
  ],
  ["handles", { about: "how many files may be open at one time", ...isCount("a number, at least 1", 1), example: 64 }],
  [
    "also",
    {
      about: "more folders for the same parts: each with `as`, and `path` or `files`",
      expected: "a list of objects with options of `directory`",
      accepts: Array.isArray,
      example: [{ path: "./texts", as: "/texts", rights: "read" }],
    },
  ],
]);

interface Config {
  readonly path?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly as?: string;
  readonly rights?: "read" | "write";
  readonly bytes?: number;
  readonly handles?: number;
  readonly also?: readonly Config[];
}

/** `directory`: folders of the machine, or in memory. */
export function directoryKind({ files }: PlatformMakers): CapabilityKind {
  const options: Options = new Map<string, Option>([...(files === undefined ? [] : ([["path", PATH]] as const)), ...OPTIONS]);
  const names = wasiNames("filesystem/");
  return {
    name: "directory",
    about: files === undefined ? "files in memory" : "files in a folder, or in memory",
    options: aboutOptions(options),
    exports: names,
    check: (config, place) => checkAll(options, config, place),
    asks: (config, where) => allOf(config).flatMap(({ path, rights = "write" }) => (path === undefined ? [] : [pathAsk(rights, path, where, files!)])),
    make: async (config, context) => {
      const made: [string, Directory][] = [];
      try {
        for (const each of allOf(config)) {
          const directory = makeOne(each, context, files);
          directory.audit(context.audit);
          made.push([each.as ?? "/", directory]);
        }
      } catch (error) {
        for (const [, directory] of made) directory.revoke();
        throw error;
      }
      const directories = Object.fromEntries(made);
      return new WasiSets(names, { optionsFor: () => ({ directories }), revoke: () => made.forEach(([, each]) => void each.revoke()) });
    },
  };
}

function allOf(config: JsonObject): readonly Config[] {
  const { also = [], ...first } = config as Config;
  return [first, ...also];
}

function makeOne({ path, files: content, rights = "write", bytes, handles }: Config, context: CapabilityContext, files: PlatformFiles | undefined): Directory {
  const limited = (directory: Directory, limits: { readonly bytes?: number }) =>
    handles === undefined && Object.keys(limits).length === 0 ? directory : directory.limit({ ...limits, ...(handles !== undefined && { handles }) });
  if (path === undefined) return limited(memoryDirectory({ files: content ?? {}, rights, ...(bytes !== undefined && { quota: { bytes } }) }), {});
  const { path: real, inside } = grantedPath(rights, path, context, files!);
  return limited(files!.directory({ path: real, name: `directory ${path}`, rights, make: inside }), bytes === undefined ? {} : { bytes });
}

function checkAll(options: Options, config: JsonObject, place: Place): Problem[] {
  const problems = [...checkOptions("directory", options, config, place), ...checkSource(options, config, place)];
  const { also } = config;
  if (!Array.isArray(also)) return problems;
  const seen = new Set([nameOf(config)]);
  for (const [i, each] of (also as readonly Json[]).entries()) {
    const at = [...place, "also", i];
    if (typeof each !== "object" || each === null || Array.isArray(each)) {
      problems.push({
        code: "document/wrong-option",
        message: "each of `also` is an object with options of `directory`",
        place: at,
        hint: '{ "path": "./texts", "as": "/texts" }',
      });
      continue;
    }
    const one = each as JsonObject;
    const inner: Options = new Map([...options].filter(([name]) => name !== "also"));
    problems.push(...checkOptions("directory", inner, one, at), ...checkSource(options, one, at));
    const name = nameOf(one);
    if (seen.has(name))
      problems.push({
        code: "document/wrong-option",
        message: `two folders of one \`directory\` are seen as ${JSON.stringify(name)}`,
        place: at,
        hint: '"as": "/other"',
      });
    seen.add(name);
  }
  return problems;
}

/** Either a folder of the machine, or one in memory: a path that was forgotten should not become an empty folder. */
function checkSource(options: Options, config: JsonObject, place: Place): Problem[] {
  const [hasPath, hasFiles] = [Object.hasOwn(config, "path"), Object.hasOwn(config, "files")];
  if (hasPath !== hasFiles) return [];
  if (!options.has("path"))
    return hasPath ? [] : [{ code: "document/missing-option", message: "`directory` needs `files`: what is in it", place, hint: '"files": {}' }];
  const message = hasPath
    ? "`directory` has `path` and `files`: it is either a folder of this machine or one in memory"
    : "`directory` needs `path`, or `files` for a folder in memory";
  return [{ code: hasPath ? "document/wrong-option" : "document/missing-option", message, place, hint: '"path": "./data"' }];
}

function nameOf({ as }: JsonObject): string {
  return typeof as === "string" ? as : "/";
}

function areTexts(value: Json): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((each) => typeof each === "string");
}

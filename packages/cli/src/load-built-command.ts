/**
 * Loads a bundled command by the code that the JavaScript engine compiled in an earlier run: most of the time that a short command takes
 * would else go to compiling some thousand functions. (`module.enableCompileCache` keeps what was compiled when the
 * file was loaded; the functions are compiled later, when they are called, and that is what takes long.)
 *
 * The cache is one file per command in the user's cache folder. It is used only if this user owns it and nobody else may write it, since
 * it is code; the engine itself refuses one of another version. NODE_DISABLE_COMPILE_CACHE=1 switches it off. Without a cache
 * everything works, slower.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { Script } from "node:vm";
import type { CommandModule } from "./load-command.ts";

/** Changes with each build: the engine compares only the length of the source. */
declare const BUILD_ID: string;

const OTHERS_MAY_WRITE = 0o022;

export async function loadCommand(name: string): Promise<CommandModule> {
  const filename = path.join(import.meta.dirname, "commands", `${name}.cjs`);
  const source = readFileSync(filename, "latin1");
  const cacheFile = cacheFileOf(name);
  const cachedData = cacheFile === undefined ? undefined : readOwn(cacheFile);
  const script = new Script(`(function (module, require) {${source}\n})`, { filename, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = {} as { exports: CommandModule };
  script.runInThisContext()(module, createRequire(filename));
  const { main } = module.exports;
  if (cacheFile === undefined || (cachedData !== undefined && script.cachedDataRejected !== true)) return { main };
  return {
    async main(args) {
      const status = await main(args);
      // Now the functions that the command needs are compiled.
      replaceFile(cacheFile, script.createCachedData());
      return status;
    },
  };
}

function cacheFileOf(name: string): string | undefined {
  const { NODE_DISABLE_COMPILE_CACHE: disabled, XDG_CACHE_HOME: given, LOCALAPPDATA: windows, HOME: home } = process.env;
  if (disabled) return undefined;
  const folder = given || windows || (home && path.join(home, process.platform === "darwin" ? "Library/Caches" : ".cache"));
  return folder && path.isAbsolute(folder) ? path.join(folder, "tenon", `${name}-${process.version}-${process.arch}-${BUILD_ID}.code`) : undefined;
}

/** The file, if it is there and trustworthy. */
function readOwn(file: string): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, "r");
    const { uid, mode } = fstatSync(fd);
    const trusted = process.geteuid === undefined || (uid === process.geteuid() && (mode & OTHERS_MAY_WRITE) === 0);
    return trusted ? readFileSync(fd) : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Whole or not at all, in place of what earlier builds left. A cache that can't be written is no failure. */
function replaceFile(file: string, contents: Uint8Array): void {
  try {
    const folder = path.dirname(file);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, contents, { mode: 0o600, flag: "wx" });
    renameSync(unfinished, file);
    const others = path.basename(file, `${BUILD_ID}.code`);
    for (const each of readdirSync(folder)) if (each.startsWith(others) && each !== path.basename(file)) rmSync(path.join(folder, each));
  } catch {}
}

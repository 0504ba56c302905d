import { lstatSync, mkdirSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { PlatformFiles } from "../../../kinds/platform-makers.ts";
import { MAX_LINKS } from "../../../limits.ts";
import { directory } from "../directory/directory.ts";
import { keptFile } from "./kept-file.ts";
import { SqliteKeyValue } from "./sqlite-keyvalue.ts";

/** The app's own folder as a whole, what is known of it, its document: who writes there decides what the app is. */
const OF_THE_APP: ReadonlySet<string> = new Set(["", ".tenon", "tenon.jsonc"]);

/** The files of this machine, for capabilities of apps. */
export const nodeFiles: PlatformFiles = {
  locate(path, folder) {
    try {
      const real = followed(resolve(path));
      const way = relative(followed(resolve(folder)), real);
      const inside = way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
      return { path: real, inside, holdsApp: inside && OF_THE_APP.has(way.split(sep, 1)[0]!) };
    } catch {
      // Links in a circle, or a folder that can't be looked into: nobody knows where that is.
      return { path: resolve(path), inside: false, holdsApp: false };
    }
  },
  directory({ path, name, rights, make }) {
    try {
      if (make) mkdirSync(path, { recursive: true });
      return directory({ path, name, rights });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") throw new Error(`there is no folder \`${path}\``);
      if (code === "ENOTDIR" || code === "EEXIST") throw new Error(`\`${path}\` is no folder`);
      if (code === "EACCES") throw new Error(`this user may not open \`${path}\``);
      throw error;
    }
  },
  keyvalue: (options) => new SqliteKeyValue(options),
  kept: keptFile,
};

/** Where a path leads, also where nothing is yet: a link to a file that is to be made counts as that file. */
function followed(path: string, links = 0): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const parent = dirname(path);
    if (parent === path || links > MAX_LINKS) throw error;
    const real = join(followed(parent, links), basename(path));
    const isLink = lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return isLink ? followed(resolve(dirname(real), readlinkSync(real)), links + 1) : real;
  }
}

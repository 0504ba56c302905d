/** A machine with Node, as an app needs it. */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { AppPlatform, Grants, Journal } from "../../../app/platform.ts";
import { findPackageFile } from "./npm.ts";

export interface NodePlatformOptions extends Pick<AppPlatform, "kinds" | "interposers"> {
  readonly journal: Journal;
  readonly grants: Grants;
  /** For `{ "env": "NAME" }`. Default: that of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly ask?: AppPlatform["ask"];
}

/** `document`: the path of the document's file. */
export function nodePlatform(document: string, { environment = process.env, ask, ...given }: NodePlatformOptions): AppPlatform {
  const file = path.resolve(document);
  return {
    file,
    folder: realpathSync(path.dirname(file)),
    ...given,
    resolve: (name, from) => (name.startsWith("npm:") ? findPackageFile(name.slice(4), path.dirname(from)) : path.resolve(path.dirname(from), name)),
    read: (name) => readFile(name).catch(inWords),
    secret: (name) => environment[name],
    digest: async (bytes) => createHash("sha256").update(bytes).digest("hex"),
    now: () => performance.now(),
    after(milliseconds, act) {
      const timer = setTimeout(act, milliseconds);
      timer.unref();
      return () => clearTimeout(timer);
    },
    ...(ask === undefined ? {} : { ask }),
  };
}

function inWords(error: NodeJS.ErrnoException): never {
  if (error.code === "ENOENT") throw new Error("there is no such file");
  if (error.code === "EISDIR") throw new Error("it is a folder");
  if (error.code === "EACCES") throw new Error("this user may not read it");
  throw error;
}

import { lstatSync, realpathSync } from "node:fs";
import { PortableDirectory } from "./portable-directory.ts";
import { RootRefused } from "./root-refused.ts";

/** By whose rules names and links go. */
export type System = "posix" | "windows";

/** What the directories of one root have in common. */
export interface PortableRoot {
  readonly system: System;
  /** Every open directory: a renaming moves those that are in what is renamed. */
  readonly open: Set<PortableDirectory>;
}

/** Opens the directory that guests see as their root, where the platform has no handles of directories. */
export function openPortableRoot(path: string, system: System): PortableDirectory {
  const real = realpathSync.native(path);
  if (system === "posix" && /^\/dev(?:\/|$)/.test(real)) throw new RootRefused(path, "devices are not given to guests");
  const stats = lstatSync(real, { bigint: true });
  if (!stats.isDirectory()) throw new RootRefused(path, "it is no directory");
  return new PortableDirectory({ system, open: new Set() }, real, { device: stats.dev, file: stats.ino });
}

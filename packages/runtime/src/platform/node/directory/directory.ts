import { Directory } from "../../../directory/directory.ts";
import type { DirectoryNode } from "../../../directory/node.ts";
import { openLinuxRoot } from "./linux-root.ts";
import { openPortableRoot } from "./portable-root.ts";
import { RootRefused } from "./root-refused.ts";

export interface DirectoryGrant {
  /** Of the host's directory; relative to the working directory of the process. */
  readonly path: string;
  /** Default: "write". */
  readonly rights?: "read" | "write";
  /** As the owner knows it: in audits and messages. Default: the path. */
  readonly name?: string;
  /** Refuse where another process of this machine could lead a guest out: everywhere but on Linux. Default: `false`. */
  readonly strict?: boolean;
}

/**
 * A directory of this machine as a capability. It is open from now until `revoke()`.
 * @throws ComponentError `grant/denied` for /proc and the like; what `fs` throws, if there is no such directory.
 */
export function directory({ path, rights = "write", name = `directory ${path}`, strict = false }: DirectoryGrant): Directory {
  return new Directory(openRoot(path, strict, process.platform), { name, rights });
}

/** With the backend for that platform. */
export function openRoot(path: string, strict: boolean, platform: NodeJS.Platform): DirectoryNode {
  if (platform === "linux") return openLinuxRoot(path);
  if (strict) throw new RootRefused(path, `on ${platform} another process could lead a guest out of it`, "without `strict` that risk is taken");
  return openPortableRoot(path, platform === "win32" ? "windows" : "posix");
}

import { Directory } from "../../../directory/directory.ts";
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
  return new Directory(openRoot(path, strict), { name, rights });
}

function openRoot(path: string, strict: boolean) {
  if (process.platform === "linux") return openLinuxRoot(path);
  if (strict) throw new RootRefused(path, `on ${process.platform} another process could lead a guest out of it`, "without `strict` that risk is taken");
  return openPortableRoot(path, process.platform === "win32" ? "windows" : "posix");
}

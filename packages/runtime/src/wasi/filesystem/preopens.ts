import { after, type Later } from "../../capability/later.ts";
import type { OpenHandles } from "../../capability/open-handles.ts";
import type { Directory } from "../../directory/directory.ts";
import type { DirectoryHandle, Handle } from "../../directory/handle.ts";
import type { WasiHost } from "../options.ts";

/**
 * `wasi:filesystem/preopens`. A directory that is granted is opened once, however often a guest asks for it, and stays open as long as
 * the host is used: most guests never let go of it, and a server has one instance after another.
 */
export function preopens<Descriptor>(host: WasiHost, descriptor: (handle: Handle, open: OpenHandles) => Descriptor) {
  const opened = new Map<Directory, DirectoryHandle>();
  const openOnce = (directory: Directory): Later<DirectoryHandle> =>
    opened.get(directory) ??
    after(directory.open(), (handle) => {
      // Another call may have been faster.
      const first = opened.get(directory);
      if (first !== undefined) handle.close();
      else {
        opened.set(directory, handle);
        host.open.keep(host, { close: () => handle.close() });
      }
      return first ?? handle;
    });
  return {
    getDirectories(): Later<[Descriptor, string][]> {
      const found = host.directories.map(([name, directory]) => {
        directory.authority.check("get-directories");
        return after(openOnce(directory), (handle): [Descriptor, string] => [descriptor(handle, host.open), name]);
      });
      return found.some((each) => each instanceof Promise) ? Promise.all(found) : (found as [Descriptor, string][]);
    },
  };
}

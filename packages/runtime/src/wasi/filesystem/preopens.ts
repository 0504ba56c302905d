import { after, type Later } from "../../capability/later.ts";
import type { OpenHandles } from "../../capability/open-handles.ts";
import type { Handle } from "../../directory/handle.ts";
import type { WasiHost } from "../options.ts";

/** `wasi:filesystem/preopens`: a handle of its own on each directory that is granted. */
export function preopens<Descriptor>({ directories, open }: WasiHost, descriptor: (handle: Handle, open: OpenHandles) => Descriptor) {
  return {
    getDirectories(): Later<[Descriptor, string][]> {
      const opened = directories.map(([name, directory]) => {
        directory.authority.check("get-directories");
        return after(directory.open(), (handle): [Descriptor, string] => [descriptor(handle, open), name]);
      });
      return opened.some((each) => each instanceof Promise) ? Promise.all(opened) : (opened as [Descriptor, string][]);
    },
  };
}

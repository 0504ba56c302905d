import type { Later } from "../../../capability/later.ts";

/** The bytes of a file that is open, however the browser gives them: one for all who have the file open. */
export interface FileContent {
  size(): Later<number>;
  read(into: Uint8Array<ArrayBuffer>, position: number): Later<number>;
  write(bytes: Uint8Array, position: number): Later<number>;
  append(bytes: Uint8Array): Later<number>;
  setSize(size: number): Later<void>;
  flush(): Later<void>;
  close(): Later<void>;
}

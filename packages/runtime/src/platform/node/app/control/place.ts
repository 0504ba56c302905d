import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { stateFolder } from "../state-folder.ts";

/** Longer names of sockets are cut off by the system, without a word. */
const MAX_SOCKET_PATH = 100;

/** Where an app that runs from this document listens for its owner: beside the document, or by a short name where that is too long. */
export function controlPlace(document: string): string {
  const beside = path.join(stateFolder(document), "control.sock");
  const name = createHash("sha256").update(beside).digest("hex").slice(0, 24);
  if (process.platform === "win32") return `\\\\.\\pipe\\tenon-${name}`;
  if (Buffer.byteLength(beside) <= MAX_SOCKET_PATH) return beside;
  return path.join(process.env.XDG_RUNTIME_DIR ?? path.join(tmpdir(), `tenon-${userInfo().uid}`), `tenon-${name}.sock`);
}

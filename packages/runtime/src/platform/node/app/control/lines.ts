import type { Socket } from "node:net";
import { MAX_CONTROL_LINE } from "../../../../limits.ts";

/** Calls `read` with each line that comes, as JSON. What is none, or is too long, ends the connection. */
export function readLines(socket: Socket, read: (message: unknown) => void, most: number = MAX_CONTROL_LINE): void {
  let kept: string[] = [];
  let length = 0;
  socket.setEncoding("utf8");
  socket.on("data", (chunk: unknown) => {
    let rest = chunk as string;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      const line = kept.join("") + rest.slice(0, end);
      [kept, length, rest] = [[], 0, rest.slice(end + 1)];
      let message: unknown;
      try {
        message = JSON.parse(line);
      } catch {
        socket.destroy();
        return;
      }
      read(message);
    }
    kept.push(rest);
    length += rest.length;
    if (length > most) socket.destroy();
  });
}

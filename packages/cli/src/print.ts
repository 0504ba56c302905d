/** Output of tenon's own. Whoever reads it may stop in the middle (`tenon inspect x.wasm | head`): then nothing is left to do. */
import { STATUS_OF_CLOSED_PIPE } from "./closed-pipe.ts";

export function print(text: string): void {
  if (!process.stdout.listeners("error").includes(endWhenClosed)) process.stdout.on("error", endWhenClosed);
  process.stdout.write(text);
}

function endWhenClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(STATUS_OF_CLOSED_PIPE);
}

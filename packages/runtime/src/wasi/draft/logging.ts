import type { Log, LogLevel } from "../../log/log.ts";

/** `wasi:logging/logging`. */
export function logging(log: Log | undefined) {
  return { log: (level: LogLevel, context: string, message: string): void => log?.write({ level, context, message }) };
}

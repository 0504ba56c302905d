/** What the parts of an app say, and what becomes of them: the last lines, and whoever listens. */
import { MAX_APP_LOG_LINES } from "../limits.ts";
import type { LogEntry, LogLevel } from "../log/log.ts";

export interface LogLine {
  /** ISO 8601. */
  readonly at: string;
  /** The part's path; "" of the app itself. */
  readonly part: string;
  readonly level: LogLevel;
  readonly context: string;
  readonly message: string;
}

export class AppLog {
  readonly #lines: LogLine[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();
  /** The time in words is made once for all lines of a millisecond: it costs more than the rest of a line. */
  #millisecond = 0;
  #at = "";

  write(part: string, { level, context, message }: LogEntry): void {
    const now = Date.now();
    if (now !== this.#millisecond) {
      this.#millisecond = now;
      this.#at = new Date(now).toISOString();
    }
    const line = { at: this.#at, part, level, context, message };
    this.#lines.push(line);
    // A few too many at times: to take one from the front of a long list moves all others.
    if (this.#lines.length > 1.5 * MAX_APP_LOG_LINES) this.#lines.splice(0, this.#lines.length - MAX_APP_LOG_LINES);
    for (const tell of this.#listeners) tell(line);
  }

  /** Oldest first. */
  lines(part?: string): readonly LogLine[] {
    const kept = this.#lines.slice(-MAX_APP_LOG_LINES);
    return part === undefined ? kept : kept.filter((line) => line.part === part || line.part.startsWith(`${part}/`));
  }

  /** The function returned ends it. */
  follow(tell: (line: LogLine) => void): () => void {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }
}

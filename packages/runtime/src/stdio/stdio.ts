import { type Audit, Authority } from "../capability/authority.ts";
import { LineSink } from "../log/line-sink.ts";
import type { Log } from "../log/log.ts";
import { emptyInput, type InputSource } from "../streams/input-source.ts";
import { closedSink, type OutputSink } from "../streams/output-sink.ts";
import { GrantedSink, GrantedSource, type OutputQuota } from "./granted-streams.ts";

export interface StdioOptions {
  /** Default: at its end. */
  readonly stdin?: InputSource;
  /** Default: closed. */
  readonly stdout?: OutputSink;
  /** Default: closed. */
  readonly stderr?: OutputSink;
  /** Takes what is written to the streams that are not given, line by line. */
  readonly log?: Log;
  /** Bytes that standard output and error take in all; what comes beyond is dropped and counted. Default: no limit. */
  readonly limit?: number;
}

/** The standard streams as a capability: `WasiOptions.stdio`. */
export class Stdio {
  readonly authority: Authority = new Authority("stdio");
  readonly stdin: InputSource;
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
  readonly #log: Log | undefined;
  readonly #lines: readonly LineSink[];
  readonly #quota: OutputQuota;

  constructor({ stdin = emptyInput, stdout, stderr, log, limit = Number.POSITIVE_INFINITY }: StdioOptions) {
    const { authority } = this;
    const lines: LineSink[] = [];
    const sink = (name: string, given: OutputSink | undefined): OutputSink => {
      if (given !== undefined || log === undefined) return new GrantedSink(given ?? closedSink, { authority, name, quota });
      const line = new LineSink(log, name);
      lines.push(line);
      return new GrantedSink(line, { authority, name, quota });
    };
    const quota = { left: limit, dropped: 0 };
    this.stdin = new GrantedSource(stdin, authority);
    this.stdout = sink("stdout", stdout);
    this.stderr = sink("stderr", stderr);
    this.#log = log;
    this.#lines = lines;
    this.#quota = quota;
  }

  /** Bytes of standard output and error that came beyond the limit. */
  get dropped(): number {
    return this.#quota.dropped;
  }

  /** Passes on to the log what has no line end yet. A command's end does so by itself. */
  end(): void {
    for (const line of this.#lines) line.end();
    this.#log?.end();
  }

  /** To the guest its streams are closed from now on, whatever it does with them. */
  revoke(): void {
    this.authority.revoke();
  }

  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }
}

/** Makes standard streams that can be given to components. */
export function stdio(options: StdioOptions = {}): Stdio {
  return new Stdio(options);
}

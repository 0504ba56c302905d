/** Where an error was found, and what to do about it. */
export interface ErrorDetail {
  /** Byte offset in the component's binary. */
  readonly offset?: number;
  /** Where in the component or value, for people: `component[0].import[2]`, `argument "items"[3].name`. */
  readonly path?: string;
  /** The next step, when there is one. */
  readonly hint?: string;
  /** What lies below, for example the core engine's own error. */
  readonly cause?: unknown;
}

/** The input or the request is wrong. Recognise it by `code`, not by `instanceof`. */
export class ComponentError extends Error {
  override readonly name: string = "ComponentError";
  readonly code: string;
  /** The message without place and hint. */
  readonly reason: string;
  readonly detail: ErrorDetail;

  constructor(code: string, reason: string, detail: ErrorDetail = {}) {
    super(withDetail(reason, detail), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.reason = reason;
    this.detail = detail;
  }
}

function withDetail(message: string, { offset, path, hint }: ErrorDetail): string {
  const place = path === undefined ? "" : ` in ${path}`;
  const at = offset === undefined ? "" : ` (at offset 0x${offset.toString(16)})`;
  const next = hint === undefined ? "" : `; ${hint}`;
  return `${message}${at}${place}${next}`;
}

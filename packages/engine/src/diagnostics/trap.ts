/** Where a trap happened, as far as it is known. */
export interface TrapDetail {
  /** The part or component that trapped. */
  readonly part?: string;
  /** The exported function that was being called. */
  readonly function?: string;
  /** What lies below: the core engine's own error. */
  readonly cause?: unknown;
}

/** The guest broke a rule at run time; its instance is poisoned. Recognise it by `code`. */
export class Trap extends Error {
  override readonly name: string = "Trap";
  readonly code: string;
  readonly detail: TrapDetail;

  constructor(code: string, message: string, detail: TrapDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.detail = detail;
  }
}

import { ErrorCode } from "../diagnostics/error-code.ts";

/** The `err` case of a function's result. Host functions throw one (or anything with an own `payload`) to return an error. */
export class ResultError extends Error {
  override readonly name: string = "ResultError";
  readonly code: string = ErrorCode.ResultError;
  readonly payload: unknown;

  constructor(payload: unknown, message: string = `the function returned an error: ${summary(payload)}`) {
    super(message);
    this.payload = payload;
  }
}

function summary(payload: unknown): string {
  if (typeof payload !== "object" || payload === null) return String(payload);
  return "tag" in payload ? String(payload.tag) : "see `payload`";
}

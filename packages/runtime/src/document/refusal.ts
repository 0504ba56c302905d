import { AppError } from "./problem.ts";

/** Something that can't be done, with the next step. */
export function refusal(code: string, message: string, hint?: string): AppError {
  return new AppError([{ code, message, place: [], ...(hint === undefined || hint === "" ? {} : { hint }) }]);
}

/** Of a change that leaves the document as it is. */
export function nothingChanges(): AppError {
  return refusal("app/no-change", "this changes nothing: the document says it already");
}

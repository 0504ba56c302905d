import { AppError } from "./problem.ts";

/** Something that can't be done, with the next step. */
export function refusal(code: string, message: string, hint?: string): AppError {
  return new AppError([{ code, message, place: [], ...(hint === undefined || hint === "" ? {} : { hint }) }]);
}

import { type Interposer, WireFailure } from "@tenon/engine";
import type { AppPlatform } from "./platform.ts";

/** Ends calls that wait for longer than so many milliseconds: what they come to later is nobody's. Calls that compute are not ended. */
export function deadline(milliseconds: number, { after }: Pick<AppPlatform, "after">): Interposer {
  return ({ args, next }) => {
    const result = next(...args);
    if (!(result instanceof Promise)) return result;
    return new Promise((resolve, reject) => {
      const forget = after(milliseconds, () => reject(new WireFailure(`it did not answer within ${milliseconds} ms`)));
      result.then(resolve, reject).finally(forget);
    });
  };
}

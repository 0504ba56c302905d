import type { Datetime } from "../../../clock/clock.ts";

/** `wasi:clocks/timezone` (unstable): where the host stands is not told. */
export const timezone = {
  ianaId: (): string | undefined => undefined,
  utcOffset: (_when: Datetime): bigint | undefined => undefined,
  toDebugString: (): string => "UTC",
};

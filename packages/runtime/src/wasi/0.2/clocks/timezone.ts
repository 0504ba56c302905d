import type { Datetime } from "../../../clock/clock.ts";

export interface TimezoneDisplay {
  readonly utcOffset: number;
  readonly name: string;
  readonly inDaylightSavingTime: boolean;
}

/** `wasi:clocks/timezone` (unstable): where the host stands is not told, so it is UTC. */
export const timezone = {
  display: (_when: Datetime): TimezoneDisplay => ({ utcOffset: 0, name: "UTC", inDaylightSavingTime: false }),
  utcOffset: (_when: Datetime): number => 0,
};

import { durationOf } from "../document/duration.ts";
import { wrong } from "./configuration.ts";
import type { InterposerKind } from "./kind.ts";

/** Holds every call for a time: for tests of who waits. */
export const delayKind: InterposerKind = {
  name: "delay",
  about: "holds every call for a time",
  power: "transform",
  check: (config, place) =>
    typeof config === "string" && durationOf(config) !== undefined ? [] : [wrong(place, "delay", config, 'a time, as "20ms"', '{ "delay": "20ms" }')],
  make(config, { after }) {
    const milliseconds = durationOf(config as string)!;
    return {
      intercept: ({ args, next }) =>
        new Promise((resolve, reject) => {
          after(milliseconds, () => {
            try {
              resolve(next(...args));
            } catch (error) {
              reject(error);
            }
          });
        }),
    };
  },
};

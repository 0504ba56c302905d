import type { Json, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";
import { MAX_LOGGED_CALLS } from "../limits.ts";
import { CallText, type EndedCall } from "./call-text.ts";
import { isListOfTexts, isObject, unknownKeys, wrong } from "./configuration.ts";
import type { InterposerKind } from "./kind.ts";

const EXAMPLE = '{ "log": { "hide": ["password"] } }';
/** Milliseconds: a person who looks on waits no longer for a line. */
const FLUSH_AFTER = 50;
/** Calls that are put into words together: of more, the garbage collector would carry the values around. */
const BATCH = 256;

/** A line in the log for each call, with its values. A call only notes them down; they are put into words afterwards, many at once. */
export const logKind: InterposerKind = {
  name: "log",
  about: "writes a line for each call: its values, its result, how long it took",
  power: "observe",
  check(config: Json, place: Place): readonly Problem[] {
    if (!isObject(config)) return [wrong(place, "log", config, "an object", EXAMPLE)];
    const problems = unknownKeys(config, "log", ["hide"], place);
    const { hide } = config;
    if (hide !== undefined && !isListOfTexts(hide)) problems.push(wrong([...place, "log", "hide"], "hide", hide, "a list of parameters", EXAMPLE));
    return problems;
  },
  make(config, { wire, functions, secrets, log, now, after }) {
    const { hide = [] } = config as { readonly hide?: readonly string[] };
    const text = new CallText(functions, hide, secrets);
    let pending: EndedCall[] = [];
    let noted = 0;
    let dropped = 0;
    let forget: (() => void) | undefined;
    const tell = (): void => {
      const calls = pending;
      pending = [];
      for (const call of calls) log({ level: "info", context: wire, message: text.line(call) });
    };
    const flush = (): void => {
      forget?.();
      forget = undefined;
      tell();
      if (dropped > 0) log({ level: "warn", context: wire, message: `${dropped} calls are not told: they came too fast` });
      noted = dropped = 0;
    };
    const note = (call: EndedCall): void => {
      if (noted === MAX_LOGGED_CALLS) {
        dropped += 1;
        return;
      }
      noted += 1;
      if (pending.push(call) === BATCH) tell();
      forget ??= after(FLUSH_AFTER, flush);
    };
    return {
      intercept({ function: label, args, next }) {
        const start = now();
        const returned = (value: unknown): unknown => {
          note({ function: label, args, outcome: "returned", value, took: now() - start });
          return value;
        };
        const failed = (value: unknown): never => {
          note({ function: label, args, outcome: "failed", value, took: now() - start });
          throw value;
        };
        let result: unknown;
        try {
          result = next(...args);
        } catch (error) {
          return failed(error);
        }
        return result instanceof Promise ? result.then(returned, failed) : returned(result);
      },
      close: flush,
    };
  },
};

import { Trap, TrapCode } from "@tenon/engine";
import { type Clock, type ClockOptions, clock, FakeClock } from "../clock/clock-capability.ts";
import type { Json, JsonObject, Place } from "../document/document.ts";
import { durationOf } from "../document/duration.ts";
import type { Problem } from "../document/problem.ts";
import type { CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, type Options } from "./options.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

const AT = "true, or a date such as 2026-01-31T12:00:00Z";
const OPTIONS: Options = new Map([
  ["resolution", { about: 'the steps in which parts see time; default: "1ms"', expected: 'a time such as "10ms"', accepts: isStep, example: "10ms" }],
  [
    "frozen",
    { about: "time passes only while a part waits for it; it begins now, or at a date", expected: AT, accepts: isStart, example: "2026-01-31T12:00:00Z" },
  ],
  [
    "fake",
    { about: `time passes when a part says so, by \`tenon:testing/clock\`; it begins at 1970, or at a date`, expected: AT, accepts: isStart, example: true },
  ],
]);

/** By which a part moves a fake clock: `packages/runtime/wit/testing.wit`. */
const TEST_CLOCK = "tenon:testing/clock@0.1.0";

const NANOSECONDS_PER_MILLISECOND = 1_000_000;
/** A step of a nanosecond, which a text has as `0.000001ms`. */
const MIN_STEP_MILLISECONDS = 1 / NANOSECONDS_PER_MILLISECOND;

/** `clock`: what time it is. */
export function clockKind(): CapabilityKind {
  const names = wasiNames("clocks/");
  return {
    name: "clock",
    about: "the time: real, frozen, or moved by a test",
    options: aboutOptions(OPTIONS),
    exports: [...names, TEST_CLOCK],
    check: (config, place) => [...checkOptions("clock", OPTIONS, config, place), ...checkOne(config, place)],
    asks: () => [],
    make: async (config, context) => {
      const made = clock(optionsOf(config));
      made.audit(context.audit);
      const sets = new WasiSets(names, { optionsFor: () => ({ clock: made }), revoke: () => made.revoke() });
      const testing = testClock(made);
      return {
        provide: (importer) => ({ ...sets.provide(importer), [TEST_CLOCK]: testing }),
        release: (importer) => sets.release(importer),
        close: () => sets.close(),
      };
    },
  };
}

function optionsOf({ resolution, frozen, fake }: JsonObject): ClockOptions {
  const start = (value: Json): true | Date => (value === true ? true : new Date(value as string));
  if (fake !== undefined) return { fake: start(fake) };
  if (frozen !== undefined) return { frozen: start(frozen) };
  return resolution === undefined ? {} : { resolution: BigInt(Math.round(durationOf(resolution as string)! * NANOSECONDS_PER_MILLISECOND)) };
}

function checkOne(config: JsonObject, place: Place): Problem[] {
  const [first, second] = [...OPTIONS.keys()].filter((name) => Object.hasOwn(config, name));
  if (second === undefined) return [];
  return [
    { code: "document/wrong-option", message: `\`clock\` has \`${first}\` and \`${second}\`: it is one of real, frozen and fake`, place: [...place, second] },
  ];
}

function isStep(value: Json): boolean {
  return typeof value === "string" && (durationOf(value) ?? 0) >= MIN_STEP_MILLISECONDS;
}

function isStart(value: Json): boolean {
  return value === true || (typeof value === "string" && /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(value) && !Number.isNaN(Date.parse(value)));
}

function testClock(made: Clock): { readonly advance: (nanoseconds: bigint) => void } {
  return {
    advance(nanoseconds) {
      if (!(made instanceof FakeClock)) throw new Trap(TrapCode.HostThrew, '`tenon:testing/clock`: only a fake clock can be moved, `"with": { "fake": true }`');
      made.advance(nanoseconds);
    },
  };
}

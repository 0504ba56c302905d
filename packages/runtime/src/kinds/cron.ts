/**
 * `cron`: calls a part at times that a pattern says. What is promised, over restarts too: a firing is begun at most once, and is on record
 * before it begins; firings that could not be begun when they were due are made up for by one, or left out, as the document says, and the
 * next tells how many there were.
 */
import { Cron } from "croner";
import type { Json, JsonObject, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";
import type { Capability, CapabilityContext, CapabilityKind, EventTarget } from "./kind.ts";
import { aboutOptions, checkOptions, isText, type Options, oneOf } from "./options.ts";
import type { Kept, PlatformFiles, Time } from "./platform-makers.ts";
import { waiting } from "./waiting.ts";

const OPTIONS: Options = new Map([
  [
    "at",
    {
      about: "when: minute, hour, day of the month, month, day of the week; with a sixth in front of them, second",
      ...isText("a cron pattern"),
      example: "0 7 * * MON-FRI",
      required: true,
    },
  ],
  ["zone", { about: 'the time zone of the pattern; default: "UTC"', ...isText("a time zone"), example: "Europe/Stockholm" }],
  [
    "missed",
    {
      about: 'what becomes of firings that could not be made in time: "once" makes up for all of them by one, "skip" leaves them out; default: "once"',
      ...oneOf(["once", "skip"]),
      example: "skip",
    },
  ],
]);

/** What can be wired to it, best first. A program's `run` is told nothing. */
const HANDLERS: readonly string[] = ["tenon:events/cron-handler@0.1.0", "wasi:cli/run@0.3.0", "wasi:cli/run@0.2.0"];

/** The longest sleep: clocks are set, and machines are put to sleep. */
const MAX_SLEEP = 60_000;
/** When to look again whether a part that was down is up. */
const RETRY = 1000;
/** How late a firing may be that is not made up for. */
const MAX_LATE = 60_000;
/** Missed firings are counted to here. */
const MAX_MISSED = 1000;

export interface CronPlatform {
  readonly time: Time;
  readonly files?: PlatformFiles | undefined;
}

export function cronKind(platform: CronPlatform): CapabilityKind {
  return {
    name: "cron",
    about: "calls a part at times that a pattern says",
    options: aboutOptions(OPTIONS),
    exports: [],
    imports: (_config, keys) => keys.filter((key) => key === "handler").map((name) => ({ name, accepts: HANDLERS })),
    check: (config, place) => [...checkOptions("cron", OPTIONS, config, place), ...checkPattern(config, place)],
    asks: () => [],
    make: async (config, context) => new CronCapability(config, context, platform),
  };
}

function scheduleOf({ at, zone = "UTC" }: JsonObject): Cron {
  return new Cron(at as string, { timezone: zone as string, mode: "5-or-6-parts" });
}

function checkPattern(config: JsonObject, place: Place): Problem[] {
  const { at, zone = "UTC" } = config;
  if (typeof at !== "string" || typeof zone !== "string") return [];
  const wrong = (option: string, message: string, example: Json): Problem[] => [
    { code: "document/wrong-option", message, place: [...place, option], hint: `${JSON.stringify(option)}: ${JSON.stringify(example)}` },
  ];
  if (!isZone(zone)) return wrong("zone", `there is no time zone ${JSON.stringify(zone)}`, "Europe/Stockholm");
  try {
    if (scheduleOf(config).nextRun() !== null) return [];
    return wrong("at", `the pattern ${JSON.stringify(at)} never comes`, "0 7 * * *");
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, "");
    return wrong("at", `the pattern ${JSON.stringify(at)} can't be read: ${why}`, "0 7 * * *");
  }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** What is on record: times as ISO 8601. */
interface Recorded {
  /** The last firing that was begun or left out, or when the schedule was first run. */
  readonly last: string;
  /** Firings left out since one was begun. */
  readonly missed: number;
  /** It was begun, and had not ended. */
  readonly underWay: boolean;
}

class CronCapability implements Capability {
  readonly #context: CapabilityContext;
  readonly #time: Time;
  readonly #kept: Kept | undefined;
  readonly #schedule: Cron;
  readonly #makesUp: boolean;
  #target: EventTarget | undefined;
  #begun = false;
  /** `undefined`: what is on record has not been read. */
  #last: number | undefined;
  #missed = 0;
  #underWay = false;
  #cancel = () => {};
  #writes: Promise<void> = Promise.resolve();
  #trouble: string | undefined;
  #closed = false;

  constructor(config: JsonObject, context: CapabilityContext, { time, files }: CronPlatform) {
    this.#context = context;
    this.#time = time;
    this.#kept = files?.kept(context.folder, context.part);
    this.#schedule = scheduleOf(config);
    this.#makesUp = config.missed !== "skip";
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  provide(): Record<string, never> {
    return {};
  }

  connect(_name: string, to: EventTarget | undefined): void {
    const wasConnected = this.#target !== undefined;
    this.#target = to;
    if (wasConnected || to === undefined) return;
    // What came while the wire led nowhere was meant for nobody.
    if (this.#last !== undefined) this.#last = Math.max(this.#last, this.#time.now());
    if (this.#begun) this.#look();
    else void this.#begin();
    this.#begun = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#writes;
  }

  /** Goes on from what is on record. */
  async #begin(): Promise<void> {
    const recorded = await this.#read();
    if (recorded?.underWay) this.#tell("warn", `the firing of ${recorded.last} was under way when the app stopped: it is not repeated`);
    this.#missed = recorded?.missed ?? 0;
    this.#last = recorded === undefined ? this.#time.now() : Date.parse(recorded.last);
    if (recorded === undefined || recorded.underWay) this.#record();
    this.#look();
  }

  /** Makes a firing that is due, and comes back when the next is. */
  #look(): void {
    this.#cancel();
    if (this.#closed || this.#target === undefined || this.#last === undefined) return;
    const now = this.#time.now();
    const due = this.#schedule.previousRuns(1, new Date(now + 1))[0]?.getTime();
    const isSettled = due === undefined || due <= this.#last || this.#settle(due, now);
    const next = this.#schedule.nextRun(new Date(Math.max(now, this.#last)))?.getTime() ?? Number.POSITIVE_INFINITY;
    this.#cancel = this.#time.after(isSettled ? Math.max(1, Math.min(next - now, MAX_SLEEP)) : RETRY, () => this.#look());
  }

  /** Begins a firing or leaves it out. `false`: neither yet, as the part is down. */
  #settle(due: number, now: number): boolean {
    if (!this.#makesUp && now - due > MAX_LATE) this.#leaveOut(due, `the firing of ${iso(due)} was missed and is left out`);
    else if (this.#target!.poisonedBy !== undefined) return false;
    else if (this.#underWay) this.#leaveOut(due, `the firing of ${iso(due)} is left out: the one before it is still under way`);
    else {
      const missed = this.#missedBefore(due);
      this.#last = due;
      this.#missed = 0;
      this.#underWay = true;
      void this.#fire(due, missed);
    }
    return true;
  }

  #missedBefore(due: number): number {
    let missed = this.#missed;
    for (const each of this.#schedule.enumerate(new Date(this.#last!))) {
      if (each.getTime() >= due || missed >= MAX_MISSED) break;
      missed++;
    }
    return missed;
  }

  #leaveOut(due: number, why: string): void {
    this.#tell("warn", why);
    this.#missed = this.#missedBefore(due) + 1;
    this.#last = due;
    this.#record();
  }

  async #fire(due: number, missed: number): Promise<void> {
    this.#record();
    await this.#writes;
    const target = this.#target;
    try {
      if (target !== undefined && !this.#closed) await call(target, due, missed);
    } catch (error) {
      if (error instanceof Error && Object.hasOwn(error, "payload"))
        this.#tell("warn", `the firing of ${iso(due)} failed${inWords((error as { payload?: unknown }).payload)}`);
      else target!.failed(error);
    }
    this.#underWay = false;
    this.#record();
  }

  async #read(): Promise<Recorded | undefined> {
    try {
      const text = await this.#kept?.read();
      if (text === undefined) return undefined;
      const recorded = JSON.parse(text) as Recorded;
      if (!Number.isNaN(Date.parse(recorded.last)) && Number.isSafeInteger(recorded.missed)) return recorded;
    } catch {
      // Said below: a file that can't be read tells as little as one that isn't there.
    }
    this.#tell("warn", "what is on record of the last firing can't be read: the schedule begins anew");
    return undefined;
  }

  /** Writes follow one another; a firing that can't be put on record is made all the same. */
  #record(): void {
    const recorded: Recorded = { last: iso(this.#last!), missed: this.#missed, underWay: this.#underWay };
    this.#writes = this.#writes
      .then(() => this.#kept?.write(JSON.stringify(recorded)))
      .then(
        () => void (this.#trouble = undefined),
        (error: Error) => void (this.#trouble = `the last firing can't be put on record, and may be repeated when the app starts again: ${error.message}`),
      );
  }

  #tell(level: "info" | "warn", message: string): void {
    this.#context.log({ level, context: "cron", message });
  }
}

async function call({ name, exports }: EventTarget, due: number, missed: number): Promise<void> {
  const { handle, run } = exports as { readonly handle: (firing: unknown) => unknown; readonly run: () => unknown };
  await (name.startsWith("wasi:cli/run@") ? waiting(run)() : waiting(handle as (...args: unknown[]) => unknown)({ due: BigInt(due), missed }));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** The handler's own words; a program has none. */
function inWords(payload: unknown): string {
  return typeof payload === "string" ? `: ${payload}` : "";
}

/**
 * Lays the wires of a plan: what each end of the running parts is to lead to, what lies on it, and which of that differs from what is there.
 * All changes of a plan are made at one instant: first those of the engine, checked and prepared before, then those of sources of events,
 * with nothing in between that could run a guest.
 */
import { type Change, type End, type Interposer, prepareRewire } from "@tenon/engine";
import type { Json } from "../document/document.ts";
import { serving } from "../document/names.ts";
import type { EventTarget, Importer } from "../kinds/kind.ts";
import { deadline } from "./deadline.ts";
import { heldExports, interposed } from "./event-target.ts";
import { exportedBy } from "./exported.ts";
import type { Gate } from "./gate.ts";
import type { PlannedWire } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";
import type { Tap, TappedWire } from "./recorder.ts";
import type { Laid, LaidInterposer, Running, RunningCapability, RunningComponent } from "./running.ts";

/** What laying needs of the app. */
export interface Ground {
  readonly platform: AppPlatform;
  /** By path. */
  readonly parts: ReadonlyMap<string, Running>;
  readonly taps: Iterable<Tap>;
  /** Texts that are told nowhere. */
  readonly secrets: ReadonlySet<string>;
  /** Counts calls into a part that was just swapped, the wires into which are guarded; `undefined`: it is not on trial. */
  readonly trialOf: (path: string) => Interposer | undefined;
  /** Calls of it fail at once. */
  readonly isDown: (path: string) => boolean;
  readonly log: (part: string, message: string) => void;
  /** A call of a part failed that a source of events had made. */
  readonly failed: (part: string, error: unknown) => void;
}

/** How a wire is to be laid; interposers that it had stay themselves. `importer`: the component that it leaves. */
export function layingOf(wire: PlannedWire, importer: Importer | undefined, before: Laid | undefined, ground: Ground): Laid {
  const { platform, taps } = ground;
  const trial = wire.to === undefined ? undefined : ground.trialOf(wire.to);
  const kept = [...(before?.interposers ?? [])];
  const interposers = wire.through.map((planned): LaidInterposer => {
    const same = kept.findIndex((each) => each.planned.kind === planned.kind && JSON.stringify(each.planned.with) === JSON.stringify(planned.with));
    if (same >= 0) return kept.splice(same, 1)[0]!;
    return { planned, made: planned.kind.make(planned.with, interposerContext(wire, ground)) };
  });
  const tapped = tapsOn(wire, before, taps);
  const [first, last] = [false, true].map((isLast) => tapped.filter(([tap]) => (tap.isLast?.(tappedOf(wire)) ?? false) === isLast).map(([, each]) => each));
  const bounding = wire.deadline === undefined ? undefined : deadlineOf(wire.deadline, before, platform);
  const through = [
    ...first!,
    ...(bounding === undefined ? [] : [bounding]),
    ...interposers.map(({ made }) => made.intercept),
    ...(trial === undefined ? [] : [trial]),
    ...last!,
  ];
  return {
    to: targetOf(wire, importer, ground),
    interposers,
    through,
    guard: wire.guard || trial !== undefined,
    onFailure: wire.onFailure === undefined ? undefined : fromJson(wire.onFailure),
    deadline: wire.deadline,
    bounding,
    taps: tapped,
  };
}

function tapsOn(planned: PlannedWire, before: Laid | undefined, taps: Iterable<Tap>): Laid["taps"] {
  const all: [Tap, Interposer, string | null][] = [];
  const wire = tappedOf(planned);
  for (const tap of taps) {
    if (!tap.matches(wire)) continue;
    const same = before?.taps.find(([each, , to]) => each === tap && to === wire.to);
    all.push(same === undefined ? [tap, tap.make(wire), wire.to] : [tap, same[1], wire.to]);
  }
  return all;
}

function tappedOf(wire: PlannedWire): TappedWire {
  return { ...wire, to: wire.to ?? null };
}

/** The same interposer as before, if it is for the same time. */
function deadlineOf(milliseconds: number, before: Laid | undefined, platform: AppPlatform): Interposer {
  return before?.deadline === milliseconds ? before.bounding! : deadline(milliseconds, platform);
}

function interposerContext(wire: PlannedWire, { platform, secrets, log }: Ground): Parameters<LaidInterposer["planned"]["kind"]["make"]>[1] {
  return {
    wire: `${wire.from} → ${wire.import}`,
    functions: wire.functions,
    secrets,
    log: ({ message, context }) => log(wire.from, context === "" ? message : `${context}: ${message}`),
    now: () => platform.now(),
    after: (milliseconds, act) => platform.after(milliseconds, act),
    ...(platform.ask === undefined ? {} : { ask: platform.ask }),
    resolve: (path) => platform.resolve(path, wire.scope.file),
    read: (path) => platform.read(path),
  };
}

/** What the engine leads the end to. */
function targetOf({ to, export: name }: PlannedWire, importer: Importer | undefined, { parts, isDown }: Ground): unknown {
  const target = to === undefined ? undefined : parts.get(to);
  if (target === undefined || isDown(target.planned.path)) return null;
  if (target.kind === "component") return exportedBy(target.instance.exports, name) ?? null;
  const provided = importer && target.capability?.provide(importer);
  const found = provided && serving(Object.keys(provided), name);
  return found === undefined ? null : provided![found];
}

/** `null` is none, as `undefined` is in JavaScript. */
export function fromJson(value: Json): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromJson(each)]));
  return value;
}

/** The change of an end, if there is one. */
export function changeOf(end: End, before: Laid | undefined, laid: Laid): Change | undefined {
  const { to, through, guard, onFailure } = laid;
  const same =
    before !== undefined &&
    before.to === to &&
    before.guard === guard &&
    sameList(before.through, through) &&
    JSON.stringify(before.onFailure) === JSON.stringify(onFailure);
  return same ? undefined : { end, to, through, guard, onFailure };
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}

/**
 * Checks and prepares the laying of all wires. The function returned lays them; it can't fail.
 *
 * @throws ComponentError where types don't fit; nothing has changed then.
 */
export function layAll(wires: ReadonlyMap<string, readonly PlannedWire[]>, ground: Ground): () => void {
  const changes: Change[] = [];
  const after: (() => void)[] = [];
  for (const [path, part] of ground.parts) {
    const planned = wires.get(path) ?? [];
    if (part.kind === "component") layComponent(part, planned, ground, changes, after);
    else if (part.capability?.connect !== undefined) layEvents(part, planned, ground, after);
  }
  const flip = prepareRewire(changes);
  return () => {
    flip();
    for (const act of after) act();
  };
}

function layComponent(part: RunningComponent, wires: readonly PlannedWire[], ground: Ground, changes: Change[], after: (() => void)[]): void {
  for (const wire of wires) {
    const before = part.laid.get(wire.import);
    const laid = layingOf(wire, part.importer, before, ground);
    const change = changeOf(part.instance.ends.get(wire.import)!, before, laid);
    if (change !== undefined) changes.push(change);
    after.push(() => {
      part.laid.set(wire.import, laid);
      closeLeft(before, laid);
    });
  }
}

/** Interposers that are on the wire no more are told. */
function closeLeft(before: Laid | undefined, laid: Laid | undefined): void {
  for (const each of before?.interposers ?? []) if (!laid?.interposers.includes(each)) each.made.close?.();
}

function layEvents(part: RunningCapability, wires: readonly PlannedWire[], ground: Ground, after: (() => void)[]): void {
  const left = new Set(part.connected.keys());
  for (const wire of wires) {
    left.delete(wire.import);
    const before = part.connected.get(wire.import);
    const laid = layingOf(wire, undefined, before?.laid, ground);
    const target = wire.to === undefined ? undefined : ground.parts.get(wire.to);
    const same = before !== undefined && before.laid.to === laid.to && before.part === target && sameList(before.laid.through, laid.through);
    const events = laid.to === null || target?.kind !== "component" ? undefined : same ? before.target : eventTarget(wire, target, laid, ground);
    after.push(() => {
      if (!same) part.capability!.connect!(wire.import, events);
      part.connected.set(wire.import, { laid, part: target, target: events });
      closeLeft(before?.laid, laid);
    });
  }
  for (const name of left) {
    after.push(() => {
      part.capability!.connect!(name, undefined);
      part.capability!.disconnect?.(name);
      closeLeft(part.connected.get(name)?.laid, undefined);
      part.connected.delete(name);
    });
  }
}

function eventTarget({ export: name, functions }: PlannedWire, target: RunningComponent, { to, through }: Laid, ground: Ground): EventTarget {
  const { instance } = target;
  return {
    name,
    exports: interposed(to, name, functions, through),
    ends: instance.ends,
    get poisonedBy() {
      return instance.poisonedBy;
    },
    failed: (error) => ground.failed(target.planned.path, error),
  };
}

/** Calls of a source of events by this import wait at the gate from now on, and go where the import leads when they may go on. */
export function holdEvents(source: RunningCapability, name: string, gate: Gate, now: () => Running | undefined): void {
  const { target } = source.connected.get(name) ?? {};
  if (target === undefined) return;
  const held = heldExports(target, gate, () => {
    const current = now();
    return (current?.kind === "capability" ? current.connected.get(name)?.target : undefined) ?? target;
  });
  source.capability?.connect?.(name, { ...target, exports: held });
}

/**
 * The parts of an app that run, and how they become those of another plan: what is new is made beside what runs, state moves where code
 * was swapped, all wires move at one instant, what is gone is let go. Until that instant nothing has changed, and whatever fails before
 * it leaves everything as it was.
 */
import { ComponentError, type End, type Change as EngineChange, Store, Trap, TrapCode } from "@tenon/engine";
import { AppError, type Problem } from "../document/problem.ts";
import type { Ask } from "../kinds/kind.ts";
import { Log, type LogEntry } from "../log/log.ts";
import type { AppLog } from "./app-log.ts";
import { inWords } from "./authority.ts";
import type { Components } from "./components.ts";
import { Gate } from "./gate.ts";
import { identityOf } from "./identity.ts";
import { KeptInstances } from "./kept-instances.ts";
import { outsideOf } from "./ladder.ts";
import { changeOf, type Ground, holdEvents, layAll, layingOf } from "./laying.ts";
import type { Plan, PlannedCapability, PlannedComponent, PlannedPart } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";
import type { Tap } from "./recorder.ts";
import { type Laid, Named, type Running, RunningCapability, RunningComponent } from "./running.ts";
import { isSame, matched } from "./same-part.ts";
import { type PartHealth, Supervisor } from "./supervisor.ts";
import { exchange, type Swap, type SwapReport } from "./swap.ts";
import { Trial } from "./trial.ts";

/** How the parts of a plan relate to those that run. */
export interface Relation {
  /** Paths of parts that have moved: old → new. */
  readonly moves: ReadonlyMap<string, string>;
  /** Parts that get new instances though their code is the same: by path. */
  readonly renewed?: ReadonlySet<string>;
  /** Instances that ran before, and are to run again: by path. */
  readonly woken?: ReadonlyMap<string, RunningComponent>;
  /** Not the owner but whoever can write the app's files has changed it: what capabilities were granted has to be theirs still. */
  readonly isFromFile?: true;
  /** A capability that asks for more than is granted, and than it was refused already, makes the whole fail. Otherwise it is not made. */
  readonly refuses?: boolean;
}

/** What is to become of the parts: made, checked, not yet in effect. */
export interface Prepared {
  /** Puts it into effect; how the state of swapped parts got over. @throws AppError; then nothing has changed. */
  commit(): Promise<readonly SwapReport[]>;
  /** It is not to be: what was made for it goes. */
  abandon(): void;
}

/** What the app is told. */
export interface AssemblyEvents {
  /** A freshly swapped part trapped: `before` is what ran in its place. */
  rollBack(path: string, before: RunningComponent, why: string): void;
  /** These parts are to be made anew. Gives those that could not be. */
  renew(paths: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  /** The wires have to be laid anew. */
  relay(): void;
  /** A part's health has changed. */
  health(path: string): void;
}

/** When it is looked at again whether calls have left an instance that is not needed any more, in milliseconds. */
const RETIRE_AGAIN = 1000;

/** For the making of what a plan needs. */
interface Making {
  /** What was made until now. */
  readonly made: Running[];
  readonly plan: Plan;
  readonly refuses: boolean;
  /** What takes back what was changed until now. */
  readonly undo: (() => Promise<unknown>)[];
}

interface Swapping {
  readonly path: string;
  readonly before: RunningComponent;
  readonly after: RunningComponent;
}

export class Assembly {
  plan: Plan;
  parts: ReadonlyMap<string, Running> = new Map();
  readonly taps = new Set<Tap>();
  readonly supervisor: Supervisor;
  readonly #platform: AppPlatform;
  readonly #components: Components;
  readonly #log: AppLog;
  readonly #events: AssemblyEvents;
  /** Values that capabilities were given by reference. */
  readonly secrets: Set<string> = new Set();
  readonly #store = new Store();
  readonly #trials = new Map<string, Trial>();
  readonly #kept: KeptInstances<RunningComponent>;

  constructor(plan: Plan, { platform, components, log, events }: { platform: AppPlatform; components: Components; log: AppLog; events: AssemblyEvents }) {
    this.plan = plan;
    this.#platform = platform;
    this.#components = components;
    this.#log = log;
    this.#events = events;
    this.#kept = new KeptInstances((part) => this.#retire(part), platform);
    const told = (path: string, { trouble }: PartHealth): void => {
      log.write(path, { level: trouble === undefined ? "info" : "error", context: "", message: trouble ?? "started again" });
      events.relay();
      events.health(path);
    };
    this.supervisor = new Supervisor({ restart: (paths) => events.renew(paths), told }, platform);
  }

  /** @throws AppError: what is wrong; nothing has changed. */
  async prepare(plan: Plan, { moves, renewed = new Set(), woken = new Map(), isFromFile, refuses = false }: Relation): Promise<Prepared> {
    refuseOpen(plan);
    const kept = matched(plan, this.parts, moves);
    const parts = new Map<string, Running>();
    const made: Running[] = [];
    const swaps: Swapping[] = [];
    const undo: (() => Promise<unknown>)[] = [];
    const abandon = (): void => {
      for (const each of undo) void each().catch((error) => this.#log.write("", { level: "error", context: "", message: messageOf(error) }));
      for (const part of made) {
        if (part.kind === "component") part.instance[Symbol.dispose]();
        else void this.#closeCapability(part);
      }
    };
    try {
      for (const [path, planned] of plan.parts) {
        const old = kept.get(path);
        const loses = isFromFile === true && planned.kind === "capability" && (await this.#withheld(planned, plan)).length > 0;
        if (old !== undefined && isSame(old, planned) && !renewed.has(path) && !loses) parts.set(path, old);
        else if (planned.kind === "capability") parts.set(path, await this.#capability(planned, old, { made, plan, refuses, undo }));
        else if (woken.has(path)) parts.set(path, woken.get(path)!);
      }
      const ground = this.#ground(parts);
      const opening = new Set<string>();
      const open = async (path: string): Promise<void> => {
        const planned = plan.parts.get(path);
        if (parts.has(path) || opening.has(path) || planned?.kind !== "component") return;
        opening.add(path);
        // Whom it calls while it starts has started.
        for (const { to } of plan.wires.get(path) ?? []) if (to !== undefined) await open(to);
        const after = await this.#open(planned, plan, ground);
        made.push(after);
        parts.set(path, after);
        const before = kept.get(path);
        if (before?.kind === "component" && !renewed.has(path)) swaps.push({ path, before, after });
      };
      for (const path of plan.parts.keys()) await open(path);
      const laid = layAll(plan.wires, ground);
      const flip = (lay: () => void): void => {
        lay();
        this.#kept.adopt(moves, new Set(parts.values()));
        for (const [path, part] of kept) if (part.kind === "component" && parts.get(path) !== part) this.#kept.keep(path, part.planned.digest, part);
        this.#adopt(plan, parts, { moves, renewed });
      };
      return { abandon, commit: () => (swaps.length === 0 ? done(() => flip(laid)) : this.#exchange(swaps, plan, () => flip(layAll(plan.wires, ground)))) };
    } catch (error) {
      abandon();
      throw asAppError(error);
    }
  }

  /** Grants all that a plan asks for. */
  async grant(plan: Plan): Promise<void> {
    const { grants } = this.#platform;
    const identity = await identityOf(plan, this.#platform);
    for (const part of plan.parts.values()) {
      if (part.kind !== "capability") continue;
      for (const ask of part.asks) if (!ask.own && !grants.allows(ask, part.path, identity)) grants.grant?.(ask, part.path, identity);
    }
  }

  /** Lays all wires anew, for what lies on them beside the document, and for parts that are down. */
  lay(): void {
    layAll(this.plan.wires, this.#ground(this.parts))();
  }

  /** Sources of events end first. */
  async close(): Promise<void> {
    this.supervisor.close();
    const asleep = this.#kept.close();
    for (const trial of this.#trials.values()) trial.end();
    for (const part of this.parts.values()) if (part.kind === "capability") await this.#closeCapability(part);
    for (const part of [...this.parts.values(), ...asleep]) if (part.kind === "component") part.instance[Symbol.dispose]();
  }

  /** Parts that get other code by a plan: old path and new. */
  *swappedBy(plan: Plan, moves: ReadonlyMap<string, string>): Iterable<readonly [string, PlannedComponent]> {
    for (const [old, part] of this.parts) {
      const planned = plan.parts.get(moves.get(old) ?? old);
      if (planned?.kind === "component" && part.kind === "component" && !isSame(part, planned)) yield [old, planned];
    }
  }

  /** Instances of before that have the code which a plan wants: they could run again as they were, instead of being swapped back to. */
  wakeable(plan: Plan, moves: ReadonlyMap<string, string>): { woken: ReadonlyMap<string, RunningComponent>; choices: ReadonlyMap<string, string> } {
    const woken = new Map<string, RunningComponent>();
    const choices = new Map<string, string>();
    for (const [old, { path, digest }] of this.swappedBy(plan, moves)) {
      const kept = this.#kept.find(old, digest);
      if (kept === undefined) continue;
      woken.set(path, kept.running);
      choices.set(path, this.#kept.choice(kept));
    }
    return { woken, choices };
  }

  isOnTrial(path: string): boolean {
    return this.#trials.get(path)?.isOver === false;
  }

  async #exchange(swapping: readonly Swapping[], plan: Plan, flip: () => void): Promise<readonly SwapReport[]> {
    const swaps = swapping.map((each) => this.#swap(each, plan));
    const flipOnTrial = (): void => {
      for (const each of swapping) this.#try(each);
      try {
        flip();
      } catch (error) {
        for (const { path } of swapping) this.#endTrial(path);
        throw error;
      }
    };
    try {
      return await exchange(swaps, flipOnTrial, this.#platform);
    } catch (error) {
      // What waited at a gate waits no more: sources of events call the old instance again.
      for (const { before } of swapping) this.#forgetEvents(before);
      this.lay();
      throw asAppError(error);
    }
  }

  #swap({ path, before, after }: Swapping, plan: Plan): Swap {
    const { member } = after.planned;
    const gate = new Gate(path, this.#store, after.planned.part.limits.queue);
    const inbound: End[] = [];
    for (const [from, wires] of this.plan.wires) {
      const caller = this.parts.get(from);
      for (const { to, import: name } of wires) {
        if (to === undefined || this.parts.get(to) !== before) continue;
        if (caller?.kind === "component") inbound.push(caller.instance.ends.get(name)!);
        else if (caller !== undefined) holdEvents(caller, name, gate, () => this.parts.get(from));
      }
    }
    return {
      part: path,
      place: ["parts", member.name, "component"],
      before: { component: before.planned.component, instance: before.instance },
      after: { component: after.planned.component, instance: after.instance },
      inbound,
      gate,
      outside: outsideOf(plan, path),
    };
  }

  #try({ path, before, after }: Swapping): void {
    this.#endTrial(path);
    const trial = new Trial(
      after.instance,
      {
        passed: () => {
          this.#endTrial(path);
          this.#events.relay();
          this.#events.health(path);
        },
        failed: (error, calls) => {
          const why = `it trapped ${calls === 0 ? "before its first call" : `at call ${calls}`} after it was swapped: ${messageOf(error)}`;
          this.#events.rollBack(path, before, why);
        },
      },
      this.#platform,
    );
    this.#trials.set(path, trial);
  }

  #endTrial(path: string): void {
    this.#trials.get(path)?.end();
    this.#trials.delete(path);
  }

  #forgetEvents(part: RunningComponent): void {
    for (const source of this.parts.values()) {
      if (source.kind !== "capability") continue;
      for (const [name, { part: to }] of source.connected) if (to === part) source.connected.delete(name);
    }
  }

  #adopt(plan: Plan, parts: ReadonlyMap<string, Running>, { moves, renewed }: Required<Pick<Relation, "moves" | "renewed">>): void {
    const left = new Set(this.parts.values());
    const fresh = new Set<string>();
    for (const [path, part] of parts) {
      const planned = plan.parts.get(path)!;
      if (!left.delete(part) && part.kind === "component") {
        // One that the supervisor starts again keeps its past.
        if (!renewed.has(path)) fresh.add(path);
        this.#watch(part);
      }
      if (part.kind === "component" && planned.kind === "component") part.planned = planned;
      if (part.kind === "capability" && planned.kind === "capability") part.planned = planned;
      if (part.kind === "component") part.importer.part = path;
    }
    for (const [from, to] of moves) {
      const trial = this.#trials.get(from);
      if (trial === undefined) continue;
      this.#trials.delete(from);
      this.#trials.set(to, trial);
    }
    this.plan = plan;
    this.parts = parts;
    for (const part of left) {
      if (part.kind === "capability") void this.#closeCapability(part);
      else if (!this.#kept.has(part)) this.#retire(part);
    }
    const components = [...plan.parts.values()].filter((planned) => planned.kind === "component");
    const supervised = components.map(({ path, part: { restart }, member }) => ({ path, app: member.scope.path, restart }));
    this.supervisor.adopt(supervised, fresh, moves);
    this.#components.keep(new Set(components.map(({ file }) => file)), new Set([...components.map(({ digest }) => digest), ...this.#kept.digests]));
  }

  #watch(part: RunningComponent): void {
    part.instance.onPoisoned((error) => {
      const { path } = part.planned;
      if (this.parts.get(path) !== part || (error instanceof Trap && error.code === TrapCode.Disposed)) return;
      this.#log.write(path, { level: "error", context: "", message: messageOf(error) });
      // One that fails its trial goes back; should that not be possible, it starts again.
      this.supervisor.poisoned(path, error);
      this.#events.relay();
    });
  }

  async #open(planned: PlannedComponent, plan: Plan, ground: Ground): Promise<RunningComponent> {
    const { path, component } = planned;
    const importer = new Named(path, this.#logOf(planned));
    const laid = new Map<string, Laid>();
    const connect = (ends: ReadonlyMap<string, End>): EngineChange[] => {
      const changes: EngineChange[] = [];
      for (const wire of plan.wires.get(path) ?? []) {
        if (wire.to === path) continue;
        const next = layingOf(wire, importer, undefined, ground);
        laid.set(wire.import, next);
        const change = changeOf(ends.get(wire.import)!, undefined, next);
        if (change !== undefined) changes.push(change);
      }
      return changes;
    };
    try {
      const instance = await component.open({}, { store: this.#store, name: path, connect });
      return new RunningComponent(planned, instance, importer, laid);
    } catch (error) {
      throw startFailed(planned, "could not be started", error);
    }
  }

  /** What a part writes, no faster than its document allows. */
  #logOf({ part: { limits } }: PlannedComponent): (part: string, entry: LogEntry) => void {
    let from = "";
    const { log: bytesPerSecond } = limits;
    if (bytesPerSecond === undefined) return (part, entry) => this.#log.write(part, entry);
    const slow = new Log((entry) => this.#log.write(from, entry), { bytesPerSecond });
    return (part, entry) => {
      from = part;
      slow.write(entry);
    };
  }

  /** Made, or what runs with another configuration. */
  async #capability(planned: PlannedCapability, old: Running | undefined, { made, plan, refuses, undo }: Making): Promise<RunningCapability> {
    const { path, of, part, member, asks } = planned;
    const withheld = await this.#withheld(planned, plan);
    if (withheld.length > 0) {
      const before = old?.kind === "capability" ? old.withheld : [];
      const more = withheld.filter(({ id }) => !before.some((each) => each.id === id));
      if (refuses && more.length > 0) throw notGranted(planned, more);
      this.#log.write(path, { level: "warn", context: "", message: `not granted: ${inWords(withheld.map(({ words }) => words))}` });
      return new RunningCapability(planned, undefined, withheld);
    }
    const named = new Named(path, (part, entry) => this.#log.write(part, entry));
    try {
      if (old?.kind === "capability" && old.planned.of === of && (await old.capability?.reconfigure?.(part.with, asks))) {
        const { part: before, asks: had } = old.planned;
        undo.push(() => old.capability!.reconfigure!(before.with, had));
        return old;
      }
      const capability = await of.make(part.with, {
        part: path,
        folder: this.#platform.folder,
        resolve: (file) => this.#platform.resolve(file, member.scope.file),
        secret: (name) => {
          const value = this.#platform.secret(name);
          if (value !== undefined) this.secrets.add(value);
          return value;
        },
        log: (entry) => named.log(entry),
        granted: asks,
      });
      const running = new RunningCapability(planned, capability, []);
      made.push(running);
      return running;
    } catch (error) {
      throw startFailed(planned, "could not be made", error);
    }
  }

  async #withheld({ asks, path }: PlannedCapability, plan: Plan): Promise<readonly Ask[]> {
    const beyond = asks.filter(({ own }) => !own);
    if (beyond.length === 0) return [];
    const identity = await identityOf(plan, this.#platform);
    return beyond.filter((ask) => !this.#platform.grants.allows(ask, path, identity));
  }

  /** What it was given is taken back, once no call of before is inside any more. Handles and promises of it may live on: nothing else ends it. */
  #retire(part: RunningComponent): void {
    const { idle, poisonedBy } = part.instance;
    if (!idle && poisonedBy === undefined) return void this.#platform.after(RETIRE_AGAIN, () => this.#retire(part));
    for (const each of this.parts.values()) {
      if (each.kind !== "capability") continue;
      each.capability
        ?.release?.(part.importer)
        .catch((error) => this.#log.write(each.planned.path, { level: "error", context: "", message: messageOf(error) }));
    }
  }

  async #closeCapability({ capability, planned }: RunningCapability): Promise<void> {
    try {
      await capability?.close();
    } catch (error) {
      this.#log.write(planned.path, { level: "error", context: "", message: `did not end well: ${messageOf(error)}` });
    }
  }

  #ground(parts: ReadonlyMap<string, Running>): Ground {
    return {
      platform: this.#platform,
      parts,
      taps: this.taps,
      secrets: this.secrets,
      trialOf: (path) => (this.isOnTrial(path) ? this.#trials.get(path)!.interposer : undefined),
      isDown: (path) => this.parts.get(path) === parts.get(path) && this.supervisor.healthOf(path).health !== "up",
      log: (part, message) => this.#log.write(part, { level: "info", context: "", message }),
      failed: (part, error) => this.#log.write(part, { level: "error", context: "", message: messageOf(error) }),
    };
  }
}

/** What leads out of an app that runs by itself leads nowhere. */
function refuseOpen({ wires }: Plan): void {
  const problems = [...wires.values()].flat().flatMap(({ open, from, import: name, scope, place }) => {
    if (!open) return [];
    const message = `\`${from}\` gets \`${name}\` from around the app, and nothing is around it`;
    return [scope.problem("app/open-wire", place, message, { hint: "lead it to a part of the app, or run the app within another one" })];
  });
  if (problems.length > 0) throw new AppError(problems);
}

async function done(flip: () => void): Promise<readonly SwapReport[]> {
  try {
    flip();
    return [];
  } catch (error) {
    throw asAppError(error);
  }
}

function notGranted({ path, member: { scope, name } }: PlannedCapability, asks: readonly Ask[]): AppError {
  const message = `\`${path}\` asks for what it is not granted: it ${inWords(asks.map(({ words }) => words))}`;
  return new AppError([scope.problem("grant/missing", ["parts", name], message, { hint: "the same with `--grant` grants it" })]);
}

function startFailed({ member }: PlannedPart, what: string, error: unknown): AppError {
  return new AppError([member.scope.problem("app/start-failed", ["parts", member.name], `\`${member.name}\` ${what}: ${messageOf(error)}`)]);
}

/** What the engine refuses is told as what is wrong with the app. */
function asAppError(error: unknown): unknown {
  if (!(error instanceof ComponentError)) return error;
  const { hint } = error.detail;
  const problem: Problem = { code: "app/does-not-fit", message: error.message, place: [], ...(hint === undefined ? {} : { hint }) };
  return new AppError([problem]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

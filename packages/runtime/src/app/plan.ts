/**
 * The plan of an app: every part with its code or its kind, every wire with both its ends, found and checked by their types before anything
 * runs. Nested apps are gone: their parts are parts, by path. An interposer that is a component of the app is a part of its own for
 * each pair of parts that it stands between.
 *
 * All that is wrong is found, not only the first thing.
 */
import { type Component, differenceBetween, type ExternType, type FuncType } from "@tenon/engine";
import type { CapabilityPart, ComponentPart, Json, Place } from "../document/document.ts";
import type { KnownOfDocument } from "../document/edit.ts";
import { keyFor, pathOf, serving } from "../document/names.ts";
import { nearest } from "../document/nearest.ts";
import { AppError, type Problem } from "../document/problem.ts";
import type { InterposerKind } from "../interposers/kind.ts";
import type { Ask, CapabilityKind } from "../kinds/kind.ts";
import type { Components } from "./components.ts";
import { enter, follow, type Lead, type Passage, WireProblem } from "./lead.ts";
import type { AppPlatform } from "./platform.ts";
import { loadScope, type Member, type Scope } from "./scope.ts";

export interface Plan {
  readonly text: string;
  readonly scope: Scope;
  readonly parts: ReadonlyMap<string, PlannedPart>;
  /** By the path of the part that they leave. */
  readonly wires: ReadonlyMap<string, readonly PlannedWire[]>;
}

export interface PlannedComponent {
  readonly kind: "component";
  /** Of an interposer: `filter@counter`. */
  readonly path: string;
  readonly member: Member;
  readonly part: ComponentPart;
  readonly component: Component;
  readonly digest: string;
  /** Its file, as the platform reads it. */
  readonly file: string;
}

export interface PlannedCapability {
  readonly kind: "capability";
  readonly path: string;
  readonly member: Member;
  readonly part: CapabilityPart;
  readonly of: CapabilityKind;
  readonly asks: readonly Ask[];
}

export type PlannedPart = PlannedComponent | PlannedCapability;

export interface PlannedInterposer {
  readonly kind: InterposerKind;
  readonly with: Json;
}

export interface PlannedWire {
  /** Path. */
  readonly from: string;
  readonly import: string;
  /** Path; `undefined`: cut, or out of the top app. */
  readonly to: string | undefined;
  /** The export's own name. */
  readonly export: string;
  readonly through: readonly PlannedInterposer[];
  readonly deadline?: number;
  readonly onFailure?: Json;
  readonly guard: boolean;
  /** Out of the top app: nobody is there. */
  readonly open: boolean;
  /** By WIT name. */
  readonly functions: ReadonlyMap<string, FuncType>;
  readonly scope: Scope;
  readonly place: Place;
}

/** The names of a part's imports that need a wire; of a nested app, what its parts get from around it. */
export function importsOf({ parts, wires, scope }: Plan, path: string): readonly string[] {
  const part = parts.get(path);
  if (part !== undefined)
    return part.kind === "component"
      ? part.component.imports.filter(({ type }) => needsWire(type)).map(({ name }) => name)
      : (wires.get(path) ?? []).map((wire) => wire.import);
  const nested = [...scope.scopes()].find((each) => each.path === path);
  return [...(nested?.document.wires.values() ?? [])].flatMap((own) => [...own].filter(([, { to }]) => to?.part === "..").map(([name]) => name));
}

/** For `editDocument`. */
export function knownOf(plan: Plan): KnownOfDocument {
  return { importsOf: (path) => (plan.parts.has(path) ? importsOf(plan, path) : undefined), parsed: plan.scope.parsed };
}

/** @throws AppError with every problem */
export async function planApp(text: string, platform: AppPlatform, components: Components): Promise<Plan> {
  const scope = await loadScope(text, platform.file, platform);
  return new Planning(text, scope, platform, components).plan();
}

class Planning {
  readonly #text: string;
  readonly #scope: Scope;
  readonly #platform: AppPlatform;
  readonly #components: Components;
  readonly #problems: Problem[] = [];
  readonly #parts = new Map<string, PlannedPart>();
  readonly #wires = new Map<string, PlannedWire[]>();

  constructor(text: string, scope: Scope, platform: AppPlatform, components: Components) {
    this.#text = text;
    this.#scope = scope;
    this.#platform = platform;
    this.#components = components;
  }

  async plan(): Promise<Plan> {
    const planned = await Promise.all([...this.#scope.all()].map((member) => this.#part(member)));
    for (const part of planned) if (part !== undefined) this.#parts.set(part.path, part);
    for (const part of planned) if (part !== undefined && this.#wires.get(part.path) === undefined) this.#wiresOf(part);
    for (const scope of this.#scope.scopes()) this.#checkNames(scope);
    if (this.#problems.length > 0) throw new AppError(this.#problems);
    return { text: this.#text, scope: this.#scope, parts: this.#parts, wires: this.#wires };
  }

  async #part(member: Member): Promise<PlannedPart | undefined> {
    const { path, name, scope, part } = member;
    if (part.kind === "capability") {
      const of = this.#platform.kinds.get(part.capability);
      const place = ["parts", name];
      if (of === undefined) {
        const near = nearest(part.capability, this.#platform.kinds.keys());
        const known = [...this.#platform.kinds.keys()].map((each) => `\`${each}\``).join(", ");
        const hint = near === undefined ? `there are ${known}` : `did you mean \`${near}\`?`;
        this.#problems.push(
          scope.problem("app/no-capability", [...place, "capability"], `there is no capability \`${part.capability}\` here`, { at: "value", hint }),
        );
        return undefined;
      }
      const wrong = of.check(part.with, [...place, "with"]);
      for (const { code, place, message, hint } of wrong) this.#problems.push(scope.problem(code, place, message, { hint, at: "value" }));
      if (wrong.length > 0) return undefined;
      const where = { folder: this.#platform.folder, resolve: (path: string) => this.#platform.resolve(path, scope.file) };
      return { kind: "capability", path, member, part, of, asks: of.asks(part.with, where) };
    }
    try {
      const file = this.#platform.resolve(part.component, scope.file);
      const { component, digest } = await this.#components.load(file);
      return { kind: "component", path, member, part, component, digest, file };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const hint = part.source?.build === undefined ? undefined : `\`tenon build ${name}\` makes it from ${part.source.folder}`;
      this.#problems.push(
        scope.problem("app/bad-component", ["parts", name, "component"], `\`${name}\`: ${part.component}: ${message}`, { at: "value", hint }),
      );
      return undefined;
    }
  }

  #wiresOf(part: PlannedPart): void {
    const wires: PlannedWire[] = [];
    this.#wires.set(part.path, wires);
    const { name, scope } = part.member;
    if (part.kind === "component") {
      for (const { name: wanted, type } of part.component.imports) {
        if (!needsWire(type)) continue;
        this.#attempt(() => {
          const lead = follow(scope, name, wanted);
          if (lead === undefined) throw new WireProblem(this.#noWire(part, wanted, type));
          this.#lay(part.path, wanted, type, lead, wires);
        });
      }
    } else {
      const keys = [...(scope.document.wires.get(name)?.keys() ?? [])];
      for (const { name: key, accepts } of part.of.imports?.(part.part.with, keys) ?? []) {
        this.#attempt(() => {
          const lead = follow(scope, name, key);
          if (lead !== undefined) this.#layEvent(part, key, accepts, lead, wires);
        });
      }
    }
  }

  /** A wire from an import of a component, past interposers. */
  #lay(from: string, wanted: string, type: ExternType, lead: Lead, wires: PlannedWire[]): void {
    const { to, open, scope, place, guard } = lead;
    const options = { guard, open, scope, place, functions: functionsOf(wanted, type), ...(lead.deadline === undefined ? {} : { deadline: lead.deadline }) };
    const failure = lead.onFailure === undefined ? {} : { onFailure: lead.onFailure };
    const split = lead.through.findIndex(({ interposer }) => interposer.kind === "part");
    const through = this.#builtIn(split < 0 ? lead.through : lead.through.slice(0, split));
    if (to === undefined) {
      wires.push({ from, import: wanted, to: undefined, export: lead.export, through, ...options, ...failure });
      return;
    }
    if (split >= 0) {
      const between = this.#interposer(lead.through[split]!, from, to, wanted, { ...lead, through: lead.through.slice(split + 1) });
      if (between !== undefined) wires.push({ from, import: wanted, to: between.path, export: between.export, through, ...options, ...failure });
      return;
    }
    const target = this.#parts.get(to.path);
    // What is wrong with it has been said.
    if (target === undefined) return;
    const found = this.#exportOf(target, lead.export, type, lead);
    wires.push({ from, import: wanted, to: to.path, export: found, through, ...options, ...failure });
  }

  /** A wire from a source of events. */
  #layEvent(part: PlannedCapability, key: string, accepts: readonly string[], lead: Lead, wires: PlannedWire[]): void {
    const { to, open, scope, place, guard } = lead;
    const common = {
      from: part.path,
      import: key,
      guard,
      open,
      scope,
      place,
      through: this.#builtIn(lead.through),
      ...(lead.deadline === undefined ? {} : { deadline: lead.deadline }),
    };
    if (to === undefined) return void wires.push({ ...common, to: undefined, export: "", functions: new Map() });
    const target = this.#parts.get(to.path);
    if (target === undefined) return;
    const offered = target.kind === "component" ? target.component.type.exports : new Map<string, ExternType>();
    const asked = lead.export === key ? accepts : [lead.export];
    const found = asked.map((each) => serving(offered.keys(), each)).find((each) => each !== undefined);
    if (found === undefined) {
      const wanted = asked.map((each) => `\`${each}\``).join(" or ");
      const hint = `it exports ${[...offered.keys()].map((each) => `\`${each}\``).join(", ") || "nothing"}`;
      throw new WireProblem(
        scope.problem("app/no-export", place, `\`${to.name}\` can't be \`${key}\` of \`${part.member.name}\`: it doesn't export ${wanted}`, { hint }),
      );
    }
    wires.push({ ...common, to: to.path, export: found, functions: functionsOf(found, offered.get(found)!) });
  }

  /** The export that serves an import, checked by its type. */
  #exportOf(target: PlannedPart, wanted: string, type: ExternType, { scope, place, to }: Lead): string {
    const name = to!.name;
    const offered = target.kind === "component" ? [...target.component.type.exports.keys()] : target.of.exports;
    const found = serving(offered, wanted);
    if (found === undefined) {
      const what = target.kind === "component" ? `\`${name}\`` : `\`${name}\`, a ${target.of.name},`;
      const fits = this.#fitting(scope, wanted, type);
      const hint = fits.length > 0 ? `${fits.map((each) => `\`${each}\``).join(" and ")} ${fits.length > 1 ? "do" : "does"}` : exportsInWords(offered);
      throw new WireProblem(scope.problem("app/no-export", place, `${what} does not export \`${wanted}\``, { hint }));
    }
    if (target.kind === "component") {
      const difference = differenceBetween(type, target.component.type.exports.get(found)!);
      if (difference !== undefined) throw new WireProblem(scope.problem("app/does-not-fit", place, `\`${name}\` does not fit \`${wanted}\`: ${difference}`));
    }
    return found;
  }

  /** A component of the app as interposer: one for each pair of parts that it stands between. */
  #interposer(
    { interposer, scope, place }: Passage,
    from: string,
    to: Member,
    wanted: string,
    rest: Lead,
  ): { readonly path: string; readonly export: string } | undefined {
    const name = String(interposer.with);
    const member = scope.members.get(name);
    const planned = member === undefined || !("part" in member) ? undefined : this.#parts.get(member.path);
    if (planned === undefined && member !== undefined && "part" in member) return undefined;
    if (planned?.kind !== "component") {
      const hint = planned === undefined ? undefined : "a component with the same interface on both sides can stand on a wire";
      const message = planned === undefined ? `there is no part \`${name}\` to stand on the wire` : `\`${name}\` is no component`;
      throw new WireProblem(scope.problem("app/no-interposer", place, message, { at: "value", hint }));
    }
    const { component } = planned;
    const inner = serving(component.type.imports.keys(), wanted);
    const outer = serving(component.type.exports.keys(), wanted);
    if (inner === undefined || outer === undefined) {
      const lacks = inner === undefined ? "import" : "export";
      throw new WireProblem(
        scope.problem("app/no-interposer", place, `\`${name}\` can't stand on this wire: it does not ${lacks} \`${wanted}\``, { at: "value" }),
      );
    }
    const path = `${pathOf(scope.path, name)}@${from}→${to.path}`;
    if (!this.#parts.has(path)) {
      this.#parts.set(path, { ...planned, path });
      this.#wires.set(path, []);
    }
    const wires = this.#wires.get(path)!;
    if (wires.some((wire) => wire.import === inner)) return { path, export: outer };
    this.#lay(path, inner, component.type.imports.get(inner)!, { ...rest, guard: false }, wires);
    for (const { name: other, type } of component.imports) {
      const passed = serving(component.type.exports.keys(), other) !== undefined;
      if (other === inner || passed || !needsWire(type) || wires.some((wire) => wire.import === other)) continue;
      const lead = follow(scope, name, other);
      if (lead === undefined) throw new WireProblem(this.#noWire(planned, other, type));
      this.#lay(path, other, type, lead, wires);
    }
    return { path, export: outer };
  }

  #builtIn(passages: readonly Passage[]): PlannedInterposer[] {
    const made: PlannedInterposer[] = [];
    for (const { interposer, scope, place } of passages) {
      const kind = this.#platform.interposers.get(interposer.kind);
      if (kind === undefined) {
        const near = nearest(interposer.kind, [...this.#platform.interposers.keys(), "part"]);
        const hint =
          near === undefined
            ? `there are ${[...this.#platform.interposers.keys()].map((each) => `\`${each}\``).join(", ")}, and \`{ "part": "name" }\``
            : `did you mean \`${near}\`?`;
        this.#problems.push(scope.problem("app/no-interposer", place, `there is no interposer \`${interposer.kind}\``, { at: "value", hint }));
        continue;
      }
      for (const { code, message, hint, place: at } of kind.check(interposer.with, place))
        this.#problems.push(scope.problem(code, at, message, { hint, at: "value" }));
      made.push({ kind, with: interposer.with });
    }
    return made;
  }

  #noWire({ member: { name, scope } }: PlannedPart, wanted: string, type: ExternType): Problem {
    const fits = this.#fitting(scope, wanted, type);
    const line = (to: string) => `${JSON.stringify(name)}: { ${JSON.stringify(wanted)}: ${JSON.stringify(to)} }`;
    let hint: string;
    if (fits.length > 0)
      hint = `add to "wires": ${line(fits[0]!)}${
        fits.length > 1
          ? ` (${fits
              .slice(1)
              .map((each) => `\`${each}\``)
              .join(", ")} would fit, too)`
          : ""
      }`;
    else {
      const kind = [...this.#platform.kinds.values()].find(({ exports }) => serving(exports, wanted) !== undefined);
      hint =
        kind === undefined
          ? "no part of the app exports it: add one that does"
          : `add to "parts": ${JSON.stringify(kind.name)}: { "capability": ${JSON.stringify(kind.name)} }, and to "wires": ${line(kind.name)}`;
    }
    return scope.problem("app/no-wire", ["parts", name], `\`${name}\` imports \`${wanted}\`, and no wire leads it anywhere`, { hint });
  }

  /** Names of the parts beside that could serve an import. */
  #fitting(scope: Scope, wanted: string, type: ExternType): string[] {
    const fits: string[] = [];
    for (const [name, member] of scope.members) {
      if (!("part" in member)) {
        if (serving(member.document.exports.keys(), wanted) !== undefined) fits.push(name);
        continue;
      }
      const planned = this.#parts.get(member.path);
      if (planned === undefined) continue;
      const found = serving(planned.kind === "component" ? planned.component.type.exports.keys() : planned.of.exports, wanted);
      if (found === undefined) continue;
      if (planned.kind === "capability" || differenceBetween(type, planned.component.type.exports.get(found)!) === undefined) fits.push(name);
    }
    return fits;
  }

  /** Wires of parts that are not there, or that have no such import; exports that lead to nothing. */
  #checkNames(scope: Scope): void {
    for (const [name, wires] of scope.document.wires) {
      const member = scope.members.get(name);
      if (member === undefined) {
        const near = nearest(name, scope.members.keys());
        const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
        this.#problems.push(scope.problem("app/no-part", ["wires", name], `there is no part \`${name}\``, { hint }));
        continue;
      }
      const planned = "part" in member ? this.#parts.get(member.path) : undefined;
      if (planned === undefined) continue;
      const imports = this.#importsOf(planned, [...wires.keys()]);
      for (const key of wires.keys()) {
        if (key.endsWith("*") || imports.some((each) => keyFor([key], each) !== undefined)) continue;
        const near = nearest(key, imports);
        const hint = near === undefined ? `it imports ${imports.map((each) => `\`${each}\``).join(", ") || "nothing"}` : `did you mean \`${near}\`?`;
        this.#problems.push(scope.problem("app/no-import", ["wires", name, key], `\`${name}\` imports no \`${key}\``, { hint }));
      }
    }
    for (const [name, reference] of scope.document.exports) {
      this.#attempt(() => {
        const { to, export: wanted } = enter(scope, reference, reference.export ?? name, ["exports", name]);
        const planned = this.#parts.get(to.path);
        if (planned !== undefined) this.#exported(planned, wanted, scope, ["exports", name]);
      });
    }
  }

  #exported(planned: PlannedPart, wanted: string, scope: Scope, place: Place): void {
    const offered = planned.kind === "component" ? [...planned.component.type.exports.keys()] : planned.of.exports;
    if (serving(offered, wanted) !== undefined) return;
    throw new WireProblem(scope.problem("app/no-export", place, `\`${planned.member.name}\` does not export \`${wanted}\``, { hint: exportsInWords(offered) }));
  }

  #importsOf(planned: PlannedPart, keys: readonly string[]): string[] {
    if (planned.kind === "component") return planned.component.imports.map(({ name }) => name);
    return (planned.of.imports?.(planned.part.with, keys) ?? []).map(({ name }) => name);
  }

  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof WireProblem)) throw error;
      this.#problems.push(error.problem);
    }
  }
}

/** Interfaces of types alone need nobody behind them. */
export function needsWire(type: ExternType): boolean {
  if (type.sort === "func") return true;
  if (type.sort !== "instance") return false;
  for (const each of type.type.exports.values()) if (each.sort === "func" || (each.sort === "type" && each.type.kind === "resource")) return true;
  return false;
}

/** Of interfaces: every wire of a plan asks, and many are of one type. */
const functionsOfInterface = new WeakMap<object, ReadonlyMap<string, FuncType>>();

function functionsOf(name: string, type: ExternType): ReadonlyMap<string, FuncType> {
  if (type.sort === "func") return new Map([[name, type.type]]);
  if (type.sort !== "instance") return new Map();
  let functions = functionsOfInterface.get(type.type);
  if (functions === undefined) {
    functions = new Map([...type.type.exports].flatMap(([each, { sort, type: its }]) => (sort === "func" ? [[each, its as FuncType] as const] : [])));
    functionsOfInterface.set(type.type, functions);
  }
  return functions;
}

function exportsInWords(offered: readonly string[]): string {
  return offered.length === 0 ? "it exports nothing" : `it exports ${offered.map((each) => `\`${each}\``).join(", ")}`;
}

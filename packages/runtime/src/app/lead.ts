/** Follows a wire from an import to the part that it leads to, in and out of nested apps. */
import type { InterposerDocument, Json, Place, Reference, WireDocument } from "../document/document.ts";
import { keyFor, serving } from "../document/names.ts";
import { nearest } from "../document/nearest.ts";
import type { Problem } from "../document/problem.ts";
import { type Member, Scope } from "./scope.ts";

/** An interposer, with the document that names it. */
export interface Passage {
  readonly interposer: InterposerDocument;
  readonly scope: Scope;
  readonly place: Place;
}

/** Where an import leads. */
export interface Lead {
  /** `undefined`: nowhere; the wire is cut, or leads out of the top app. */
  readonly to: Member | undefined;
  /** What is asked of it. */
  readonly export: string;
  /** As a call passes them. */
  readonly through: readonly Passage[];
  readonly deadline?: number;
  readonly onFailure?: Json;
  readonly guard: boolean;
  /** Whether it leads out of the top app. */
  readonly open: boolean;
  /** Where the wire is written that is nearest to the importer. */
  readonly scope: Scope;
  readonly place: Place;
}

/** What is wrong with a wire: it says what it is about when it is thrown. */
export class WireProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** `undefined`: no wire has this import. @throws WireProblem */
export function follow(scope: Scope, part: string, importName: string): Lead | undefined {
  const wires = scope.document.wires.get(part);
  const key = wires && keyFor(wires.keys(), importName);
  if (wires === undefined || key === undefined) return undefined;
  const wire = wires.get(key)!;
  const place = ["wires", part, key];
  const own = {
    through: wire.through.map((interposer, i) => ({ interposer, scope, place: [...place, "through", i] })),
    ...optionsOf(wire),
    scope,
    place,
  };
  const { to } = wire;
  if (to === null) return { ...own, to: undefined, export: importName, open: false };
  const wanted = to.export ?? importName;
  if (to.part !== "..") return { ...own, ...enter(scope, to, wanted, place), open: false };
  if (scope.outer === undefined) return { ...own, to: undefined, export: wanted, open: true };
  const beyond = follow(scope.outer.scope, scope.outer.name, wanted);
  if (beyond === undefined) {
    const { name } = scope.outer;
    const message = `\`${name}\` passes \`${wanted}\` on to the app around it, which wires it to nothing`;
    throw new WireProblem(
      scope.problem("app/no-wire", place, message, {
        hint: `in ${scope.outer.scope.file}: "wires": { ${JSON.stringify(name)}: { ${JSON.stringify(wanted)}: "..." } }`,
      }),
    );
  }
  return {
    ...own,
    to: beyond.to,
    export: beyond.export,
    open: beyond.open,
    through: [...own.through, ...beyond.through],
    guard: own.guard || beyond.guard,
    ...least(wire.deadline, beyond.deadline),
    ...(wire.onFailure === undefined && beyond.onFailure !== undefined ? { onFailure: beyond.onFailure } : {}),
  };
}

/** Finds the part that a reference means, inside a nested app by what that exports. @throws WireProblem */
export function enter(scope: Scope, reference: Reference, wanted: string, place: Place): { readonly to: Member; readonly export: string } {
  const found = scope.members.get(reference.part);
  if (found === undefined) {
    const near = nearest(reference.part, scope.members.keys());
    const message = `there is no part \`${reference.part}\``;
    throw new WireProblem(scope.problem("app/no-part", place, message, { at: "value", hint: near === undefined ? undefined : `did you mean \`${near}\`?` }));
  }
  if (!(found instanceof Scope)) return { to: found, export: wanted };
  const { exports } = found.document;
  const name = serving(exports.keys(), wanted);
  if (name === undefined) {
    const offered = [...exports.keys()].map((each) => `\`${each}\``).join(", ");
    const message = `the app \`${reference.part}\` exports no \`${wanted}\`${offered === "" ? ": it exports nothing" : `; it exports ${offered}`}`;
    throw new WireProblem(
      scope.problem("app/no-export", place, message, { at: "value", hint: `in ${reference.part}: "exports": { ${JSON.stringify(wanted)}: "part" }` }),
    );
  }
  const inner = exports.get(name)!;
  return enter(found, inner, inner.export ?? name, ["exports", name]);
}

function optionsOf({ deadline, onFailure, guard }: WireDocument): Pick<Lead, "deadline" | "onFailure" | "guard"> {
  return { guard, ...least(deadline, undefined), ...(onFailure === undefined ? {} : { onFailure }) };
}

function least(a: number | undefined, b: number | undefined): { readonly deadline?: number } {
  return a === undefined && b === undefined ? {} : { deadline: Math.min(a ?? Number.POSITIVE_INFINITY, b ?? Number.POSITIVE_INFINITY) };
}

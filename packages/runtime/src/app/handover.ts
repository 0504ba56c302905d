/**
 * Typed hand-over: how a part gives its state to the version that comes after it. The convention is shown by `wit/handover.wit`: an
 * export `<its own package>/handover` with `save: func() -> T` and `load: func(state: T) -> result<_, string>`.
 */
import { type Component, differenceBetween, type ExternType, type FuncType, promising, typeName, type ValueType } from "@tenon/engine";
import { type Adaptation, adaptationBetween, StateMisfit } from "./adaptation.ts";

/** A component's hand-over, as its type has it. */
interface HandoverExport {
  /** As it is exported: `example:counter/handover@1.1.0`. */
  readonly name: string;
  readonly state: ValueType;
  /** One of the two is an async function. */
  readonly isAsync: boolean;
}

/** How the state of one component gets to another: by these exports, adapted. */
export interface Handover {
  readonly from: string;
  readonly to: string;
  readonly adaptation: Adaptation;
  /** One of the functions is async. */
  readonly isAsync: boolean;
}

/** What has exports: an instance. */
interface Exporting {
  readonly exports: Readonly<Record<string, unknown>>;
}

const NAME = /^[^/]+\/handover(?:@.*)?$/;

/** Found from the two types, before anything is called. A text says why there is none. */
export function handoverBetween(before: Pick<Component, "exports">, after: Pick<Component, "exports">): Handover | string {
  const [from, to] = [find(before, "the old version"), find(after, "the new version")];
  if (typeof from === "string") return from;
  if (typeof to === "string") return to;
  try {
    return { from: from.name, to: to.name, adaptation: adaptationBetween(from.state, to.state), isAsync: from.isAsync || to.isAsync };
  } catch (error) {
    if (error instanceof StateMisfit) return `the state that \`${from.name}\` saves is not one that \`${to.name}\` can load: ${error.message}`;
    throw error;
  }
}

/** Calls at once: nothing that the instance is wired to may have it wait. Throws what it traps with, or a StateMisfit. */
export function saveNow({ exports }: Exporting, { from, adaptation }: Handover): unknown {
  return adaptation.convert((exports[from] as Exported).save());
}

/** Throws what it traps with, or an error whose `payload` says what it has against the state. */
export function loadNow({ exports }: Exporting, { to }: Handover, state: unknown): void {
  (exports[to] as Exported).load(state);
}

/** As `saveNow`, for instances that may wait. */
export async function save({ exports }: Exporting, { from, adaptation }: Handover): Promise<unknown> {
  return adaptation.convert(await promising((exports[from] as Exported).save)());
}

/** As `loadNow`. */
export async function load({ exports }: Exporting, { to }: Handover, state: unknown): Promise<void> {
  await promising((exports[to] as Exported).load)(state);
}

type Exported = Readonly<Record<"save" | "load", (...args: unknown[]) => unknown>>;

function find({ exports }: Pick<Component, "exports">, who: string): HandoverExport | string {
  const [found, other] = exports.filter(({ name, type }) => NAME.test(name) && type.sort === "instance");
  if (found === undefined) return `${who} exports no \`handover\``;
  if (other !== undefined) return `${who} exports two: \`${found.name}\` and \`${other.name}\``;
  const { name, type } = found as { readonly name: string; readonly type: ExternType & { readonly sort: "instance" } };
  const [saving, loading] = [funcOf(type, "save"), funcOf(type, "load")];
  if (saving === undefined || loading === undefined) return `\`${name}\` of ${who} has no \`${saving === undefined ? "save" : "load"}\``;
  if (saving.params.length > 0 || saving.result === undefined) return `\`${name}\` of ${who}: \`save\` has to be \`func() -> T\``;
  const fits = differenceBetween({ sort: "func", type: loadOf(saving.result, loading) }, { sort: "func", type: loading }) === undefined;
  if (!fits) {
    const found = `it is \`${typeName(loading)}\`, and \`save\` gives \`${typeName(saving.result)}\``;
    return `\`${name}\` of ${who}: \`load\` has to be \`func(state: T) -> result<_, string>\` with the T of \`save\`; ${found}`;
  }
  return { name, state: saving.result, isAsync: saving.async || loading.async };
}

/** What `load` has to be; its parameter may have any name. */
function loadOf(state: ValueType, { async, params }: FuncType): FuncType {
  const result = { kind: "result", ok: undefined, err: { kind: "string" } } as const;
  return { kind: "func", async, params: [{ name: params[0]?.name ?? "state", type: state }], result };
}

function funcOf({ type: { exports } }: ExternType & { readonly sort: "instance" }, label: string): FuncType | undefined {
  const found = exports.get(label);
  return found?.sort === "func" ? found.type : undefined;
}

/** A caller and a callee that are two components, wired when they run: for good, or by an end that can be led elsewhere. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Component, compile, type Instance, rewire, Store } from "@tenon/engine";
import type { Exports } from "../engines.ts";

const OPS = "tenon:bench/ops@0.1.0";

export interface Wiring {
  /** `fixed`: as an import of the instance; `open`: an end that can be led elsewhere. */
  readonly kind: "fixed" | "open";
  /** How often the end is led to another of several callees before anything is measured. */
  readonly rewires: number;
}

/** So many instances of the callee take turns. */
const CALLEES = 3;

export function guest(name: string): string {
  return fileURLToPath(new URL(`../guest/${name}.wasm`, import.meta.url));
}

export async function bytesOf(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(guest(name)));
}

/** What `callee` gives to a caller. */
function opsOf(callee: Instance): unknown {
  return callee.exports[OPS];
}

/** A caller whose end leads to the first callee, and a function that leads it to another. */
export interface OpenCaller {
  readonly exports: Exports;
  lead(callee: Instance): void;
}

export async function openCaller(caller: Component, callee: Instance | undefined, store: Store): Promise<OpenCaller> {
  const part = await caller.open(callee === undefined ? {} : { [OPS]: opsOf(callee) }, { store });
  const end = part.ends.get(OPS)!;
  return { exports: part.exports, lead: (to) => rewire([{ end, to: opsOf(to) }]) };
}

export async function callees(component: Component, store: Store, count = CALLEES): Promise<Instance[]> {
  const instances: Instance[] = [];
  for (let i = 0; i < count; i++) instances.push(await component.instantiate({}, { store }));
  return instances;
}

export async function wired({ kind, rewires }: Wiring): Promise<Exports> {
  const store = new Store();
  const [caller, callee] = [await compile(await bytesOf("caller")), await compile(await bytesOf("callee"))];
  const instances = await callees(callee, store);
  if (kind === "fixed") return (await caller.instantiate({ [OPS]: opsOf(instances[0]!) })).exports;
  const { exports, lead } = await openCaller(caller, instances[0]!, store);
  // the last of them is the first again
  for (let left = rewires; left > 0; left--) {
    lead(instances[(left - 1) % CALLEES]!);
    (exports.runEcho as (times: number, length: number) => unknown)(10, 16);
  }
  return exports;
}

/** The calls that are measured: each makes, of a component's exports, a loop that does the work `times` times; or the promise of it. */
import type { GuestLoop } from "../composed/loops.ts";
import type { Exports } from "../engines.ts";

export type Loop = (times: number) => unknown;

export interface BoundaryCase {
  readonly name: string;
  /** Undefined when the component does not export what it takes. */
  loop(exports: Exports): Loop | undefined;
}

interface Cell {
  add(more: number): number;
}

interface Ops {
  add(a: number, b: number): number;
  echo(text: string): string;
  sum(numbers: Uint32Array): bigint;
  recs(records: ReadonlyArray<{ id: number; name: string }>): number;
  Cell?: new (value: number) => Cell;
}

/** Host to component: the functions of `ops`, under whatever name the component exports them. */
export const hostCases: readonly BoundaryCase[] = [
  { name: "add", loop: ofOps(addLoop) },
  { name: "echo 16 B", loop: ofOps((ops) => echoLoop(ops, flat("a".repeat(16)))) },
  { name: "echo 64 KiB", loop: ofOps((ops) => echoLoop(ops, flat("a".repeat(65536)))) },
  { name: "sum 1 k", loop: ofOps((ops) => sumLoop(ops, 1000)) },
  { name: "sum 1 M", loop: ofOps((ops) => sumLoop(ops, 1_000_000)) },
  { name: "recs 100", loop: ofOps(recsLoop) },
  { name: "resource method", loop: ofOps(cellLoop) },
];

/** Component to component: the loops are inside the guest. */
export function guestCases(loops: readonly GuestLoop[]): readonly BoundaryCase[] {
  return loops.map(({ name, run, rest }) => ({ name, loop: (exports) => inGuest(exports[camelCase(run)], rest) }));
}

function findOps(exports: Exports): Ops | undefined {
  const isOps = (value: unknown): value is Ops => {
    const ops = value as Partial<Ops> | null;
    return typeof ops === "object" && ops !== null && typeof ops.add === "function" && typeof ops.echo === "function";
  };
  return [exports, ...Object.values(exports)].find(isOps);
}

function ofOps(loop: (ops: Ops) => Loop | undefined): (exports: Exports) => Loop | undefined {
  return (exports) => {
    const ops = findOps(exports);
    return ops && loop(ops);
  };
}

function inGuest(run: unknown, rest: ReadonlyArray<number | string>): Loop | undefined {
  return typeof run === "function" ? (times) => run(times, ...rest) : undefined;
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function addLoop({ add }: Ops): Loop {
  return (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum = add(sum, 3);
    return sum;
  };
}

function echoLoop({ echo }: Ops, text: string): Loop {
  if (echo(text) !== text) throw new Error("the echo differs");
  return (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += echo(text).length;
    return sum;
  };
}

function sumLoop({ sum }: Ops, length: number): Loop {
  const numbers = new Uint32Array(length).fill(0x01010101);
  if (sum(numbers) !== BigInt(length) * 0x01010101n) throw new Error("the sum is wrong");
  return (times) => {
    let last = 0n;
    for (let i = 0; i < times; i++) last = sum(numbers);
    return last;
  };
}

function recsLoop({ recs }: Ops): Loop {
  const records = Array.from({ length: 100 }, (_, id) => ({ id, name: flat(`b, record number ${String(id).padStart(7)}`) }));
  // the ids, and the first byte of each name
  if (recs(records) !== 4950 + 100 * 0x62) throw new Error("the checksum is wrong");
  return (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += recs(records);
    return sum;
  };
}

function cellLoop({ Cell }: Ops): Loop | undefined {
  if (Cell === undefined) return undefined;
  const cell = new Cell(0);
  return (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum = cell.add(3);
    return sum;
  };
}

/** The same text as one flat one-byte string, as one that was read or parsed is. */
function flat(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

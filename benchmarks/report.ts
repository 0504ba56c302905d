/** Figures, and how they are shown. */
import type { EngineName } from "./engines.ts";

export interface Options {
  readonly engines: readonly EngineName[];
  readonly rounds: number;
  readonly roundMilliseconds: number;
}

export type Unit = "ns" | "ms" | "requests/s" | "MB/s" | "MB" | "KB" | "x";

/** One line of the report: the same work by several hosts. */
export interface Figure {
  readonly group: string;
  readonly name: string;
  readonly unit: Unit;
  readonly values: Readonly<Record<string, number>>;
  /** What is aimed at, when something is. It is shown and not enforced: times depend on the machine and on what else it does. */
  readonly bar?: Bar;
}

export interface Bar {
  readonly text: string;
  readonly met: boolean;
}

/** The least of several runs: noise only ever adds. */
export function best(rounds: number, run: () => number): number {
  let least = Infinity;
  for (let i = 0; i < rounds; i++) least = Math.min(least, run());
  return least;
}

/** The figures as aligned text: a column for each host, and tenon's ratio to each of the others. */
export function table(figures: readonly Figure[]): string {
  const lines: string[] = [];
  for (const group of new Set(figures.map((figure) => figure.group))) {
    const rows = figures.filter((figure) => figure.group === group);
    const hosts = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
    const cells = [
      [group, ...hosts, ...hosts.filter((host) => host !== "tenon").map((host) => `vs ${host}`), "bar"],
      ...rows.map((row) => [
        row.name,
        ...hosts.map((host) => show(row.values[host], row.unit)),
        ...hosts.filter((host) => host !== "tenon").map((host) => ratio(row, host)),
        row.bar === undefined ? "" : `${row.bar.text}: ${row.bar.met ? "met" : "missed"}`,
      ]),
    ];
    const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
    for (const row of cells)
      lines.push(
        row
          .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
          .join("  ")
          .trimEnd(),
      );
    lines.push("");
  }
  return lines.join("\n");
}

/** How many times better tenon is: less time, more requests or bytes. */
export function timesBetter(figure: Figure, host: string): number | undefined {
  const { tenon, [host]: other } = figure.values;
  if (tenon === undefined || other === undefined) return undefined;
  return figure.unit.endsWith("/s") ? tenon / other : other / tenon;
}

function ratio(figure: Figure, host: string): string {
  const times = timesBetter(figure, host);
  return times === undefined ? "-" : `${times.toPrecision(times >= 100 ? 3 : 2)}x`;
}

function show(value: number | undefined, unit: Unit): string {
  if (value === undefined) return "-";
  if (unit !== "ns") return `${value.toFixed(unit.endsWith("/s") ? 0 : unit === "x" ? 2 : 1)} ${unit}`;
  if (value < 1000) return `${value.toFixed(1)} ns`;
  return value < 1e6 ? `${(value / 1e3).toFixed(2)} µs` : `${(value / 1e6).toFixed(3)} ms`;
}

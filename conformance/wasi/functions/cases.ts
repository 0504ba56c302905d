/** The lines of transcripts, taken apart: what was tried, what came of it, and how two hosts differ. */
import type { KnownCase } from "./known.ts";
import type { WasiFunction } from "./listing.ts";

export interface Case {
  readonly run: string;
  /** `wasi:random/random@0.2 get-random-u64`, `GET /error` or `ended with`. */
  readonly subject: string;
  /** The how manieth of its subject in its run, from 1. */
  readonly number: number;
  /** `ok`, with what was found, or `err` and the name of the error. */
  readonly outcome: string;
}

export function casesOf(run: string, lines: readonly string[]): Case[] {
  const numbers = new Map<string, number>();
  return lines.map((line) => {
    const [, subject, outcome] = /^(wasi:\S+ \S+|[A-Z]+ \S+(?= ->)|ended with)(?: ->)? (.*)$/s.exec(line) ?? [line, line, ""];
    const number = (numbers.get(subject!) ?? 0) + 1;
    numbers.set(subject!, number);
    return { run, subject: subject!, number, outcome: outcome! };
  });
}

/** A case in which two hosts differ; `-`: there is no such case. */
export interface Disagreement {
  readonly run: string;
  readonly subject: string;
  readonly number: number;
  readonly wasmtime: string;
  readonly tenon: string;
}

export function disagreements(wasmtime: readonly Case[], tenon: readonly Case[]): Disagreement[] {
  const key = ({ run, subject, number }: Case) => `${run}: ${subject} #${number}`;
  const theirs = new Map(wasmtime.map((one) => [key(one), one]));
  const ours = new Map(tenon.map((one) => [key(one), one]));
  const all = [...tenon, ...wasmtime.filter((one) => !ours.has(key(one)))];
  return all.flatMap((one) => {
    const [left, right] = [theirs.get(key(one))?.outcome ?? "-", ours.get(key(one))?.outcome ?? "-"];
    const { run, subject, number } = one;
    return left === right ? [] : [{ run, subject, number, wasmtime: left, tenon: right }];
  });
}

/** What is not as the list of known differences says, in both directions. */
export function unexplained(found: readonly Disagreement[], known: readonly KnownCase[]): string[] {
  const show = ({ run, subject, number, wasmtime, tenon }: Disagreement) => `${run}: ${subject} #${number}: ${wasmtime} in wasmtime, here ${tenon}`;
  const listed = new Set(known.map(([run, subject, number, wasmtime, tenon]) => show({ run, subject, number, wasmtime, tenon })));
  const seen = new Set(found.map(show));
  return [
    ...[...seen].filter((one) => !listed.has(one)).map((one) => `differs: ${one}`),
    ...[...listed].filter((one) => !seen.has(one)).map((one) => `listed as a difference, but it is none: ${one}`),
  ];
}

/** What programs made of one function. */
export interface Exercised {
  readonly function: WasiFunction;
  readonly runs: readonly string[];
  readonly ok: number;
  /** Each error seen, once, in the order of the alphabet. */
  readonly errors: readonly string[];
}

export function exercised(functions: readonly WasiFunction[], cases: readonly Case[]): Exercised[] {
  const bySubject = Map.groupBy(cases, ({ subject }) => subject);
  return functions.map((one) => {
    const own = bySubject.get(`${one.interface} ${one.name}`) ?? [];
    const errors = own.flatMap(({ outcome }) => (outcome.startsWith("err ") ? [outcome.slice(4)] : []));
    return {
      function: one,
      runs: [...new Set(own.map(({ run }) => run))],
      ok: own.filter(({ outcome }) => outcome === "ok" || outcome.startsWith("ok ")).length,
      errors: [...new Set(errors)].sort(),
    };
  });
}

/** Functions without a success, or without an error where their type has one, that the list does not excuse; and excuses without need. */
export function missing(all: readonly Exercised[], excused: ReadonlyMap<string, string>): string[] {
  const found = all.flatMap(({ function: { interface: name, name: own, fallible }, ok, errors }) => {
    const subject = `${name} ${own}`;
    if (ok === 0) return [`${subject}: no success`];
    return fallible && errors.length === 0 ? [subject] : [];
  });
  return [
    ...found.filter((subject) => !excused.has(subject)).map((subject) => `${subject}: no error`),
    ...[...excused.keys()].filter((subject) => !found.includes(subject)).map((subject) => `${subject}: excused, but there is an error`),
  ];
}

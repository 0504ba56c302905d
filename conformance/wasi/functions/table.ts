/** docs/wasi.md: every function of WASI with the programs that called it and what came of it. */
import { type Case, disagreements, type Exercised } from "./cases.ts";
import type { Difference, Excuse } from "./known.ts";
import type { Run } from "./runs.ts";

export interface TableOptions {
  readonly exercised: readonly Exercised[];
  readonly interfaces: ReadonlyMap<string, number>;
  readonly wasmtime: { readonly version: string; readonly cases: readonly Case[] };
  readonly tenon: readonly Case[];
  readonly differences: readonly Difference[];
  readonly excuses: readonly Excuse[];
  readonly runs: readonly Run[];
}

export function table({ exercised, interfaces, wasmtime, tenon, differences, excuses, runs }: TableOptions): string {
  const byInterface = Map.groupBy(exercised, (one) => one.function.interface);
  const tracks = [...interfaces].map(([track, count]) => {
    const functions = exercised.filter((one) => one.function.interface.endsWith(`@${track}`));
    return `${count} interfaces with ${functions.length} functions in ${track === "0.2" ? "0.2.12" : "0.3.0"}`;
  });
  const recorded = new Set(wasmtime.cases.map(({ run }) => run));
  const compared = tenon.filter(({ run }) => recorded.has(run));
  const differing = new Set(disagreements(wasmtime.cases, compared).map(({ run, subject, number }) => `${run} ${subject} ${number}`));
  const inWasmtime = new Set(wasmtime.cases.map(({ subject }) => subject));
  const lines = [
    "# WASI, function by function",
    "",
    `${tracks.join(", ")}.`,
    "Each function is called by a program in Rust ([conformance/wasi/guests](../conformance/wasi/guests)), built with wit-bindgen and the WIT texts of WASI,",
    "and what came of it is compared, case by case, with what the same program prints in wasmtime.",
    "",
    "This page is made by `node conformance/wasi/functions.ts --write`; `npm run check` runs the programs and fails when it is out of date.",
    "",
    `${compared.length} cases were compared with ${wasmtime.version.split(" (")[0]}; ${differing.size} differ, each for one of [these reasons](#differences).`,
    "*Successes* counts the cases that succeeded, *errors* names those seen; `-` is an error without a name, an empty cell: the type has none.",
    "",
  ];
  for (const [name, functions] of byInterface) {
    lines.push(`## ${name}`, "", "| function | successes | errors | programs |", "| --- | --- | --- | --- |");
    for (const one of functions) {
      const notThere = inWasmtime.has(`${name} ${one.function.name}`) ? "" : " (not in wasmtime)";
      lines.push(`| \`${one.function.name}\` | ${one.ok} | ${errorsOf(one)} | ${one.runs.join(", ")}${notThere} |`);
    }
    lines.push("");
  }
  lines.push("## Without an error", "", "Functions whose type has an error that no program can bring about:", "");
  for (const { reason, functions } of excuses) lines.push(`- ${functions.map((one) => `\`${one}\``).join(", ")}: ${reason}`);
  lines.push("", "## Differences", "", "Where a case comes out otherwise than in wasmtime, and who is right by the text of WASI:", "");
  for (const { right, reason, cases } of differences) {
    const subjects = [...new Set(cases.map(([, subject]) => subject))];
    lines.push(`- **${right === "both" ? "both" : right === "tenon" ? "Tenon" : "wasmtime"}**: ${reason} (${subjects.map((one) => `\`${one}\``).join(", ")})`);
  }
  lines.push("", "## Programs", "", "| program | run as | not in wasmtime |", "| --- | --- | --- |");
  for (const run of runs) lines.push(`| ${run.name} | \`${run.program}.wasm${argumentsOf(run)}\` | ${run.notInWasmtime ?? ""} |`);
  return `${lines.join("\n")}\n`;
}

function errorsOf({ function: { fallible }, errors }: Exercised): string {
  if (errors.length > 0) return errors.map((one) => (one === "-" ? "`-`" : one)).join(", ");
  return fallible ? "[none](#without-an-error)" : "";
}

function argumentsOf(run: Run): string {
  if (run.kind === "service") return run.requests.map(({ path }) => ` ${path}`).join(",");
  return (run.args ?? []).map((arg) => (arg.includes(" ") ? ` '${arg}'` : ` ${arg}`)).join("");
}

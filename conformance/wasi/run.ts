/**
 * `npm run conformance:wasi -- --suite FOLDER` puts the programs of the public wasi-testsuite (its branch `prod/testsuite-base` has them
 * built) to the `tenon` command, and to other hosts beside it. See README.md of the folder above.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type AdapterTools, componentOf } from "./adapter.ts";
import { drive } from "./drive.ts";
import { type Host, hostOf, tenon } from "./host.ts";
import { GROUPS, type Group, readSuite, type TestCase } from "./suite.ts";

const TITLES: Readonly<Record<Group, string>> = {
  p1: "preview 1 modules",
  p2: "the same as 0.2 components",
  p3: "0.3 commands",
  http: "0.3 services",
};

interface Verdict {
  readonly test: TestCase;
  /** What was wrong, by host. */
  readonly failures: ReadonlyMap<Host, string | undefined>;
}

const { values } = parseArgs({
  options: {
    suite: { type: "string", default: process.env.WASI_TESTSUITE ?? "" },
    only: { type: "string", multiple: true },
    filter: { type: "string" },
    host: { type: "string", multiple: true, default: [] },
    "without-tenon": { type: "boolean" },
    "wasm-tools": { type: "string", default: process.env.WASM_TOOLS ?? "wasm-tools" },
    adapter: { type: "string", default: process.env.WASI_ADAPTER ?? "" },
    jobs: { type: "string", default: String(Math.min(4, availableParallelism())) },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  if (values.suite === "" || !existsSync(values.suite)) {
    console.log("The wasi-testsuite is not here: nothing is run. Give its folder with --suite, or as WASI_TESTSUITE.");
    return 0;
  }
  const wanted = new Set<string>(values.only ?? GROUPS);
  const hosts = [...(values["without-tenon"] ? [] : [tenon]), ...values.host.map(hostOf)];
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-wasi-components-"));
  try {
    const tools = { wasmTools: values["wasm-tools"], adapter: values.adapter, folder };
    if (wanted.has("p2") && values.adapter === "") {
      console.log("Without --adapter (or WASI_ADAPTER), wasi_snapshot_preview1.command.wasm, nothing is run as a component of 0.2.");
      wanted.delete("p2");
    }
    const filter = new RegExp(values.filter ?? "");
    const tests = readSuite(values.suite).filter(({ group, name }) => wanted.has(group) && filter.test(`${group}/${name}`));
    return report(await runAll(tests, hosts, tools), hosts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runAll(tests: readonly TestCase[], hosts: readonly Host[], tools: AdapterTools): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const queue = tests.entries();
  const work = async () => {
    for (const [index, test] of queue) {
      const failures = new Map<Host, string | undefined>();
      try {
        const wasm = test.group === "p2" ? componentOf(test.wasm, tools) : test.wasm;
        for (const host of hosts) failures.set(host, await drive(host, test, wasm));
      } catch (error) {
        for (const host of hosts) failures.set(host, String(error));
      }
      verdicts[index] = { test, failures };
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return verdicts;
}

/** What `tenon` is known to fail, each with its reason. What is listed must fail; what fails must be listed. */
function knownFailures(): ReadonlyMap<string, string> {
  const list = JSON.parse(readFileSync(new URL("./known-failures.json", import.meta.url), "utf8")) as Record<string, string>;
  return new Map(Object.entries(list));
}

function report(verdicts: readonly Verdict[], hosts: readonly Host[]): number {
  const known = knownFailures();
  let surprises = 0;
  for (const { test, failures } of verdicts) {
    for (const [host, failure] of failures) {
      const name = `${test.group}/${test.name}`;
      const listed = host === tenon ? known.get(name) : undefined;
      if (failure !== undefined) console.log(`✖ ${host.name} ${name}: ${failure}${listed === undefined ? "" : ` (known: ${listed})`}`);
      else if (listed !== undefined) console.log(`✖ ${name} is listed as known to fail, but passes`);
      if (host === tenon && (failure === undefined) !== (listed === undefined)) surprises += 1;
    }
  }
  const width = Math.max(...Object.values(TITLES).map(({ length }) => length));
  console.log(`${"".padEnd(width)}  tests  ${hosts.map(({ name }) => name.padStart(9)).join(" ")}`);
  for (const group of GROUPS) {
    const ofGroup = verdicts.filter(({ test }) => test.group === group);
    if (ofGroup.length === 0) continue;
    const passed = hosts.map((host) => String(ofGroup.filter(({ failures }) => failures.get(host) === undefined).length).padStart(9));
    console.log(`${TITLES[group].padEnd(width)}  ${String(ofGroup.length).padStart(5)}  ${passed.join(" ")}`);
  }
  return surprises > 0 || verdicts.length === 0 ? 1 : 0;
}

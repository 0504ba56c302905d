/**
 * `npm run attack`: the tests that are named after the threats of docs/security.md. With `-- --mutate`, also takes each defence out of a
 * copy of the project, where a test of its threat must fail. `-- --threat 13` is about one.
 */
import { parseArgs } from "node:util";
import { ROOT } from "../source-files.ts";
import { survivors } from "./mutate.ts";
import { MUTATIONS } from "./mutations.ts";
import { attackFiles, runNamedTests, threatOf } from "./named-tests.ts";
import { THREATS } from "./threats.ts";

const SECONDS = 300;
const TEST_SECONDS = 120;

const { values } = parseArgs({ options: { mutate: { type: "boolean", default: false }, threat: { type: "string" } } });
const only = values.threat === undefined ? undefined : Number(values.threat);
const threats = [...THREATS].filter(([threat]) => only === undefined || threat === only);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

function fail(line: string): void {
  process.stderr.write(`✖ ${line}\n`);
  process.exitCode = 1;
}

const { passed, failed, skipped, hung, output } = await runNamedTests(ROOT, attackFiles(ROOT), { threat: only, seconds: SECONDS, testSeconds: TEST_SECONDS });
if (failed.length > 0 || hung) process.stderr.write(output);
if (hung) fail(`the tests did not end in ${SECONDS} s`);
for (const [threat, about] of threats) {
  const [passes, failures, skips] = [passed, failed, skipped].map((names) => names.filter((name) => threatOf(name) === threat)) as [
    string[],
    string[],
    string[],
  ];
  const told = `threat ${threat}, ${about}: ${passes.length} tests${skips.length > 0 ? `, ${skips.length} skipped here` : ""}`;
  if (failures.length > 0) fail(`${told}, ${failures.length} fail`);
  else if (passes.length === 0) fail(told);
  else tell(`✔ ${told}`);
}
for (const name of failed) if (threatOf(name) === undefined) fail(name);

if (values.mutate) {
  const mutations = MUTATIONS.filter(({ threat }) => only === undefined || threat === only);
  const found = await survivors(ROOT, mutations, tell);
  for (const [threat] of threats) if (!mutations.some((each) => each.threat === threat)) fail(`threat ${threat}: no defence is taken out`);
  for (const { mutation, why } of found) fail(`${mutation.file}: nobody misses ${mutation.defence}\n${why}`);
  if (found.length === 0) tell(`✔ ${mutations.length} defences, each missed by a test when it is taken out`);
}

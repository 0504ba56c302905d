/** `tenon test`: the tests that parts carry, each in a world of its own. */
import type { TestReport } from "@tenon/runtime/app";
import { RestingApp } from "@tenon/runtime/node/app";
import type { Command } from "../command.ts";
import { print } from "../print.ts";
import { needSuspension } from "../suspension.ts";
import { documentOf } from "./document.ts";
import { appOption, jsonOption } from "./reach.ts";

export const testCommand: Command = {
  name: "test",
  usage: "[OPTIONS] [PART]...",
  about:
    "Runs the tests of an app's parts, or of some of them: for each name in a part's `tests`, every function `test-*` of the part of that name, and its `wasi:cli/run`. Each gets fresh instances, with files, a network and a clock in memory.",
  options: { ...appOption, ...jsonOption },
  operands: { least: 0, most: 1000 },
  examples: ["tenon test", "tenon test counter --json"],
  async run(line) {
    await needSuspension();
    const app = new RestingApp(documentOf(line.option("app")));
    const reports: TestReport[] = [];
    const isJson = line.flag("json");
    // A test that waits for what never comes leaves nothing for Node to do, which would end the process before the test is given up.
    const alive = setInterval(() => {}, 1000);
    try {
      const told = (report: TestReport): void => {
        reports.push(report);
        if (!isJson) print(inWords(report));
      };
      await app.test(told, line.operands.length === 0 ? undefined : line.operands);
    } finally {
      clearInterval(alive);
      app.close();
    }
    const failed = reports.filter(({ wrong }) => wrong !== undefined).length;
    if (isJson) print(`${JSON.stringify(reports, undefined, 2)}\n`);
    else print(reports.length === 0 ? 'no part has tests: "tests": ["part", ...] names them\n' : `${reports.length - failed} passed, ${failed} failed\n`);
    return failed === 0 ? 0 : 1;
  },
};

/** A line of its own for what was wrong, and for each that was printed meanwhile. */
function inWords({ part, test, name, wrong, log }: TestReport): string {
  const head = `${wrong === undefined ? "ok    " : "FAILED"} ${part}: ${test}${name === "" ? "" : ` ${name}`}\n`;
  if (wrong === undefined) return head;
  return head + [...wrong.split("\n"), ...log].map((each) => `       ${each}\n`).join("");
}

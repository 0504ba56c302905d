/** The examples in the help of commands for apps are command lines that the commands take. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, runCommandLine } from "../command.ts";
import { APP_COMMANDS } from "../commands/app.ts";

/** As a shell takes it apart. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|([^\s']+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

for (const command of APP_COMMANDS) {
  test(command.name, async () => {
    assert.notEqual(command.examples.length, 0);
    for (const example of command.examples) {
      const [tenon, name, ...args] = wordsOf(example);
      assert.deepEqual([tenon, name], ["tenon", command.name]);
      let ran = false;
      const parsed: Command = {
        ...command,
        run: async () => {
          ran = true;
          return 0;
        },
      };
      assert.equal(await runCommandLine(parsed, args), 0, example);
      assert.ok(ran, example);
    }
  });
}

/** The commands for apps, in one script: they share nearly all that they need. */
import { changeCommands } from "../app/changes.ts";
import { checkCommand } from "../app/check.ts";
import { composeCommands } from "../app/compose.ts";
import { grantsCommand } from "../app/granted.ts";
import { historyCommands } from "../app/history.ts";
import { lookCommands } from "../app/look.ts";
import { newCommand } from "../app/new.ts";
import { recordingCommands } from "../app/recording.ts";
import { testCommand } from "../app/test.ts";
import { updateCommand } from "../app/update.ts";
import { runCommandLine } from "../command.ts";

const COMMANDS = new Map(
  [
    ...changeCommands,
    newCommand,
    checkCommand,
    testCommand,
    updateCommand,
    grantsCommand,
    ...historyCommands,
    ...composeCommands,
    ...recordingCommands,
    ...lookCommands,
  ].map((command) => [command.name, command]),
);

export const main = ([name, ...args]: readonly string[]): Promise<number> => runCommandLine(COMMANDS.get(name!)!, args);

/** The commands for apps, in one script: they share nearly all that they need. */
import { buildCommand } from "../app/build.ts";
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
import { type Command, runCommandLine } from "../command.ts";

export const APP_COMMANDS: readonly Command[] = [
  ...changeCommands,
  newCommand,
  checkCommand,
  testCommand,
  updateCommand,
  grantsCommand,
  buildCommand,
  ...historyCommands,
  ...composeCommands,
  ...recordingCommands,
  ...lookCommands,
];

export const main = ([name, ...args]: readonly string[]): Promise<number> => runCommandLine(APP_COMMANDS.find((command) => command.name === name)!, args);

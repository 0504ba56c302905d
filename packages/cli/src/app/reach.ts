/** An app as commands reach it: the one that runs, else its document. */
import { userInfo } from "node:os";
import type { Change, Control } from "@tenon/runtime/app";
import { type ControlClient, connectControl, RestingApp } from "@tenon/runtime/node/app";
import type { CommandLine, Option } from "../command.ts";
import { InputError } from "../failure.ts";
import { documentOf } from "./document.ts";
import { numberOf } from "./number.ts";

export const appOption: Readonly<Record<string, Option>> = {
  app: { type: "string", value: "FOLDER", help: "the app: its folder or document; default: the nearest tenon.jsonc from here upwards" },
};
export const jsonOption: Readonly<Record<string, Option>> = { json: { type: "boolean", help: "print JSON" } };

/** What can be done with an app whether it runs or not. */
export type Changeable = Pick<Control, "apply" | "preview" | "undo" | "redo" | "revisions" | "imports">;

export async function withApp<T>(line: CommandLine, act: (app: Changeable, running: ControlClient | undefined) => Promise<T>): Promise<T> {
  const document = documentOf(line.option("app"));
  const running = await connectControl(document);
  const app = running ?? new RestingApp(document);
  try {
    return await act(app, running);
  } finally {
    app.close();
  }
}

/** For what only a running app can do. */
export async function withRunning<T>(line: CommandLine, act: (app: ControlClient) => Promise<T>): Promise<T> {
  return withApp(line, (_, running) => {
    if (running === undefined) throw new InputError(`${documentOf(line.option("app"))} does not run: \`tenon run\` starts it`);
    return act(running);
  });
}

/** Who is at the keyboard, and what they say of it. */
export function changeOf(line: CommandLine): Change {
  const [reason, base] = [line.option("reason"), numberOf(line, "base")];
  return {
    author: userInfo().username,
    ...(reason === undefined ? {} : { reason }),
    ...(base === undefined ? {} : { base }),
    ...(line.flag("grant") ? { grant: true } : {}),
  };
}

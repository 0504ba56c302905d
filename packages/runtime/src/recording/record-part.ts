import type { App } from "../app/app.ts";
import type { AppPlatform } from "../app/platform.ts";
import { refusal } from "../document/refusal.ts";
import { Recorder } from "./recorder.ts";
import { RECORDING_VERSION } from "./recording.ts";

export interface Recorded {
  /** Nothing more is recorded; how many calls were. */
  end(): Promise<number>;
}

/** Records all calls that enter a part of a running app, and all that it makes. `write` gets whole lines. @throws AppError when there is no such part */
export async function recordPart(app: App, part: string, write: (text: string) => void, { after }: Pick<AppPlatform, "after">): Promise<Recorded> {
  const { name, parts } = app.status();
  const found = parts.find(({ path, kind }) => path === part && kind === "component");
  if (found === undefined) throw refusal("app/no-part", `there is no component \`${part}\` to record`);
  const digest = found.digest === undefined ? {} : { component: found.digest };
  const recorder = new Recorder({ header: { "tenon-recording": RECORDING_VERSION, app: name, part, ...digest, at: new Date().toISOString() }, write, after });
  const untap = await app.tap(recorder.tap);
  return {
    async end() {
      await untap();
      recorder.flush();
      return recorder.calls;
    },
  };
}

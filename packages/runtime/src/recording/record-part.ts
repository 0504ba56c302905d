import type { App } from "../app/app.ts";
import type { AppPlatform } from "../app/platform.ts";
import { nearest } from "../document/nearest.ts";
import { refusal } from "../document/refusal.ts";
import { Recorder } from "./recorder.ts";
import { RECORDING_VERSION, type RecordingHeader } from "./recording.ts";

export interface Recorded {
  /** Nothing more is recorded; how many calls were. Rejects with an AppError when not all could be written. */
  end(): Promise<number>;
}

/** Records all calls that enter a part of a running app, and all that it makes. `write` gets whole lines. @throws AppError when there is no such part */
export async function recordPart(app: App, part: string, write: (text: string) => void, { after }: Pick<AppPlatform, "after">): Promise<Recorded> {
  const { name, parts } = app.status();
  const found = parts.find(({ path, kind }) => path === part && kind === "component");
  if (found === undefined) {
    const near = nearest(
      part,
      parts.filter(({ kind }) => kind === "component").map(({ path }) => path),
    );
    throw refusal("app/no-part", `there is no component \`${part}\` to record`, near === undefined ? undefined : `did you mean \`${near}\`?`);
  }
  const digest = found.digest === undefined ? {} : { component: found.digest };
  const header: RecordingHeader = { "tenon-recording": RECORDING_VERSION, app: name, part, ...digest, at: new Date().toISOString() };
  const recorder = new Recorder({ header, write, after, secrets: () => app.secrets });
  const untap = await app.tap(recorder.tap);
  return {
    async end() {
      await untap();
      recorder.flush();
      const { failure } = recorder;
      if (failure !== undefined)
        throw refusal("recording/not-written", `the recording could not be written to its end: ${failure instanceof Error ? failure.message : failure}`);
      return recorder.calls;
    },
  };
}

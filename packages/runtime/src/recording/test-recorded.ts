/** What tests record: a game whose calls come by a wire, played by the test, and leave by another. */
import { readFile } from "node:fs/promises";
import { type Component, compile, promising } from "@tenon/engine";
import { App } from "../app/app.ts";
import { testPlatform } from "../app/test-platform.ts";
import type { Json } from "../document/document.ts";
import type { CapabilityKind, EventTarget } from "../kinds/kind.ts";
import { standardKinds } from "../kinds/standard.ts";
import { recordPart } from "./record-part.ts";
import { type Recording, readRecording } from "./recording.ts";

const GAME = "tenon:scoreboard/game@0.1.0";

const FILES = {
  caller: "caller/caller.wasm",
  rust: "rust/scoreboard.wasm",
  c: "c/scoreboard.wasm",
  javascript: "javascript/scoreboard.wasm",
};
export type ExampleName = keyof typeof FILES;

const loaded = new Map<ExampleName, Promise<Uint8Array<ArrayBuffer>>>();

function bytesOf(name: ExampleName): Promise<Uint8Array<ArrayBuffer>> {
  const found = loaded.get(name) ?? readFile(new URL(`../../../../examples/${FILES[name]}`, import.meta.url)).then((read) => new Uint8Array(read));
  loaded.set(name, found);
  return found;
}

export async function example(name: ExampleName): Promise<Component> {
  return compile(await bytesOf(name));
}

/** All by promises: a call may wait. */
export interface Game {
  play(player: string): Promise<string[]>;
  start(player: string): Promise<void>;
  score(points: number): Promise<string>;
  finish(): Promise<string | undefined>;
}

export interface Recorded {
  readonly recording: Recording;
  readonly text: string;
}

export interface Session {
  readonly game: Game;
  readonly app: App;
  pass(milliseconds: number): void;
}

interface Options {
  /** Whose calls are recorded. */
  readonly part: "caller" | "rust";
  /** Of the wire to the scoreboard, and of that to the game. */
  readonly wire?: Json;
  readonly calls?: Json;
}

/** What is recorded while `play` plays. */
export async function recorded({ part, wire = "rust", calls = "caller" }: Options, play: (session: Session) => Promise<void>): Promise<Recorded> {
  let target: EventTarget | undefined;
  const player: CapabilityKind = {
    name: "player",
    about: "plays the game",
    options: {},
    exports: [],
    check: () => [],
    imports: (_, keys) => keys.map((name) => ({ name, accepts: [GAME] })),
    asks: () => [],
    make: async () => ({
      provide: () => ({}),
      connect: (_, events) => {
        target = events;
      },
      close: async () => {},
    }),
  };
  const kinds = new Map([...standardKinds(), ["player", player]]);
  const platform = testPlatform({ "caller.wasm": await bytesOf("caller"), "rust.wasm": await bytesOf("rust") }, { kinds });
  const parts = {
    caller: { component: "./caller.wasm" },
    rust: { component: "./rust.wasm" },
    player: { capability: "player" },
    basics: { capability: "basics" },
  };
  const wires = { caller: { "tenon:*": wire }, player: { handler: calls } };
  const app = await App.start(JSON.stringify({ tenon: 1, name: "board", parts, wires }), platform);
  let text = "";
  const recording = await recordPart(app, part, (lines) => void (text += lines), platform);
  // Where the wire leads when a call is made: it changes.
  const call =
    (name: string) =>
    async (...args: unknown[]): Promise<unknown> => {
      const { [name]: found } = target!.exports as Readonly<Record<string, (...args: unknown[]) => unknown>>;
      return waiting(found!)(...args);
    };
  const game = { play: call("play"), start: call("start"), score: call("score"), finish: call("finish") } as unknown as Game;
  await play({ game, app, pass: (milliseconds) => platform.pass(milliseconds) });
  await recording.end();
  await app.close();
  return { recording: readRecording(new TextEncoder().encode(text), "calls.tenonrec"), text };
}

/** A component's function may wait; one of ours may anyway. */
function waiting(call: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  try {
    return promising(call) as (...args: unknown[]) => unknown;
  } catch {
    return call;
  }
}

/**
 * `npm start`: one caller, wired in turn to components of several languages that know nothing of each other.
 *
 * The caller imports the interface `tenon:scoreboard/scores` (wit/scoreboard.wit); each provider exports it. They meet here, at run time:
 * nothing was linked, translated or generated beforehand.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Component, compile } from "@tenon/engine";
import { wasi02 } from "@tenon/runtime";

const SCORES = "tenon:scoreboard/scores@0.1.0";
const GAME = "tenon:scoreboard/game@0.1.0";

/** What the caller's export looks like from JavaScript. */
interface Game {
  play(player: string): string[];
  start(player: string): void;
  score(points: number): string;
  finish(): string | undefined;
}

const providers: ReadonlyArray<[language: string, path: string]> = [
  ["Rust", "rust/scoreboard.wasm"],
  ["C", "c/scoreboard.wasm"],
  ["JavaScript", "javascript/scoreboard.wasm"],
  ["Kotlin", "kotlin/scoreboard.wasm"],
  // built on request: 18 MB (python/build.sh)
  ["Python", "python/scoreboard.wasm"],
];

/** All that a provider can answer, but for the greeting: the same in every language. */
const expected = [
  "add 40: 40",
  "add 0: refused, no points",
  "add 101: refused, at most 100 at once",
  "add 15: 55",
  "rank: Zoë 55, Ada 55, Grace 30, Linus 30",
  "best: Zoë 55",
  "best of none: nobody",
];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function load(path: string): Promise<{ component: Component; told: string }> {
  const start = performance.now();
  const bytes = await readFile(new URL(path, import.meta.url));
  const component = await compile(bytes, { name: path });
  return { component, told: `${kilobytes(bytes.length)}, loaded and checked in ${since(start)}` };
}

/** Wires the caller to one provider, plays, and tells how it went. False when the answers are not those expected. */
async function play(caller: Component, language: string, path: string): Promise<boolean> {
  const { component, told } = await load(path);
  // What a language's own library asks of WASI; most of these components import none of it. The environment is empty, no file is open to it.
  let start = performance.now();
  const provider = await component.instantiate(wasi02());
  const starting = since(start);

  start = performance.now();
  const wired = await caller.instantiate({ [SCORES]: provider.exports[SCORES] });
  const game = wired.exports[GAME] as Game;
  const wiring = since(start);

  start = performance.now();
  const [greeting, ...answers] = game.play("Ada");
  print(`\n${language}: ${told}; started in ${starting}; wired in ${wiring}; played in ${since(start)}`);
  for (const line of [greeting, ...answers]) print(`  ${line}`);

  // The tally is a resource: it lives in the provider, and the caller holds it open between these calls.
  game.start("Grace");
  const scored = [game.score(12), game.score(30)].at(-1);
  const ended = game.finish();
  print(`  ${scored} At the end: ${ended}.`);

  const right =
    greeting === `greet: Hello Ada, this is ${language}!` &&
    answers.join("\n") === expected.join("\n") &&
    scored === `Hello Grace, this is ${language}! You have 42.` &&
    ended === "Grace 42";
  if (!right) print("  These are NOT the answers that were expected.");
  return right;
}

function kilobytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function since(start: number): string {
  return `${(performance.now() - start).toFixed(1)} ms`;
}

const caller = await load("caller/caller.wasm");
print("A caller, written in Rust, knows an interface `scores` (examples/wit/scoreboard.wit) and nothing of who provides it.");
print(`It is ${caller.told}. Now it meets providers in other languages, one by one, each in a sandbox of its own.`);

let failed = 0;
for (const [language, path] of providers) {
  if (!existsSync(new URL(path, import.meta.url))) {
    print(`\n${language}: not built (examples/${path.replace("scoreboard.wasm", "build.sh")} builds it)`);
    continue;
  }
  try {
    if (!(await play(caller.component, language, path))) failed += 1;
  } catch (error) {
    failed += 1;
    print(`\n${language}: failed: ${error instanceof Error ? error.stack : error}`);
  }
}

print(
  failed === 0 ? "\nThe same answers from each. Next: `npm run tenon -- run examples/hello/hello.rust.wasm`, and examples/README.md." : `\n${failed} failed.`,
);
process.exitCode = failed === 0 ? 0 : 1;

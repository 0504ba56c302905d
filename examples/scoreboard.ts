/**
 * `npm run scoreboard`: one caller, which runs while its import is led from one provider to the next, each written in another language.
 *
 * The caller imports the interface `tenon:scoreboard/scores` (wit/scoreboard.wit); each provider exports it. They meet here, at run time:
 * nothing was linked, translated or generated beforehand. A tally is a resource that lives in the provider that made it. The first one is
 * made in Rust and goes on counting there, whatever the import leads to later.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Component, compile, type Interposer, rewire, Store } from "@tenon/engine";
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

const languages: ReadonlyArray<[language: string, path: string]> = [
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

let wrong = 0;

const print = (line = ""): void => void process.stdout.write(`${line}\n`);

function check(right: boolean): void {
  if (right) return;
  wrong += 1;
  print("  This is NOT the answer that was expected.");
}

async function load(path: string): Promise<{ component: Component; told: string }> {
  const start = performance.now();
  const bytes = await readFile(new URL(path, import.meta.url));
  const component = await compile(bytes, { name: path.replace(/\/.*/, "") });
  const size = bytes.length < 1e6 ? `${Math.round(bytes.length / 1000)} KB` : `${(bytes.length / 1e6).toFixed(1)} MB`;
  return { component, told: `${size}, loaded and checked in ${since(start)}` };
}

function since(start: number): string {
  const milliseconds = performance.now() - start;
  return milliseconds < 1 ? `${Math.round(milliseconds * 1000)} µs` : `${milliseconds.toFixed(1)} ms`;
}

/** Microseconds that one call takes, the best of some rounds. */
function cost(call: () => void): string {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    const start = performance.now();
    for (let i = 0; i < 100; i++) call();
    best = Math.min(best, (performance.now() - start) * 10);
  }
  return `${best.toFixed(2)} µs`;
}

// ---- the parts

const store = new Store();
const { component, told } = await load("caller/caller.wasm");
const caller = await component.open({}, { store });
const game = caller.exports[GAME] as Game;
const scores = caller.ends.get(SCORES)!;
print(`A caller, written in Rust (${told}), imports an interface, \`${SCORES}\`.`);
print("It is running now, and the import leads nowhere yet. Here are providers, each in a sandbox of its own:");

const providers = new Map<string, unknown>();
for (const [language, path] of languages) {
  if (!existsSync(new URL(path, import.meta.url))) {
    print(`  ${language}: not built (examples/${path.replace("scoreboard.wasm", "build.sh")} builds it)`);
    continue;
  }
  const provider = await load(path);
  const start = performance.now();
  // What a language's own library asks of WASI; most of these components import none of it. The environment is empty, no file is open to it.
  const instance = await provider.component.instantiate(wasi02(), { store });
  providers.set(language, instance.exports[SCORES]);
  print(`  ${language}: ${provider.told}, started in ${since(start)}`);
}

// ---- re-wired while it runs

let total = 0;
for (const [language, provider] of providers) {
  const start = performance.now();
  rewire([{ end: scores, to: provider }]);
  print(`\ncaller ── scores ──▶ ${language}   (re-wired in ${since(start)})`);
  const [greeting, ...answers] = game.play("Ada");
  print(`  ${greeting}`);
  if (language === "Rust") {
    for (const line of answers) print(`  ${line}`);
    game.start("Grace");
    print("  A tally is made here, for Grace.");
  } else {
    print(`  ... and the same ${answers.length} answers`);
  }
  check(greeting === `greet: Hello Ada, this is ${language}!` && answers.join("\n") === expected.join("\n"));
  total += 10;
  const scored = game.score(10);
  print(`  ten points for Grace: ${scored}`);
  check(scored === `Hello Grace, this is ${language}! You have ${total}.`);
  for (const drain of scores.drains) print(`  (${drain.handles} handle still goes to the provider that made it)`);
  print(`  one \`score\`, three calls to the provider: ${cost(() => void game.score(0 + 1))}`);
  total += 2000;
}

// ---- a look at the wire

const calls: string[] = [];
const log: Interposer = ({ function: name, args, next }) => {
  const result = next(...args);
  calls.push(`${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")}) = ${JSON.stringify(result)}`);
  return result;
};
let start = performance.now();
rewire([{ end: scores, through: [log] }]);
print(`\ncaller ── scores ── log ──▶ ${[...providers.keys()].at(-1)}   (put on the wire in ${since(start)})`);
game.play("Linus");
for (const line of calls.slice(0, 3)) print(`  ${line}`);
print(`  ... and ${calls.length - 3} more; one \`score\` costs ${cost(() => void game.score(1))} with the log`);
total += 2000;
start = performance.now();
rewire([{ end: scores, through: [] }]);
const seen = calls.length;
print(`and taken away in ${since(start)}: ${cost(() => void game.score(1))}, and it sees nothing`);
total += 2000;
check(calls.length === seen);

const ended = game.finish();
print(`\nGrace's tally, made in Rust before the first change: ${ended}.`);
check(ended === `Grace ${total}` && scores.drains.length === 0);

print(
  wrong === 0 ? "\nAll as expected. Next: docs/wires.md, `npm run tenon -- run examples/hello/hello.rust.wasm`, and examples/README.md." : `\n${wrong} wrong.`,
);
process.exitCode = wrong === 0 ? 0 : 1;

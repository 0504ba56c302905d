/** What each JavaScript runtime runs: one caller led through three languages, and a host function that waits. Its arguments: the built engine, the examples. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [engine, examples] = process.argv.slice(2);
const { compile, promising, rewire, Store } = await import(pathToFileURL(engine).href);
const load = (file) => compile(new Uint8Array(readFileSync(`${examples}/${file}`)));

const SCORES = "tenon:scoreboard/scores@0.1.0";
const store = new Store();
const caller = await (await load("caller/caller.wasm")).open({}, { store });
const game = caller.exports["tenon:scoreboard/game@0.1.0"];
for (const language of ["rust", "c", "javascript"]) {
  const provider = await (await load(`${language}/scoreboard.wasm`)).instantiate({}, { store });
  rewire([{ end: caller.ends.get(SCORES), to: provider.exports[SCORES] }]);
  if (language === "rust") game.start("Ada");
  console.log(game.score(10));
}

/** Imports `tick`; exports `g(n)`, tick(n) + 101 through two nested components. */
const WAITING =
  "AGFzbQ0AAQAHCAFAAQFueQB5CgkBAAR0aWNrAQAEiQEAYXNtDQABAAcIAUABAW55AHkKCQEABHRpY2sBAAgFAQEAAAABMABhc20BAAAAAQYBYAF/AX8CBgEAAXQAAAMCAQAHBQEBZgABCgsBCQAgAB" +
  "AAQQFqCwINAgEBAXQAAAAAAQASAAcIAUABAW55AHkGBwEAAAEBAWYIBgEAAAEAAQsHAQABZgEBAAULAQAAAQR0aWNrAQAEhwEAYXNtDQABAAcIAUABAW55AHkKBgEAAWYBAAgFAQEAAAABMQBhc20B" +
  "AAAAAQYBYAF/AX8CBgEAAXQAAAMCAQAHBQEBZwABCgwBCgAgABAAQeQAagsCDQIBAQF0AAAAAAEAEgAHCAFAAQFueQB5BgcBAAABAQFnCAYBAAABAAELBwEAAWcBAQAGBgEBAAABZgUIAQABAQFmAQ" +
  "EGBgEBAAEBZwsHAQABZwECAA==";
const waiting = await compile(Uint8Array.from(atob(WAITING), (c) => c.charCodeAt(0)));
const { exports } = await waiting.instantiate({ tick: (n) => (n === 5 ? new Promise((done) => setTimeout(() => done(10), 10)) : 2 * n) });
console.log(exports.g(1), await promising(exports.g)(5));

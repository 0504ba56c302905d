/** What each JavaScript runtime runs: three languages through one caller, and a host function that waits. Its arguments: the built engine, the examples. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [engine, examples] = process.argv.slice(2);
const { compile, promising } = await import(pathToFileURL(engine).href);
const load = (file) => compile(new Uint8Array(readFileSync(`${examples}/${file}`)));

const caller = await load("caller/caller.wasm");
for (const language of ["rust", "c", "javascript"]) {
  const provider = await (await load(`${language}/scoreboard.wasm`)).instantiate();
  const { exports } = await caller.instantiate(provider.exports);
  console.log(provider.exports["tenon:scoreboard/scores@0.1.0"].greet("Ada"), typeof exports["tenon:scoreboard/game@0.1.0"].play);
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

/** Prints what asynchronous parts do in this JavaScript runtime. Its arguments: the built engine, the guests, the program that one of them runs. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { asyncChain } from "./async-chain.ts";

const [engine, guests, program] = process.argv.slice(2);
const read = (name) => new Uint8Array(readFileSync(`${guests}/${name}.wasm`));
const told = await asyncChain(await import(pathToFileURL(engine).href), { relay: read("relay"), script: read("script"), program: JSON.parse(program) });
console.log(JSON.stringify(told));

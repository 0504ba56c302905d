/** The wasm files that bad input is made from: our cases, the examples, the official suites, as far as they are there. */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const FOLDERS = ["cases", "../examples", "../../shared/conformance"];

/** Larger files make each try slow and find nothing that small ones don't. */
const LARGEST = 64 * 1024;

/** All .wasm files of the given folders, in a fixed order. */
export function corpusFiles(folders: readonly string[]): string[] {
  return (folders.length > 0 ? folders : FOLDERS.map((folder) => path.resolve(HERE, folder))).flatMap(wasmFiles);
}

function wasmFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "node_modules") found.push(...wasmFiles(full));
    else if (entry.name.endsWith(".wasm") && statSync(full).size <= LARGEST && statSync(full).size > 8) found.push(full);
  }
  return found;
}

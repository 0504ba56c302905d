import path from "node:path";
import { type Component, compile } from "@tenon/engine";
import { isCoreModule, readBytes, readComponent } from "./component-file.ts";
import { InputError } from "./failure.ts";

/** From here on a user at a terminal wonders whether anything is going on. */
const LONG_LOAD_BYTES = 8 * 1024 * 1024;

/** Reads and compiles a component, or a core module. */
export async function loadProgram(file: string): Promise<Component | WebAssembly.Module> {
  const bytes = readBytes(file);
  if (!isCoreModule(bytes)) return loadComponent(file);
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new InputError(`${file} is no valid core module: ${error instanceof Error ? error.message : error}`);
  }
}

/** Reads and compiles a component. */
export async function loadComponent(file: string): Promise<Component> {
  const bytes = readComponent(file);
  const progress = bytes.length >= LONG_LOAD_BYTES && process.stderr.isTTY === true;
  if (progress) process.stderr.write(`loading ${file} (${(bytes.length / 1024 / 1024).toFixed(0)} MB) ...`);
  try {
    return await compile(bytes, { name: path.basename(file, ".wasm") });
  } finally {
    if (progress) process.stderr.write("\r\x1b[2K");
  }
}

/** Reads a component's file; says in one line what a file is when it is none. */
import { readFileSync } from "node:fs";
import { InputError } from "./failure.ts";

/** The bytes of a file that begins as a component does. */
export function readComponent(file: string): Uint8Array<ArrayBuffer> {
  const bytes = readBytes(file);
  const refusal = refusalOf(bytes);
  if (refusal !== undefined) throw new InputError(`${file} ${refusal}`);
  return bytes;
}

/** Whether the bytes begin as those of a core module do, which is no component. */
export function isCoreModule(bytes: Uint8Array): boolean {
  return isWasm(bytes) && bytes.length >= 8 && bytes[6] === 0 && bytes[7] === 0;
}

function isWasm(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

export function readBytes(file: string): Uint8Array<ArrayBuffer> {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new InputError(`there is no file ${file}`);
    if (code === "EISDIR") throw new InputError(`${file} is a directory; give the .wasm file in it`);
    if (code === "EACCES" || code === "EPERM") throw new InputError(`${file} may not be read by you`);
    throw new InputError(`${file} can't be read: ${message}`);
  }
}

/** Why these bytes can be no component, as the end of a sentence. Anything else is the decoder's to tell. */
function refusalOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "is empty";
  if (isCoreModule(bytes)) {
    return "is a core module, not a component: `tenon run` runs those of WASI preview 1; `wasm-tools component new` makes a component of one";
  }
  if (isWasm(bytes) || bytes.subarray(0, 8).includes(0)) return isWasm(bytes) ? undefined : "is not a WebAssembly file";
  const text = new TextDecoder().decode(bytes.subarray(0, 512));
  if (/^\s*(?:;;.*\s+|\(;[\s\S]*?;\)\s*)*\(component\b/.test(text)) return "is a component in text form; `wasm-tools parse` makes the binary of it";
  if (/^\s*(?:;;.*\s+|\(;[\s\S]*?;\)\s*)*\(module\b/.test(text)) return "is a core module in text form, not a component";
  if (/^\s*(?:\/\/.*\s+)*package [a-z]/.test(text)) return "is WIT text: it describes components, but is none";
  return "is not a WebAssembly file";
}

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";

export interface AdapterTools {
  readonly wasmTools: string;
  /** `wasi_snapshot_preview1.command.wasm`. */
  readonly adapter: string;
  /** Where components are put. */
  readonly folder: string;
}

/** A preview 1 module as a component of WASI 0.2, as `wasm-tools component new` makes it. */
export function componentOf(wasm: string, { wasmTools, adapter, folder }: AdapterTools): string {
  const component = path.join(folder, `${createHash("sha256").update(wasm).digest("hex").slice(0, 16)}.wasm`);
  if (existsSync(component)) return component;
  const { status, stderr, error } = spawnSync(wasmTools, ["component", "new", wasm, "--adapt", `wasi_snapshot_preview1=${adapter}`, "-o", component]);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`wasm-tools component new: ${stderr}`);
  return component;
}

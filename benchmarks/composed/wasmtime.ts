/** Loops inside a component, in wasmtime: a whole process with the loop, less one whose loop has no turns. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Wasmtime } from "../peers.ts";
import type { GuestLoop } from "./loops.ts";

/** The loop takes this many times what a round takes elsewhere, so that the start of the process is lost in it. */
const LONGER = 4;

export class WasmtimeLoops {
  readonly #wasmtime: Wasmtime;
  readonly #folder: string;
  readonly #compiled: string;

  /** Compiles ahead of time: what remains of the process around the loop is short, and the same each time. */
  constructor(wasmtime: Wasmtime, component: string) {
    this.#wasmtime = wasmtime;
    this.#folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
    this.#compiled = join(this.#folder, "component.cwasm");
    wasmtime.time(["compile", component, "-o", this.#compiled]);
  }

  result(loop: GuestLoop, times: number): string {
    return this.#wasmtime.output(this.#arguments(loop, times)).trim();
  }

  /** A function that runs one round, and gives the least nanoseconds per call of all rounds yet. */
  rounds(loop: GuestLoop, milliseconds: number): () => number {
    const time = (times: number): number => this.#wasmtime.time(this.#arguments(loop, times));
    let [idle, times] = [Math.min(time(0), time(0)), 1];
    // twice, since once may be long for other reasons
    const short = (): boolean => time(times) - idle < milliseconds * LONGER;
    while (short() || short()) times *= 4;
    let least = Infinity;
    return () => {
      idle = Math.min(idle, time(0));
      least = Math.min(least, time(times));
      return ((least - idle) * 1e6) / times;
    };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #arguments({ run, rest }: GuestLoop, times: number): string[] {
    // JSON writes numbers and strings as WAVE does
    const values = [times, ...rest].map((value) => JSON.stringify(value));
    return ["run", "--allow-precompiled", "--invoke", `${run}(${values.join(", ")})`, this.#compiled];
  }
}

/**
 * A world in memory for parts of an app: fresh instances of them, wired to one another as the document says, and in the place of every
 * capability one that touches nothing: a clock whose time jumps to what is waited for, the same random bytes each time, files and a
 * network in memory, an empty environment, an empty store of keys and values. What runs in it can neither see nor change the machine.
 */
import { type Change, type Imports, type Part, rewire, Store } from "@tenon/engine";
import { Clock } from "../clock/clock-capability.ts";
import { jumping } from "../clock/stopped-time.ts";
import { memoryDirectory } from "../directory/memory/memory-directory.ts";
import { serving } from "../document/names.ts";
import { keyvalueInterfaces } from "../keyvalue/interfaces.ts";
import { KeyValue } from "../keyvalue/keyvalue.ts";
import { MemoryBackend } from "../keyvalue/memory-backend.ts";
import { Log, type LogEntry } from "../log/log.ts";
import { memoryNetwork } from "../network/memory/memory-network.ts";
import { random } from "../random/random-capability.ts";
import { stdio } from "../stdio/stdio.ts";
import { nextTurn } from "../streams/waitable.ts";
import { wasiOf } from "../wasi/imports.ts";
import { WasiHost } from "../wasi/options.ts";
import type { Plan, PlannedComponent, PlannedWire } from "./plan.ts";

export class MemoryWorld {
  readonly #plan: Plan;
  readonly #told: (part: string, entry: LogEntry) => void;
  /** A call that waits for nothing that can still happen traps. */
  readonly #store = new Store({ closed: true });
  readonly #parts = new Map<string, Part>();
  readonly #hosts: WasiHost[] = [];
  readonly #stores = new Map<string, Imports>();
  readonly #time = new Clock(jumping(0n, nextTurn));
  readonly #random = random({ seed: 1 });
  readonly #directory = memoryDirectory();
  readonly #network = memoryNetwork();

  /** `told` gets what parts log and print. */
  constructor(plan: Plan, told: (part: string, entry: LogEntry) => void) {
    this.#plan = plan;
    this.#told = told;
  }

  /** Makes a part, and all that it can reach by wires. Rejects with what a start function traps with. */
  async open(path: string): Promise<Part> {
    const part = await this.#open(path);
    // Of parts that are wired in a circle, one was made before the other was there.
    for (const [from, { ends }] of this.#parts) rewire(this.#changes(from, (wire) => ends.get(wire.import)?.to === undefined, ends, new Map()));
    return part;
  }

  /** Ends all parts. */
  async close(): Promise<void> {
    for (const part of this.#parts.values()) part[Symbol.dispose]();
    await Promise.all(this.#hosts.map((host) => host.finished()));
  }

  async #open(path: string, opening: readonly string[] = []): Promise<Part> {
    const known = this.#parts.get(path);
    if (known !== undefined) return known;
    const { component, part } = this.#plan.parts.get(path) as PlannedComponent;
    const wires = this.#plan.wires.get(path) ?? [];
    for (const { to } of wires) if (this.#isComponent(to) && to !== path && !opening.includes(to!)) await this.#open(to!, [...opening, path]);
    const provided = this.#provide(path, part.limits.log);
    const connect = (ends: Part["ends"]) => this.#changes(path, () => true, ends, provided);
    const made = await component.open({}, { store: this.#store, name: path, connect });
    this.#parts.set(path, made);
    return made;
  }

  #isComponent(path: string | undefined): boolean {
    return path !== undefined && this.#plan.parts.get(path)?.kind === "component";
  }

  /** Where wires of a part lead that are there by now. */
  #changes(path: string, wanted: (wire: PlannedWire) => boolean, ends: Part["ends"], provided: ReadonlyMap<string, unknown>): Change[] {
    return (this.#plan.wires.get(path) ?? []).filter(wanted).flatMap((wire): Change[] => {
      const { to, export: name, guard } = wire;
      const end = ends.get(wire.import);
      const target = to === undefined ? undefined : this.#isComponent(to) ? this.#parts.get(to)?.exports[name] : this.#capability(to, name, provided);
      return end === undefined || target === undefined ? [] : [{ end, to: target, guard }];
    });
  }

  #capability(path: string, name: string, provided: ReadonlyMap<string, unknown>): unknown {
    const { of } = this.#plan.parts.get(path) as { readonly of: { readonly name: string } };
    if (of.name !== "keyvalue") return provided.get(serving(provided.keys(), name) ?? "");
    const interfaces = this.#stores.get(path) ?? keyvalueInterfaces(new KeyValue(new MemoryBackend({}), { name: path }));
    this.#stores.set(path, interfaces);
    return interfaces[serving(Object.keys(interfaces), name) ?? ""];
  }

  /** WASI for one part: what it opens and prints is its own, the rest is the world's. */
  #provide(path: string, bytesPerSecond: number | undefined): ReadonlyMap<string, unknown> {
    const log = new Log((entry) => this.#told(path, entry), bytesPerSecond === undefined ? {} : { bytesPerSecond });
    const host = new WasiHost({
      clock: this.#time,
      random: this.#random,
      directories: { "/": this.#directory },
      network: this.#network,
      stdio: stdio({ log }),
      log,
    });
    this.#hosts.push(host);
    return new Map(Object.entries(wasiOf(host)));
  }
}

/** Parts that run. A part stays the same through changes of its path, and of what the document says of its wires. */
import type { Interposer, Part } from "@tenon/engine";
import type { MadeInterposer } from "../interposers/kind.ts";
import type { Ask, Capability, EventTarget, Importer } from "../kinds/kind.ts";
import type { LogEntry } from "../log/log.ts";
import type { PlannedCapability, PlannedComponent, PlannedInterposer } from "./plan.ts";
import type { Tap } from "./recorder.ts";

/** An interposer on a wire, which stays itself while others come and go. */
export interface LaidInterposer {
  readonly planned: PlannedInterposer;
  readonly made: MadeInterposer;
}

/** A wire as it was last laid. */
export interface Laid {
  /** What the engine was given; `null`: nowhere. */
  readonly to: unknown;
  readonly interposers: readonly LaidInterposer[];
  readonly through: readonly Interposer[];
  readonly guard: boolean;
  readonly onFailure: unknown;
  readonly deadline: number | undefined;
  /** What keeps it. */
  readonly bounding: Interposer | undefined;
  /** With where the wire led when each was made. */
  readonly taps: readonly (readonly [Tap, Interposer, string | null])[];
}

export class RunningComponent {
  readonly kind = "component";
  planned: PlannedComponent;
  readonly instance: Part;
  readonly importer: Named;
  /** By import. */
  readonly laid: Map<string, Laid>;

  constructor(planned: PlannedComponent, instance: Part, importer: Named, laid: Map<string, Laid>) {
    this.planned = planned;
    this.instance = instance;
    this.importer = importer;
    this.laid = laid;
  }
}

export class RunningCapability {
  readonly kind = "capability";
  planned: PlannedCapability;
  /** `undefined`: what it asks for was not granted. */
  readonly capability: Capability | undefined;
  readonly withheld: readonly Ask[];
  /** By import: where its events go. */
  readonly connected = new Map<string, { readonly laid: Laid; readonly part: Running | undefined; readonly target: EventTarget | undefined }>();

  constructor(planned: PlannedCapability, capability: Capability | undefined, withheld: readonly Ask[]) {
    this.planned = planned;
    this.capability = capability;
    this.withheld = withheld;
  }
}

export type Running = RunningComponent | RunningCapability;

/** Whose path may change while it is used for messages. */
export class Named implements Importer {
  part: string;
  readonly #write: (part: string, entry: LogEntry) => void;

  constructor(part: string, write: (part: string, entry: LogEntry) => void) {
    this.part = part;
    this.#write = write;
  }

  log(entry: LogEntry): void {
    this.#write(this.part, entry);
  }
}

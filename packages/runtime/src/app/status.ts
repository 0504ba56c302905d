/** How an app is, as `tenon status --json` prints it. */
import type { Power } from "../interposers/kind.ts";

export interface AppStatus {
  readonly name: string;
  readonly purpose?: string;
  readonly revision: number;
  readonly parts: readonly PartStatus[];
  readonly wires: readonly WireStatus[];
  /** Why the document on disk was not taken up, if it wasn't. */
  readonly refused?: string;
}

export interface PartStatus {
  /** Its path: `app/part`. */
  readonly path: string;
  readonly kind: "component" | "capability" | "app";
  /** The component as the document names it; the kind of the capability. */
  readonly of: string;
  readonly purpose?: string;
  readonly digest?: string;
  /** `trying`: freshly swapped, its wires are guarded; `down`: it trapped, or was restarted too often; `broken`: what it holds does not work at present. */
  readonly health: "up" | "trying" | "restarting" | "down" | "broken";
  readonly trouble?: string;
  readonly restarts: number;
  /** Older instances that handles or calls still go to. */
  readonly drains: number;
  /** Calls that entered it by counted wires. */
  readonly exports: readonly string[];
}

export interface WireStatus {
  readonly from: string;
  readonly import: string;
  /** `null`: it leads nowhere. */
  readonly to: string | null;
  readonly export?: string;
  readonly through: readonly { readonly kind: string; readonly power: Power }[];
  readonly maySuspend: boolean;
  /** Handles that still go to where it led before. */
  readonly handles: number;
}

/** How calls on wires are seen by others than interposers of the document: recordings (`recording/`), whoever watches a wire. */
import type { FuncType, Interposer } from "@tenon/engine";
import type { Json } from "../document/document.ts";

/** A wire, as a tap is asked about it. */
export interface TappedWire {
  readonly from: string;
  readonly import: string;
  readonly to: string | null;
  /** The export that it enters. */
  readonly export: string;
  /** What the caller gets where the wire fails. */
  readonly onFailure?: Json;
  /** By WIT name. */
  readonly functions: ReadonlyMap<string, FuncType>;
}

/** Puts interposers on wires without an entry in the document. */
export interface Tap {
  /** Which wires: by the part they leave, the import, and the part they enter. */
  readonly matches: (wire: TappedWire) => boolean;
  /** Made once for each wire that matches, now and later. */
  readonly make: (wire: TappedWire) => Interposer;
  /** Whether it stands behind all others on the wire, and sees what arrives; default: before all, it sees what is called. */
  readonly isLast?: (wire: TappedWire) => boolean;
}

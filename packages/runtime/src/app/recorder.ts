/** How calls on wires are seen by others than interposers of the document: recordings (`recording/`), whoever watches a wire. */
import type { FuncType, Interposer } from "@tenon/engine";

/** A wire, as a tap is asked about it. */
export interface TappedWire {
  readonly from: string;
  readonly import: string;
  readonly to: string | null;
  /** The export that it enters. */
  readonly export: string;
  /** By WIT name. */
  readonly functions: ReadonlyMap<string, FuncType>;
}

/** Puts interposers on wires without an entry in the document; they come first on each wire. */
export interface Tap {
  /** Which wires: by the part they leave, the import, and the part they enter. */
  readonly matches: (wire: TappedWire) => boolean;
  /** Made once for each wire that matches, now and later. */
  readonly make: (wire: TappedWire) => Interposer;
}

/** How calls on wires are seen by others than interposers of the document: recording (`recording/`), watching (`tenon logs --calls`). */
import type { Interposer } from "@tenon/engine";

/** Puts interposers on wires without an entry in the document; they come first on each wire. */
export interface Tap {
  /** Which wires: by the part they leave, the import, and the part they enter. */
  readonly matches: (wire: { readonly from: string; readonly import: string; readonly to: string | null }) => boolean;
  /** Made once for each wire that matches, now and later. */
  readonly make: (wire: { readonly from: string; readonly import: string; readonly to: string | null }) => Interposer;
}

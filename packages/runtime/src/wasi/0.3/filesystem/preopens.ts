import type { Descriptor } from "./types.ts";

/** `wasi:filesystem/preopens`: no directory is granted, so a guest can reach no file. */
export const preopens = { getDirectories: (): [Descriptor, string][] => [] };

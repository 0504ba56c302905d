import type { Waitable } from "./waitable.ts";

export const neverReady: Waitable = { ready: () => false, onReady: () => () => {} };

import { delayKind } from "./delay.ts";
import { failKind } from "./fail.ts";
import { gateKind } from "./gate.ts";
import type { InterposerKind } from "./kind.ts";
import { limitKind } from "./limit.ts";
import { logKind } from "./log.ts";
import { mockKind } from "./mock.ts";

/** The kinds of interposers that a document can name, by name; besides `part`, which is a component of the app. */
export const standardInterposers: ReadonlyMap<string, InterposerKind> = new Map(
  [logKind, limitKind, gateKind, delayKind, failKind, mockKind].map((kind) => [kind.name, kind]),
);

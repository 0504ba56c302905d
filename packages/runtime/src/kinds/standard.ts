import { basicsKind } from "./basics.ts";
import { clockKind } from "./clock.ts";
import { configKind } from "./config.ts";
import { cronKind } from "./cron.ts";
import { directoryKind } from "./directory.ts";
import { environmentKind } from "./environment.ts";
import { httpClientKind } from "./http-client.ts";
import { keyvalueKind } from "./keyvalue.ts";
import type { CapabilityKind } from "./kind.ts";
import { logKind } from "./log.ts";
import { networkKind } from "./network.ts";
import { type PlatformMakers, realTime } from "./platform-makers.ts";
import { randomKind } from "./random.ts";
import { terminalKind } from "./terminal.ts";

/** The kinds of capabilities that a document can name on this platform, by name. */
export function standardKinds(makers: PlatformMakers = {}): ReadonlyMap<string, CapabilityKind> {
  const { httpClient, terminal, files, time = realTime, kinds = [] } = makers;
  const all: CapabilityKind[] = [
    basicsKind(),
    clockKind(),
    configKind(),
    cronKind({ time, files }),
    directoryKind(makers),
    environmentKind(),
    ...(httpClient === undefined ? [] : [httpClientKind(httpClient)]),
    keyvalueKind(makers),
    logKind(),
    networkKind(makers.network),
    randomKind(),
    ...(terminal === undefined ? [] : [terminalKind(terminal)]),
    ...kinds,
  ];
  return new Map(all.map((kind) => [kind.name, kind]));
}

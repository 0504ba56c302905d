import type { CapabilityKind } from "../../../kinds/kind.ts";
import { standardKinds } from "../../../kinds/standard.ts";
import { httpClient } from "../http-client.ts";
import { network } from "../network/network.ts";
import { nodeStdio } from "../stdio.ts";
import { fileWatcherKind } from "./file-watcher.ts";
import { nodeFiles } from "./files.ts";
import { httpServerKind } from "./http-server.ts";

/** The kinds of capabilities of a machine with Node; `more` are beside them, or instead of those of their name. */
export function nodeKinds(more: readonly CapabilityKind[] = []): ReadonlyMap<string, CapabilityKind> {
  return standardKinds({
    files: nodeFiles,
    httpClient: (rules, name) => httpClient({ ...rules, name }),
    network: (rules, name) => network({ ...rules, name }),
    terminal: nodeStdio,
    kinds: [fileWatcherKind(), httpServerKind(), ...more],
  });
}

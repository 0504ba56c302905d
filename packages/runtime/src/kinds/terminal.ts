import { type Stdio, stdio } from "../stdio/stdio.ts";
import type { InputSource } from "../streams/input-source.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import type { CapabilityKind, Importer } from "./kind.ts";
import { checkOptions } from "./options.ts";
import { WasiSets, wasiNames } from "./wasi-set.ts";

export interface TerminalStreams {
  readonly stdin: InputSource;
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
}

/**
 * `terminal`: the standard streams of the host's process, for one part, since what is typed can't be for two. Another that is wired to it
 * has closed streams, until the first is gone; the same part, made anew, has them, too.
 */
export function terminalKind(open: () => TerminalStreams): CapabilityKind {
  const names = wasiNames(
    "cli/stdin",
    "cli/stdout",
    "cli/stderr",
    "cli/terminal-stdin",
    "cli/terminal-stdout",
    "cli/terminal-stderr",
    "cli/terminal-input",
    "cli/terminal-output",
  );
  return {
    name: "terminal",
    about: "what is typed where the app is run, and what is shown there; for one part",
    options: {},
    exports: names,
    check: (config, place) => checkOptions("terminal", new Map(), config, place),
    asks: () => [{ id: "terminal", words: "reads what is typed in the terminal and writes to it", own: false }],
    make: async (_config, context) => {
      const streams = open();
      const given = new WeakMap<Importer, Stdio>();
      let holder: Importer | undefined;
      const optionsFor = (importer: Importer) => {
        const isFree = holder === undefined || holder.part === importer.part;
        if (!isFree)
          context.log({ level: "warn", context: "terminal", message: `\`${holder!.part}\` has the terminal: \`${importer.part}\` gets closed streams` });
        if (isFree) holder = importer;
        const own = stdio(isFree ? streams : {});
        own.audit(context.audit);
        given.set(importer, own);
        return { stdio: own };
      };
      const release = (importer: Importer) => {
        given.get(importer)?.revoke();
        given.delete(importer);
        if (holder === importer) holder = undefined;
      };
      return new WasiSets(names, { optionsFor, release, revoke: () => {} });
    },
  };
}

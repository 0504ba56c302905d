/** `tenon run`: a command, or one function of any component. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { Store } from "@tenon/engine";
import { flushed, run as runCommand, runModule, useOnce } from "@tenon/runtime";
import { nodeStdio } from "@tenon/runtime/node";
import { endWhenClosed } from "../closed-pipe.ts";
import { type Command, type CommandLine, runCommandLine } from "../command.ts";
import { orDeadlock } from "../deadlock.ts";
import { InputError, report } from "../failure.ts";
import { capabilitiesOf, grantOptions, grantsOf } from "../grants.ts";
import { prepareCall } from "../invoke.ts";
import { loadProgram } from "../load.ts";
import { Overheard } from "../overheard.ts";
import { print } from "../print.ts";
import { missesFiles, NO_DIRECTORY, Refusals } from "../refusals.ts";
import { needSuspension } from "../suspension.ts";

/** Frames of a deep guest stack that a trap can tell; V8's own default is 10. */
const STACK_FRAMES = 64;

/** What every command gets, for `--show-grants`. */
const STREAMS = "standard input, output and error, its arguments, clocks and random numbers";

const command: Command = {
  name: "run",
  usage: "[OPTIONS] [FILE [ARGUMENTS]]",
  about:
    "Runs a component that exports `wasi:cli/run` (any 0.2 or 0.3 version), or a core module of WASI preview 1, with your terminal, the arguments after FILE,\n" +
    "clocks and random numbers; it gets no environment, files or network but what you grant. Exits with the component's status; 134 when it traps.\n" +
    "A folder, or a file that ends in .jsonc, is an app, as is the nearest tenon.jsonc when no FILE is named: it runs until Ctrl-C or `tenon stop`.\n" +
    'With --invoke, calls one exported function instead and prints its result. Arguments and result are WAVE: "text", 1, [1, 2], some(1), {x: 1}.',
  options: {
    invoke: {
      type: "string",
      value: "'NAME(ARGUMENTS)'",
      help: "call this function and print its result; `INTERFACE#NAME(...)` where several have one of that name",
    },
    ...grantOptions,
    grant: { type: "string", value: "PART", multiple: true, help: "of an app: grant what that part asks for, to the app as it is; `all` for every part" },
    yes: { type: "boolean", help: "of an app: grant all that it asks for" },
    mine: { type: "boolean", help: "of an app: it is your own, and keeps what it is granted when its code and wires change" },
    watch: { type: "boolean", help: "of an app: swap parts whose files change" },
  },
  operands: { least: 0, most: 1 },
  absent: { mapdir: "write --dir HOST::GUEST", preload: "a component imports by name; wire components from JavaScript with `instantiate`" },
  examples: [
    "tenon run hello.wasm one two",
    "tenon run --dir ./photos::/photos:ro resize.wasm",
    "tenon run --allow-net example.com:443 fetch.wasm",
    "tenon run examples/visitors",
    "echo text | tenon run --env LANG=en filter.wasm",
    "tenon run --invoke 'greet(\"Ada\")' greeter.wasm",
  ],
  guestArguments: true,
  async run(line) {
    if (isApp(line.file)) return (await import("../app/run-app.ts")).runDocument(line);
    await needSuspension();
    Error.stackTraceLimit = STACK_FRAMES;
    const program = await loadProgram(line.file);
    const imports = program instanceof WebAssembly.Module ? WebAssembly.Module.imports(program).map(({ module: name }) => ({ name })) : program.imports;
    const grants = grantsOf(line);
    if (line.flag("show-grants")) {
      const { showGrants } = await import("../show-grants.ts");
      print(showGrants(line.file, grants, { streams: STREAMS, imports }));
      return 0;
    }
    const invoke = line.option("invoke");
    const { stdin, stdout: standardOutput, stderr: standardError } = nodeStdio();
    const stdout = endWhenClosed(standardOutput);
    const stderr = new Overheard(standardError);
    const refusals: string[] = [];
    const { note } = new Refusals((refusal) => refusals.push(refusal));
    // Nobody calls in from outside: when everything waits, it waits for ever.
    const store = new Store({ closed: true });
    const given = capabilitiesOf(grants, { stderr, refused: note });
    const options = { store, args: [programName(line.file), ...line.guestArguments], ...given, stdin, stdout, stderr };
    const running = async (): Promise<number> => {
      if (program instanceof WebAssembly.Module) return (await runModule(program, { ...options, name: programName(line.file) })).exitCode;
      if (invoke === undefined) return (await orDeadlock(runCommand(program, options), store)).exitCode;
      const call = prepareCall(invoke, program, line.file);
      const result = await orDeadlock(
        useOnce(program, options, ({ exports }) => call.of(exports)),
        store,
      );
      if (result !== undefined) stdout.write(new TextEncoder().encode(`${result}\n`));
      await flushed(stdout);
      return 0;
    };
    if (program instanceof WebAssembly.Module) checkModule(line, program);
    else if (invoke === undefined && !program.exports.some(({ name }) => /^wasi:cli\/run@0\.[23]\./.test(name)))
      throw new InputError(notACommand(line, program.exports));
    const status = await running().catch((error: unknown) => report(error, line.file));
    if (status !== 0) {
      if (refusals.length === 0 && grants.directories.length === 0 && missesFiles(imports, stderr.text)) refusals.push(NO_DIRECTORY);
      for (const refusal of refusals) process.stderr.write(`tenon: ${refusal}\n`);
    }
    return status;
  },
};

export const main = (args: readonly string[]): Promise<number> => runCommandLine(command, args);

/** An app's document, its folder, or no name at all: the nearest one. */
function isApp(file: string): boolean {
  return file === "" || file.endsWith(".jsonc") || (existsSync(file) && statSync(file).isDirectory());
}

/** The guest learns its name, not where it lies. */
function programName(file: string): string {
  return path.basename(file);
}

/** What a core module has to be: a command of preview 1. */
function checkModule({ file, option }: CommandLine, module: WebAssembly.Module): void {
  if (option("invoke") !== undefined) throw new InputError(`${file} is a core module: only components tell the types of their functions, which --invoke needs`);
  if (WebAssembly.Module.exports(module).some(({ name, kind }) => name === "_start" && kind === "function")) return;
  throw new InputError(`${file} is a core module that is no command: it exports no function \`_start\``);
}

/** What else can be done with a component that is no command. */
function notACommand({ file }: CommandLine, exports: readonly { readonly name: string }[]): string {
  if (exports.some(({ name }) => name.startsWith("wasi:cli/run@")))
    return `${file} is a command of another version of WASI: this version of tenon runs those of WASI 0.2 and 0.3`;
  if (exports.some(({ name }) => /^wasi:http\/(incoming-)?handler@/.test(name))) return `${file} answers HTTP requests: try \`tenon serve ${file}\``;
  return `${file} is not a command: it does not export \`wasi:cli/run\`; \`tenon run --invoke\` calls one of its functions, \`tenon inspect ${file}\` lists them`;
}

/** What a command is: its words for `--help`, its options, and what it does with one component. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { report, UsageError } from "./failure.ts";
import { print } from "./print.ts";

export interface Option {
  readonly type: "string" | "boolean";
  /** What stands for the value in `--help`: `--port N`. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** What follows `tenon name` in the usage line. */
  readonly usage: string;
  /** Sentences of `--help`, below the usage line. */
  readonly about: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Options of other runtimes that a user may try, each with what to do instead. */
  readonly absent?: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
  /** How many operands it takes; default: one, the component's file. */
  readonly operands?: { readonly least: number; readonly most: number };
  /** All that follows the file belongs to the guest, options too. */
  readonly guestArguments?: boolean;
  /** Gives the exit status. */
  readonly run: (line: CommandLine) => Promise<number>;
}

/** A parsed command line: `tenon name [options] file [guest arguments]`. */
export interface CommandLine {
  /** The first operand. */
  readonly file: string;
  readonly operands: readonly string[];
  readonly guestArguments: readonly string[];
  /** Value of an option that may come once. */
  readonly option: (name: string) => string | undefined;
  readonly options: (name: string) => readonly string[];
  readonly flag: (name: string) => boolean;
}

/** Runs a command with its arguments to its end, whatever that is; gives the exit status. */
export async function runCommandLine(command: Command, args: readonly string[]): Promise<number> {
  let file: string | undefined;
  try {
    const line = parseCommandLine(command, args);
    if (line === undefined) {
      const { helpOf } = await import("./help.ts");
      print(helpOf(command, usageOf(command)));
      return 0;
    }
    file = line.file;
    return await command.run(line);
  } catch (error) {
    return report(error, file);
  }
}

/** `undefined` when help is asked for. */
function parseCommandLine(command: Command, args: readonly string[]): CommandLine | undefined {
  const config: ParseArgsOptionsConfig = { help: { type: "boolean", short: "h" } };
  for (const [name, { type, multiple }] of Object.entries(command.options)) config[name] = { type, multiple: multiple ?? false };

  const end = command.guestArguments ? endOfOwnArguments(args, config) : args.length;
  const { values, positionals, tokens } = parseArgs({ args: args.slice(0, end), options: config, strict: false, tokens: true });
  for (const token of tokens) if (token.kind === "option") checkOption(command, config, token);
  if (values.help === true) return undefined;

  const { least, most } = command.operands ?? { least: 1, most: 1 };
  if (positionals.length < least) throw new UsageError(command.operands === undefined ? `which component? ${usageOf(command)}` : usageOf(command));
  if (positionals.length > most) throw new UsageError(`\`${positionals[most]}\` is one argument too many; ${usageOf(command)}`);
  return {
    file: positionals[0] ?? "",
    operands: positionals,
    guestArguments: args.slice(end),
    option: (name) => values[name] as string | undefined,
    options: (name) => (values[name] ?? []) as string[],
    flag: (name) => values[name] === true,
  };
}

function usageOf({ name, usage }: Command): string {
  return `usage: tenon ${name} ${usage}`;
}

/** The index after the first argument that is neither an option nor an option's value: the component's file. */
function endOfOwnArguments(args: readonly string[], options: ParseArgsOptionsConfig): number {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const first = tokens.find(({ kind }) => kind === "positional");
  return first === undefined ? args.length : first.index + 1;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
}

/** parseArgs' own strict mode stops with an error of several sentences that knows nothing of what other runtimes offer. */
function checkOption(command: Command, config: ParseArgsOptionsConfig, { name, rawName, value }: OptionToken): void {
  const known = config[name];
  if (known === undefined) {
    const instead = command.absent?.[name];
    throw new UsageError(
      instead === undefined ? `there is no option \`${rawName}\`; \`tenon ${command.name} --help\` lists them` : `\`${rawName}\`: ${instead}`,
    );
  }
  if (known.type === "string" && value === undefined)
    throw new UsageError(`\`${rawName}\` needs a value: ${rawName} ${command.options[name]?.value ?? "VALUE"}`);
  if (known.type === "boolean" && value !== undefined) throw new UsageError(`\`${rawName}\` takes no value`);
}

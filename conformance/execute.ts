/**
 * Runs the commands of one file against an engine. Knows neither Node nor a browser: binaries come through `load`.
 * Each command ends within COMMAND_MS or counts as a hang; a loop that never yields is ended from outside.
 */
import type { Callable, ComponentUnderTest, Counts, EngineUnderTest, InstanceUnderTest, StoreUnderTest } from "./engine-under-test.ts";
import { makeHost } from "./host.ts";
import { type Action, type Command, isAsync, type SuiteFile } from "./suite-file.ts";
import { camelCase, matchesResults, toJs } from "./values.ts";
import { describe, objection, type Stage } from "./verdict.ts";

const COMMAND_MS = 2_500;

export interface CommandResult {
  readonly line: number;
  readonly type: string;
  readonly status: "pass" | "fail" | "skip";
  readonly reason?: string;
  readonly wanted?: string;
  readonly got?: string;
}

type Verdict = Omit<CommandResult, "line" | "type">;

export interface Run {
  readonly engine: EngineUnderTest;
  readonly file: SuiteFile;
  readonly commands: readonly Command[];
  readonly load: (filename: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** Every text that the suites state, against errors that recite them. */
  readonly texts: ReadonlySet<string>;
  /** Errors that nobody awaited, filled from outside. */
  readonly strays: unknown[];
  /** Of the scheduler's choices. */
  readonly seed?: number | undefined;
  readonly onBegin?: (index: number) => void;
  readonly onResult?: (result: CommandResult) => void;
  readonly onEnd?: (ending: Ending) => void;
}

/** What a file leaves behind, once its instances are disposed of. */
export interface Ending {
  /** A digest of the choices that its seed made. */
  readonly schedule: number;
  /** What has not ended, with its number: nothing should be here. */
  readonly left: readonly string[];
}

/** What a suite names: a component instance, or (rarely) an instance of a core module at top level. */
type Instance = { readonly component: InstanceUnderTest } | { readonly core: WebAssembly.Instance };
type Definition = { readonly component: ComponentUnderTest } | { readonly core: WebAssembly.Module };

const isInstance = (value: unknown): boolean => typeof value === "object" && value !== null && ("component" in value || "core" in value);

class Hang extends Error {}
class NoInstance extends Error {}

const PASS: Verdict = { status: "pass" };
const fail = (reason: string, error?: unknown): Verdict => ({ status: "fail", reason, ...(error === undefined ? {} : { got: describe(error) }) });
const skip = (reason: string): Verdict => ({ status: "skip", reason });

/** Runs every command in order; a failing one does not end the file. */
export async function execute(run: Run): Promise<CommandResult[]> {
  const session = new Session(run);
  const results: CommandResult[] = [];
  for (const [index, command] of run.commands.entries()) {
    run.onBegin?.(index);
    const verdict = run.file.excluded.includes(command.line) ? skip("excluded") : await session.perform(command);
    // Rejections that nobody handles are told after the microtasks are done.
    if (index === run.commands.length - 1) await nextTurn();
    const stray = run.strays.splice(0)[0];
    const result = { line: command.line, type: command.type, ...(stray === undefined ? verdict : fail("an error that nobody could catch", stray)) };
    results.push(result);
    run.onResult?.(result);
  }
  const ending = await session.end();
  run.onEnd?.(ending);
  return results;
}

class Session {
  readonly #run: Run;
  readonly #imports: Record<string, unknown>;
  /** Of the instances of async files. */
  readonly #store: StoreUnderTest;
  /** What others have left, which is no fault of this file. */
  readonly #before: Counts;
  readonly #made: InstanceUnderTest[] = [];
  #calls = 0;
  readonly #instances = new Map<string, Instance>();
  readonly #definitions = new Map<string | undefined, Definition>();
  #current: Instance | undefined;
  #whyNone = "none was made";

  constructor(run: Run) {
    this.#run = run;
    this.#imports = makeHost();
    // Whoever waits when a command is done waits for ever.
    this.#store = new run.engine.Store({ closed: true, ...(run.seed === undefined ? {} : { seed: run.seed }) });
    this.#before = this.#store.counts ?? {};
  }

  /** Ends what still runs. */
  async end(): Promise<Ending> {
    for (const instance of this.#made) instance[Symbol.dispose]?.();
    // Stacks that are kept end in microtasks.
    await nextTurn();
    const counts = { ...this.#store.counts, calls: this.#calls };
    const left = Object.entries(counts).filter(([what, count]) => count !== (this.#before[what] ?? 0));
    return { schedule: this.#store.scheduler?.trace ?? 0, left: left.map(([what, count]) => `${count} ${what}`) };
  }

  async perform(command: Command): Promise<Verdict> {
    const { validateOnly } = this.#run.file;
    switch (command.type) {
      case "module":
      case "module_definition":
        return this.#module(command);
      case "module_instance":
        return validateOnly ? skip("a suite that only validates") : this.#instance(command);
      case "register":
        return this.#register(command);
      case "assert_invalid":
      case "assert_malformed":
      case "assert_invalid_custom":
      case "assert_malformed_custom":
        if (isText(command)) return skip("WAT text");
        return this.#rejects("compile", command.text, async () => this.#compile(await this.#load(command)));
      case "assert_unlinkable":
        return this.#refusesToStart("link", command);
      case "assert_uninstantiable":
        return this.#refusesToStart("trap", command);
      case "action":
      case "assert_return":
        return validateOnly ? skip("a suite that only validates") : this.#returns(command);
      case "assert_trap":
      case "assert_exhaustion":
      case "assert_exception":
        if (validateOnly) return skip("a suite that only validates");
        return this.#rejects("trap", command.text, () => this.#invoke(command.action!));
    }
    return skip(`a command of unknown type ${command.type}`);
  }

  async #module(command: Command): Promise<Verdict> {
    const define = command.type === "module_definition";
    if (define) this.#definitions.delete(command.name);
    else this.#lose(`the module at line ${command.line} failed`);
    if (isText(command)) return skip("WAT text");
    let step = "compile";
    try {
      const definition = await settle(async () => this.#compile(await this.#load(command)));
      if (define) this.#definitions.set(command.name, definition);
      else if (!this.#run.file.validateOnly) {
        step = "instantiate";
        this.#name(command.name, await settle(() => this.#instantiate(definition)));
      }
      return PASS;
    } catch (error) {
      return fail(error instanceof Hang ? "hang" : step, error);
    }
  }

  async #instance(command: Command): Promise<Verdict> {
    this.#lose(`the instance at line ${command.line} failed`);
    const definition = this.#definitions.get(command.module);
    if (definition === undefined) return fail("no definition");
    try {
      this.#name(command.instance, await settle(() => this.#instantiate(definition)));
      return PASS;
    } catch (error) {
      return fail(error instanceof Hang ? "hang" : "instantiate", error);
    }
  }

  #register(command: Command): Verdict {
    const instance = command.name === undefined ? this.#current : this.#instances.get(command.name);
    if (instance === undefined) return this.#run.file.validateOnly ? skip("a suite that only validates") : fail("no instance");
    this.#offer(command.as!, instance);
    return PASS;
  }

  async #refusesToStart(stage: Stage, command: Command): Promise<Verdict> {
    let definition: Definition;
    try {
      definition = await settle(async () => this.#compile(await this.#load(command)));
    } catch (error) {
      return { ...fail("rejected at compile", error), wanted: command.text! };
    }
    if (this.#run.file.validateOnly) return PASS;
    return this.#rejects(stage, command.text, () => this.#instantiate(definition));
  }

  /** Wants an error of the given stage that says the given text. */
  async #rejects(stage: Stage, text: string | undefined, attempt: () => Promise<unknown>): Promise<Verdict> {
    const wanted = text ?? "";
    try {
      const accepted = await settle(attempt);
      const value = stage === "trap" && !isInstance(accepted);
      return { ...fail("accepted"), wanted, ...(value ? { got: show(accepted) } : {}) };
    } catch (error) {
      if (error instanceof Hang) return { ...fail("hang"), wanted };
      if (error instanceof NoInstance) return { ...fail("no instance", error), wanted };
      const reason = objection(error, stage, wanted, this.#run.texts);
      return reason === undefined ? PASS : { ...fail(reason, error), wanted };
    }
  }

  async #returns(command: Command): Promise<Verdict> {
    try {
      const actual = await settle(() => this.#invoke(command.action!));
      const wanted = command.expected ?? [];
      if (command.type === "action" || matchesResults(wanted, actual)) return PASS;
      return { ...fail("wrong value"), wanted: show(wanted), got: show(actual) };
    } catch (error) {
      return fail(error instanceof Hang ? "hang" : error instanceof NoInstance ? "no instance" : "threw", error);
    }
  }

  async #invoke({ module, field, args = [] }: Action): Promise<unknown> {
    const instance = module === undefined ? this.#current : this.#instances.get(module);
    if (instance === undefined) throw new NoInstance(this.#whyNone);
    const values = args.map(toJs);
    if ("core" in instance) return (instance.core.exports[field] as Callable)(...values);
    const { exports } = instance.component;
    // Where two names have one camelCase spelling, the second keeps its own.
    const exported = exports[Object.hasOwn(exports, field) ? field : camelCase(field)];
    if (typeof exported !== "function") throw new TypeError(`no function ${JSON.stringify(field)} among the exports`);
    this.#calls += 1;
    try {
      // Sync code is called as most hosts call it; what may block needs the entry that can suspend.
      return isAsync(this.#run.file) ? await this.#run.engine.promising(exported as Callable)(...values) : await exported(...values);
    } catch (error) {
      if (error instanceof Error && error.name === "ResultError") return { tag: "err", val: (error as { payload?: unknown }).payload };
      throw error;
    } finally {
      this.#calls -= 1;
    }
  }

  #load(command: Command): Promise<Uint8Array<ArrayBuffer>> {
    return this.#run.load((command.binary_filename ?? command.filename)!);
  }

  async #compile(bytes: Uint8Array<ArrayBuffer>): Promise<Definition> {
    if (isCoreModule(bytes)) return { core: new WebAssembly.Module(bytes) };
    return { component: await this.#run.engine.compile(bytes, { features: this.#run.file.features }) };
  }

  async #instantiate(definition: Definition): Promise<Instance> {
    if ("core" in definition) return { core: new WebAssembly.Instance(definition.core, {}) };
    // Of a file that makes instance after instance each goes when its name does: a page has room for some 125 memories.
    if (!isAsync(this.#run.file)) return { component: await definition.component.instantiate(this.#imports) };
    const component = await definition.component.instantiate(this.#imports, { store: this.#store });
    this.#made.push(component);
    return { component };
  }

  #lose(why: string): void {
    this.#current = undefined;
    this.#whyNone = why;
  }

  #name(name: string | undefined, instance: Instance): void {
    this.#current = instance;
    if (name === undefined) return;
    this.#instances.set(name, instance);
    this.#offer(name, instance);
  }

  /** A named instance can be imported by the components that follow. */
  #offer(name: string, instance: Instance): void {
    this.#imports[/[:/]/.test(name) ? name : camelCase(name)] = "core" in instance ? instance.core.exports : instance.component.exports;
  }
}

/** Text in the file's own syntax, which only a WAT parser can judge. */
const isText = (command: Command): boolean => command.module_type === "text" && command.binary_filename === undefined;

const isCoreModule = (bytes: Uint8Array): boolean => bytes.length >= 8 && [0, 97, 115, 109, 1, 0, 0, 0].every((byte, index) => bytes[index] === byte);

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function settle<T>(attempt: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Hang(`did not settle in ${COMMAND_MS} ms`)), COMMAND_MS);
  });
  return Promise.race([attempt(), limit]).finally(() => clearTimeout(timer));
}

function show(value: unknown): string {
  const seen = new WeakSet<object>();
  const text = JSON.stringify(value, (_, at: unknown) => {
    if (typeof at === "bigint") return `${at}n`;
    if (typeof at !== "object" || at === null) return at;
    if (seen.has(at)) return "...";
    seen.add(at);
    return at;
  });
  return (text ?? String(value)).slice(0, 200);
}

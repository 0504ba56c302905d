/**
 * Judges a rejection. Strict: the stated text must be found in one of the error's messages (its own or a cause's), the
 * error must be of the stage that the command asks for, and an error that recites many texts is none.
 */

export type Stage = "compile" | "link" | "trap";

const CODES: Readonly<Record<Stage, RegExp>> = { compile: /^(decode|validate)\//, link: /^link\//, trap: /^trap\// };

/** How V8 words what the suites say of core modules at top level, which never come to the engine. */
const CORE_MODULE_ALIASES: ReadonlyArray<readonly [wanted: RegExp, v8: RegExp]> = [[/section out of order/, /unexpected section/]];

/** How V8 words core traps that the suites name in wasmtime's words. */
const ALIASES: ReadonlyArray<readonly [wanted: RegExp, v8: RegExp]> = [
  [/out of bounds memory access|memory out of bounds/, /memory access out of bounds/i],
  [/integer divide by zero/, /divide by zero/],
  [/integer overflow/, /unrepresentable/],
  [/undefined element|out of bounds table/, /table index is out of bounds|table access out of bounds/],
  [/uninitialized element|indirect call type mismatch/, /null function or function signature/],
  [/call stack exhausted/, /call stack size exceeded/i],
];

/** A message longer than this that holds more than one other text of the suites is a recital. */
const LONG_MESSAGE = 600;

/** The messages of an error and of what caused it. */
function messagesOf(error: unknown): string[] {
  const messages: string[] = [];
  const seen = new Set<unknown>();
  for (let at = error; at !== undefined && at !== null && !seen.has(at); at = (at as { cause?: unknown }).cause) {
    seen.add(at);
    messages.push(at instanceof Error ? at.message : String(at));
  }
  return messages;
}

/** Why the error is not the wanted one; `undefined` when it is. */
export function objection(error: unknown, stage: Stage, wanted: string, texts: ReadonlySet<string>): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  if (stage === "compile" && error instanceof WebAssembly.CompileError) {
    return CORE_MODULE_ALIASES.some(([words, v8]) => words.test(wanted) && v8.test(error.message)) ? undefined : "not an error of the engine";
  }
  if (typeof code !== "string") return "not an error of the engine";
  if (!CODES[stage].test(code)) return `an error of another stage (${code})`;
  const messages = messagesOf(error);
  for (const message of messages) {
    if (message.length <= LONG_MESSAGE) continue;
    const others = [...texts].filter((text) => text !== wanted && text.length > 3 && message.includes(text));
    if (others.length > 1) return "the message recites many texts";
  }
  if (messages.some((message) => message.includes(wanted))) return undefined;
  const alias = stage === "trap" && ALIASES.some(([words, v8]) => words.test(wanted) && messages.some((message) => v8.test(message)));
  return alias ? undefined : "another message";
}

/** An error in one line for the report. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const code = (error as { code?: unknown }).code;
  return `${error.name}${typeof code === "string" ? ` [${code}]` : ""}: ${error.message}`.slice(0, 400);
}

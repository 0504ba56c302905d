import { type Call, type FuncType, ResultError, WireFailure } from "@tenon/engine";
import type { Json, Place } from "../document/document.ts";
import { serving } from "../document/names.ts";
import type { Problem } from "../document/problem.ts";
import { type CallLine, type EndLine, isCall, type Recording, readRecording } from "../recording/recording.ts";
import { fromJson, type Handles, hasHandles, hasStreams, toJson } from "../recording/value-json.ts";
import { isObject, unknownKeys, wrong } from "./configuration.ts";
import type { InterposerKind } from "./kind.ts";

const EXAMPLE = '{ "mock": { "from": "./calls.tenonrec" } }';

/** Values of these functions have none. */
const NO_HANDLES: Handles = { numberOf: () => undefined, handleOf: () => undefined };

/** Answers calls from a recording; nothing goes on to the other end. */
export const mockKind: InterposerKind = {
  name: "mock",
  about: "answers calls as a recording has them; the other end is not asked",
  power: "replace",
  check(config: Json, place: Place): readonly Problem[] {
    if (!isObject(config)) return [wrong(place, "mock", config, "an object", EXAMPLE)];
    const { from } = config;
    const problems = unknownKeys(config, "mock", ["from"], place);
    if (typeof from !== "string" || from === "") problems.push(wrong([...place, "mock"], "from", from, "the path of a recording", EXAMPLE));
    return problems;
  },
  make(config, { functions, resolve, read }) {
    const { from } = config as { readonly from: string };
    let answers: Answers | WireFailure | undefined;
    const loading = read(resolve(from)).then(
      (bytes) => {
        answers = answersOf(bytes, from);
      },
      (error: unknown) => {
        answers = new WireFailure(`${from}: ${messageOf(error)}`);
      },
    );
    const answer = (call: Call): unknown => {
      if (!(answers instanceof Answers)) throw answers;
      return answers.give(call, functions.get(call.function));
    };
    return { intercept: (call) => (answers === undefined ? loading.then(() => answer(call)) : answer(call)) };
  },
};

function answersOf(bytes: Uint8Array, from: string): Answers | WireFailure {
  try {
    return new Answers(readRecording(bytes, from));
  } catch (error) {
    return new WireFailure(messageOf(error));
  }
}

/** Calls that are alike get the answers on record in their order, the last one again and again. */
class Answers {
  readonly #byCall = new Map<string, { readonly line: CallLine; readonly ends: EndLine[]; next: number }[]>();

  constructor({ lines }: Recording) {
    const ends = new Map(lines.flatMap((line) => ("end" in line ? [[line.end, line] as const] : [])));
    for (const line of lines) {
      const end = isCall(line) ? ends.get(line.call) : undefined;
      if (!isCall(line) || end === undefined) continue;
      const key = keyOf(line.function, line.args);
      const known = this.#byCall.get(key) ?? [];
      this.#byCall.set(key, known);
      const alike = known.find(({ line: other }) => other.import === line.import && other.export === line.export);
      if (alike === undefined) known.push({ line, ends: [end], next: 0 });
      else alike.ends.push(end);
    }
  }

  give({ import: name, function: label, args }: Call, type: FuncType | undefined): unknown {
    const { params, result } = type ?? { params: [], result: undefined };
    const types = [...params.map((each) => each.type), ...(result === undefined ? [] : [result])];
    if (type === undefined || types.some(hasHandles) || hasStreams(type)) throw new WireFailure(`\`${label}\` hands over what a recording can't`);
    const given = params.map((each, i) => toJson(args[i], each.type, NO_HANDLES));
    const known = this.#byCall.get(keyOf(label, given))?.find(({ line }) => serving([line.import, line.export], name) !== undefined);
    if (known === undefined) throw new WireFailure(`\`${label}\` with these arguments is not on record`);
    const end = known.ends[Math.min(known.next++, known.ends.length - 1)]!;
    if ("failed" in end) throw new WireFailure(end.failed);
    if ("broken" in end) throw new WireFailure(end.broken);
    const of = result?.kind === "result" ? ("result" in end ? result.ok : result.err) : result;
    const value = of === undefined ? undefined : fromJson("result" in end ? end.result : end.error, of, NO_HANDLES);
    if ("error" in end) throw new ResultError(value);
    return value;
  }
}

function keyOf(label: string, args: readonly Json[]): string {
  return `${label} ${JSON.stringify(args)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * From a trap to the places in the guest's sources: the JavaScript engine's stack gives function index and byte offset; the core
 * module's name section gives the function, DWARF or a source map the line. Loaded only when a trap is printed.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { ByteCursor } from "./byte-cursor.ts";
import { type CoreSections, functionNames, readCoreSections } from "./core-sections.ts";
import { findLine, type SourceLine } from "./debug-line.ts";
import { demangle } from "./demangle.ts";
import { findMappedLine } from "./source-map.ts";
import { type WasmFrame, wasmFrames } from "./wasm-frames.ts";

export interface ExplainedFrame {
  readonly function: string;
  readonly line: SourceLine | undefined;
}

/**
 * The guest's frames of an error's stack, innermost first. `modules` are the bytes of the component's core modules, `folder` is where
 * the component lies: a source map may lie beside it.
 */
export function explain(stack: string, modules: readonly Uint8Array[], folder: string): ExplainedFrame[] {
  const frames = wasmFrames(stack);
  if (frames.length === 0) return [];
  const read = modules.map((bytes) => {
    const sections = readCoreSections(bytes);
    return { sections, names: functionNames(sections) };
  });
  // The stack names no module: it is one in which the offset lies in the body of that function, with that name. None of them:
  // a frame of the engine's own adapters.
  return frames.flatMap((frame) => {
    const module = read.find(({ sections, names }) => liesIn(frame, sections) && hasName(frame, names));
    if (module === undefined) return [];
    const name = module.names.get(frame.functionIndex) ?? frame.name ?? `function ${frame.functionIndex}`;
    return [{ function: demangle(name), line: lineOf(frame, module.sections, folder) }];
  });
}

/** The engine shows the name section's name; a function without one may still be shown by the name of its export. */
function hasName({ functionIndex, name }: WasmFrame, names: ReadonlyMap<number, string>): boolean {
  const expected = names.get(functionIndex);
  return expected === undefined || name?.endsWith(expected) === true;
}

function liesIn(frame: WasmFrame, { firstDefined, bodies }: CoreSections): boolean {
  const body = bodies[frame.functionIndex - firstDefined];
  return body !== undefined && body.start <= frame.offset && frame.offset < body.end;
}

/** A broken line table or a missing map costs the line, never the trace. */
function lineOf(frame: WasmFrame, { custom, codeStart }: CoreSections, folder: string): SourceLine | undefined {
  try {
    const line = findLine(custom, frame.offset - codeStart);
    const section = custom.get("sourceMappingURL");
    if (line !== undefined || section === undefined) return line;
    const cursor = new ByteCursor(section);
    return findMappedLine(readMap(cursor.text(cursor.uleb()), folder), frame.offset);
  } catch {
    return undefined;
  }
}

/** The URL is the guest's word: only a map in the module itself or a file beside the component is read. */
function readMap(url: string, folder: string): string {
  if (!url.startsWith("data:")) return readFileSync(path.join(folder, path.basename(url)), "utf8");
  const comma = url.indexOf(",");
  const body = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(";base64") ? Buffer.from(body, "base64").toString() : decodeURIComponent(body);
}

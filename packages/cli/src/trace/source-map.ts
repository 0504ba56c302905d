/** Source maps (ECMA-426) of core modules: one line, whose columns are byte offsets in the module. */
import type { SourceLine } from "./debug-line.ts";

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourceRoot?: string;
  readonly mappings: string;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The source line of the last mapping at or before `offset`. */
export function findMappedLine(json: string, offset: number): SourceLine | undefined {
  const map = JSON.parse(json) as SourceMap;
  let best: SourceLine | undefined;
  let [column, source, line] = [0, 0, 0];
  for (const segment of map.mappings.split(";", 1)[0]!.split(",")) {
    const fields = decodeVlq(segment);
    column += fields[0] ?? 0;
    if (column > offset) break;
    if (fields.length < 4) continue;
    source += fields[1]!;
    line += fields[2]!;
    best = { file: (map.sourceRoot ?? "") + (map.sources[source] ?? "?"), line: line + 1 };
  }
  return best;
}

function decodeVlq(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = BASE64.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

/**
 * The way from a module to the functions that it imports: a small module of ours, which calls them. An exception of JavaScript could be
 * caught by the module, in a destructor or a `catch (...)` of its sources, and it would go on after `proc_exit`; a trap can't. So what has
 * to end the module is recorded, the function gives `ENDED`, and the gate traps. And because the gate's functions have types, a module
 * that imports them with others is refused when it is linked.
 */
import { FUNCTION_NAMES, type FunctionName, SIGNATURES } from "./signatures.ts";

/** No `errno`: the module has come to its end. */
export const ENDED = -1;

const [I32, I64] = [0x7f, 0x7e];
const [FUNCTION, NO_RESULT] = [0x60, 0x40];
const [TYPES, IMPORTS, FUNCTIONS, EXPORTS, CODE] = [1, 2, 3, 7, 10];
const [CALL, LOCAL_GET, LOCAL_TEE, I32_CONST, I32_EQ, IF, UNREACHABLE, END] = [0x10, 0x20, 0x22, 0x41, 0x46, 0x04, 0x00, 0x0b];
const MINUS_ONE = 0x7f;
const PREAMBLE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** Under it the gate imports what it calls. */
const HOST = "host";

/** The same functions as a module may import them. */
export async function gated(functions: Readonly<Record<FunctionName, WebAssembly.ImportValue>>): Promise<WebAssembly.ModuleImports> {
  const { instance } = await WebAssembly.instantiate(gateModule(), { [HOST]: functions });
  return instance.exports;
}

function gateModule(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(TYPES, (name) => [FUNCTION, ...vector([...SIGNATURES[name]].map((type) => [type === "i" ? I32 : I64])), ...vector(results(name))]),
    ...section(IMPORTS, (name, type) => [...text(HOST), ...text(name), 0, ...leb(type)]),
    ...section(FUNCTIONS, (_name, type) => leb(type)),
    ...section(EXPORTS, (name, i) => [...text(name), 0, ...leb(FUNCTION_NAMES.length + i)]),
    ...section(CODE, (name, i) => sized(body(name, i))),
  ]);
}

const results = (name: FunctionName): number[][] => (name === "proc_exit" ? [] : [[I32]]);

function body(name: FunctionName, host: number): number[] {
  const count = SIGNATURES[name].length;
  const call = [...Array.from({ length: count }, (_, i) => [LOCAL_GET, i]).flat(), CALL, ...leb(host)];
  if (results(name).length === 0) return [0, ...call, UNREACHABLE, END];
  const given = count;
  return [1, 1, I32, ...call, LOCAL_TEE, given, I32_CONST, MINUS_ONE, I32_EQ, IF, NO_RESULT, UNREACHABLE, END, LOCAL_GET, given, END];
}

/** One entry for each function. */
function section(id: number, entry: (name: FunctionName, index: number) => number[]): number[] {
  return [id, ...sized(vector(FUNCTION_NAMES.map(entry)))];
}

const vector = (items: readonly (readonly number[])[]): number[] => [...leb(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes];
const text = (name: string): number[] => sized([...new TextEncoder().encode(name)]);

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** A frame of core wasm in a JavaScript engine's stack trace. */
export interface WasmFrame {
  /** The engine's own name for the function, if it shows one. */
  readonly name: string | undefined;
  readonly functionIndex: number;
  /** Byte offset of the instruction in the core module. */
  readonly offset: number;
}

const FRAME = /^\s*at (?:(.*) \()?wasm:\/\/.*?:wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/;

/** The wasm frames of a stack, innermost first. */
export function wasmFrames(stack: string): WasmFrame[] {
  const frames: WasmFrame[] = [];
  for (const line of stack.split("\n")) {
    const match = FRAME.exec(line);
    if (match !== null) frames.push({ name: match[1], functionIndex: Number(match[2]), offset: Number.parseInt(match[3]!, 16) });
  }
  return frames;
}

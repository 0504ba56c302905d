/** For tests: small binaries written by hand, and what the decoder makes of them. */
import assert from "node:assert/strict";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ByteWriter } from "./byte-writer.ts";
import { decodeComponent } from "./component-decoder.ts";
import { DEFAULT_FEATURES, type Features } from "./features.ts";
import type { Definition } from "./syntax.ts";

export const COMPONENT_PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
export const MODULE_PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export const leb = (value: number): number[] => [...new ByteWriter().u32(value).view()];
export const text = (name: string): number[] => [...new ByteWriter().name(name).view()];
export const section = (id: number, ...contents: number[]): number[] => [id, ...leb(contents.length), ...contents];
/** A section that holds a vector of one. */
export const single = (id: number, ...element: number[]): number[] => section(id, 1, ...element);
export const component = (...sections: number[][]): number[] => [...COMPONENT_PREAMBLE, ...sections.flat()];
export const coreModule = (...sections: number[][]): number[] => [...MODULE_PREAMBLE, ...sections.flat()];

export function decode(bytes: readonly number[] | Uint8Array, features: Features = DEFAULT_FEATURES): Definition[] {
  return [...decodeComponent(Uint8Array.from(bytes), features)];
}

export interface Expected {
  readonly code: string;
  readonly offset?: number;
  readonly message?: string;
}

export function assertComponentError(run: () => unknown, { code, offset, message = "" }: Expected): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof ComponentError, `not a ComponentError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(message), error.message);
    if (offset !== undefined) assert.equal(error.detail.offset, offset, error.message);
    return true;
  });
}

/**
 * Traps that generated wasm raises. It calls `trap` with one of these numbers and two details, which records the trap and returns; then
 * it executes `unreachable`. So no guest can catch the trap, as it could catch an exception of JavaScript.
 */
import { TrapCode } from "../diagnostics/error-code.ts";

/** Messages are those of the closures in `abi/` and `canon/`, which the official suites test. `name` tells what a record stands for. */
type Message = (a: number, b: number, name: (record: number) => string) => string;

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

export const WasmTrap = {
  cannotLeave: 0,
  unknownHandle: 1,
  wrongHandleType: 2,
  handleLent: 3,
  borrowNotOwned: 4,
  borrowsRemain: 5,
  tooManyHandles: 6,
  foreignHandle: 7,
  unaligned: 8,
  outOfBounds: 9,
} as const;

/** By number. */
export const WASM_TRAPS: readonly (readonly [code: TrapCode, message: Message])[] = [
  [TrapCode.CannotLeave, (a, _, name) => `cannot leave component instance \`${name(a)}\` while its values are being moved or in post-return`],
  [TrapCode.UnknownHandle, (a) => `unknown handle index ${a >>> 0}`],
  [TrapCode.WrongHandleType, (a, b, name) => `handle index used with the wrong type, expected ${name(a)} but found ${name(b)}`],
  [TrapCode.HandleLent, (a) => `cannot remove owned resource while borrowed: handle index ${a >>> 0} is lent`],
  [TrapCode.WrongHandleType, (a) => `cannot lift borrowed handle index ${a >>> 0} as an owned one`],
  [TrapCode.BorrowsRemain, () => "borrow handles still remain at the end of the call"],
  [TrapCode.TooLong, (a) => `resource table has no free keys: ${a} handles are in use`],
  [TrapCode.ForeignHandle, (a, b, name) => `a handle of ${name(a)} can't be used where one of ${name(b)} is: they have different homes`],
  [TrapCode.Unaligned, (a, b) => `unaligned pointer: ${hex(a)} is not aligned to ${b}`],
  [TrapCode.OutOfBounds, (a, b) => `pointer out of bounds: ${hex(a)} + ${b >>> 0}`],
];

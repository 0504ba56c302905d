/**
 * Traps that generated wasm raises. It calls `trap` with one of these numbers and two details, which records the trap and returns; then
 * it executes `unreachable`. So no guest can catch the trap, as it could catch an exception of JavaScript.
 */
import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_STRING_BYTE_LENGTH } from "../diagnostics/limits.ts";

/** What a message may say of records in the control memory. */
export interface Naming {
  /** One more detail (`Header.detail`). */
  readonly detail: number;
  /** An instance's or a resource type's name, in backticks. */
  name(record: number): string;
  /** A resource type's name, and whose it is. */
  home(record: number): string;
  /** `expected ... but found ...`, of two resource types. */
  mismatch(expected: number, found: number): string;
}

/** Messages are those of the closures in `abi/` and `canon/`, which the official suites test. */
type Message = (a: number, b: number, naming: Naming) => string;

const beyondEnd = (what: string) => (): string => `${what} content out-of-bounds: realloc return: beyond end of memory`;
/** A number of 64 bits from its halves, as near as JavaScript comes. */
const wide = (low: number, high: number): number => (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
/** The first detail, with the one more as its upper half. */
const hex = (value: number, { detail }: Naming): string => `0x${wide(value, detail).toString(16)}`;

const tooLong = (bytes: number): string => `string content out-of-bounds: ${bytes} bytes are more than ${MAX_STRING_BYTE_LENGTH}`;

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
  listTooLong: 10,
  listUnaligned: 11,
  listOutOfBounds: 12,
  reallocUnaligned: 13,
  listBeyondEnd: 14,
  stringBeyondEnd: 15,
  parameterBeyondEnd: 16,
  invalidChar: 17,
  invalidDiscriminant: 18,
  uncaughtException: 19,
  stringUnaligned: 20,
  stringTooLong: 21,
  utf16TooLong: 22,
  stringOutOfBounds: 23,
  invalidUtf8: 24,
  invalidUtf16: 25,
} as const;

/** By number. */
export const WASM_TRAPS: readonly (readonly [code: TrapCode, message: Message])[] = [
  [TrapCode.CannotLeave, (a, _, naming) => `cannot leave component instance ${naming.name(a)} while its values are being moved or in post-return`],
  [TrapCode.UnknownHandle, (a) => `unknown handle index ${a >>> 0}`],
  [TrapCode.WrongHandleType, (a, b, naming) => `handle index ${naming.detail} used with the wrong type, ${naming.mismatch(a, b)}`],
  [TrapCode.HandleLent, (a) => `cannot remove owned resource while borrowed: handle index ${a >>> 0} is lent`],
  [TrapCode.WrongHandleType, (a) => `cannot lift borrowed handle index ${a >>> 0} as an owned one`],
  [TrapCode.BorrowsRemain, () => "borrow handles still remain at the end of the call"],
  [TrapCode.TooLong, (a) => `resource table has no free keys: ${a} handles are in use`],
  [TrapCode.ForeignHandle, (a, b, naming) => `a handle of ${naming.home(a)} can't be used where one of ${naming.home(b)} is expected: another end made it`],
  [TrapCode.Unaligned, (a, b, naming) => `unaligned pointer: ${hex(a, naming)} is not aligned to ${b}`],
  [TrapCode.OutOfBounds, (a, b, naming) => `pointer out of bounds: ${hex(a, naming)} + ${b >>> 0}`],
  [TrapCode.TooLong, (a, _, naming) => `list content out-of-bounds: ${wide(a, naming.detail)} elements are more than the Canonical ABI allows`],
  [TrapCode.Unaligned, (a, b, naming) => `unaligned pointer: list pointer ${hex(a, naming)} not aligned to ${b}`],
  [TrapCode.OutOfBounds, (a, b, naming) => `list content out-of-bounds: ${hex(a, naming)} + ${b >>> 0}`],
  [TrapCode.Unaligned, (a) => `unaligned pointer: realloc return: result not aligned to ${a}`],
  [TrapCode.OutOfBounds, beyondEnd("list")],
  [TrapCode.OutOfBounds, beyondEnd("string")],
  [TrapCode.OutOfBounds, beyondEnd("parameter")],
  [TrapCode.InvalidChar, (a, _, naming) => `invalid \`char\` bit pattern: ${hex(a, naming)} is not a Unicode scalar value`],
  [TrapCode.InvalidDiscriminant, (a, b) => `invalid variant discriminant: discriminant ${a >>> 0} out of range [0..${b})`],
  [TrapCode.UncaughtException, (_, __) => "uncaught exception propagated out of component: thrown Wasm exception"],
  [TrapCode.Unaligned, (a, b) => `unaligned pointer: string pointer not aligned to 2: 0x${wide(a, b).toString(16)}`],
  [TrapCode.TooLong, (a, b) => tooLong(wide(a, b))],
  [TrapCode.TooLong, (a, b) => tooLong(2 * wide(a, b))],
  [TrapCode.OutOfBounds, (a, b, naming) => `string content out-of-bounds: ${hex(a, naming)} + ${b}`],
  [TrapCode.InvalidString, () => "invalid utf-8 string"],
  [TrapCode.InvalidString, () => "invalid utf-16 string"],
];

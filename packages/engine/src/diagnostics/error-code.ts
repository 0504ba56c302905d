/**
 * Every code of a `ComponentError`, each with a sentence. Codes stay, wording may improve.
 * Grouped by the phase that throws it.
 */
export const ErrorCode = {
  // ---- decode: the bytes are not of the binary format (Binary.md)
  /** The bytes end in the middle of something. */
  UnexpectedEnd: "decode/unexpected-end",
  /** An integer is longer or larger than its type allows. */
  InvalidLeb128: "decode/invalid-leb128",
  /** A name or label is not UTF-8. */
  InvalidUtf8: "decode/invalid-utf8",
  /** A byte that selects an alternative selects none. */
  InvalidLeadingByte: "decode/invalid-leading-byte",
  /** The first eight bytes are not those of a component. */
  BadPreamble: "decode/bad-preamble",
  /** A section's contents do not fill its declared size, or its id is unknown. */
  MalformedSection: "decode/malformed-section",
  /** A count or size is over the limit. */
  TooMany: "decode/too-many",
  // ---- validate: well-formed, but against the rules
  /** A rule of validation does not hold. */
  Invalid: "validate/invalid",
  /** A feature is used that is switched off. */
  FeatureDisabled: "validate/feature-disabled",
  /** The JavaScript engine refuses a core module. */
  InvalidCoreModule: "validate/core-module",
  // ---- link
  /** An import has no provider. */
  MissingImport: "link/missing-import",
  /** A provider is there, but of another type. */
  ImportMismatch: "link/import-mismatch",
  /** A resource provided is not a class, or not the one that another import settled. */
  ResourceMismatch: "link/resource-mismatch",
  /** The platform refuses one more memory, table or instance. */
  OutOfResources: "link/out-of-resources",
  // ---- call
  /** A function returned the `err` case of its result: a `ResultError` with the value as its `payload`. */
  ResultError: "call/result-error",
  /** An argument or a host function's result is not of its WIT type. */
  TypeMismatch: "call/type-mismatch",
  /** A host function returned a promise to a guest that was called synchronously. */
  WouldSuspend: "call/would-suspend",
  /** The export needs something this JavaScript engine or this version lacks. */
  Unsupported: "call/unsupported",
  // ---- text
  /** A text is not of the grammar of WAVE. */
  InvalidWave: "text/invalid-wave",
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Every code of a `Trap`. The message holds the words of the official suites. */
export const TrapCode = {
  /** The core engine trapped: `unreachable`, out of bounds, division by zero, ... */
  Core: "trap/core",
  /** A wasm exception left the component. */
  UncaughtException: "trap/uncaught-exception",
  /** The component instance can't be entered now. */
  CannotEnter: "trap/cannot-enter",
  /** The component instance can't be left now. */
  CannotLeave: "trap/cannot-leave",
  /** An earlier trap poisoned the instance. */
  Poisoned: "trap/poisoned",
  /** There is no handle of that index. */
  UnknownHandle: "trap/unknown-handle",
  /** The handle is of another type. */
  WrongHandleType: "trap/wrong-handle-type",
  /** The handle's home is another than the one that the call goes to. */
  ForeignHandle: "wire/foreign-handle",
  /** The wire was cut, or what it led to is gone. */
  BrokenWire: "wire/broken",
  /** The resource is lent and can't be dropped or moved. */
  HandleLent: "trap/handle-lent",
  /** Borrowed handles were kept beyond the call. */
  BorrowsRemain: "trap/borrows-remain",
  /** A pointer is not aligned. */
  Unaligned: "trap/unaligned-pointer",
  /** A pointer and length reach outside memory. */
  OutOfBounds: "trap/out-of-bounds",
  /** A string's bytes are not of its encoding. */
  InvalidString: "trap/invalid-string",
  /** Bits are no Unicode scalar value. */
  InvalidChar: "trap/invalid-char",
  /** A discriminant selects no case. */
  InvalidDiscriminant: "trap/invalid-discriminant",
  /** A string, list or table is longer than the Canonical ABI allows. */
  TooLong: "trap/too-long",
  /** `task.return` was called with another type, twice, without a task, or not at all. */
  TaskReturn: "trap/task-return",
  /** A synchronous task would block. */
  CannotBlock: "trap/cannot-block",
  /** A callback returned a code that is none. */
  CallbackCode: "trap/callback-code",
  /** A waitable, waitable set, stream or future was used as it may not be. */
  Waitable: "trap/waitable",
  /** A thread was named that can't be resumed. */
  Thread: "trap/thread",
  /** Everything waits, and nothing is left that could end it. */
  Deadlock: "trap/deadlock",
  /** The instance was disposed of. */
  Disposed: "trap/disposed",
  /** An async built-in was called that this version validates but does not run. */
  Unsupported: "trap/unsupported",
  /** A JavaScript function that the guest called threw. */
  HostThrew: "trap/host-threw",
} as const;
export type TrapCode = (typeof TrapCode)[keyof typeof TrapCode];

export type { TakeBytes, Taking } from "./abi/byte-taker.ts";
export { takeBytes } from "./abi/host-stream.ts";
export { ResultError } from "./abi/result-error.ts";
export {
  type CompileOptions,
  Component,
  compile,
  type ExternDescriptor,
  Instance,
  type InstantiateOptions,
  LinkedComponent,
  type OpenOptions,
  Part,
  validate,
} from "./api/component.ts";
export { promising } from "./api/promising.ts";
export type { Features } from "./binary/features.ts";
export type { CallOptions } from "./canon/async-host.ts";
export { coreTrap } from "./canon/trap-from.ts";
export { ComponentError, type ErrorDetail } from "./diagnostics/component-error.ts";
export { ErrorCode, TrapCode } from "./diagnostics/error-code.ts";
export { Trap, type TrapDetail } from "./diagnostics/trap.ts";
export { prepareRewire, rewire } from "./link/adapters.ts";
export { type Call, type ConnectionOptions, type Interposer, WireFailure } from "./link/connection.ts";
export { identityOf } from "./link/guest-resource.ts";
export type { Imports } from "./link/import-lookup.ts";
export type { Drain, End } from "./link/open-ends.ts";
export type { Change } from "./link/rewire.ts";
export { Store, type StoreOptions } from "./store/store.ts";
export type * from "./types/component-types.ts";
export { differenceBetween } from "./types/fit.ts";
export { trackOf } from "./types/semver.ts";
export { typeName } from "./types/type-name.ts";

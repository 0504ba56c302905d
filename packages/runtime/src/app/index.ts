export type { Change, Operation, Revision } from "./operation.ts";
export type { AppPlatform, Grants, Journal } from "./platform.ts";
export type { Tap } from "./recorder.ts";
export type { AppStatus, PartStatus, WireStatus } from "./status.ts";

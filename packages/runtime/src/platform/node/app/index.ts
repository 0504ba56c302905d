export type { AppPlatform } from "../../../app/platform.ts";
export { type ControlClient, connectControl } from "./control/client.ts";
export { FileGrants, type Grant } from "./grants.ts";
export { FileJournal } from "./journal.ts";
export { nodeKinds } from "./kinds.ts";
export { type CodeChange, LockedCode } from "./locked-code.ts";
export { type NodePlatformOptions, nodePlatform } from "./node-platform.ts";
export { type Recipe, RestingApp } from "./resting-app.ts";
export { type RunAppOptions, type RunningApp, runApp } from "./run-app.ts";

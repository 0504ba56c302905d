export type { AppPlatform } from "../../../app/platform.ts";

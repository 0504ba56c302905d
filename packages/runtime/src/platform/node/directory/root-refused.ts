import { ComponentError } from "@tenon/engine";

/** Why a directory is not given to guests at all. For the owner: names the path. */
export class RootRefused extends ComponentError {
  constructor(path: string, reason: string, hint?: string) {
    super("grant/denied", `\`${path}\` can't be a guest's directory: ${reason}`, hint === undefined ? {} : { hint });
  }
}

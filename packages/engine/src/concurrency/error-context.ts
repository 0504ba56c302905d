import type { TableElement } from "./instance-state.ts";

/** `ErrorContext` of definitions.py; JavaScript sees the object itself. */
export class ErrorContext implements TableElement {
  readonly noun = "an error context";
  readonly debugMessage: string;

  constructor(debugMessage: string) {
    this.debugMessage = debugMessage;
  }

  /** @internal */
  abandon(): void {}
}

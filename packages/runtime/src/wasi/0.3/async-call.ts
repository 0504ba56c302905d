/** What the engine gives to a function of an async type after the arguments. */
export interface AsyncCall {
  /** Aborted when the guest cancels the call, or is no more. */
  readonly signal?: AbortSignal;
}

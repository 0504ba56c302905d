/** A `result` inside a future or stream: there it is a value, neither returned nor thrown. */
export type Result<E> = { readonly tag: "ok"; readonly val: undefined } | { readonly tag: "err"; readonly val: E };

export const OK: Result<never> = Object.freeze({ tag: "ok", val: undefined });

export function err<E>(val: E): Result<E> {
  return { tag: "err", val };
}

/** A value that is there, or will be: operations answer at once where the platform can. */
export type Later<T> = T | Promise<T>;

/** Goes on with a value when it is there: at once, if it is. */
export function after<T, R>(value: Later<T>, act: (value: T) => Later<R>): Later<R> {
  return value instanceof Promise ? value.then(act) : act(value);
}

/** What JavaScript gives for a stream, one step at a time. */
export interface StreamSteps {
  /** The elements are there when they are asked for. */
  readonly isSync: boolean;
  /** `room` is how many elements are wanted. The answer may be a promise. */
  next(room: number): unknown;
  cancel(error?: unknown): unknown;
}

interface AnyIterator {
  next(room: number): unknown;
  return?(): unknown;
  throw?(error: unknown): unknown;
}

const ENDED: StreamSteps = { isSync: true, next: () => ({ done: true }), cancel() {} };

/** An object that is a stream, gives its elements, or is bytes. */
export function isStreamLike(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return "getReader" in value || Symbol.asyncIterator in value || Symbol.iterator in value || ArrayBuffer.isView(value);
}

/** Begins; one that can't is at its end. */
export function stepsOf(value: object): StreamSteps {
  try {
    if ("getReader" in value) return readerSteps((value as ReadableStream).getReader());
    const isSync = !(Symbol.asyncIterator in value);
    return iteratorSteps(isSync ? (value as Iterable<unknown>)[Symbol.iterator]() : (value as AsyncIterable<unknown>)[Symbol.asyncIterator](), isSync);
  } catch {
    return ENDED;
  }
}

/** Also of a byte stream: its chunks pass without being copied once more, as they would be to a buffer of ours. */
function readerSteps(reader: ReadableStreamDefaultReader): StreamSteps {
  return { isSync: false, next: () => reader.read(), cancel: (error) => reader.cancel(error) };
}

/** An iterator is told why it is ended early only by `throw`. An async one may answer without a promise. */
function iteratorSteps(iterator: AnyIterator, isSync: boolean): StreamSteps {
  return {
    isSync,
    next: (room) => iterator.next(room),
    cancel: (error) => (error !== undefined && iterator.throw !== undefined ? iterator.throw(error) : iterator.return?.()),
  };
}

export const acceptsStream = (_: unknown): boolean => false;
export const streamToJs = (..._: unknown[]): never => { throw new Error("not yet"); };
export const streamFromJs = streamToJs;
export const futureToJs = streamToJs;
export const futureFromJs = streamToJs;

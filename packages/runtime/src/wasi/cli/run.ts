/** `wasi:cli/run` as an import: where nothing else is wired, there is no command to run, which is its error. */
export const run = {
  run(): never {
    throw { payload: undefined };
  },
};

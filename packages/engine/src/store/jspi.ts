type Value = number | bigint | undefined;
type Wasm = (...values: never[]) => Value;

/** JSPI; its members are absent where the JavaScript engine can't suspend wasm. */
interface Jspi {
  readonly promising?: (wasm: Wasm) => (...values: (number | bigint)[]) => Promise<Value>;
  readonly Suspending?: new (wait: () => Promise<unknown>) => object;
}

export const { promising, Suspending } = WebAssembly as Jspi;

/** What to do where it is absent. */
export const WITHOUT_JSPI =
  "this JavaScript engine can't suspend WebAssembly (no JSPI): use one that can; Node 24 before 24.20 needs `--experimental-wasm-jspi`";

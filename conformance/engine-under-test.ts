/**
 * The engine as the runner sees it: the part of `@tenon/engine`'s API that suites need. The runner takes it as a value,
 * so that the same code drives the sources in Node, the bundle in a browser, and a stub in the runner's own tests.
 */

export type Features = Readonly<Record<string, boolean>>;

export type Exports = Readonly<Record<string, unknown>>;

export interface InstanceUnderTest {
  readonly exports: Exports;
  [Symbol.dispose]?(): void;
}

/** By what it is. */
export type Counts = Readonly<Record<string, number>>;

export interface StoreUnderTest {
  /** What has not ended. */
  readonly counts?: Counts;
  /** Where the thread keeps what wasm sees: how many bytes are in use. */
  readonly control?: { readonly used: number };
  /** Once something was async. */
  readonly scheduler?: { readonly trace: number } | undefined;
}

export interface ComponentUnderTest {
  instantiate(imports: Readonly<Record<string, unknown>>, options?: { readonly store: StoreUnderTest }): Promise<InstanceUnderTest>;
}

export type Callable = (...args: readonly unknown[]) => unknown;

export interface EngineUnderTest {
  compile(bytes: Uint8Array<ArrayBuffer>, options: { readonly features: Features }): Promise<ComponentUnderTest>;
  /** What the instances of one file share. */
  readonly Store: new (options: {
    readonly closed: boolean;
    readonly seed?: number;
  }) => StoreUnderTest;
  /** The export as a function that may suspend and always returns a promise. */
  promising(exported: Callable): (...args: readonly unknown[]) => Promise<unknown>;
}

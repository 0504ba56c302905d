/** What `wasmtime wast` gives the components of its suite to import, spelled for the engine. One per file: it counts drops. */

/** (module (global (export "g") i32 i32.const 100) (func (export "f") (result i32) i32.const 101)) */
const SIMPLE_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 6, 7, 1, 127, 0, 65, 228, 0, 11],
  ...[7, 9, 2, 1, 103, 3, 0, 1, 102, 0, 0, 10, 7, 1, 5, 0, 65, 229, 0, 11],
);

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(`host assertion failed: ${what}`);
}

const nextTurn = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 0));
const never = (): Promise<never> => new Promise(() => {});

export function makeHost(): Record<string, unknown> {
  let drops = 0;
  let lastDrop = 0;
  class Resource1 {
    readonly rep: number;
    constructor(rep: number) {
      this.rep = rep;
    }
    static assert(resource: Resource1, rep: number): void {
      must(resource.rep === rep, `rep ${resource.rep} is ${rep}`);
    }
    static lastDrop(): number {
      return lastDrop;
    }
    static drops(): number {
      return drops;
    }
    simple(rep: number): void {
      must(this.rep === rep, `rep ${this.rep} is ${rep}`);
    }
    takeBorrow(other: unknown): void {
      must(other instanceof Resource1, "a borrow of resource1");
    }
    takeOwn(other: unknown): void {
      must(other instanceof Resource1, "an own of resource1");
    }
    neverReturn(): Promise<never> {
      return never();
    }
    [Symbol.dispose](): void {
      drops++;
      lastDrop = this.rep;
    }
  }
  class Resource2 {}
  return {
    hostEchoU32: (value: number) => value,
    hostReturnTwo: () => 2,
    host: {
      returnThree: () => 3,
      nested: { returnFour: () => 4 },
      simpleModule: new WebAssembly.Module(SIMPLE_MODULE),
      Resource1,
      Resource2,
      Resource1Again: Resource1,
      neverReturn: never,
      returnTwoSlowly: () => nextTurn(2),
      echoSlowly: (value: unknown) => nextTurn(value),
      returnHi: () => "hi",
    },
    wasmtime: { setMaxTableCapacity: () => {}, gc: () => {} },
  };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trap } from "../diagnostics/trap.ts";
import type { Store } from "../store/store.ts";
import type { Instance } from "./component.ts";
import { makePart, type NextFunction, type PartExports } from "./test-part.ts";

/** What lies between the outermost guest and what fails: at its end a guest's export, or a JavaScript function. */
interface Chain {
  readonly a: Instance;
  readonly b: Instance;
  readonly outer: PartExports;
  readonly inner: PartExports;
}

const exportsOf = ({ exports }: Instance): PartExports => exports as unknown as PartExports;

/** `a` calls `between`, which may call `b`, which calls `last`. */
async function chain(between: (inner: PartExports) => NextFunction, last: NextFunction, store?: Store): Promise<Chain> {
  const b = await makePart(last, "b", store);
  const inner = exportsOf(b);
  const a = await makePart(between(inner), "a", b.store);
  return { a, b, outer: exportsOf(a), inner };
}

const isDead = ({ poisonedBy }: Instance): boolean => poisonedBy !== undefined;
const dead = { code: "trap/poisoned", message: /cannot enter component instance/ };
const stop: NextFunction = () => {
  throw new Error("no more");
};
const refused = { code: "trap/host-threw", message: "import `next` threw: no more" };

function checkBalance({ activations }: Store): void {
  assert.deepEqual([activations.syncDepth, activations.hostCalls, activations.current], [0, 0, 0]);
}

// Who is dead when the last host function throws, or the inner guest traps, and a host function stands between the two guests.
const between: ReadonlyArray<[what: string, between: (inner: PartExports) => NextFunction, last: NextFunction, result: object | number, dead: string]> = [
  ["a host function that catches", (b) => () => catching(() => b.call(1)), stop, 101, "b"],
  ["a host function that does not catch", (b) => (x) => b.call(x), stop, refused, "a b"],
  [
    "a host function that throws something else",
    (b) => (x) => rethrow(() => b.call(x)),
    stop,
    { code: "trap/host-threw", message: /threw: something else/ },
    "a b",
  ],
  ["no guest", () => stop, stop, refused, "a"],
  ["no failure", (b) => (x) => b.call(x), (x) => 2 * x, 12, ""],
  ["a guest that catches, and a host function that does", (b) => () => catching(() => b.catching(1)), stop, 101, "b"],
  ["a guest's own trap, and a host function that catches", (b) => () => catching(() => b.thenTrap(1)), (x) => x, 101, "b"],
  ["a guest's own trap", (b) => (x) => b.thenTrap(x), (x) => x, { code: "trap/core", message: /unreachable/ }, "a b"],
  ["a guest's exception", (b) => (x) => b.throw(x), stop, { code: "trap/uncaught-exception", message: /uncaught exception/ }, "a b"],
  ["a guest's exception that the host function catches", (b) => () => catching(() => b.throw(1)), stop, 101, "b"],
];
for (const [what, middle, last, result, killed] of between) {
  test(`between two guests, ${what}`, async () => {
    const { a, b, outer } = await chain(middle, last);
    if (typeof result === "number") assert.equal(outer.call(5), result);
    else assert.throws(() => outer.call(5), result);
    checkState(a, b, killed);
    // A guest that catches everything sees no more of it.
    const again = await chain(middle, last);
    if (typeof result === "number") assert.equal(again.outer.catching(5), result - 1);
    else assert.throws(() => again.outer.catching(5), result);
    checkState(again.a, again.b, killed);
  });
}

// Wired to one another, both guests are on the stack.
const wired: ReadonlyArray<[what: string, of: (inner: PartExports) => NextFunction, last: NextFunction, error: object]> = [
  ["a host function throws", ({ call }) => call, stop, refused],
  [
    "a host function throws what is no error",
    ({ call }) => call,
    () => {
      throw 5;
    },
    { code: "trap/host-threw", message: "import `next` threw: 5" },
  ],
  [
    "a host function returns what is no number",
    ({ call }) => call,
    () => "x",
    { code: "call/type-mismatch", message: /result of import `next`: expected u32/ },
  ],
  ["a guest traps", ({ thenTrap }) => thenTrap, (x) => x, { code: "trap/core", message: /unreachable/ }],
  ["a guest that catches calls a host function that throws", ({ catching }) => catching, stop, refused],
  ["a guest throws", (b) => b.throw, stop, { code: "trap/uncaught-exception", message: /uncaught exception/ }],
];
for (const [what, of, last, error] of wired) {
  for (const entry of ["call", "catching"] as const) {
    test(`below a wire, ${what}: both are dead, whether the caller catches or not (${entry})`, async () => {
      const { a, b, outer } = await chain(of, last);
      assert.throws(() => outer[entry](5), error);
      checkState(a, b, "a b");
    });
  }
}

function checkState(a: Instance, b: Instance, killed: string): void {
  const found = Object.entries({ a, b }).filter(([, instance]) => isDead(instance));
  assert.equal(found.map(([name]) => name).join(" "), killed);
  for (const instance of [a, b]) {
    if (isDead(instance)) assert.throws(() => exportsOf(instance).ping(), dead);
    else assert.equal(exportsOf(instance).ping(), 7);
  }
  checkBalance(a.store);
}

test("a call that comes back by a host function is refused, and harms nobody when that is caught", async () => {
  let a: PartExports;
  const errors: Trap[] = [];
  const { outer } = await chain(
    () => (x) => {
      try {
        a.ping();
      } catch (error) {
        errors.push(error as Trap);
      }
      return x;
    },
    stop,
  );
  a = outer;
  assert.equal(outer.call(5), 6);
  assert.equal(errors[0]!.code, "trap/cannot-enter");
  assert.match(errors[0]!.message, /cannot enter component instance `a`: a call is already inside it/);
  assert.equal(outer.ping(), 7);
});

test("a call that comes back through a wire and a host function kills those who were on the way", async () => {
  let home: PartExports;
  const { a, b, outer } = await chain(
    ({ call }) => call,
    () => home.ping(),
  );
  home = outer;
  assert.throws(() => outer.call(5), { code: "trap/cannot-enter", message: /cannot enter component instance `a`/ });
  checkState(a, b, "a b");
});

test("a provider outlives callers that trap after it has returned", async () => {
  const b = await makePart((x) => x, "b");
  const shared = exportsOf(b).call;
  const [a, other] = [await makePart(shared, "a", b.store), await makePart(shared, "other", b.store)];
  assert.throws(() => exportsOf(a).thenTrap(1), { code: "trap/core" });
  assert.deepEqual([a, b, other].map(isDead), [true, false, false]);
  assert.equal(exportsOf(other).call(1), 3);
  checkBalance(b.store);
});

test("a failure in a host function's own call is its own: the outer calls go on, deep down and twice", async () => {
  const victim = await makePart(stop, "victim");
  const { store } = victim;
  const probe = (x: number): number => catching(() => exportsOf(victim).call(x));
  const { a, b, outer } = await chain(({ twice }) => twice, probe, store);
  // The first probe kills the victim, the second finds it dead.
  assert.equal(outer.call(1), 101);
  assert.deepEqual([a, b, victim].map(isDead), [false, false, true]);
  checkBalance(store);
});

test("a guest at the end of its stack can't make a failing call pass", async () => {
  // From some depth on, what the engine does between guest and host finds no room; the guest catches what it can at each depth.
  const exhausted = async (depth: number): Promise<boolean> => {
    const { a, b, outer } = await chain(({ call }) => call, stop);
    let found: Trap | undefined;
    try {
      outer.deep(depth);
    } catch (error) {
      found = error as Trap;
    }
    const what = `at a depth of ${depth}`;
    assert.ok(isDead(a), what);
    checkBalance(a.store);
    // What was called is dead, or was never reached.
    if (isDead(b)) assert.throws(() => exportsOf(b).ping(), dead);
    else assert.equal(exportsOf(b).ping(), 7, what);
    if (found?.code === "trap/core") assert.match(found.message, /call stack exhausted/);
    else assert.equal(found?.code, "trap/host-threw", what);
    return found.code === "trap/core";
  };
  let [low, high] = [0, 1_000_000];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (await exhausted(middle)) high = middle;
    else low = middle;
  }
  for (let depth = Math.max(0, low - 12); depth < low + 40; depth++) await exhausted(depth);
});

function catching(run: () => number): number {
  try {
    return run();
  } catch {
    return 100;
  }
}

function rethrow(run: () => number): number {
  try {
    return run();
  } catch {
    throw new Error("something else");
  }
}

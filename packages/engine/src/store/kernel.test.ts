import assert from "node:assert/strict";
import { test } from "node:test";
import { Trap } from "../diagnostics/trap.ts";
import { ComponentInstance } from "./component-instance.ts";
import { HANDLE_BYTES, Header, InstanceField, NodeField, ROUTE_BYTES, RouteField, TypeField, TypeKind } from "./control-memory.ts";
import { RuntimeResource, representation } from "./runtime-resource.ts";
import { Store } from "./store.ts";
import { coreFunction, fieldOf, freeNodes, handleAt, throwing, traps, unreachable } from "./test-store.ts";

/** Two instances and the resources of the first and of the host, in a call from the host into the second. */
function fixture() {
  const store = new Store();
  const definer = new ComponentInstance(store, "definer");
  const user = new ComponentInstance(store, "user");
  const file = new RuntimeResource("file", store, definer);
  const clock = new RuntimeResource("clock", store, undefined);
  const add = (instance: ComponentInstance, { record }: RuntimeResource, rep: number, scope = 0) =>
    store.kernel.add(instance.record, record, record, rep, scope, 0);
  return { store, kernel: store.kernel, definer, user, file, clock, add };
}

const borrowsOf = ({ control }: Store, scope: number): number => control.cells[(scope + NodeField.borrows) >> 2]!;

test("handles are numbered from 1; the one that was freed last is used first", () => {
  const { kernel, user, file, clock, add } = fixture();
  assert.deepEqual(
    [10, 20, 30, 40].map((rep) => add(user, file, rep)),
    [1, 2, 3, 4],
  );
  for (const index of [2, 4, 1]) kernel.take(user.record, file.record, index);
  assert.equal(user.handles, 1);
  assert.deepEqual(
    [50, 60, 70, 80].map((rep) => add(user, clock, rep)),
    [1, 4, 2, 5],
  );
  assert.equal(user.handles, 5);
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((index) => handleAt(user, index).rep),
    [50, 70, 30, 60, 80],
  );
});

test("tables grow as they must; each instance has its own", () => {
  const { store, kernel, definer, user, file, add } = fixture();
  const count = 5000;
  for (let i = 1; i <= count; i++) {
    assert.equal(add(user, file, i), i);
    assert.equal(add(definer, file, -i), i);
  }
  assert.equal(fieldOf(user, "capacity"), 8192);
  for (let i = 1; i <= count; i++) {
    assert.equal(handleAt(user, i).rep, i);
    assert.equal(handleAt(definer, i).rep, -i);
  }
  for (let i = count; i > 0; i--) kernel.take(user.record, file.record, i);
  assert.deepEqual([user.handles, definer.handles], [0, count]);
  // Tables that were grown out of are used again.
  const first = store.allocate(16 * HANDLE_BYTES);
  assert.ok(first < fieldOf(user, "handles"));
  for (let i = 1; i <= count; i++) assert.equal(handleAt(definer, i).rep, -i);
});

test("an entry says what a handle stands for", () => {
  const { store, kernel, user, file, add } = fixture();
  const index = add(user, file, -7);
  const expected = { home: file.record, rep: -7, route: 0 };
  assert.deepEqual(representation(store, kernel.entry(user.record, file.record, index)), expected);
  assert.equal(user.handles, 1);
  assert.deepEqual(representation(store, kernel.take(user.record, file.record, index)), expected);
  assert.equal(user.handles, 0);
});

for (const name of ["entry", "take", "drop", "borrow", "lend", "lendTo", "move"] as const) {
  test(`what is no handle of the type is a trap: ${name}`, () => {
    const { store, kernel, definer, user, file, clock, add } = fixture();
    const scope = kernel.begin();
    const use = (type: RuntimeResource, index: number): unknown => {
      const of = [user.record, type.record, index] as const;
      if (name === "borrow") return kernel.borrow(...of, scope);
      if (name === "lend") return kernel.lend(...of, type.record, scope);
      if (name === "lendTo") return kernel.lendTo(...of, definer.record, type.record, scope, scope);
      if (name === "move") return kernel.move(...of, definer.record, type.record);
      return kernel[name](...of);
    };
    for (const index of [0, 1, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 27]) {
      traps(store, () => use(file, index), { code: "trap/unknown-handle", message: `wasm trap: unknown handle index ${index >>> 0}` });
    }
    const [one, two] = [add(user, file, 1), add(user, file, 2)];
    traps(store, () => use(clock, two), {
      code: "trap/wrong-handle-type",
      message: "wasm trap: handle index 2 used with the wrong type, expected host-defined resource but found guest-defined resource (`clock` and `file`)",
    });
    const other = new RuntimeResource("other", store, user);
    traps(store, () => use(other, two), {
      message:
        "wasm trap: handle index 2 used with the wrong type, expected guest-defined resource but found a different guest-defined resource (`other` and `file`)",
    });
    kernel.take(user.record, file.record, one);
    traps(store, () => use(file, one), { message: "wasm trap: unknown handle index 1" });
    traps(store, () => use(file, 3), { message: "wasm trap: unknown handle index 3" });
    // Nothing of that changed anything.
    assert.deepEqual([user.handles, definer.handles, handleAt(user, two).rep, handleAt(user, two).lends], [1, 0, 2, 0]);
    kernel.end(scope);
  });
}

for (const name of ["take", "drop", "move"] as const) {
  test(`a lent handle stays where it is: ${name}`, () => {
    const { store, kernel, definer, user, file, add } = fixture();
    const index = add(user, file, 1);
    const use = () =>
      name === "move" ? kernel.move(user.record, file.record, index, definer.record, file.record) : kernel[name](user.record, file.record, index);
    const scope = kernel.begin();
    kernel.borrow(user.record, file.record, index, scope);
    kernel.borrow(user.record, file.record, index, 0);
    const lent = { code: "trap/handle-lent", message: "wasm trap: cannot remove owned resource while borrowed: handle index 1 is lent" };
    traps(store, use, lent);
    kernel.unlend(user.record, index);
    traps(store, use, lent);
    kernel.end(scope);
    assert.deepEqual([user.handles, definer.handles], [1, 0]);
    use();
    assert.deepEqual([user.handles, definer.handles], [0, name === "move" ? 1 : 0]);
  });
}

for (const name of ["take", "move"] as const) {
  test(`a borrowed handle can't be given away: ${name}`, () => {
    const { store, kernel, definer, user, file, add } = fixture();
    const scope = kernel.begin();
    const index = add(user, file, 1, scope);
    const use = () =>
      name === "move" ? kernel.move(user.record, file.record, index, definer.record, file.record) : kernel.take(user.record, file.record, index);
    traps(store, use, { code: "trap/wrong-handle-type", message: "wasm trap: cannot lift borrowed handle index 1 as an owned one" });
    assert.equal(borrowsOf(store, scope), 1);
  });
}

test("move: the handle is gone here and new there, whose table may grow", () => {
  const { kernel, definer, user, file, add } = fixture();
  for (let i = 1; i <= 100; i++) {
    assert.equal(kernel.move(user.record, file.record, add(user, file, i), definer.record, file.record), i);
    assert.deepEqual([user.handles, definer.handles], [0, i]);
  }
  for (let i = 1; i <= 100; i++) {
    const { type, home, rep, own, lends, scope, route } = handleAt(definer, i);
    assert.deepEqual([type, home, rep, own, lends, scope, route], [file.record, file.record, i, 1, 0, 0, 0]);
  }
});

test("lend: the definer gets the representation; a handle of another home is a trap", () => {
  const { store, kernel, user, file, add } = fixture();
  const index = add(user, file, 42);
  for (const scope of [0, kernel.begin()]) {
    assert.equal(kernel.lend(user.record, file.record, index, file.record, scope), 42);
    assert.equal(handleAt(user, index).lends, 1);
    if (scope === 0) kernel.unlend(user.record, index);
    else kernel.end(scope);
    assert.equal(handleAt(user, index).lends, 0);
  }
  const other = new RuntimeResource("other", store, user);
  traps(store, () => kernel.lend(user.record, file.record, index, other.record, 0), {
    code: "wire/foreign-handle",
    message: "wasm trap: a handle of `file` of `definer` can't be used where one of `other` of `user` is expected: another end made it",
  });
});

test("lendTo: a handle for the call, which must be dropped before it ends", () => {
  const { store, kernel, user, clock, add } = fixture();
  const callee = new ComponentInstance(store, "callee");
  const index = add(user, clock, 42);
  const scope = kernel.begin();
  const first = kernel.lendTo(user.record, clock.record, index, callee.record, clock.record, scope, scope);
  const second = kernel.lendTo(user.record, clock.record, index, callee.record, clock.record, scope, scope);
  assert.deepEqual([first, second], [1, 2]);
  const { own, rep, scope: its, home } = handleAt(callee, first);
  assert.deepEqual([own, rep, its, home], [0, 42, scope, clock.record]);
  assert.deepEqual([handleAt(user, index).lends, borrowsOf(store, scope)], [2, 2]);
  kernel.drop(callee.record, clock.record, first);
  traps(store, () => kernel.end(scope), { code: "trap/borrows-remain", message: "wasm trap: borrow handles still remain at the end of the call" });
  assert.equal(handleAt(user, index).lends, 2);
  kernel.drop(callee.record, clock.record, second);
  kernel.end(scope);
  assert.deepEqual([handleAt(user, index).lends, callee.handles], [0, 0]);
});

test("lendTo: the loan can be of another scope than the handle", () => {
  const { store, kernel, user, clock, add } = fixture();
  const callee = new ComponentInstance(store, "callee");
  const index = add(user, clock, 42);
  const [lenders, scope] = [kernel.begin(), kernel.begin()];
  const handle = kernel.lendTo(user.record, clock.record, index, callee.record, clock.record, scope, lenders);
  assert.deepEqual([borrowsOf(store, scope), borrowsOf(store, lenders), handleAt(callee, handle).scope], [1, 0, scope]);
  kernel.drop(callee.record, clock.record, handle);
  kernel.end(scope);
  assert.equal(handleAt(user, index).lends, 1);
  kernel.end(lenders);
  assert.equal(handleAt(user, index).lends, 0);
});

test("a borrow is lent on", () => {
  const { store, kernel, definer, user, file, add } = fixture();
  const callee = new ComponentInstance(store, "callee");
  const [outer, inner] = [kernel.begin(), kernel.begin()];
  const borrowed = kernel.lendTo(user.record, file.record, add(user, file, 9), callee.record, file.record, outer, outer);
  assert.equal(kernel.lend(callee.record, file.record, borrowed, file.record, inner), 9);
  traps(store, () => kernel.drop(callee.record, file.record, borrowed), { code: "trap/handle-lent" });
  kernel.end(inner);
  kernel.drop(callee.record, file.record, borrowed);
  kernel.end(outer);
  assert.equal(definer.handles, 0);
});

test("giveBack ends the loans of a call that failed, whatever remains", () => {
  const { store, kernel, user, clock, add } = fixture();
  const callee = new ComponentInstance(store, "callee");
  const [first, second] = [add(user, clock, 1), add(user, clock, 2)];
  const before = freeNodes(store);
  const scope = kernel.begin();
  for (const index of [first, second, first]) kernel.lendTo(user.record, clock.record, index, callee.record, clock.record, scope, scope);
  kernel.giveBack(scope);
  assert.deepEqual([handleAt(user, first).lends, handleAt(user, second).lends], [0, 0]);
  assert.ok(freeNodes(store) >= before);
});

test("nodes are used again: nothing is left behind by 100,000 calls", () => {
  const { store, kernel, user, clock, add } = fixture();
  const callee = new ComponentInstance(store, "callee");
  const index = add(user, clock, 1);
  const call = (fails: boolean) => {
    const scope = kernel.begin();
    for (let i = 0; i < 3; i++) {
      const borrowed = kernel.lendTo(user.record, clock.record, index, callee.record, clock.record, scope, scope);
      kernel.drop(callee.record, clock.record, borrowed);
    }
    const nested = kernel.begin();
    kernel.borrow(user.record, clock.record, index, nested);
    kernel.end(nested);
    if (fails) kernel.giveBack(scope);
    else kernel.end(scope);
  };
  call(false);
  const before = [freeNodes(store), store.control.memory.buffer.byteLength];
  for (let i = 0; i < 100_000; i++) call(i % 2 === 0);
  assert.deepEqual([freeNodes(store), store.control.memory.buffer.byteLength], before);
  assert.deepEqual([handleAt(user, index).lends, callee.handles, fieldOf(callee, "fresh")], [0, 0, 2]);
});

test("many scopes at once", () => {
  const { store, kernel, user, clock, add } = fixture();
  const index = add(user, clock, 1);
  const scopes = Array.from({ length: 1000 }, () => kernel.begin());
  assert.equal(new Set(scopes).size, 1000);
  for (const scope of scopes) kernel.borrow(user.record, clock.record, index, scope);
  assert.equal(handleAt(user, index).lends, 1000);
  for (const scope of scopes.reverse()) kernel.end(scope);
  assert.equal(handleAt(user, index).lends, 0);
  assert.ok(freeNodes(store) >= 2000);
});

test("a handle of another home is refused where the import is not open", () => {
  const { store, kernel, definer, user, file, clock, add } = fixture();
  const foreign = {
    code: "wire/foreign-handle",
    message: "wasm trap: a handle of `clock` of the host can't be used where one of `file` of `definer` is expected: another end made it",
  };
  traps(store, () => kernel.add(user.record, file.record, clock.record, 5, 0, 0), foreign);
  const index = add(user, clock, 5);
  traps(store, () => kernel.move(user.record, clock.record, index, definer.record, file.record), foreign);
  const scope = kernel.begin();
  traps(store, () => kernel.lendTo(user.record, clock.record, index, definer.record, file.record, scope, scope), foreign);
  assert.deepEqual([user.handles, definer.handles], [1, 0]);
});

test("drop: the destructor gets the representation, its instance is entered meanwhile", () => {
  const { store, kernel, definer, user, file, add } = fixture();
  const seen: unknown[] = [];
  file.destructor = coreFunction((rep) => seen.push(rep, fieldOf(definer, "entered"), fieldOf(definer, "enteredBy"), user.handles));
  const above = store.activations.enter(user);
  const { current } = store.activations;
  kernel.drop(user.record, file.record, add(user, file, -3));
  assert.deepEqual(seen, [-3, current, user.record, 0]);
  assert.ok(definer.mayEnter);
  store.activations.leave(user, above);
  // By the host.
  kernel.destroy(file.record, 8, 0);
  assert.deepEqual(seen.slice(4), [8, 0, 0, 0]);
});

test("drop: no destructor, or a borrow", () => {
  const { kernel, definer, user, file, add } = fixture();
  kernel.drop(user.record, file.record, add(user, file, 1));
  file.destructor = coreFunction(() => assert.fail());
  const scope = kernel.begin();
  kernel.drop(user.record, file.record, add(user, file, 1, scope));
  kernel.end(scope);
  assert.deepEqual([user.handles, definer.mayEnter], [0, true]);
});

/** A family: `outer` around `left`, which is around `definer`, and `right`; `stranger` has no parent. */
function family() {
  const store = new Store();
  const outer = new ComponentInstance(store, "outer");
  const left = new ComponentInstance(store, "left", outer);
  const right = new ComponentInstance(store, "right", outer);
  const definer = new ComponentInstance(store, "definer", left);
  const stranger = new ComponentInstance(store, "stranger");
  return { store, instances: { outer, left, right, definer, stranger }, file: new RuntimeResource("file", store, definer) };
}

for (const [caller, expected] of [
  ["definer", []],
  ["left", ["definer"]],
  ["outer", ["definer", "left"]],
  ["right", ["definer", "left"]],
  ["stranger", ["definer", "left", "outer"]],
  [undefined, ["definer", "left", "outer"]],
] as const) {
  test(`a destructor enters what the entering set says, from ${caller ?? "the host"}`, () => {
    const { store, instances, file } = family();
    const from = caller === undefined ? 0 : instances[caller].record;
    const all = Object.values(instances);
    const found: string[] = [];
    const callers = new Set<number>();
    file.destructor = coreFunction(() => {
      for (const instance of all.filter(({ mayEnter }) => !mayEnter)) {
        found.push(instance.name);
        callers.add(fieldOf(instance, "enteredBy"));
      }
    });
    const { activations, kernel, control } = store;
    const above = activations.begin();
    const run = () => kernel.destroy(file.record, 1, from);
    run();
    assert.deepEqual(found.sort(), [...expected].sort());
    assert.deepEqual([...callers], expected.length === 0 ? [] : [from]);
    assert.ok(all.every(({ mayEnter }) => mayEnter));
    if (caller !== undefined) {
      const names = instances.definer.enteringSet(instances[caller]).map(({ name }) => name);
      assert.deepEqual(names.sort(), [...expected].sort());
    }

    // With one of them busy none is entered; others don't matter.
    for (const busy of all) {
      const entered = (busy.record + InstanceField.entered) >> 2;
      control.cells[entered] = activations.current;
      if ((expected as readonly string[]).includes(busy.name)) {
        traps(store, run, { code: "trap/cannot-enter", message: new RegExp(`^wasm trap: cannot enter component instance \`${busy.name}\``) });
      } else run();
      control.cells[entered] = 0;
      assert.ok(all.every(({ mayEnter }) => mayEnter));
    }
    activations.current = above;
  });
}

test("a destructor that fails leaves its instance entered: so it is found", () => {
  for (const [code, trap] of [
    [unreachable, undefined],
    [throwing, { code: "trap/uncaught-exception", message: "wasm trap: uncaught exception propagated out of component: thrown Wasm exception" }],
  ] as const) {
    const { store, kernel, definer, user, file, add } = fixture();
    file.destructor = coreFunction(() => {}, code);
    const above = store.activations.begin();
    const { current } = store.activations;
    const run = () => kernel.drop(user.record, file.record, add(user, file, 1));
    if (trap === undefined) assert.throws(run, WebAssembly.RuntimeError);
    else traps(store, run, trap);
    assert.equal(fieldOf(definer, "entered"), current);
    assert.equal(user.handles, 0);
    store.activations.current = above;
  }
});

test("a host-made resource is let go by the host; what that throws is a trap", () => {
  const { store, kernel, user, clock, add } = fixture();
  const disposed: number[] = [];
  const nothing = () => assert.fail();
  clock.host = {
    class: Object,
    accepts: nothing,
    liftBorrow: nothing,
    lowerOwn: nothing,
    lowerBorrow: nothing,
    liftOwn: (rep) => ({
      [Symbol.dispose]() {
        if (rep === 13) throw new Error("stuck");
        if (rep === 14) throw new Trap("trap/core", "inner");
        disposed.push(rep);
      },
    }),
  };
  for (const rep of [1, -1]) kernel.drop(user.record, clock.record, add(user, clock, rep));
  assert.deepEqual(disposed, [1, -1]);
  traps(store, () => kernel.drop(user.record, clock.record, add(user, clock, 13)), {
    code: "trap/host-threw",
    message: "the destructor of `clock` threw: stuck",
  });
  traps(store, () => kernel.drop(user.record, clock.record, add(user, clock, 14)), { code: "trap/core", message: "inner" });
  assert.equal(user.handles, 0);
});

test("busy: what a call is inside of, or a trap closed, can't be entered", () => {
  const { store, kernel, definer, user } = fixture();
  const above = store.activations.enter(definer);
  traps(store, () => kernel.busy(definer.record, user.record), {
    code: "trap/cannot-enter",
    message: "wasm trap: cannot enter component instance `definer`: a call is already inside it (user → definer)",
  });
  store.activations.leave(definer, above);
  definer.poison(new Error("earlier"));
  traps(store, () => kernel.busy(definer.record, user.record), {
    code: "trap/poisoned",
    message: "wasm trap: cannot enter component instance `definer`: an earlier trap poisoned it",
  });
});

/** An open import, whose handles that come from elsewhere get the routes that it is told. */
class Open extends RuntimeResource {
  readonly asked: unknown[] = [];
  answer: number | Error = 0;

  constructor(store: Store) {
    super("import", store, undefined, TypeKind.open);
  }

  leadTo(home: number, route: number): void {
    this.set(TypeField.home, home);
    this.set(TypeField.route, route);
  }

  override routeFor(home: RuntimeResource, via: number): number {
    this.asked.push(home.name, via);
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

test("an open import admits handles of its home by its route, of others by what it says", () => {
  const { store, kernel, user, file, clock } = fixture();
  const open = new Open(store);
  const [main, other, interposed] = [store.allocate(ROUTE_BYTES), store.allocate(ROUTE_BYTES), store.allocate(ROUTE_BYTES)];
  const handles = () => [main, other].map((route) => store.control.cells[(route + RouteField.handles) >> 2]);
  store.control.cells[(interposed + RouteField.interposed) >> 2] = 1;
  open.leadTo(file.record, main);
  const add = (home: RuntimeResource, via = 0) => kernel.add(user.record, open.record, home.record, 5, 0, via);

  const first = add(file);
  // A route on which nothing lies is forgotten.
  const second = add(file, other);
  assert.deepEqual([open.asked, handles(), handleAt(user, first).route, handleAt(user, second).route], [[], [2, 0], main, main]);
  open.answer = other;
  const third = add(clock);
  const fourth = add(file, interposed);
  assert.deepEqual(open.asked, ["clock", 0, "file", interposed]);
  assert.deepEqual([handles(), handleAt(user, third).route, handleAt(user, third).home], [[2, 2], other, clock.record]);

  // Within the part the route stays; a part that is not open gets none.
  const callee = new ComponentInstance(store, "callee");
  const moved = kernel.move(user.record, open.record, third, callee.record, open.record);
  assert.deepEqual([handles(), handleAt(callee, moved).route], [[2, 2], other]);
  const back = kernel.move(user.record, open.record, second, callee.record, file.record);
  assert.deepEqual([handles(), handleAt(callee, back).route, handleAt(callee, back).type], [[1, 2], 0, file.record]);
  const scope = kernel.begin();
  const lent = kernel.lendTo(user.record, open.record, fourth, callee.record, open.record, scope, scope);
  assert.deepEqual(handles(), [1, 3]);
  kernel.drop(callee.record, open.record, lent);
  kernel.end(scope);
  assert.deepEqual(handles(), [1, 2]);

  // Where a route drains, JavaScript hears of the last handle.
  const drained: number[] = [];
  const routes = [main, other].map((record) => ({ record, drained: () => drained.push(record) }));
  for (const route of routes) store.routes.add(route);
  store.control.cells[(other + RouteField.draining) >> 2] = 1;
  for (const index of [first, fourth]) kernel.take(user.record, open.record, index);
  assert.deepEqual([handles(), drained], [[0, 1], []]);
  kernel.take(callee.record, open.record, moved);
  assert.deepEqual([handles(), drained], [[0, 0], [other]]);

  // A handle of a home that was never wired is a trap.
  open.answer = new Trap("wire/foreign-handle", "never wired");
  traps(store, () => add(clock), { code: "wire/foreign-handle", message: "never wired" });
  assert.deepEqual(handles(), [0, 0]);
});

test("a handle whose home a trap closed can be dropped where wires can be cut, and nowhere else", () => {
  const { store, kernel, definer, user, file, add } = fixture();
  const open = new Open(store);
  open.leadTo(file.record, 0);
  file.destructor = coreFunction(() => assert.fail());
  const index = kernel.add(user.record, open.record, file.record, 1, 0, 0);
  definer.poison(new Error("earlier"));
  kernel.drop(user.record, open.record, index);
  traps(store, () => kernel.drop(user.record, file.record, add(user, file, 1)), { code: "trap/poisoned" });
  assert.equal(user.handles, 0);
});

test("a table that finds no room is a trap, of handles and of loans", () => {
  const { store, kernel, user, clock, add } = fixture();
  const { cells } = store.control;
  const index = add(user, clock, 1);
  // As if the table were that long.
  const [capacity, fresh] = [InstanceField.capacity, InstanceField.fresh].map((field) => (user.record + field) >> 2) as [number, number];
  const before = [cells[capacity]!, cells[fresh]!] as const;
  cells[capacity] = cells[fresh] = 2 ** 26;
  traps(store, () => add(user, clock, 2), { code: "trap/too-long", message: "wasm trap: resource table has no free keys: 67108863 handles are in use" });
  assert.deepEqual([user.handles, cells[fresh], cells.length], [1, 2 ** 26, store.control.cells.length]);
  [cells[capacity], cells[fresh]] = before;
  add(user, clock, 2);

  const free = cells[Header.freeNode >> 2]!;
  const { allocate } = store.control;
  cells[Header.freeNode >> 2] = 0;
  store.control.allocate = () => {
    throw new Trap("trap/too-long", "full");
  };
  traps(store, () => kernel.begin(), { code: "trap/too-long", message: "full" });
  traps(store, () => kernel.borrow(user.record, clock.record, index, 1024), { message: "full" });
  store.control.allocate = allocate;
  cells[Header.freeNode >> 2] = free;
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { list, string, u8, u32 } from "../abi/test-guest.ts";
import { InstanceField } from "../store/control-memory.ts";
import { Store } from "../store/store.ts";
import { fuse, type Joint } from "./fuse.ts";
import { type Case, func, Guest, run, same, sign, type World } from "./test-joint.ts";

test("nobody leaves while values pass", () => {
  const seen = same({ params: [u8], args: [1], prepare: ({ caller }) => void (caller.instance.mayLeave = false) });
  assert.equal(seen.trap?.code, "trap/cannot-leave");
});

test("what is entered can't be entered again, and the trap takes nothing with it", () => {
  for (const depth of [0, 2]) {
    const enter =
      (who: (world: World) => number): Case["prepare"] =>
      (world) => {
        const { cells } = world.store.control;
        cells[(who(world) + InstanceField.entered) >> 2] = 5;
      };
    const seen = same({ params: [], depth, prepare: enter(({ callee }) => callee.instance.record) });
    assert.equal(seen.trap?.code, "trap/cannot-enter");
    if (depth > 0) same({ params: [], depth, prepare: enter(({ callee }) => callee.instance.parent!.record) });
  }
});

test("all that a call enters is entered from the caller, and free when it returns", () => {
  for (const fused of [false, true]) {
    let inside: number[][] = [];
    const worlds: World[] = [];
    run(fused, {
      params: [],
      depth: 2,
      during: (world) => {
        worlds.push(world);
        const { cells } = world.store.control;
        inside = world.callee.instance.selfAndAncestors.map(({ record }) => [
          cells[(record + InstanceField.entered) >> 2]!,
          cells[(record + InstanceField.enteredBy) >> 2]!,
        ]);
      },
    });
    const { caller, callee } = worlds[0]!;
    assert.deepEqual(inside, Array(3).fill([77, caller.instance.record]));
    for (const instance of callee.instance.selfAndAncestors) assert.equal(instance.mayEnter, true);
  }
});

const words = ({ store }: World, { instance }: Guest): number[] => {
  const at = (instance.record + InstanceField.context) >> 2;
  return [...store.control.cells.slice(at, at + 4)];
};
const fill = ({ store }: World, { instance }: Guest, value: number): void => {
  const at = (instance.record + InstanceField.context) >> 2;
  store.control.cells.fill(value, at, at + 4);
};

test("realloc has a context of its own, and the callee's ends with the call", () => {
  for (const fused of [false, true]) {
    const seen: number[][] = [];
    let world: World | undefined;
    run(fused, {
      params: [string, list(u32)],
      result: string,
      args: ["abc", Uint32Array.of(1)],
      returns: "def",
      usesContext: true,
      postReturn: true,
      prepare: (made) => {
        world = made;
        fill(made, made.caller, 3);
        for (const guest of [made.caller, made.callee]) {
          guest.onRealloc = () => {
            seen.push(words(made, guest));
            fill(made, guest, 9);
          };
        }
      },
      during: (made) => {
        seen.push(words(made, made.callee));
        fill(made, made.callee, 4);
      },
    });
    const none = [0, 0, 0, 0];
    assert.deepEqual(seen, [none, none, none, none]);
    assert.deepEqual(words(world!, world!.caller), [3, 3, 3, 3]);
    assert.deepEqual(words(world!, world!.callee), none);
  }
});

/** Joints of functions of one type, between guests of a new store. */
function pair(store: Store, names: readonly string[], forth = true): Joint[] {
  const [caller, callee] = [new Guest(store, "caller", {}, []), new Guest(store, "callee", {}, [])];
  const type = func([string, u8], u32);
  return names.map((name, i) => ({
    signature: sign(type),
    caller: (forth || i % 2 === 0 ? caller : callee).cx,
    callee: {
      name,
      signature: sign(type),
      cx: (forth || i % 2 === 0 ? callee : caller).cx,
      core: (_begin, _length, third) => (third as number) + i,
      async: false,
      abi: "sync",
      callback: undefined,
      postReturn: undefined,
    },
  }));
}

test("joints of one list share an instance, whichever way they lead", () => {
  for (const forth of [true, false]) {
    const store = new Store();
    const functions = fuse(pair(store, ["a", "b", "c"], forth), store);
    assert.deepEqual(
      functions.map((f) => f(0, 2, 40)),
      [40, 41, 42],
    );
  }
});

test("joints of one shape share a module", () => {
  const compiled: unknown[] = [];
  const { Module } = WebAssembly;
  class Counted extends Module {
    constructor(bytes: BufferSource) {
      super(bytes);
      compiled.push(bytes);
    }
  }
  WebAssembly.Module = Counted;
  try {
    const modules = (names: readonly string[], forth = true): number => {
      const store = new Store();
      compiled.length = 0;
      fuse(pair(store, names, forth), store);
      return compiled.length;
    };
    const names = ["d", "e", "f", "g"];
    assert.deepEqual([modules(names), modules(["h", "i", "j", "k"]), modules(["d"]), modules(names, false), modules(names)], [1, 0, 1, 1, 0]);
  } finally {
    WebAssembly.Module = Module;
  }
});

test("a shared memory is imported as such", () => {
  const store = new Store();
  const joints = pair(store, ["a"]);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
  joints[0]!.caller.setMemory(memory);
  new Uint8Array(memory.buffer).set([97, 98]);
  assert.equal(fuse(joints, store)[0]!(0, 2, 7), 7);
});

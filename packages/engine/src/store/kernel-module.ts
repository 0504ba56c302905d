/** The kernel's code; `kernel.ts` says what each function does. */
import * as Op from "../binary/opcodes.ts";
import { type CodeWriter, ModuleWriter, Type } from "../binary/writer.ts";
import { HANDLE_BYTES, HandleField, Header, InstanceField, NodeField, POISONED, RouteField, TypeField, TypeKind } from "./control-memory.ts";
import { Destroys, type Kernel, type KernelImports, REFUSED } from "./kernel.ts";
import { WasmTrap } from "./wasm-trap.ts";

export function kernelModule(catches: boolean): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const { i32 } = Type;
  const signature = (params: number, results: number) => module.funcType(Array<number>(params).fill(i32), Array<number>(results).fill(i32));
  const imported = (name: keyof KernelImports, params: number, results: number) => module.importFunc("f", name, signature(params, results));
  const js = {
    trap: imported("trap", 3, 0),
    grow: imported("grow", 1, 1),
    nodes: imported("nodes", 0, 1),
    routeFor: imported("routeFor", 3, 1),
    drained: imported("drained", 1, 0),
    destroyHost: imported("destroyHost", 3, 1),
    destroyGuest: imported("destroyGuest", 2, 0),
    busy: imported("busy", 2, 1),
  };
  const wait = module.importFunc("m", "wait", signature(0, 0));
  module.importMemory("m", "memory", { min: 1 });

  const define = (
    name: keyof Kernel | undefined,
    params: number,
    results: number,
    write: (code: CodeWriter, ...locals: number[]) => void,
    locals = 0,
  ): number => {
    const { index, code } = module.func(signature(params, results));
    for (let i = 0; i < locals; i++) code.local(i32);
    write(code, ...Array.from({ length: params + locals }, (_, i) => i));
    if (name !== undefined) module.export(name, "func", index);
    return index;
  };
  const load = (code: CodeWriter, field: number) => code.memory(Op.i32_load, 2, field);
  /** After the address and the value. */
  const store = (code: CodeWriter, field: number) => code.memory(Op.i32_store, 2, field);
  const field = (code: CodeWriter, local: number, offset: number) => load(code.get(local), offset);
  /** Adds `by` to a field of the record in `local`. */
  const count = (code: CodeWriter, local: number, offset: number, by: number) => store(field(code.get(local), local, offset).i32(by).op(Op.i32_add), offset);
  /** `a` and `b` are on the stack after the number. */
  const raise = (code: CodeWriter, trap: number, a: number, b: number) => code.i32(trap).get(a).get(b).call(js.trap).op(Op.unreachable);
  const unlessRefused = (code: CodeWriter) => code.i32(REFUSED).op(Op.i32_eq).begin(Op.if).op(Op.unreachable).end();
  const address = (code: CodeWriter, instance: number, index: number) =>
    field(code, instance, InstanceField.handles).get(index).i32(HANDLE_BYTES).op(Op.i32_mul).op(Op.i32_add);

  const entry = define(
    "entry",
    3,
    1,
    (code, instance, type, index, at, found) => {
      code.get(index);
      field(code, instance, InstanceField.fresh).op(Op.i32_lt_u).begin(Op.if);
      address(code, instance, index).set(at);
      field(code, at, HandleField.type).set(found);
      code.end();
      code.get(found).op(Op.i32_eqz).begin(Op.if);
      raise(code, WasmTrap.unknownHandle, index, index).end();
      code.get(found).get(type).op(Op.i32_ne).begin(Op.if);
      store(code.i32(0).get(index), Header.detail);
      raise(code, WasmTrap.wrongHandleType, type, found).end();
      code.get(at);
    },
    2,
  );

  /** The route that a handle gets: most often that of the type record, which is where the import leads now. */
  const route = define(
    undefined,
    3,
    1,
    (code, type, home, via, made) => {
      field(code, type, TypeField.kind).i32(TypeKind.open).op(Op.i32_ne).begin(Op.if);
      code.get(home).get(type).op(Op.i32_ne).begin(Op.if);
      raise(code, WasmTrap.foreignHandle, home, type).end();
      code.i32(0).op(Op.return).end();
      field(code.get(home), type, TypeField.home).op(Op.i32_eq).begin(Op.if);
      // At address 0 that field is 0: no route interposes nothing.
      field(code, via, RouteField.interposed).op(Op.i32_eqz).begin(Op.if);
      field(code, type, TypeField.route).op(Op.return).end().end();
      code.get(type).get(home).get(via).call(js.routeFor).tee(made);
      unlessRefused(code);
      code.get(made);
    },
    1,
  );

  const place = define(
    undefined,
    6,
    1,
    (code, instance, type, home, rep, scope, route, index, at) => {
      field(code, instance, InstanceField.freeHandle).tee(index).begin(Op.if);
      address(code, instance, index).set(at);
      store(field(code.get(instance), at, HandleField.next), InstanceField.freeHandle);
      code.op(Op.else);
      field(code, instance, InstanceField.fresh).tee(index);
      field(code, instance, InstanceField.capacity).op(Op.i32_ge_u).begin(Op.if);
      unlessRefused(code.get(instance).call(js.grow));
      code.end();
      count(code, instance, InstanceField.fresh, 1);
      address(code, instance, index).set(at).end();
      count(code, instance, InstanceField.used, 1);
      store(code.get(at).get(type), HandleField.type);
      store(code.get(at).get(home), HandleField.home);
      store(code.get(at).get(rep), HandleField.rep);
      store(code.get(at).get(scope).op(Op.i32_eqz), HandleField.own);
      store(code.get(at).i32(0), HandleField.lends);
      store(code.get(at).get(scope), HandleField.scope);
      store(code.get(at).get(route), HandleField.route);
      code.get(scope).begin(Op.if);
      count(code, scope, NodeField.borrows, 1).end();
      code.get(route).begin(Op.if);
      count(code, route, RouteField.handles, 1).end();
      code.get(index);
    },
    2,
  );

  define("add", 6, 1, (code, instance, type, home, rep, scope, via) => {
    code.get(instance).get(type).get(home).get(rep).get(scope);
    code.get(type).get(home).get(via).call(route).call(place);
  });

  /** Frees an entry that is neither lent nor needed. */
  const free = define(undefined, 3, 0, (code, instance, index, at) => {
    store(code.get(at).i32(0), HandleField.type);
    store(field(code.get(at), instance, InstanceField.freeHandle), HandleField.next);
    store(code.get(instance).get(index), InstanceField.freeHandle);
    count(code, instance, InstanceField.used, -1);
  });

  /** A handle that had the route is gone. */
  const unroute = define(undefined, 1, 0, (code, route) => {
    code.get(route).op(Op.i32_eqz).begin(Op.if).op(Op.return).end();
    count(code, route, RouteField.handles, -1);
    field(code, route, RouteField.handles).op(Op.i32_eqz);
    field(code, route, RouteField.draining).op(Op.i32_and).begin(Op.if);
    code.get(route).call(js.drained).end();
  });

  const remove = define(undefined, 3, 0, (code, instance, index, at) => {
    code.get(instance).get(index).get(at).call(free);
    field(code, at, HandleField.route).call(unroute);
  });

  /** `entry` of a handle that is not lent. */
  const unlent = define(
    undefined,
    3,
    1,
    (code, instance, type, index, at) => {
      code.get(instance).get(type).get(index).call(entry).tee(at);
      load(code, HandleField.lends).begin(Op.if);
      raise(code, WasmTrap.handleLent, index, index).end().get(at);
    },
    1,
  );

  /** `unlent` of a handle that owns. */
  const owned = define(
    undefined,
    3,
    1,
    (code, instance, type, index, at) => {
      code.get(instance).get(type).get(index).call(entry).tee(at);
      load(code, HandleField.own).op(Op.i32_eqz).begin(Op.if);
      raise(code, WasmTrap.borrowNotOwned, index, index).end();
      code.get(instance).get(type).get(index).call(unlent);
    },
    1,
  );

  define(
    "take",
    3,
    1,
    (code, instance, type, index, at) => {
      code.get(instance).get(index).get(instance).get(type).get(index).call(owned).tee(at).call(remove);
      code.get(at);
    },
    1,
  );

  define(
    "move",
    5,
    1,
    (code, instance, type, index, toInstance, toType, at, made) => {
      code.get(instance).get(type).get(index).call(owned).set(at);
      code.get(toInstance).get(toType);
      field(code, at, HandleField.home);
      field(code, at, HandleField.rep).i32(0);
      onward(code, type, toType, at);
      // Placed first, so that a route that both have is not drained between.
      code.call(place).set(made);
      code.get(instance).get(index);
      address(code, instance, index).call(remove).get(made);
    },
    2,
  );

  /** The route of a handle that is passed on: within one part it stays, between parts each has its own. */
  function onward(code: CodeWriter, type: number, toType: number, at: number): void {
    code.get(type).get(toType).op(Op.i32_eq).begin(Op.if, i32);
    field(code, at, HandleField.route).op(Op.else).get(toType);
    field(code, at, HandleField.home);
    field(code, at, HandleField.route).call(route).end();
  }

  const node = define(
    undefined,
    0,
    1,
    (code, made) => {
      load(code.i32(0), Header.freeNode).op(Op.i32_eqz).begin(Op.if);
      unlessRefused(code.call(js.nodes)).end();
      load(code.i32(0), Header.freeNode).set(made);
      store(field(code.i32(0), made, NodeField.next), Header.freeNode);
      store(code.get(made).i32(0), NodeField.borrows);
      store(code.get(made).i32(0), NodeField.next);
      code.get(made);
    },
    1,
  );
  define("begin", 0, 1, (code) => code.call(node));

  const borrow = define(
    "borrow",
    4,
    1,
    (code, instance, type, index, scope, at, loan) => {
      code.get(instance).get(type).get(index).call(entry).set(at);
      count(code, at, HandleField.lends, 1);
      code.get(scope).begin(Op.if);
      code.call(node).set(loan);
      store(code.get(loan).get(instance), NodeField.instance);
      store(code.get(loan).get(index), NodeField.index);
      store(field(code.get(loan), scope, NodeField.next), NodeField.next);
      store(code.get(scope).get(loan), NodeField.next);
      code.end().get(at);
    },
    2,
  );

  define(
    "lend",
    5,
    1,
    (code, instance, type, index, definer, scope, at, home) => {
      code.get(instance).get(type).get(index).get(scope).call(borrow).set(at);
      field(code, at, HandleField.home).tee(home).get(definer).op(Op.i32_ne).begin(Op.if);
      raise(code, WasmTrap.foreignHandle, home, definer).end();
      field(code, at, HandleField.rep);
    },
    2,
  );

  const unlend = define(
    "unlend",
    2,
    0,
    (code, instance, index, at) => {
      address(code, instance, index).set(at);
      count(code, at, HandleField.lends, -1);
    },
    1,
  );

  define(
    "lendTo",
    7,
    1,
    (code, instance, type, index, toInstance, toType, scope, lenders, at) => {
      code.get(instance).get(type).get(index).get(lenders).call(borrow).set(at);
      code.get(toInstance).get(toType);
      field(code, at, HandleField.home);
      field(code, at, HandleField.rep).get(scope);
      onward(code, type, toType, at);
      code.call(place);
    },
    1,
  );

  const giveBack = define(
    "giveBack",
    1,
    0,
    (code, scope, loan, next) => {
      // The scope is the first node to be freed, its loans are the others.
      code.get(scope).set(loan).begin(Op.loop);
      field(code, loan, NodeField.next).set(next);
      store(load(code.get(loan).i32(0), Header.freeNode), NodeField.next);
      store(code.i32(0).get(loan), Header.freeNode);
      code.get(next).begin(Op.if);
      field(code, next, NodeField.instance);
      field(code, next, NodeField.index).call(unlend);
      code.get(next).set(loan).op(Op.br, 1).end().end();
    },
    2,
  );

  define("end", 1, 0, (code, scope) => {
    field(code, scope, NodeField.borrows).begin(Op.if);
    raise(code, WasmTrap.borrowsRemain, scope, scope).end();
    code.get(scope).call(giveBack);
  });

  const busy = define(
    "busy",
    2,
    0,
    (code, callee, caller, current) => {
      code.begin(Op.loop);
      unlessRefused(code.get(callee).get(caller).call(js.busy));
      load(code.i32(0), Header.current).set(current);
      store(code.i32(0).i32(0), Header.current);
      code.call(wait);
      store(code.i32(0).get(current), Header.current);
      field(code, callee, InstanceField.entered).op(Op.br_if, 0).end();
    },
    1,
  );

  /** Whether `ancestor` is the instance or one around it. */
  const within = define(undefined, 2, 1, (code, instance, ancestor) => {
    code.begin(Op.loop);
    code.get(instance).op(Op.i32_eqz).begin(Op.if).i32(0).op(Op.return).end();
    code.get(instance).get(ancestor).op(Op.i32_eq).begin(Op.if).i32(1).op(Op.return).end();
    field(code, instance, InstanceField.parent).set(instance).op(Op.br, 0).end();
    code.op(Op.unreachable);
  });

  /** Runs `each` for the entering set of a call from `caller` to `callee`. */
  const forEntering = (code: CodeWriter, callee: number, caller: number, at: number, each: () => void): void => {
    code.get(callee).set(at).begin(Op.block).begin(Op.loop);
    code.get(at).op(Op.i32_eqz).op(Op.br_if, 1);
    code.get(caller).get(at).call(within).op(Op.br_if, 1);
    each();
    field(code, at, InstanceField.parent).set(at).op(Op.br, 0).end().end();
  };

  const enterDestructor = define(
    "enterDestructor",
    2,
    0,
    (code, home, caller, definer, at) => {
      field(code, home, TypeField.definer).set(definer);
      forEntering(code, definer, caller, at, () => {
        field(code, at, InstanceField.entered).begin(Op.if).get(at).get(caller).call(busy).end();
      });
      forEntering(code, definer, caller, at, () => {
        store(load(code.get(at).i32(0), Header.current), InstanceField.entered);
        store(code.get(at).get(caller), InstanceField.enteredBy);
      });
    },
    2,
  );

  const leaveDestructor = define(
    "leaveDestructor",
    3,
    0,
    (code, home, caller, route, definer, at) => {
      field(code, home, TypeField.definer).set(definer);
      forEntering(code, definer, caller, at, () => store(code.get(at).i32(0), InstanceField.entered));
      code.get(route).call(unroute);
    },
    2,
  );

  const destroy = define("destroy", 3, 0, (code, home, rep, caller) => {
    field(code, home, TypeField.kind).i32(TypeKind.host).op(Op.i32_eq).begin(Op.if);
    unlessRefused(code.get(home).get(rep).get(caller).call(js.destroyHost));
    code.op(Op.return).end();
    code.get(home).get(caller).call(enterDestructor);
    field(code, home, TypeField.destructor).begin(Op.if);
    callDestructor(
      code,
      field(code, home, TypeField.definer),
      () => code.get(home).get(rep).call(js.destroyGuest),
      catches,
      () => raise(code, WasmTrap.uncaughtException, home, home),
    );
    code.end();
    code.get(home).get(caller).i32(0).call(leaveDestructor);
  });

  define(
    "drop",
    4,
    1,
    (code, instance, type, index, how, at, own, home, rep, scope, route) => {
      code.get(instance).get(type).get(index).call(unlent).set(at);
      for (const [local, offset] of [
        [own!, HandleField.own],
        [home!, HandleField.home],
        [rep!, HandleField.rep],
        [scope!, HandleField.scope],
        [route!, HandleField.route],
      ] as const)
        field(code, at!, offset).set(local);
      code.get(instance).get(index).get(at).call(free);
      code.get(own).op(Op.i32_eqz).begin(Op.if);
      code.get(route).call(unroute);
      count(code, scope, NodeField.borrows, -1).i32(0).op(Op.return).end();
      // What a trap closed gets no call, but its handles can be dropped where wires can be cut.
      field(code, type, TypeField.kind).i32(TypeKind.open).op(Op.i32_eq);
      load(field(code, home, TypeField.definer), InstanceField.entered)
        .i32(POISONED)
        .op(Op.i32_eq)
        .op(Op.i32_and);
      code.begin(Op.if).get(route).call(unroute).i32(0).op(Op.return).end();
      // The caller has the destructor at hand: no JavaScript.
      code.get(how).i32(Destroys.byType).op(Op.i32_eq).get(home).get(type).op(Op.i32_eq).op(Op.i32_and);
      field(code, home, TypeField.destructor).op(Op.i32_and);
      code.get(how).i32(Destroys.byRoute).op(Op.i32_eq);
      field(code, route, RouteField.destructor).i32(0).op(Op.i32_ne).op(Op.i32_and).op(Op.i32_or).begin(Op.if);
      store(code.i32(0).get(rep), Header.scratch);
      store(code.i32(0).get(route), Header.scratch + 4);
      code.get(home).op(Op.return).end();
      code.get(route).call(unroute);
      code.get(home).get(rep).get(instance).call(destroy).i32(0);
    },
    6,
  );
  return module.encode();
}

/**
 * Calls a destructor of the instance whose record `definer` writes: it has a `Thread.storage` of its own, and leaves the interrupted one. What
 * it throws goes no further (`call_and_trap_on_throw`): `thrown` writes a trap.
 */
export function callDestructor(code: CodeWriter, definer: CodeWriter, call: () => CodeWriter, catches: boolean, thrown: () => CodeWriter): void {
  const record = code.local(Type.i32);
  definer.set(record);
  const slots = [0, 8].map((offset) => ({ offset: InstanceField.context + offset, saved: code.local(Type.i64) }));
  for (const { offset, saved } of slots) {
    code.get(record).memory(Op.i64_load, 3, offset).set(saved);
    code.get(record).i64(0n).memory(Op.i64_store, 3, offset);
  }
  code.begin(Op.block).begin(Op.block);
  if (catches) code.catchAll(0);
  call();
  if (catches) code.end();
  code.op(Op.br, 1).end();
  thrown().end();
  for (const { offset, saved } of slots) code.get(record).get(saved).memory(Op.i64_store, 3, offset);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call, Interposer } from "../link/connection.ts";
import { rewire } from "../link/rewire.ts";
import { Store } from "../store/store.ts";
import type { Part } from "./component.ts";
import {
  CLOCK,
  COUNTERS,
  type Counter,
  type Counters,
  driver,
  type Functions,
  HANDLER,
  load,
  POLL,
  type Provider,
  provider,
  RELAY,
  REQUESTS,
  SOURCE,
  TIMER,
} from "./test-wires.ts";

async function open(name: string, store: Store): Promise<Part> {
  return (await load(name)).open({}, { store });
}

type ClientCalls = "create" | "get" | "add" | "value" | "drop" | "give" | "relayAdd" | "relayValue" | "pass" | "keep" | "addKept" | "valueKept" | "back";

/** A client of counters and of a relay that has counters of its own wire: all lead to the first of two providers. */
async function relayed(ways: "one by one" | "at once" | "relay first" = "at once") {
  const store = new Store();
  const providers = [await provider(store, 1), await provider(store, 2)] as const;
  const [client, middleman] = [await open("client", store), await open("middleman", store)];
  const [counters, relay, beyond] = [client.ends.get(COUNTERS)!, client.ends.get(RELAY)!, middleman.ends.get(COUNTERS)!];
  const changes = [
    { end: counters, to: providers[0].counters },
    { end: relay, to: middleman.exports[RELAY] },
    { end: beyond, to: providers[0].counters },
  ];
  if (ways === "at once") rewire(changes);
  else for (const change of ways === "one by one" ? changes : [changes[1]!, changes[2]!, changes[0]!]) rewire([change]);
  return { store, providers, client, middleman, counters, relay, beyond, run: client.exports as unknown as Functions<ClientCalls> };
}

for (const ways of ["one by one", "at once", "relay first"] as const) {
  test(`a bundle may lead to the home by another part, connected ${ways}`, async () => {
    const { run } = await relayed(ways);
    const [mine, given] = [run.create(1), run.give(2)];
    assert.deepEqual([run.get(mine), run.get(given), run.relayAdd(mine, 10), run.relayAdd(given, 10)], [1001, 1002, 1011, 1012]);
    assert.deepEqual([run.value(given), run.relayValue(mine)], [1012, 1011]);
    const passed = run.pass(mine);
    assert.equal(run.get(passed), 1011);
    run.keep(passed);
    assert.equal(run.addKept(5), 1016);
    assert.equal(run.get(run.back()), 1016);
  });
}

test("one of a bundle can't go elsewhere alone; together they can", async () => {
  const { run, counters, beyond, relay, providers, client } = await relayed();
  assert.deepEqual([...counters.bundle].sort(), [COUNTERS, RELAY]);
  assert.deepEqual(relay.bundle, counters.bundle);
  const refused = {
    code: "link/import-mismatch",
    message: /import `test:wires\/relay`, export `give`: .*`test:wires\/counters`, `test:wires\/relay` belong together: re-wire them in one transaction/,
  };
  assert.throws(() => rewire([{ end: counters, to: providers[1].counters }]), refused);
  assert.equal(counters.to, providers[0].counters);
  assert.equal(run.get(run.give(1)), 1001);
  rewire([
    { end: counters, to: providers[1].counters },
    { end: beyond, to: providers[1].counters },
  ]);
  assert.deepEqual([run.get(run.give(1)), run.get(run.create(2))], [2001, 2002]);
  const direct = await open("middleman", client.store);
  rewire([{ end: direct.ends.get(COUNTERS)!, to: providers[0].counters }]);
  assert.throws(() => rewire([{ end: relay, to: direct.exports[RELAY] }]), refused);
  rewire([
    { end: relay, to: direct.exports[RELAY] },
    { end: counters, to: providers[0].counters },
  ]);
  assert.deepEqual([run.get(run.give(1)), run.get(run.create(2))], [1001, 1002]);
});

test("a part on the way is re-wired: handles stay at home, here and there; mixing traps", async () => {
  const { run, beyond, providers, client, middleman } = await relayed();
  const mine = run.create(1);
  run.keep(run.create(7));
  const given = run.give(3);
  rewire([{ end: beyond, to: providers[1].counters }]);
  assert.equal(run.get(mine), 1001);
  // The relay has it by a method, which goes home.
  assert.equal(run.relayAdd(mine, 4), 1005);
  assert.deepEqual([run.addKept(1), run.get(given)], [1008, 1003]);
  const other = run.give(9);
  assert.equal(run.get(other), 2009, "by the relay's wire, at home elsewhere");
  assert.equal(run.relayValue(other), 2009);
  assert.deepEqual(
    beyond.drains.map(({ handles }) => handles),
    [1],
  );
  const back = run.back();
  assert.deepEqual(beyond.drains, []);
  for (const handle of [mine, given, back, other]) run.drop(handle);
  assert.deepEqual([providers[0].dropped(), providers[1].dropped()], [3, 1]);
  const late = run.create(5);
  assert.throws(() => run.relayValue(late), { code: "wire/foreign-handle", message: /`counter` of `provider`/ });
  assert.notEqual(client.poisonedBy, undefined);
  assert.notEqual(middleman.poisonedBy, undefined);
  assert.equal(providers[1].part.poisonedBy, undefined);
});

/** At most 5 at a time. */
const attenuate: Interposer = ({ function: name, args, next }: Call) => next(...(name.endsWith(".add") ? [args[0], Math.min(args[1] as number, 5)] : args));

test("what lies on the wire that a handle came by still lies on it when it is passed on", async () => {
  for (const by of ["adapters", "JavaScript"] as const) {
    const { run, counters, relay, beyond, providers } = await relayed();
    rewire([
      { end: counters, through: [attenuate] },
      // An interposer on the way to the relay makes objects of JavaScript of the handles.
      { end: relay, through: by === "JavaScript" ? [({ args, next }) => next(...args)] : [] },
    ]);
    const mine = run.create(0);
    assert.equal(run.add(mine, 100), 1005);
    assert.equal(run.relayAdd(mine, 100), 1010, `lent, by ${by}`);
    run.keep(mine);
    assert.equal(run.addKept(100), 1015, `given away, by ${by}`);
    rewire([{ end: beyond, to: providers[1].counters }]);
    assert.equal(run.addKept(100), 1020);
    run.drop(run.back());
    assert.deepEqual(beyond.drains, []);
    assert.equal(providers[0].dropped(), 1);
  }
});

test("what is put on that wire later, or taken away, counts for what was passed on; when it is cut, that fails too", async () => {
  const { run, counters, relay, middleman, providers } = await relayed();
  rewire([{ end: counters, through: [attenuate] }]);
  run.keep(run.create(0));
  assert.equal(run.addKept(100), 1005);
  rewire([{ end: counters, through: [attenuate, ({ args, next }) => (next(...args) as number) + 5000] }]);
  assert.equal(run.addKept(100), 6010);
  rewire([{ end: counters, through: [] }]);
  assert.equal(run.addKept(100), 1110);
  rewire([
    { end: counters, to: null },
    { end: relay, to: middleman.exports[RELAY] },
  ]);
  assert.throws(() => run.addKept(1), { code: "wire/broken", message: /the wire `client → test:wires\/counters` is broken/ });
  assert.equal(providers[0].part.poisonedBy, undefined);
});

test("a handle whose end drains, and which is the last, keeps what lies on its way when it is passed on", async () => {
  for (const by of ["adapters", "JavaScript"] as const) {
    const { run, counters, relay, beyond, providers } = await relayed();
    rewire([{ end: counters, through: [attenuate] }]);
    const mine = run.create(0);
    rewire([
      { end: counters, to: providers[1].counters },
      { end: beyond, to: providers[1].counters },
      { end: relay, through: by === "JavaScript" ? [({ args, next }) => next(...args)] : [] },
    ]);
    assert.equal(counters.drains.length, 1);
    run.keep(mine);
    assert.equal(counters.drains.length, 0);
    assert.equal(run.addKept(100), 1005, by);
    const back = run.back();
    assert.equal(run.add(back, 100), 1010, by);
    run.drop(back);
    await Promise.resolve();
    assert.deepEqual([counters.drains, beyond.drains, providers[0].dropped()], [[], [], 1]);
  }
});

interface Request extends Disposable {
  read(): number;
}

/** A host calls the forwarder, which calls the reader; both read requests. */
async function handlers(store = new Store()) {
  const servers = [await open("server", store), await open("server", store)] as const;
  for (const [i, { exports }] of servers.entries()) (exports as unknown as Functions<"tag">).tag(i + 1);
  const [forwarder, reader] = [await open("forwarder", store), await open("reader", store)];
  const handle = (forwarder.exports[HANDLER] as { handle(it: Request): number }).handle;
  const next = ([1, 2] as const).map((i) => (servers[i - 1]!.exports[SOURCE] as { next(n: number): Request }).next);
  const dropped = servers.map(({ exports }) => (exports as unknown as Functions<"dropped">).dropped);
  return { store, servers, forwarder, reader, handle, next, dropped };
}

test("a handler is given the importer's handles, wherever its own wire leads", async () => {
  const { servers, forwarder, reader, handle, next, dropped } = await handlers();
  rewire([
    { end: forwarder.ends.get(REQUESTS)!, to: servers[0].exports[REQUESTS] },
    { end: forwarder.ends.get(HANDLER)!, to: reader.exports[HANDLER] },
  ]);
  const requests = reader.ends.get(REQUESTS)!;
  // The reader's wire leads nowhere, elsewhere, to the same.
  for (const to of [undefined, servers[1].exports[REQUESTS], servers[0].exports[REQUESTS], null]) {
    if (to !== undefined) rewire([{ end: requests, to }]);
    if (to === null) continue;
    assert.equal(handle(next[0]!(7)), 100_000 * 1007 + 1007);
    // Of a home that neither was ever led to, too.
    assert.equal(handle(next[1]!(8)), 100_000 * 2008 + 2008);
    assert.deepEqual(requests.drains, []);
  }
  assert.deepEqual(
    dropped.map((count) => count()),
    [6, 6],
  );
  assert.deepEqual(forwarder.ends.get(REQUESTS)!.bundle, [REQUESTS]);
});

test("an object that is no such thing is refused by type", async () => {
  const { servers, forwarder, reader, handle } = await handlers();
  rewire([
    { end: forwarder.ends.get(REQUESTS)!, to: servers[0].exports[REQUESTS] },
    { end: forwarder.ends.get(HANDLER)!, to: reader.exports[HANDLER] },
  ]);
  const { counters } = await provider(forwarder.store, 1);
  class Other {
    read(): number {
      return 1;
    }
  }
  for (const wrong of [counters.make(1), {}, [], new Date(), new Other(), Promise.resolve(), () => 1]) {
    assert.throws(() => handle(wrong as unknown as Request), { code: "call/type-mismatch", message: /argument `it`/ });
  }
  assert.equal(forwarder.poisonedBy, undefined);
});

/** A class of the host that can be polled, a function that polls, and how many of its objects are gone. */
function pollables() {
  const gone = { count: 0 };
  class Pollable {
    readonly n: number;

    constructor(n: number) {
      this.n = n;
    }

    ready(): boolean {
      return this.n % 2 === 1;
    }

    [Symbol.dispose](): void {
      gone.count += 1;
    }
  }
  const poll = (of: readonly { ready(): boolean }[]) => Uint32Array.from(of.flatMap((each, i) => (each.ready() ? [i] : [])));
  return { gone, Pollable, poll, tick: (n: number) => new Pollable(n) };
}

async function poller() {
  const store = new Store();
  const [part, ticker] = [await open("poller", store), await open("ticker", store)];
  const ends = { poll: part.ends.get(POLL)!, clock: part.ends.get(CLOCK)!, timer: part.ends.get(TIMER)! };
  for (const end of Object.values(ends)) assert.equal(end.bundle.length, 1);
  const run = part.exports as unknown as Functions<"clockTick" | "timerTick" | "ready" | "drop"> & { poll(of: readonly number[]): Uint32Array };
  return { part, ticker: ticker.exports as Record<string, unknown>, ends, run };
}

test("objects of different classes of the host mix freely, also of one that no end leads to", async () => {
  const { ends, run } = await poller();
  const [one, two, three] = [pollables(), pollables(), pollables()];
  rewire([
    { end: ends.poll, to: one },
    { end: ends.clock, to: { tick: (n: number) => (n < 5 ? one : three).tick(n) } },
    { end: ends.timer, to: two },
  ]);
  const all = [run.clockTick(1), run.timerTick(2), run.clockTick(7), run.timerTick(3)];
  assert.deepEqual(
    all.map((each) => run.ready(each)),
    [true, false, true, true],
  );
  assert.deepEqual([...run.poll(all)], [0, 2, 3]);
  for (const each of all) run.drop(each);
  assert.deepEqual(
    [one, two, three].map(({ gone }) => gone.count),
    [1, 2, 1],
  );
  assert.deepEqual(ends.poll.drains, []);
});

test("where a poll mixes what is the host's and a guest's, the host answers; a guest can't", async () => {
  const { ends, run, ticker } = await poller();
  const host = pollables();
  rewire([
    { end: ends.poll, to: host },
    { end: ends.clock, to: ticker[CLOCK] },
    { end: ends.timer, to: host },
  ]);
  const [a, b, c] = [run.clockTick(1), run.timerTick(3), run.clockTick(4)];
  assert.deepEqual([run.ready(a), run.ready(b), run.ready(c)], [true, true, false]);
  assert.deepEqual([...run.poll([a, b, c])], [0, 1]);
  rewire([{ end: ends.poll, to: ticker[POLL] }]);
  assert.deepEqual([...run.poll([a, c])], [42]);
  assert.deepEqual([run.ready(a), run.ready(b)], [true, true]);
  assert.throws(() => run.poll([a, b]), {
    code: "wire/foreign-handle",
    message: /a handle of `pollable` of the host can't be used where one of `pollable` of `ticker` is expected/,
  });
});

/** Exports what it imports, as it is. */
async function passer(store: Store) {
  const part = await open("passer", store);
  return { part, end: part.ends.get(COUNTERS)!, counters: part.exports[COUNTERS] as Counters };
}

test("a part that exports what it imports: from JavaScript", async () => {
  const store = new Store();
  const [one, two] = [await provider(store, 1), await provider(store, 2)];
  const { end, counters } = await passer(store);
  assert.throws(() => counters.make(1), { code: "wire/broken", message: /the wire `passer → test:wires\/counters` is broken/ });
  rewire([{ end, to: one.counters }]);
  const { Counter } = counters;
  const a = new Counter(1);
  const b = Counter.made(2);
  assert.ok(a instanceof Counter && !({} instanceof (Counter as never)));
  assert.equal(String(Counter.name), "Counter");
  const c: Counter = counters.make(3);
  assert.deepEqual([a.get(), b.add(1), counters.value(c), counters.total([a, b, c])], [1001, 1003, 1003, 1007]);
  rewire([{ end, to: two.counters }]);
  assert.deepEqual([a.get(), new Counter(4).get()], [1001, 2004]);
  const method = (Counter as unknown as { prototype: Counter }).prototype.get;
  assert.equal(method.call(a), 1001);
  assert.throws(() => counters.value(a), { code: "call/type-mismatch" });
  assert.throws(() => counters.check(13), { payload: "thirteen" });
  const seen: string[] = [];
  const tap: Interposer = ({ function: name, args, next }) => {
    seen.push(name);
    return next(...args);
  };
  rewire([{ end, through: [tap] }]);
  const made = counters.make(5);
  // The object's own method is that of its home; the class's goes by the wire.
  assert.deepEqual([made.get(), method.call(made), method.call(a)], [2005, 2005, 1001]);
  assert.deepEqual(seen, ["make", "[method]counter.get"]);
});

test("a part that exports what it imports: to another part, and re-wired between", async () => {
  const store = new Store();
  const [one, two] = [await provider(store, 1), await provider(store, 2)];
  const middle = await passer(store);
  rewire([{ end: middle.end, to: one.counters }]);
  const { run, end, part } = await driver(store, middle.counters);
  const [a, b] = [run.create(1), run.make(2)];
  assert.deepEqual([run.get(a), run.plus(a, b), run.pair(a, b), run.spread(a, b), run.label(a)], [1001, 1003, 1005, 1141, "counter 1"]);
  rewire([{ end: middle.end, to: two.counters }]);
  const c = run.made(3);
  assert.deepEqual([run.get(a), run.add(b, 1), run.get(c), run.value(c)], [1141, 1003, 2003, 2003]);
  assert.equal(run.absorb(a, b), 1144);
  assert.deepEqual([one.dropped(), two.dropped()], [1, 0]);
  run.drop(a);
  run.drop(c);
  assert.deepEqual([one.dropped(), two.dropped(), end.drains.length], [2, 1, 0]);
  assert.equal(part.poisonedBy, undefined);
  // Of another type it is refused, as an instance is.
  const { exports } = await (await load("passer-of-other")).open({}, { store });
  assert.throws(() => rewire([{ end, to: exports[COUNTERS] }]), {
    code: "link/import-mismatch",
    message: /export `\[method\]counter\.add`: parameter `by`: `u32` in the import, `u64` in the provider/,
  });
});

test("wires in a circle lead nowhere", async () => {
  const store = new Store();
  const [a, b] = [await passer(store), await passer(store)];
  rewire([
    { end: a.end, to: b.counters },
    { end: b.end, to: a.counters },
  ]);
  assert.equal(a.end.maySuspend, false);
  assert.throws(() => a.counters.make(1), RangeError);
  const one: Provider = await provider(store, 1);
  rewire([{ end: b.end, to: one.counters }]);
  assert.equal(a.counters.make(1).get(), 1001);
});

test("functions and resources of the world itself", async () => {
  const store = new Store();
  class Meter {
    readonly #n: number;
    constructor(n: number) {
      this.#n = n;
    }
    read(): number {
      return this.#n;
    }
  }
  class Double extends Meter {
    override read(): number {
      return 2 * super.read();
    }
  }
  const part = await (await load("plain")).open({ gauge: (n: number) => n + 1, Meter }, { store });
  const run = part.exports as unknown as Functions<"create" | "read" | "drop" | "measure">;
  assert.deepEqual([...part.ends.keys()].sort(), ["[constructor]meter", "[method]meter.read", "gauge", "meter"]);
  assert.deepEqual(part.ends.get("gauge")!.bundle, ["gauge"]);
  assert.deepEqual([...part.ends.get("meter")!.bundle].sort(), ["[constructor]meter", "[method]meter.read", "meter"]);
  const old = run.create(4);
  assert.deepEqual([run.measure(1), run.read(old)], [2, 4]);
  rewire(["meter", "[constructor]meter", "[method]meter.read"].map((name) => ({ end: part.ends.get(name)!, to: Double })));
  rewire([{ end: part.ends.get("gauge")!, to: (n: number) => n + 2 }]);
  const made = run.create(4);
  assert.deepEqual([run.measure(1), run.read(old), run.read(made)], [3, 4, 8]);
  assert.equal(part.ends.get("meter")!.drains.length, 1);
  run.drop(old);
  assert.equal(part.ends.get("meter")!.drains.length, 0);
  rewire([{ end: part.ends.get("gauge")!, to: null }]);
  assert.throws(() => run.measure(1), { code: "wire/broken", message: /the wire `plain → gauge` is broken/ });
});

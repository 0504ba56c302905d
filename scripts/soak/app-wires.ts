/**
 * Wires of an app that are led elsewhere while all of them are in use: five with handles that live through it, five of async calls with streams
 * that stay open, three through an interposer to a callee that waits, seven plain ones. No call is lost or made twice, each has the type and
 * the answer that it should, each handle's calls reach its home, each stream's bytes arrive in order, and memory does not grow.
 *
 * `node scripts/soak/app-wires.ts --rewires 1000 --rate 1000 --seed 1`
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { promising } from "@tenon/engine";
import { App } from "../../packages/runtime/src/app/app.ts";
import { testPlatform } from "../../packages/runtime/src/app/test-platform.ts";
import type { CapabilityKind } from "../../packages/runtime/src/kinds/kind.ts";
import { standardKinds } from "../../packages/runtime/src/kinds/standard.ts";
import { Random } from "./random.ts";

const COUNTERS = "test:wires/counters";
const OUTSIDE = "test:wires/outside";
const ASKING = "test:async/asking";
const HOMES = 4;

const { values } = parseArgs({
  options: { rewires: { type: "string", default: "1000" }, rate: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
});
const [rewires, rate, seed] = [Number(values.rewires), Number(values.rate), Number(values.seed)];
const random = new Random(seed);

/** JavaScript behind a wire: what it answers tells which one it was. */
function hostKind(name: string, provided: (id: number) => Record<string, object>): CapabilityKind {
  return {
    name,
    about: "",
    options: {},
    exports: Object.keys(provided(0)),
    check: () => [],
    asks: () => [],
    make: async ({ id }) => {
      const imports = provided(id as number);
      return { provide: () => imports, close: async () => {} };
    },
  };
}

const asking = hostKind("asking", (id) => ({
  [ASKING]: { ask: (x: number) => sleep(1).then(() => 10 * x + id), pass: (stream: ReadableStream<Uint8Array>) => stream },
}));
const outside = hostKind("outside", (id) => ({ [OUTSIDE]: { ask: (n: number) => sleep(1).then(() => n + 100 * id) } }));

const guest = (name: string): Promise<Uint8Array> => readFile(new URL(`../../packages/engine/src/api/guests/${name}.wasm`, import.meta.url));

const parts: Record<string, object> = {};
const wires: Record<string, Record<string, unknown>> = {};
const exports: Record<string, string> = {};
const offer = (part: string, ...names: readonly string[]): void => {
  for (const name of names) exports[`${part}.${name}`] = `${part}#${name}`;
};
for (let i = 0; i < HOMES; i++) {
  parts[`home${i}`] = { component: "./provider.wasm" };
  parts[`asking${i}`] = { capability: "asking", with: { id: i } };
  parts[`outside${i}`] = { capability: "outside", with: { id: i } };
  // Those that wait: nobody may enter them meanwhile but calls that can wait themselves.
  parts[`waiter${i}`] = { component: "./provider.wasm" };
  for (const name of [`home${i}`, `waiter${i}`]) {
    wires[name] = { [OUTSIDE]: `outside${i}` };
    offer(name, "tag", "dropped");
  }
}
const drivers = Array.from({ length: 15 }, (_, i) => `driver${i}`);
for (const [i, name] of drivers.entries()) {
  parts[name] = { component: "./driver.wasm" };
  wires[name] = { [COUNTERS]: i >= 12 ? { to: "waiter0", through: ["log"] } : "home0" };
  offer(name, "create", "get", "add", "drop", "check", "ask");
}
const relays = Array.from({ length: 5 }, (_, i) => `relay${i}`);
for (const name of relays) {
  parts[name] = { component: "./relay.wasm" };
  wires[name] = { [ASKING]: "asking0" };
  offer(name, ASKING);
}
const kinds = new Map([...standardKinds(), ["asking", asking], ["outside", outside]]);
const platform = testPlatform(
  { "provider.wasm": await guest("provider"), "driver.wasm": await guest("driver"), "relay.wasm": await guest("relay") },
  {
    kinds,
    after: (milliseconds, act) =>
      (
        (timer) => () =>
          clearTimeout(timer)
      )(setTimeout(act, milliseconds)),
    now: () => performance.now(),
  },
);
const app = await App.start(JSON.stringify({ tenon: 1, name: "soak", parts, wires, exports }, undefined, 2), platform);
type Call = (...numbers: number[]) => number;
const of = (part: string, name: string): Call => app.exports[`${part}.${name}`] as Call;
for (let i = 0; i < HOMES; i++) for (const name of [`home${i}`, `waiter${i}`]) of(name, "tag")(i + 1);

/** Where each wire leads, as the operations say. */
const leads = new Map([...drivers, ...relays].map((name) => [name, 0]));
let calls = 0;
let over = false;

/** A handle and what its counter is at: calls that are lost or made twice show at the next. */
class Held {
  readonly part: string;
  readonly add: Call;
  readonly get: Call;
  readonly drop: Call;
  readonly create: Call;
  handle = 0;
  home = 0;
  count = 0;

  constructor(part: string) {
    this.part = part;
    [this.add, this.get, this.drop, this.create] = [of(part, "add"), of(part, "get"), of(part, "drop"), of(part, "create")];
    this.renew();
  }

  renew(): void {
    this.home = leads.get(this.part)!;
    this.handle = this.create(0);
    this.count = 0;
  }

  call(): void {
    this.count += 1;
    assert.equal(this.add(this.handle, 1), 1000 * (this.home + 1) + this.count);
    calls += 1;
    if (this.count < 500) return;
    assert.equal(this.get(this.handle), 1000 * (this.home + 1) + this.count);
    this.drop(this.handle);
    this.renew();
  }
}

const held = drivers.slice(0, 5).map((name) => new Held(name));
const plain = drivers.slice(5, 12).map((name) => ({ name, check: of(name, "check") }));
const suspending = drivers.slice(12).map((name) => ({ name, ask: promising(of(name, "ask")) as (n: number) => Promise<number> }));
const streaming = relays.map((name) => ({
  name,
  relay: app.exports[`${name}.${ASKING}`] as { ask(x: number): Promise<number>; pass(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> },
}));

/** Calls that may be under way while the wire moves end at the old end or at the new: which two these are. */
let moving: { readonly part: string; readonly from: number; readonly to: number } | undefined;
const possible = (part: string, before: number): number[] => [before, leads.get(part)!, ...(moving?.part === part ? [moving.from, moving.to] : [])];

async function keepAsking(name: string, call: (n: number) => Promise<number>, answer: (n: number, home: number) => number): Promise<void> {
  for (let n = 1; !over; n = (n % 90) + 1) {
    const before = possible(name, leads.get(name)!);
    const found = await call(n);
    const homes = [...before, ...possible(name, leads.get(name)!)];
    assert.ok(
      homes.some((home) => answer(n, home) === found),
      `${name}: ${found} for ${n} is of none of ${homes}`,
    );
    calls += 1;
    await sleep(Math.max(0, 1000 / rate - 1));
  }
}

/** A stream that stays open over many changes: what is written comes out, in order. */
async function keepStreaming(relay: (typeof streaming)[number]["relay"]): Promise<void> {
  while (!over) {
    let next = 0;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const reader = relay.pass(readable).getReader();
    for (let chunk = 0; chunk < 200 && !over; chunk++) {
      const bytes = Uint8Array.from({ length: 16 }, () => next++ & 255);
      void writer.write(bytes);
      const came: number[] = [];
      while (came.length < bytes.length) came.push(...(await reader.read()).value!);
      assert.deepEqual(came, [...bytes]);
      calls += 1;
      await sleep(1);
    }
    await writer.close();
    assert.equal((await reader.read()).done, true);
  }
}

const running = [
  ...suspending.map(({ name, ask }) => keepAsking(name, ask, (n, home) => n + 1000 * (home + 1) + 100 * home)),
  ...streaming.flatMap(({ name, relay }) => [
    keepAsking(
      name,
      (n) => relay.ask(n),
      (n, home) => 10 * n + home + 1,
    ),
    keepStreaming(relay),
  ]),
];
const ticking = (async () => {
  const start = performance.now();
  for (let made = 0; !over; ) {
    for (const due = ((performance.now() - start) * rate) / 1000; made < due; made++) {
      for (const each of held) each.call();
      for (const { name, check } of plain) {
        assert.equal(check(made % 10), 1000 * (leads.get(name)! + 1) + (made % 10));
        calls += 1;
      }
    }
    await sleep(1);
  }
})();
const failed = Promise.race([ticking, ...running]);

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
let half = 0;
let slowest = 0;
const begun = performance.now();
for (let done = 1; done <= rewires; done++) {
  if (done === Math.ceil(rewires / 2)) half = heap();
  const part = random.of([...drivers, ...relays]);
  const from = leads.get(part)!;
  // Another one: a wire that stays where it is is no change.
  const to = (from + 1 + random.below(HOMES - 1)) % HOMES;
  moving = { part, from, to };
  const isRelay = part.startsWith("relay");
  const kind = isRelay ? "asking" : drivers.indexOf(part) >= 12 ? "waiter" : "home";
  const start = performance.now();
  const unsettled = app.on(({ kind }) => kind === "revision" && leads.set(part, to));
  await Promise.race([failed, app.apply([{ op: "wire", from: part, import: isRelay ? ASKING : COUNTERS, to: `${kind}${to}` }], { author: "soak" })]);
  unsettled();
  slowest = Math.max(slowest, performance.now() - start);
  moving = undefined;
  await Promise.race([failed, sleep(random.below(10))]);
}
const seconds = (performance.now() - begun) / 1000;
over = true;
await Promise.all([ticking, ...running]);
for (const each of held) each.drop(each.handle);
const grown = heap() / half;
assert.ok(grown < 1.5, `memory has grown ${grown.toFixed(2)} times over the second half`);
assert.deepEqual(
  app.status().wires.filter(({ handles }) => handles > 0),
  [],
);
await app.close();
console.log(
  `${rewires} changes of 20 wires in ${seconds.toFixed(1)} s under ${Math.round(calls / seconds)} calls/s: none lost, none twice, all at home; memory ${grown.toFixed(2)}x; slowest change ${slowest.toFixed(1)} ms`,
);

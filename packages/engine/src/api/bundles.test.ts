import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, rewire } from "../link/rewire.ts";
import { Store } from "../store/store.ts";
import { COUNTERS, hostCounters, load, provider, RELAY } from "./test-wires.ts";

type Calls = Readonly<Record<"create" | "give" | "get" | "value" | "relayAdd" | "relayValue", (...numbers: number[]) => number>>;

/** A client of counters and of the relay, whose free functions take counters: the relay's part may have open ends itself. */
async function chain(how: "instantiate" | "open", counters: (store: Store) => unknown) {
  const store = new Store();
  const first = await counters(store);
  const middleman = await (await load("middleman"))[how]({ [COUNTERS]: first }, { store });
  const client = await (await load("client")).open({ [COUNTERS]: first, [RELAY]: middleman.exports[RELAY] }, { store });
  const end = (name: string) => client.ends.get(name)!;
  return { store, middleman, client, run: client.exports as unknown as Calls, counters: end(COUNTERS), relay: end(RELAY) };
}

const homes: ReadonlyArray<[string, (store: Store) => unknown]> = [
  ["a guest", async (store) => (await provider(store, 1)).counters],
  ["the host", () => hostCounters(1).provider],
];
for (const [home, counters] of homes) {
  for (const how of ["instantiate", "open"] as const) {
    test(`a bundle may lead to two ends whose handles are at home in ${home}; the second: ${how}`, async () => {
      const { run, relay } = await chain(how, counters);
      assert.deepEqual(relay.bundle, [COUNTERS, RELAY]);
      const [own, given] = [run.create(3), run.give(5)];
      assert.deepEqual([run.get(own), run.get(given), run.value(given), run.relayAdd(own, 1), run.relayValue(own)], [1003, 1005, 1005, 1004, 1004]);
    });
  }
}

const halves: ReadonlyArray<[what: string, change: (parts: Awaited<ReturnType<typeof chain>>, other: { counters: unknown; relay: unknown }) => Change[]]> = [
  ["the end that has the resource", ({ counters }, other) => [{ end: counters, to: other.counters }]],
  ["the end that takes handles", ({ relay }, other) => [{ end: relay, to: other.relay }]],
  [
    "the resource, and nothing for the rest",
    ({ counters, relay }, other) => [
      { end: counters, to: other.counters },
      { end: relay, through: [] },
    ],
  ],
];
for (const [what, changes] of halves) {
  test(`half of a bundle can't be led to another home: ${what}`, async () => {
    const parts = await chain("open", homes[0]![1]);
    const { counters } = await provider(parts.store, 2);
    const { exports } = await (await load("middleman")).open({ [COUNTERS]: counters }, { store: parts.store });
    const other = { counters, relay: exports[RELAY] };
    assert.throws(() => rewire(changes(parts, other)), {
      code: "link/import-mismatch",
      message: /import `test:wires\/relay`.*`test:wires\/counters`, `test:wires\/relay` belong together: re-wire them in one transaction/,
    });
    assert.equal(parts.run.get(parts.run.give(1)), 1001, "nothing has changed");
    rewire([
      { end: parts.counters, to: other.counters },
      { end: parts.relay, to: other.relay },
    ]);
    assert.deepEqual([parts.run.get(parts.run.give(1)), parts.run.relayAdd(parts.run.create(1), 1)], [2001, 2002]);
  });
}

test("each end of a bundle can be cut, and connected to the home of the others", async () => {
  const { run, counters, relay, client } = await chain("open", homes[0]![1]);
  const [first, second] = [counters.to, relay.to];
  const given = run.give(2);
  rewire([{ end: counters, to: null }]);
  assert.equal(counters.to, undefined);
  rewire([
    { end: counters, to: first },
    { end: relay, to: null },
  ]);
  rewire([{ end: counters, to: null }]);
  rewire([{ end: relay, to: second }]);
  rewire([{ end: counters, to: first }]);
  assert.deepEqual([run.get(run.give(4)), run.get(run.create(5))], [1004, 1005]);
  assert.throws(() => run.get(given), { code: "wire/broken" });
  assert.notEqual(client.poisonedBy, undefined);
});

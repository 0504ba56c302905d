/**
 * Handles across changes of wires: parts make items at wherever their ends lead, keep them, and call them while the ends are led elsewhere,
 * interposed on and cut, and what drains is closed. Each call must reach the item's home, in the state in which the last call left it. When
 * all items are dropped, no home has any left, nothing drains, and tables are no larger than they were early on.
 *
 * `node scripts/soak/rewires.ts --rewires 10000 --calls 1000000 --seed 1`
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { Store } from "@tenon/engine";
import { type Holder, type Home, makeHolders, makeHomes } from "./homes.ts";
import { Random } from "./random.ts";

const PARTS = 4;
const HOMES = 5;
/** Items that a part has at a time. */
const MOST_ITEMS = 200;

const { values } = parseArgs({
  options: { rewires: { type: "string", default: "10000" }, calls: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const [rewires, calls, seed] = [Number(values.rewires), Number(values.calls), Number(values.seed)];

const random = new Random(seed);
const store = new Store();
const homes = await makeHomes(HOMES, store);
const holders = await makeHolders(PARTS, store);
for (const holder of holders) holder.lead(random.of(homes), false);

/** Bytes of the control memory at half time. */
let half = 0;
let called = 0;
for (let done = 1; done <= rewires; done++) {
  change(random.of(holders));
  for (const holder of holders) replaceSome(holder);
  while (called < (calls * done) / rewires) {
    const holder = random.of(holders);
    // when there are none a later change brings some
    if (holder.items.length === 0) break;
    holder.call(random.of(holder.items), random.below(1000));
    called += 1;
  }
  if (done === Math.ceil(rewires / 2)) half = store.control.memory.buffer.byteLength;
}
releaseAll(homes, holders);
// it doubles when it grows: once it may, by chance
assert.ok(store.control.memory.buffer.byteLength <= 2 * half, "the control memory keeps growing");
console.log(`${rewires} changes of ${PARTS} wires among ${HOMES} homes, ${called} calls of items: all at home, all released`);

function change(holder: Holder): void {
  const dice = random.below(100);
  if (dice < 2) holder.cut();
  else if (dice < 6) holder.closeDrains();
  else holder.lead(random.of(homes), dice < 15);
}

/** Some items go, as many come: what is dropped was made before some change and after another. */
function replaceSome(holder: Holder): void {
  for (let i = random.below(10); i > 0 && holder.items.length > 0; i--) holder.drop(random.of(holder.items));
  for (let i = random.below(20); i > 0 && holder.items.length < MOST_ITEMS; i--) holder.make(random.below(1000));
  if (random.below(10) === 0) holder.dropClosed();
}

function releaseAll(homes: readonly Home[], holders: readonly Holder[]): void {
  for (const holder of holders) {
    holder.dropClosed();
    while (holder.items.length > 0) holder.drop(holder.items.at(-1)!);
    assert.deepEqual([...holder.end.drains], [], "ends that still drain");
  }
  assert.deepEqual(
    homes.map(({ alive }) => alive()),
    homes.map(() => 0),
    "items that were dropped, by home",
  );
  // each part has a route to where its end leads now, and no other
  assert.ok(store.routes.size <= holders.length, `${store.routes.size} routes of ${holders.length} ends`);
}

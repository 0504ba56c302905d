/** Requests on instances that take many at a time. The guests are JavaScript: what becomes of their requests is what counts here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_IDLE_INSTANCES, MAX_REQUESTS_AT_ONCE, MAX_REQUESTS_PER_INSTANCE } from "../limits.ts";
import { Fields } from "../wasi/0.3/http/fields.ts";
import type { Request } from "../wasi/0.3/http/request.ts";
import { Response } from "../wasi/0.3/http/response.ts";
import type { Handling } from "./async-handling.ts";
import { Exchange } from "./exchange.ts";
import { SharedInstances } from "./shared-instances.ts";
import { bytes, Peer, request } from "./test-peer.ts";

const OK = { tag: "ok", val: undefined } as const;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const answer = (content: string): Response => Response.new(new Fields(), [bytes(content)], Promise.resolve(OK))[0];

class Guest implements Handling {
  poisonedBy: unknown;
  readonly requests: { readonly path: string; answer(response: Response): void; fail(error: unknown): void; readonly signal: AbortSignal }[] = [];

  handle(received: Request, { signal }: { signal: AbortSignal }): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    this.requests.push({ path: received.getPathWithQuery()!, answer: resolve, fail: reject, signal });
    // As the engine does: an aborted call is rejected with the reason.
    signal.addEventListener("abort", () => reject(signal.reason));
    return promise;
  }

  trap(error: Error): void {
    this.poisonedBy = error;
    for (const { fail } of this.requests) fail(error);
  }
}

function begin(reuse?: boolean) {
  const guests: Guest[] = [];
  const instances = new SharedInstances(async () => {
    const guest = new Guest();
    guests.push(guest);
    return guest;
  }, reuse);
  const failures: unknown[] = [];
  const ask = (pathWithQuery = "/", target = new Peer()) => {
    const exchange = new Exchange(request({ pathWithQuery }), target);
    const done = instances.serve(exchange).then((failure) => {
      if (failure !== undefined) failures.push(failure);
    });
    return { log: target.log, exchange, done };
  };
  return { guests, ask, failures };
}

const counts: readonly (readonly [reuse: boolean | undefined, requests: number, perGuest: number[]])[] = [
  [undefined, 2 * MAX_REQUESTS_AT_ONCE + 1, [MAX_REQUESTS_AT_ONCE, MAX_REQUESTS_AT_ONCE, 1]],
  [false, 3, [1, 1, 1]],
  [true, 200, [200]],
];
for (const [reuse, requests, perGuest] of counts) {
  test(`${requests} requests at once, reuse ${reuse}: on ${perGuest.length} instances`, async () => {
    const { guests, ask, failures } = begin(reuse);
    const asked = Array.from({ length: requests }, () => ask());
    await turn();
    assert.deepEqual(
      guests.map((guest) => guest.requests.length),
      perGuest,
    );
    for (const guest of guests) for (const each of guest.requests) each.answer(answer("x"));
    await Promise.all(asked.map(({ done }) => done));
    assert.deepEqual([failures, new Set(asked.flatMap(({ log }) => log))], [[], new Set(["respond 200  x"])]);
  });
}

test("an instance serves so many requests in all", async () => {
  const { guests, ask } = begin();
  for (let i = 0; i <= MAX_REQUESTS_PER_INSTANCE; i++) {
    const { done } = ask();
    await turn();
    guests.at(-1)!.requests.at(-1)!.answer(answer(""));
    await done;
  }
  assert.deepEqual(
    guests.map((guest) => guest.requests.length),
    [MAX_REQUESTS_PER_INSTANCE, 1],
  );
});

test("instances that a burst leaves behind are let go", async () => {
  const { guests, ask } = begin();
  const burst = async (size: number) => {
    const before = guests.map((guest) => guest.requests.length);
    const asked = Array.from({ length: size }, () => ask());
    await turn();
    for (const [index, guest] of guests.entries()) for (const each of guest.requests.slice(before[index] ?? 0)) each.answer(answer(""));
    await Promise.all(asked.map(({ done }) => done));
  };
  const most = (MAX_IDLE_INSTANCES + 2) * MAX_REQUESTS_AT_ONCE;
  await burst(most);
  assert.equal(guests.length, MAX_IDLE_INSTANCES + 2);
  await burst(most);
  assert.equal(guests.length, MAX_IDLE_INSTANCES + 4);
});

test("an error of the guest is a 500 for that request only; the instance lives", async () => {
  const { guests, ask, failures } = begin();
  const [first, second] = [ask("/first"), ask("/second")];
  await turn();
  guests[0]!.requests[0]!.fail(Object.assign(new Error(), { payload: { tag: "loop-detected" } }));
  await first.done;
  guests[0]!.requests[1]!.answer(answer("fine"));
  await second.done;
  assert.match(first.log.join(), /^respond 500/);
  assert.deepEqual(
    [second.log, guests.length, failures.map((error) => (error as Error).message)],
    [["respond 200  fine"], 1, ["the component answered with the error `loop-detected`"]],
  );
});

test("a trap cuts off the requests of that instance; the next get another", async () => {
  const { guests, ask, failures } = begin();
  const asked = [ask(), ask()];
  let streaming!: ReadableStreamDefaultController<Uint8Array>;
  const contents = new ReadableStream<Uint8Array>({ start: (controller) => void (streaming = controller) });
  const trailers = Promise.withResolvers<typeof OK>();
  await turn();
  guests[0]!.requests[0]!.answer(Response.new(new Fields(), contents, trailers.promise)[0]);
  streaming.enqueue(bytes("so far"));
  await turn();
  await turn();
  const trap = new Error("unreachable");
  guests[0]!.trap(trap);
  // Ends of streams and futures of a poisoned instance count as dropped.
  streaming.close();
  trailers.reject(new Error("dropped"));
  await Promise.all(asked.map(({ done }) => done));
  const next = ask();
  await turn();
  guests[1]!.requests[0]!.answer(answer("lives"));
  await next.done;
  assert.deepEqual(asked[0]!.log, ["start 200", "write so far", "abort"]);
  assert.match(asked[1]!.log.join(), /^respond 500/);
  assert.deepEqual([next.log, failures], [["respond 200  lives"], [trap, trap]]);
});

test("a trap that nobody waits for makes no request fail", async () => {
  const { guests, ask } = begin();
  const first = ask();
  await turn();
  guests[0]!.requests[0]!.answer(answer(""));
  await first.done;
  guests[0]!.poisonedBy = new Error("in the background");
  ask();
  await turn();
  assert.deepEqual([guests.length, guests[1]!.requests.length], [2, 1]);
});

test("a peer that goes away cancels the call, which is no failure", async () => {
  const { guests, ask, failures } = begin();
  const [gone, other] = [ask("/gone"), ask("/other")];
  await turn();
  gone.exchange.peerGone();
  await gone.done;
  assert.deepEqual(
    guests[0]!.requests.map(({ signal }) => signal.aborted),
    [true, false],
  );
  guests[0]!.requests[1]!.answer(answer("fine"));
  await other.done;
  assert.deepEqual([gone.log, other.log, failures], [[], ["respond 200  fine"], []]);
});

test("guests whose tasks trap when they are cancelled take others down once; then only who is alone is cancelled", async () => {
  const { guests, ask, failures } = begin(true);
  const trap = new Error("panicked");
  const meet = async (...paths: string[]) => {
    const asked = paths.map((path) => ask(path));
    await turn();
    const guest = guests.at(-1)!;
    for (const { signal } of guest.requests) signal.addEventListener("abort", () => guest.trap(trap));
    return asked;
  };
  const [gone, other] = await meet("/gone", "/other");
  gone!.exchange.peerGone();
  await Promise.all([gone!.done, other!.done]);
  assert.match(other!.log.join(), /^respond 500/);
  assert.deepEqual(failures, [trap, trap]);

  const [goneToo, lives] = await meet("/gone", "/lives");
  goneToo!.exchange.peerGone();
  await goneToo!.done;
  const [late, own] = guests[1]!.requests;
  own!.answer(answer("fine"));
  await lives!.done;
  assert.deepEqual([lives!.log, late!.signal.aborted], [["respond 200  fine"], false]);
  let dropped = false;
  late!.answer(Response.new(new Fields(), new ReadableStream({ cancel: () => void (dropped = true) }), Promise.resolve(OK))[0]);
  await turn();
  assert.deepEqual([dropped, goneToo!.log, failures.length, guests.length], [true, [], 2, 2]);

  const [alone] = await meet("/alone");
  alone!.exchange.peerGone();
  await alone!.done;
  assert.deepEqual([failures.length, guests[1]!.poisonedBy], [3, trap]);
});

test("an instance that can't be made: 500 for those who wait for it, another try for the next", async () => {
  let tries = 0;
  const instances = new SharedInstances(async () => {
    tries += 1;
    throw new Error("no memory");
  });
  const peers = [new Peer(), new Peer()];
  const serve = (peer: Peer) => instances.serve(new Exchange(request(), peer));
  const failures = await Promise.all(peers.map(serve));
  assert.deepEqual([failures.map((error) => (error as Error).message), tries], [["no memory", "no memory"], 1]);
  await serve(new Peer());
  assert.equal(tries, 2);
  for (const { log } of peers) assert.match(log.join(), /^respond 500/);
});

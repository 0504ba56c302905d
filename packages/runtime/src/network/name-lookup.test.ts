import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_KNOWN_ADDRESSES, MAX_LOOKUPS, MAX_NAMES_OF_ADDRESS } from "../limits.ts";
import { formatIp } from "./address.ts";
import { GuestSockets } from "./guest-sockets.ts";
import { type MemoryNetworkOptions, memoryNetwork } from "./memory/memory-network.ts";
import { address, codeRejected, codeThrown } from "./test-sockets.ts";

/** Gives the answers one after the other, the last one for ever. */
function answering(...answers: readonly string[]): Required<Pick<MemoryNetworkOptions, "resolve">> & { readonly asked: string[] } {
  const asked: string[] = [];
  const resolve = (name: string): string[] => {
    asked.push(name);
    return answers[Math.min(asked.length, answers.length) - 1]!.split(" ");
  };
  return { resolve, asked };
}

async function looked(sockets: GuestSockets, name: string): Promise<string> {
  try {
    return (await sockets.lookUp(name)).map(formatIp).join(" ");
  } catch (error) {
    return codeThrown(() => {
      throw error;
    });
  }
}

const connected = (sockets: GuestSockets, text: string): Promise<string> =>
  codeRejected((async () => sockets.createTcp(text.startsWith("[") ? "ipv6" : "ipv4").connect(address(text)))());

for (const [text, expected] of [
  ["0.0.0.0", "0.0.0.0"],
  ["192.0.2.0", "192.0.2.0"],
  ["::1", "::1"],
  ["[::]", "::"],
  ["DEAD:BEEF::0", "dead:beef::"],
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["", "invalid-argument"],
  [" ", "invalid-argument"],
  ["a.b<&>", "invalid-argument"],
  ["127.0.0.1:80", "invalid-argument"],
  ["[::]:80", "invalid-argument"],
  ["[127.0.0.1]", "invalid-argument"],
  ["http://example.com/", "invalid-argument"],
] as const) {
  test(`threat 16: ${JSON.stringify(text)} is answered ${expected}, and no resolver is asked`, async () => {
    const dns = answering("1.1.1.1");
    assert.equal(await looked(new GuestSockets(memoryNetwork({ lookup: ["*"], ...dns })), text), expected);
    assert.deepEqual(dns.asked, []);
  });
}

for (const text of ["127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "127.0.0.1.", "１２７.0.0.1"]) {
  test(`threat 16: ${text}, which some would take for 127.0.0.1, is neither an address nor looked up`, async () => {
    const dns = answering("127.0.0.1");
    assert.equal(await looked(new GuestSockets(memoryNetwork({ lookup: ["*"], ...dns })), text), "invalid-argument");
    assert.deepEqual(dns.asked, []);
  });
}

test("threat 16: only names that a rule allows are looked up", async () => {
  const dns = answering("1.1.1.1");
  const sockets = new GuestSockets(memoryNetwork({ connect: ["good.test:80", "*.sub.test:*", "10.0.0.0/8:*"], lookup: ["also.test"], ...dns }));
  for (const name of ["good.test", "GOOD.test.", "a.sub.test", "also.test"]) assert.equal(await looked(sockets, name), "1.1.1.1", name);
  for (const name of ["evil.test", "sub.test", "a.good.test", "notsub.test"]) assert.equal(await looked(sockets, name), "access-denied", name);
  assert.deepEqual(dns.asked, ["good.test", "good.test", "a.sub.test", "also.test"]);
});

for (const neighbour of ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"]) {
  test(`threat 16: an allowed name that has the address ${neighbour} is not told of it, and does not lead there`, async () => {
    const sockets = new GuestSockets(memoryNetwork({ connect: ["good.test:80", "*:80"], ...answering(neighbour) }));
    assert.equal(await looked(sockets, "good.test"), "access-denied");
    assert.equal(
      await connected(sockets, neighbour.includes(":") && !neighbour.includes("ffff") ? `[${neighbour}]:80` : `${neighbour.split(":").at(-1)}:80`),
      "access-denied",
    );
  });
}

test("threat 16: a neighbour that a rule names is told, among others that are not", async () => {
  const sockets = new GuestSockets(memoryNetwork({ connect: ["good.test:80", "10.1.0.0/16:80"], ...answering("10.2.0.1 10.1.0.1 1.1.1.1 127.0.0.1") }));
  assert.equal(await looked(sockets, "good.test"), "10.1.0.1 1.1.1.1");
});

test("threat 16: DNS that changes its mind between check and connection leads nowhere", async () => {
  const sockets = new GuestSockets(memoryNetwork({ connect: ["good.test:80"], ...answering("1.1.1.1", "127.0.0.1", "10.0.0.1 1.1.1.2") }));
  assert.equal(await looked(sockets, "good.test"), "1.1.1.1");
  assert.equal(await looked(sockets, "good.test"), "access-denied");
  assert.equal(await looked(sockets, "good.test"), "1.1.1.2");
  // What is connected to is an address, and none but those that were told: nobody listens there.
  assert.deepEqual([await connected(sockets, "1.1.1.1:80"), await connected(sockets, "1.1.1.2:80")], ["connection-refused", "connection-refused"]);
  assert.deepEqual([await connected(sockets, "127.0.0.1:80"), await connected(sockets, "10.0.0.1:80")], ["access-denied", "access-denied"]);
});

test("threat 16: a name allows the addresses that were found for it, on its ports, and no others", async () => {
  const sockets = new GuestSockets(memoryNetwork({ connect: ["good.test:80", "other.test:81"], ...answering("1.1.1.1") }));
  assert.equal(await connected(sockets, "1.1.1.1:80"), "access-denied");
  await looked(sockets, "good.test");
  assert.deepEqual(
    [await connected(sockets, "1.1.1.1:80"), await connected(sockets, "1.1.1.1:81"), await connected(sockets, "1.1.1.2:80")],
    ["connection-refused", "access-denied", "access-denied"],
  );
  await looked(sockets, "other.test");
  assert.equal(await connected(sockets, "1.1.1.1:81"), "connection-refused");
});

test("threat 16: to look up is not to connect", async () => {
  const sockets = new GuestSockets(memoryNetwork({ connect: ["good.test:80"], lookup: ["*"], ...answering("1.1.1.1") }));
  assert.equal(await looked(sockets, "evil.test"), "1.1.1.1");
  assert.equal(await connected(sockets, "1.1.1.1:80"), "access-denied");
});

test("localhost is a neighbour by name, and the loopback whatever it has", async () => {
  const sockets = new GuestSockets(memoryNetwork({ connect: ["localhost:80"], ...answering("127.0.0.1 ::1 10.0.0.1") }));
  assert.equal(await looked(sockets, "localhost"), "127.0.0.1 ::1");
  assert.equal(await connected(sockets, "127.0.0.1:80"), "connection-refused");
});

test("answers are told once each, in the resolver's order; none is a failure", async () => {
  assert.equal(await looked(new GuestSockets(memoryNetwork({ lookup: ["*"], ...answering("1.1.1.2 ::ffff:1.1.1.2 1.1.1.1") })), "a.test"), "1.1.1.2 1.1.1.1");
  assert.equal(await looked(new GuestSockets(memoryNetwork({ lookup: ["*"], ...answering("") })), "a.test"), "name-unresolvable");
});

test("threat 11: a guest looks up so many names at one time, and no more", async () => {
  const answer = Promise.withResolvers<string[]>();
  const sockets = new GuestSockets(memoryNetwork({ lookup: ["*"], resolve: () => answer.promise }));
  const waiting = Array.from({ length: MAX_LOOKUPS }, (_, i) => looked(sockets, `a${i}.test`));
  assert.equal(await looked(sockets, "one-more.test"), "temporary-resolver-failure");
  answer.resolve(["1.1.1.1"]);
  await Promise.all(waiting);
  assert.equal(await looked(sockets, "one-more.test"), "1.1.1.1");
});

test("threat 11: what is remembered of names is bounded; the oldest is forgotten", async () => {
  let next = 0;
  const resolve = (name: string): string[] => (name === "many.test" ? Array.from({ length: 1024 }, () => `8.0.${next >> 8}.${next++ & 255}`) : ["9.9.9.9"]);
  const sockets = new GuestSockets(memoryNetwork({ connect: ["many.test:80", "*.test:80", "first.test:81"], resolve }));
  for (let i = 0; i * 1024 <= MAX_KNOWN_ADDRESSES; i++) await looked(sockets, "many.test");
  assert.deepEqual([await connected(sockets, "8.0.0.0:80"), await connected(sockets, "8.0.16.0:80")], ["access-denied", "connection-refused"]);
  await looked(sockets, "first.test");
  assert.equal(await connected(sockets, "9.9.9.9:81"), "connection-refused");
  for (let i = 0; i < MAX_NAMES_OF_ADDRESS; i++) await looked(sockets, `a${i}.test`);
  assert.equal(await connected(sockets, "9.9.9.9:81"), "access-denied");
});

test("threat 25: the network is revoked while a name is looked up: that is denied, whenever the answer comes", async () => {
  const answer = Promise.withResolvers<string[]>();
  const network = memoryNetwork({ lookup: ["*"], resolve: () => answer.promise });
  const waiting = looked(new GuestSockets(network), "a.test");
  network.revoke();
  assert.equal(await waiting, "access-denied");
  answer.resolve(["1.1.1.1"]);
});

test("the audit is told which names were looked up, and what was kept back of the answers", async () => {
  const network = memoryNetwork({ lookup: ["good.test"], ...answering("1.1.1.1 10.0.0.1 fd00::1") });
  const told: string[] = [];
  network.audit(({ operation, target, outcome }) => told.push(`${operation} ${target} ${outcome}`));
  const sockets = new GuestSockets(network);
  await looked(sockets, "good.test");
  await looked(sockets, "evil.test");
  assert.deepEqual(told, [
    "resolve-addresses good.test ok",
    "resolve-addresses 10.0.0.1 access-denied",
    "resolve-addresses [fd00::1] access-denied",
    "resolve-addresses evil.test access-denied",
  ]);
});

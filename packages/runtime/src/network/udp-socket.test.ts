import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_QUEUED_DATAGRAM_BYTES, MAX_QUEUED_DATAGRAMS } from "../limits.ts";
import { GuestSockets } from "./guest-sockets.ts";
import { memoryNetwork } from "./memory/memory-network.ts";
import type { NetworkRules } from "./network.ts";
import { address, codeRejected, codeThrown, EVERYTHING, receiveOne, until } from "./test-sockets.ts";
import type { UdpSocket } from "./udp-socket.ts";

const allowed = (rules: NetworkRules = EVERYTHING): GuestSockets => new GuestSockets(memoryNetwork(rules));
const sent = (socket: UdpSocket, to: string | undefined, length = 1): Promise<string> =>
  codeRejected((async () => socket.send(new Uint8Array(length), to === undefined ? undefined : address(to)))());

function bound(sockets: GuestSockets, text = "127.0.0.1:0"): UdpSocket {
  const socket = sockets.createUdp("ipv4");
  socket.bind(address(text));
  return socket;
}

/** Each use of a socket that a state may forbid. */
const uses: Readonly<Record<string, (socket: UdpSocket) => unknown>> = {
  bind: (socket) => socket.bind(address("127.0.0.1:0")),
  connect: (socket) => socket.connect(address("127.0.0.1:9")),
  disconnect: (socket) => socket.disconnect(),
  "send to nobody": (socket) => socket.send(new Uint8Array(1), undefined),
  "send elsewhere": (socket) => socket.send(new Uint8Array(1), address("127.0.0.1:8")),
  receive: (socket) => socket.receive(),
  localAddress: (socket) => socket.localAddress,
  remoteAddress: (socket) => socket.remoteAddress,
  options: (socket) => socket.options,
};
const forbidden: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  unbound: {
    disconnect: "invalid-state",
    "send to nobody": "invalid-argument",
    receive: "invalid-state",
    localAddress: "invalid-state",
    remoteAddress: "invalid-state",
  },
  bound: { bind: "invalid-state", disconnect: "invalid-state", "send to nobody": "invalid-argument", remoteAddress: "invalid-state" },
  connected: { bind: "invalid-state", "send elsewhere": "invalid-argument" },
  revoked: Object.fromEntries(Object.keys(uses).map((use) => [use, "access-denied"])),
};
for (const [state, codes] of Object.entries(forbidden)) {
  test(`${state === "revoked" ? "threat 25: " : ""}what can be done with a UDP socket that is ${state}`, () => {
    for (const [use, act] of Object.entries(uses)) {
      const network = memoryNetwork(EVERYTHING);
      const socket = new GuestSockets(network).createUdp("ipv4");
      if (state !== "unbound") socket.bind(address("127.0.0.1:0"));
      if (state === "connected") socket.connect(address("127.0.0.1:9"));
      if (state === "revoked") network.revoke();
      assert.equal(
        codeThrown(() => act(socket)),
        codes[use] ?? "ok",
        use,
      );
    }
  });
}

test("a send binds a socket that is not bound", async () => {
  const socket = allowed().createUdp("ipv4");
  assert.equal(await sent(socket, "127.0.0.1:9"), "ok");
  assert.notEqual(socket.localAddress.port, 0);
});

for (const [to, length, code] of [
  ["[::1]:9", 1, "invalid-argument"],
  ["127.0.0.1:0", 1, "invalid-argument"],
  ["0.0.0.0:9", 1, "invalid-argument"],
  ["127.0.0.1:9", 65507, "ok"],
  ["127.0.0.1:9", 65508, "datagram-too-large"],
  ["127.0.0.1:9", 65536, "datagram-too-large"],
] as const) {
  test(`a datagram of ${length} bytes to ${to}: ${code}`, async () => assert.equal(await sent(allowed().createUdp("ipv4"), to, length), code));
}

test("an IPv6 socket is for IPv6 only", async () => {
  const socket = allowed().createUdp("ipv6");
  assert.equal(await sent(socket, "[::ffff:127.0.0.1]:9"), "invalid-argument");
  assert.equal(
    codeThrown(() => socket.bind(address("[::ffff:127.0.0.1]:0"))),
    "invalid-argument",
  );
});

test("threat 16: nothing is sent to where no rule allows, connected or not", async () => {
  const socket = allowed({ connect: ["127.0.0.1:7"] }).createUdp("ipv4");
  assert.deepEqual(
    [await sent(socket, "127.0.0.1:7"), await sent(socket, "127.0.0.1:8"), await sent(socket, "10.0.0.1:7")],
    ["ok", "access-denied", "access-denied"],
  );
  assert.equal(
    codeThrown(() => socket.connect(address("127.0.0.1:8"))),
    "access-denied",
  );
});

test("threat 16: who may only send hears only from where it may send to", async () => {
  const network = memoryNetwork(EVERYTHING);
  const [near, far, other] = [
    new GuestSockets(network.only({ connect: ["127.0.0.1:7"] })),
    bound(new GuestSockets(network), "127.0.0.1:7"),
    bound(new GuestSockets(network)),
  ];
  const socket = bound(near);
  const { port } = socket.localAddress;
  assert.equal(await sent(other, `127.0.0.1:${port}`), "ok");
  assert.equal(await sent(far, `127.0.0.1:${port}`), "ok");
  assert.equal((await receiveOne(socket)).remote.port, 7);
  assert.equal(socket.receive(), undefined);
});

test("threat 16: who listens hears from everybody, and may answer those it has heard from", async () => {
  const network = memoryNetwork(EVERYTHING);
  const server = bound(new GuestSockets(network.only({ listen: ["127.0.0.1:53"] })), "127.0.0.1:53");
  const [client, other] = [bound(new GuestSockets(network)), bound(new GuestSockets(network))];
  const to = (socket: UdpSocket) => `127.0.0.1:${socket.localAddress.port}`;
  assert.equal(await sent(server, to(client)), "access-denied");
  await sent(client, to(server));
  assert.equal(await sent(server, to(client)), "access-denied");
  await receiveOne(server);
  assert.deepEqual([await sent(server, to(client)), await sent(server, to(other))], ["ok", "access-denied"]);
});

test("threat 16: a port of one's own needs leave to listen there", () => {
  const sockets = allowed({ connect: ["127.0.0.1:*"], listen: ["127.0.0.1:53"] });
  assert.deepEqual(
    ["127.0.0.1:53", "127.0.0.1:54", "127.0.0.1:0"].map((text) => codeThrown(() => sockets.createUdp("ipv4").bind(address(text)))),
    ["ok", "access-denied", "ok"],
  );
});

test("threat 11: datagrams that nobody receives are kept up to a limit", async () => {
  const sockets = allowed();
  const [one, other] = [bound(sockets), bound(sockets)];
  const to = `127.0.0.1:${one.localAddress.port}`;
  for (let i = 0; i < MAX_QUEUED_DATAGRAMS + 10; i++) await sent(other, to);
  let received = 0;
  while (one.receive() !== undefined) received++;
  assert.equal(received, MAX_QUEUED_DATAGRAMS);
  for (let i = 0; i < 10; i++) await sent(other, to, 60_000);
  for (received = 0; one.receive() !== undefined; ) received++;
  assert.equal(received, Math.floor(MAX_QUEUED_DATAGRAM_BYTES / 60_000));
});

test("threat 25: the network is revoked while a datagram is waited for", async () => {
  const network = memoryNetwork(EVERYTHING);
  const sockets = new GuestSockets(network);
  const waiting = codeRejected(receiveOne(bound(sockets)));
  network.revoke();
  assert.equal(await waiting, "access-denied");
  assert.equal(sockets.size, 0);
});

test("threat 25: what had come before revocation is not received after it", async () => {
  const network = memoryNetwork(EVERYTHING);
  const lent = network.only(EVERYTHING);
  const [one, other] = [bound(new GuestSockets(lent)), bound(new GuestSockets(network))];
  await sent(other, `127.0.0.1:${one.localAddress.port}`);
  await until(() => one.ready());
  lent.revoke();
  assert.equal(
    codeThrown(() => one.receive()),
    "access-denied",
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BUFFERED_BYTES, MAX_PENDING_CONNECTIONS, MAX_SOCKETS } from "../limits.ts";
import { nextTurn } from "../streams/waitable.ts";
import { GuestSockets } from "./guest-sockets.ts";
import { memoryNetwork } from "./memory/memory-network.ts";
import type { NetworkRules } from "./network.ts";
import type { TcpSocket } from "./tcp-socket.ts";
import { acceptOne, address, codeRejected, codeThrown, connection, EVERYTHING, readText, until, writeBytes, writeText } from "./test-sockets.ts";

const allowed = (rules: NetworkRules = EVERYTHING): GuestSockets => new GuestSockets(memoryNetwork(rules));

/** Each use of a socket that a state may forbid. */
const uses: Readonly<Record<string, (socket: TcpSocket) => unknown>> = {
  bind: (socket) => socket.bind(address("127.0.0.1:0")),
  connect: (socket) => void socket.connect(address("127.0.0.1:9")),
  listen: (socket) => socket.listen(),
  takeSource: (socket) => socket.takeSource(),
  takeSink: (socket) => socket.takeSink(),
  shutdown: (socket) => socket.shutdown("both"),
  localAddress: (socket) => socket.localAddress,
  remoteAddress: (socket) => socket.remoteAddress,
  setBacklog: (socket) => socket.setBacklog(9n),
  options: (socket) => socket.options,
  set: (socket) =>
    socket.set((options) => {
      options.hopLimit = 9;
    }),
};

async function inState(state: string): Promise<TcpSocket> {
  const sockets = allowed();
  const [listening, client] = await connection(sockets);
  const socket = sockets.createTcp("ipv4");
  switch (state) {
    case "bound":
      socket.bind(address("127.0.0.1:0"));
      return socket;
    case "listening":
      return listening;
    case "connecting":
      void socket.connect(listening.localAddress);
      return socket;
    case "connected":
      return client;
    case "streams taken":
      client.takeSource();
      client.takeSink();
      return client;
    case "refused":
      await codeRejected(socket.connect(address("127.0.0.1:9")));
      return socket;
    default:
      return socket;
  }
}

const UNBOUND = { takeSource: "invalid-state", takeSink: "invalid-state", shutdown: "invalid-state", remoteAddress: "invalid-state" };
const CONNECTED = { bind: "invalid-state", connect: "invalid-state", listen: "invalid-state", setBacklog: "invalid-state" };
const ALL = (code: string) => Object.fromEntries(Object.keys(uses).map((use) => [use, code]));
/** What a state forbids, as wasmtime has it; everything else is allowed. */
const forbidden: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  unbound: { ...UNBOUND, localAddress: "invalid-state" },
  bound: { ...UNBOUND, bind: "invalid-state" },
  listening: { ...UNBOUND, bind: "invalid-state", connect: "invalid-state", listen: "invalid-state" },
  connecting: ALL("invalid-state"),
  connected: CONNECTED,
  "streams taken": { ...CONNECTED, takeSource: "invalid-state", takeSink: "invalid-state" },
  refused: ALL("connection-refused"),
};
for (const [state, codes] of Object.entries(forbidden)) {
  test(`what can be done with a socket that is ${state}`, async () => {
    for (const [use, act] of Object.entries(uses)) {
      const socket = await inState(state);
      assert.equal(
        codeThrown(() => act(socket)),
        codes[use] ?? "ok",
        use,
      );
    }
  });
}

for (const [what, act, code] of [
  ["bind to another family", (socket: TcpSocket) => socket.bind(address("[::1]:0")), "invalid-argument"],
  ["bind to a multicast address", (socket: TcpSocket) => socket.bind(address("224.0.0.1:0")), "invalid-argument"],
  ["bind to the broadcast address", (socket: TcpSocket) => socket.bind(address("255.255.255.255:0")), "invalid-argument"],
  ["connect to another family", (socket: TcpSocket) => socket.connect(address("[::1]:9")), "invalid-argument"],
  ["connect to port 0", (socket: TcpSocket) => socket.connect(address("127.0.0.1:0")), "invalid-argument"],
  ["connect to no address", (socket: TcpSocket) => socket.connect(address("0.0.0.0:9")), "invalid-argument"],
  ["connect to a multicast address", (socket: TcpSocket) => socket.connect(address("224.0.0.1:9")), "invalid-argument"],
] as const) {
  test(`${what}: ${code}, and the socket is as before`, () => {
    const socket = allowed().createTcp("ipv4");
    assert.equal(
      codeThrown(() => act(socket)),
      code,
    );
    socket.bind(address("127.0.0.1:0"));
  });
}

for (const text of ["[::ffff:127.0.0.1]:9", "[::127.0.0.1]:9"]) {
  test(`an IPv6 socket is for IPv6 only: ${text}`, () => {
    const socket = allowed().createTcp("ipv6");
    assert.equal(
      codeThrown(() => socket.bind(address(text))),
      "invalid-argument",
    );
    assert.equal(
      codeThrown(() => socket.connect(address(text))),
      "invalid-argument",
    );
  });
}

test("threat 16: nothing is connected to that no rule names, and nothing listened on", async () => {
  const sockets = allowed({ connect: ["127.0.0.1:7"], listen: ["127.0.0.1:8080"] });
  for (const text of ["127.0.0.1:8", "127.0.0.2:7", "10.0.0.1:7"]) {
    assert.equal(await codeRejected(sockets.createTcp("ipv4").connect(address(text))), "access-denied", text);
  }
  assert.equal(await codeRejected(sockets.createTcp("ipv4").connect(address("127.0.0.1:7"))), "connection-refused");
  for (const text of ["127.0.0.1:8081", "0.0.0.0:8080"]) {
    assert.equal(
      codeThrown(() => sockets.createTcp("ipv4").bind(address(text))),
      "access-denied",
      text,
    );
  }
  assert.equal(
    codeThrown(() => sockets.createTcp("ipv4").listen()),
    "access-denied",
  );
  const listening = sockets.createTcp("ipv4");
  listening.bind(address("127.0.0.1:8080"));
  listening.listen();
});

test("threat 16: who may connect may choose from where, but not listen there", () => {
  const sockets = allowed({ connect: ["127.0.0.1:7"] });
  const socket = sockets.createTcp("ipv4");
  socket.bind(address("0.0.0.0:0"));
  assert.equal(
    codeThrown(() => socket.listen()),
    "access-denied",
  );
  assert.equal(
    codeThrown(() => sockets.createTcp("ipv4").bind(address("127.0.0.1:4000"))),
    "access-denied",
  );
  assert.equal(
    codeThrown(() =>
      allowed({ listen: ["127.0.0.1:8080"] })
        .createTcp("ipv4")
        .bind(address("127.0.0.1:0")),
    ),
    "access-denied",
  );
});

test("threat 16: without a network, or with one that allows nothing, no socket is made", () => {
  for (const sockets of [new GuestSockets(undefined), allowed({}), new GuestSockets(memoryNetwork(EVERYTHING).only({}))]) {
    assert.deepEqual([codeThrown(() => sockets.createTcp("ipv4")), codeThrown(() => sockets.createUdp("ipv6"))], ["access-denied", "access-denied"]);
  }
});

test("threat 16: what is derived allows what both allow", async () => {
  const network = memoryNetwork({ connect: ["127.0.0.1:*"], listen: ["127.0.0.1:*"] });
  const sockets = new GuestSockets(network.only({ connect: ["0.0.0.0/0:7"], listen: ["*:8080"] }));
  const connect = (text: string) => codeRejected(sockets.createTcp("ipv4").connect(address(text)));
  assert.deepEqual(
    [await connect("127.0.0.1:7"), await connect("127.0.0.1:8"), await connect("10.0.0.1:7")],
    ["connection-refused", "access-denied", "access-denied"],
  );
  const bind = (text: string) => codeThrown(() => sockets.createTcp("ipv4").bind(address(text)));
  assert.deepEqual([bind("127.0.0.1:8080"), bind("127.0.0.1:8081"), bind("0.0.0.0:8080")], ["ok", "access-denied", "access-denied"]);
});

test("threat 11: a guest has so many sockets at one time, and no more", () => {
  const sockets = allowed();
  const made = Array.from({ length: MAX_SOCKETS }, () => sockets.createTcp("ipv4"));
  assert.deepEqual([codeThrown(() => sockets.createTcp("ipv4")), codeThrown(() => sockets.createUdp("ipv4"))], ["new-socket-limit", "new-socket-limit"]);
  made[0]!.release();
  sockets.createUdp("ipv4");
});

test("threat 11: connections that are not accepted are kept up to a limit, the others reset", async () => {
  const network = memoryNetwork(EVERYTHING);
  const [server, client] = [new GuestSockets(network), new GuestSockets(network)];
  const listening = server.createTcp("ipv4");
  listening.bind(address("127.0.0.1:0"));
  const listener = listening.listen();
  const connected: TcpSocket[] = [];
  for (let i = 0; i <= MAX_PENDING_CONNECTIONS; i++) {
    const socket = client.createTcp("ipv4");
    await socket.connect(listening.localAddress);
    connected.push(socket);
  }
  const last = connected.at(-1)!.takeSource();
  assert.equal(await codeRejected(readText(last)), "connection-reset");
  let accepted = 0;
  while (listener.accept() !== undefined) accepted++;
  assert.equal(accepted, MAX_PENDING_CONNECTIONS);
});

test("threat 11: what a peer sends that nobody reads is held back", async () => {
  const [, client, accepted] = await connection(allowed());
  const sink = client.takeSink();
  await writeBytes(sink, new Uint8Array(MAX_BUFFERED_BYTES));
  assert.equal(sink.permit(), 0);
  accepted.takeSource().read(1);
  assert.equal(sink.permit(), 1);
});

test("options are kept, clamped as Linux would, and inherited by what is accepted", async () => {
  const sockets = allowed();
  const SECOND = 1_000_000_000n;
  const listening = sockets.createTcp("ipv4");
  listening.set((options) => {
    options.keepAliveEnabled = true;
    options.keepAliveIdleTime = 1n;
    options.keepAliveInterval = 2n ** 64n - 1n;
    options.keepAliveCount = 2 ** 32 - 1;
    options.hopLimit = 255;
    options.receiveBufferSize = 2n ** 64n - 1n;
    options.sendBufferSize = 1n;
  });
  listening.setBacklog(2n ** 64n - 1n);
  listening.bind(address("127.0.0.1:0"));
  listening.listen();
  await sockets.createTcp("ipv4").connect(listening.localAddress);
  const accepted = await acceptOne(listening);
  listening.set((options) => {
    options.hopLimit = 1;
  });
  const { keepAliveEnabled, keepAliveIdleTime, keepAliveInterval, keepAliveCount, hopLimit, receiveBufferSize, sendBufferSize } = accepted.options;
  assert.deepEqual(
    [keepAliveEnabled, keepAliveIdleTime, keepAliveInterval, keepAliveCount, hopLimit, receiveBufferSize, sendBufferSize],
    [true, SECOND, 32767n * SECOND, 127, 255, 212992n, 2304n],
  );
});

test("0 is no value of any option, in whatever state", async () => {
  for (const state of ["unbound", "connecting", "connected"]) {
    const socket = await inState(state);
    for (const name of ["keepAliveIdleTime", "keepAliveInterval", "receiveBufferSize", "sendBufferSize"] as const) {
      assert.equal(
        codeThrown(() =>
          socket.set((options) => {
            options[name] = 0n;
          }),
        ),
        "invalid-argument",
        name,
      );
    }
  }
  assert.equal(
    codeThrown(() => allowed().createTcp("ipv4").setBacklog(0n)),
    "invalid-argument",
  );
});

test("what is shut down for receiving gives nothing more, not even what had come", async () => {
  const [, client, accepted] = await connection(allowed());
  const source = accepted.takeSource();
  await writeText(client.takeSink(), "abc");
  await until(() => source.ready());
  accepted.shutdown("receive");
  assert.equal(source.read(9), undefined);
});

test("a connection lasts as long as somebody holds it", async () => {
  const sockets = allowed();
  const [, client, accepted] = await connection(sockets);
  const source = accepted.takeSource();
  const sink = client.takeSink();
  client.release();
  await writeText(sink, "abc");
  assert.equal(await readText(source, 3), "abc");
  // The stream was the last to hold it.
  client.release();
  assert.equal(await readText(source), "");
});

test("what is accepted and dropped at once ends the connection", async () => {
  const [, client, accepted] = await connection(allowed());
  accepted.release();
  assert.equal(await readText(client.takeSource()), "");
  assert.equal(client.takeSink().permit(), undefined);
});

const waits: Readonly<Record<string, (sockets: GuestSockets) => Promise<[waiting: Promise<unknown>]>>> = {
  "connecting waits": async (sockets) => {
    const listening = sockets.createTcp("ipv4");
    listening.bind(address("127.0.0.1:0"));
    listening.listen();
    return [sockets.createTcp("ipv4").connect(listening.localAddress)];
  },
  "accepting waits": async (sockets) => {
    const listening = sockets.createTcp("ipv4");
    listening.bind(address("127.0.0.1:0"));
    listening.listen();
    return [acceptOne(listening)];
  },
  "reading waits": async (sockets) => {
    const [, client] = await connection(sockets);
    return [readText(client.takeSource())];
  },
  "writing waits": async (sockets) => {
    const [, client] = await connection(sockets);
    return [writeBytes(client.takeSink(), new Uint8Array(2 * MAX_BUFFERED_BYTES))];
  },
};
for (const [moment, begin] of Object.entries(waits)) {
  test(`threat 25: the network is revoked while ${moment}: it is denied, and nothing is left open`, async () => {
    const network = memoryNetwork(EVERYTHING);
    const sockets = new GuestSockets(network.only(EVERYTHING));
    const [waiting] = await begin(sockets);
    network.revoke();
    assert.equal(await codeRejected(waiting), "access-denied");
    assert.equal(sockets.size, 0);
  });
}

test("threat 25: a revoked socket denies every use, whatever its state was, and the peer learns of its end", async () => {
  for (const state of Object.keys(forbidden)) {
    for (const [use, act] of Object.entries(uses)) {
      const network = memoryNetwork(EVERYTHING);
      const sockets = new GuestSockets(network);
      const peer = new GuestSockets(network.only(EVERYTHING));
      const listening = peer.createTcp("ipv4");
      listening.bind(address("127.0.0.1:0"));
      listening.listen();
      const socket = sockets.createTcp("ipv4");
      if (state === "bound") socket.bind(address("127.0.0.1:0"));
      if (state === "connected") await socket.connect(listening.localAddress);
      network.revoke();
      assert.equal(
        codeThrown(() => act(socket)),
        "access-denied",
        `${state} ${use}`,
      );
    }
  }
});

test("threat 25: no byte is written or read after revocation", async () => {
  const network = memoryNetwork(EVERYTHING);
  const [mine, others] = [new GuestSockets(network.only(EVERYTHING)), new GuestSockets(network)];
  const listening = others.createTcp("ipv4");
  listening.bind(address("127.0.0.1:0"));
  listening.listen();
  const lent = network.only(EVERYTHING);
  const client = new GuestSockets(lent).createTcp("ipv4");
  const [accepted] = await Promise.all([acceptOne(listening), client.connect(listening.localAddress)]);
  const [received, source, sink] = [accepted.takeSource(), client.takeSource(), client.takeSink()];
  await writeText(accepted.takeSink(), "secret");
  await until(() => source.ready());
  const permitted = sink.permit()!;
  assert.ok(permitted > 0);
  lent.revoke();
  sink.write(new Uint8Array(1));
  assert.equal(
    codeThrown(() => sink.permit()),
    "access-denied",
  );
  assert.equal(sink.permit(), undefined);
  assert.equal(
    codeThrown(() => source.read(9)),
    "access-denied",
  );
  assert.equal(source.read(9), undefined);
  await nextTurn();
  assert.equal(await codeRejected(readText(received, 1)), "connection-reset");
  assert.equal(mine.size, 0);
});

test("threat 25: nothing begins after revocation", () => {
  const network = memoryNetwork(EVERYTHING);
  const sockets = new GuestSockets(network);
  network.revoke();
  assert.deepEqual(
    [codeThrown(() => sockets.createTcp("ipv4")), codeThrown(() => sockets.createUdp("ipv4")), codeThrown(() => sockets.lookUp("127.0.0.1"))],
    ["access-denied", "access-denied", "access-denied"],
  );
});

test("the audit is told of each use and how it went", async () => {
  const network = memoryNetwork({ ...EVERYTHING, connect: ["127.0.0.1:*"] });
  const told: string[] = [];
  network.audit(({ capability, operation, target, outcome }) => told.push(`${capability} ${operation} ${target} ${outcome}`));
  const sockets = new GuestSockets(network);
  const socket = sockets.createTcp("ipv4");
  socket.bind(address("127.0.0.1:4000"));
  socket.listen();
  await sockets.createTcp("ipv4").connect(address("127.0.0.1:4000"));
  await acceptOne(socket);
  await codeRejected(sockets.createTcp("ipv4").connect(address("10.0.0.1:80")));
  assert.deepEqual(told, [
    "network create-tcp-socket ipv4 ok",
    "network bind 127.0.0.1:4000 ok",
    "network listen 127.0.0.1:4000 ok",
    "network create-tcp-socket ipv4 ok",
    "network connect 127.0.0.1:4000 ok",
    "network accept 127.0.0.1:49152 ok",
    "network create-tcp-socket ipv4 ok",
    "network connect 10.0.0.1:80 access-denied",
  ]);
});

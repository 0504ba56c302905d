/** What only real connections show. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { MAX_BUFFERED_CHUNKS } from "../../../limits.ts";
import { GuestSockets } from "../../../network/guest-sockets.ts";
import type { Network } from "../../../network/network.ts";
import { acceptOne, address, codeRejected, codeThrown, connection, EVERYTHING, loopback, readText, until, writeText } from "../../../network/test-sockets.ts";
import type { InputSource } from "../../../streams/input-source.ts";
import { untilReady } from "../../../streams/waitable.ts";
import { network } from "./network.ts";

const allowed = (of: Network = network(EVERYTHING)): GuestSockets => new GuestSockets(of);

/** A server for one test, with what it does to each connection. */
async function serving(act: (socket: Socket) => void, use: (port: number, server: Server) => Promise<void>): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as AddressInfo).port, server);
  } finally {
    server.close();
  }
}

test("a peer that resets: both directions fail with that, once", () =>
  serving(
    (socket) => socket.once("data", () => socket.resetAndDestroy()),
    async (port) => {
      const sockets = allowed();
      const client = sockets.createTcp("ipv4");
      await client.connect(loopback("ipv4", port));
      const [source, sink] = [client.takeSource(), client.takeSink()];
      await writeText(sink, "a");
      assert.equal(await codeRejected(readText(source)), "connection-reset");
      assert.equal(source.read(1), undefined);
      assert.equal(
        codeThrown(() => sink.permit()),
        "connection-reset",
      );
      assert.equal(sink.permit(), undefined);
      await sockets.end();
    },
  ));

test("a peer that is gone: writing on ends with the stream closed or reset, and reading had all that it sent", () =>
  serving(
    (socket) => {
      socket.end("bye");
      socket.once("data", () => socket.destroy());
    },
    async (port) => {
      const sockets = allowed();
      const client = sockets.createTcp("ipv4");
      await client.connect(loopback("ipv4", port));
      const [source, sink] = [client.takeSource(), client.takeSink()];
      assert.equal(await readText(source), "bye");
      const outcome = await codeRejected(
        (async () => {
          for (;;) {
            await writeText(sink, "x".repeat(1000));
            sink.flush();
            await untilReady(sink);
            await new Promise(setImmediate);
          }
        })(),
      );
      assert.ok(["closed", "connection-reset"].includes(outcome), outcome);
      await sockets.end();
    },
  ));

test("a flush is over when the system has taken everything", () =>
  serving(
    (socket) => socket.pause(),
    async (port, server) => {
      const peer = new Promise<Socket>((resolve) => server.once("connection", resolve));
      const sockets = allowed();
      const client = sockets.createTcp("ipv4");
      await client.connect(loopback("ipv4", port));
      const sink = client.takeSink();
      for (let turns = 0; turns < 20; ) {
        const permit = sink.permit()!;
        if (permit === 0) turns++;
        else sink.write(new Uint8Array(permit));
        await new Promise(setImmediate);
      }
      sink.flush();
      assert.deepEqual([sink.ready(), sink.permit()], [false, 0]);
      (await peer).resume();
      await untilReady(sink);
      assert.ok(sink.permit()! > 0);
      await sockets.end();
    },
  ));

test("threat 11: many small chunks are held back before their bytes are many, in both directions", () =>
  serving(
    (socket) => socket.pause(),
    async (port, server) => {
      const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
      const sockets = allowed();
      const client = sockets.createTcp("ipv4");
      await client.connect(loopback("ipv4", port));
      const [peer, source, sink] = [await accepted, client.takeSource() as InputSource & { readonly size: number }, client.takeSink()];
      peer.setNoDelay(true);
      const sent = MAX_BUFFERED_CHUNKS + 500;
      for (let i = 0; i < sent; i++) {
        peer.write("x");
        await new Promise(setImmediate);
      }
      // Some come together.
      assert.ok(source.size < sent, String(source.size));
      assert.equal((await readText(source, sent)).length, sent);
      // The system takes no more from here on.
      for (let turns = 0; turns < 20; turns++) {
        sink.write(new Uint8Array(Math.min(sink.permit()!, 30_000)));
        await new Promise(setImmediate);
      }
      let writes = 0;
      for (; sink.permit()! > 0; writes++) sink.write(new Uint8Array(1));
      assert.ok(writes <= MAX_BUFFERED_CHUNKS, String(writes));
      peer.destroy();
      await sockets.end();
    },
  ));

test("what a guest wrote before its end arrives, also when the peer is slow", () =>
  serving(
    (socket) => socket.pause(),
    async (port, server) => {
      const peer = new Promise<Socket>((resolve) => server.once("connection", resolve));
      const sockets = allowed();
      const client = sockets.createTcp("ipv4");
      await client.connect(loopback("ipv4", port));
      const sink = client.takeSink();
      let written = 0;
      for (let turns = 0; turns < 20; ) {
        const permit = sink.permit()!;
        if (permit === 0) turns++;
        else sink.write(new Uint8Array(permit));
        written += permit;
        await new Promise(setImmediate);
      }
      const ended = sockets.end();
      assert.equal(sockets.size, 1);
      let received = 0;
      const other = await peer;
      other.on("data", (chunk) => {
        received += chunk.length;
      });
      other.resume();
      await ended;
      await until(() => received === written);
      assert.equal(sockets.size, 0);
    },
  ));

test("threat 25: connections in flight are cut at revocation, and the peer learns of it", () =>
  serving(
    () => {},
    async (port, server) => {
      const peer = new Promise<Socket>((resolve) => server.once("connection", resolve));
      const granted = network(EVERYTHING);
      const sockets = allowed(granted.only(EVERYTHING));
      const client = sockets.createTcp("ipv4");
      await client.connect(loopback("ipv4", port));
      const [reading, other] = [codeRejected(readText(client.takeSource())), await peer];
      const closed = new Promise((resolve) => other.once("close", resolve));
      const listening = sockets.createTcp("ipv4");
      listening.bind(loopback("ipv4"));
      listening.listen();
      const { port: own } = listening.localAddress;
      const accepting = codeRejected(acceptOne(listening));
      granted.revoke();
      assert.deepEqual([await reading, await accepting, sockets.size], ["access-denied", "access-denied", 0]);
      await closed;
      assert.equal(await codeRejected(allowed().createTcp("ipv4").connect(loopback("ipv4", own))), "connection-refused");
    },
  ));

test("threat 25: connecting is given up at revocation", async () => {
  const granted = network(EVERYTHING);
  const sockets = allowed(granted);
  // Nobody answers there, ever.
  const connecting = codeRejected(sockets.createTcp("ipv4").connect(address("192.0.2.1:9")));
  granted.revoke();
  assert.equal(await connecting, "access-denied");
  assert.equal(sockets.size, 0);
});

for (const [text, code] of [
  ["192.0.2.0:0", "address-not-bindable"],
  ["198.51.100.1:4000", "address-not-bindable"],
] as const) {
  test(`bind to ${text}: ${code}, for TCP and UDP`, () => {
    const sockets = allowed();
    const [tcp, udp] = [sockets.createTcp("ipv4"), sockets.createUdp("ipv4")];
    assert.deepEqual([codeThrown(() => tcp.bind(address(text))), codeThrown(() => udp.bind(address(text)))], [code, code]);
    // It may be tried again.
    tcp.bind(loopback("ipv4"));
    udp.bind(loopback("ipv4"));
    for (const each of [tcp, udp]) each.release();
  });
}

test("two sockets may be bound to a port, one of them may listen there", { skip: process.platform !== "linux" && "as Linux has it" }, async () => {
  const sockets = allowed();
  const [one, other] = [sockets.createTcp("ipv4"), sockets.createTcp("ipv4")];
  one.bind(loopback("ipv4"));
  other.bind(one.localAddress);
  one.listen();
  // What was bound is lost with that: it does not listen anywhere else.
  assert.deepEqual([codeThrown(() => other.listen()), codeThrown(() => other.listen())], ["address-in-use", "address-in-use"]);
  await sockets.end();
});

test("what Node's own permissions refuse is access denied", () => {
  const program = `
    import { GuestSockets } from ${JSON.stringify(import.meta.resolve("../../../network/guest-sockets.ts"))};
    import { network } from ${JSON.stringify(import.meta.resolve("./network.ts"))};
    const sockets = new GuestSockets(network({ connect: ["0.0.0.0/0:*"], listen: ["*:*"], lookup: ["*"] }));
    const address = { address: { tag: "ipv4", val: [127, 0, 0, 1] }, port: 9 };
    const told = [];
    for (const use of [
      () => sockets.createTcp("ipv4").bind(address),
      () => sockets.createTcp("ipv4").listen(),
      () => sockets.createTcp("ipv4").connect(address),
      () => sockets.createUdp("ipv4").bind(address),
      () => sockets.createUdp("ipv4").send(new Uint8Array(1), address),
      () => sockets.lookUp("localhost"),
    ]) await Promise.resolve().then(use).then(() => told.push("ok"), ({ code }) => told.push(code));
    await sockets.end();
    console.log(told.join());
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--permission", "--allow-fs-read=*", "--input-type=module"], { input: program, encoding: "utf8" });
  // Before Node 25, its permissions were not about networks.
  if (process.allowedNodeEnvironmentFlags.has("--allow-net")) assert.equal(stdout, `${"access-denied,".repeat(5)}access-denied\n`, stderr);
  else assert.match(stdout, /^[a-z,-]+\n$/, stderr);
});

test("threat 24: an error says nothing but its code", async () => {
  const sockets = allowed();
  const listening = sockets.createTcp("ipv4");
  listening.bind(loopback("ipv4"));
  const { localAddress } = listening;
  listening.release();
  await assert.rejects(sockets.createTcp("ipv4").connect(localAddress), { message: "connection-refused" });
});

test("no file descriptor is left, however a socket ends", { skip: process.platform !== "linux" && "counts them in /proc" }, async () => {
  const open = () => readdirSync("/proc/self/fd").length;
  const once = async (end: (sockets: GuestSockets, granted: Network) => unknown) => {
    const granted = network(EVERYTHING);
    const sockets = allowed(granted);
    const [, client] = await connection(sockets);
    client.takeSource();
    sockets.createTcp("ipv4").bind(loopback("ipv4"));
    const udp = sockets.createUdp("ipv4");
    udp.connect(loopback("ipv4", 9));
    // Made and not accepted.
    const listening = sockets.createTcp("ipv4");
    listening.bind(loopback("ipv4"));
    listening.listen();
    await sockets.createTcp("ipv4").connect(listening.localAddress);
    await end(sockets, granted);
    assert.equal(sockets.size, 0);
  };
  // What Node keeps for itself is open after the first.
  await once((sockets) => sockets.end());
  await until(() => true);
  const before = open();
  for (let i = 0; i < 10; i++) {
    await once((sockets) => sockets.end());
    await once((_, granted) => granted.revoke());
  }
  await until(() => open() <= before);
});

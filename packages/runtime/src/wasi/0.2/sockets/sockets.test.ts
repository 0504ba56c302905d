/** What 0.2 adds to sockets: starting and finishing, pollables, lists of datagrams. The states of sockets are tested beside them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_DATAGRAMS_PER_CALL } from "../../../limits.ts";
import { memoryNetwork } from "../../../network/memory/memory-network.ts";
import type { Network as NetworkCapability } from "../../../network/network.ts";
import { EVERYTHING, until } from "../../../network/test-sockets.ts";
import { WasiHost } from "../../options.ts";
import type { IpSocketAddress } from "../../sockets/ip-socket-address.ts";
import { wasi02Of } from "../imports.ts";
import { IoError } from "../io/error.ts";
import type { InputStream, OutputStream } from "../io/streams.ts";
import type { ResolveAddressStream } from "./ip-name-lookup.ts";
import { type Network, network as networkInterface } from "./network.ts";
import type { TcpSocket } from "./tcp.ts";
import type { UdpSocket } from "./udp.ts";

type Family = "ipv4" | "ipv6";

class Guest {
  readonly host: WasiHost;
  readonly network: Network;
  readonly #imports: Record<string, Record<string, (...args: never[]) => unknown>>;

  constructor(network: NetworkCapability | undefined = memoryNetwork(EVERYTHING)) {
    this.host = new WasiHost({ network });
    this.#imports = wasi02Of(this.host) as never;
    this.network = this.#call("instance-network", "instanceNetwork") as Network;
  }

  tcp(family: Family = "ipv4"): TcpSocket {
    return this.#call("tcp-create-socket", "createTcpSocket", family) as TcpSocket;
  }

  udp(family: Family = "ipv4"): UdpSocket {
    return this.#call("udp-create-socket", "createUdpSocket", family) as UdpSocket;
  }

  resolve(name: string): ResolveAddressStream {
    return this.#call("ip-name-lookup", "resolveAddresses", this.network, name) as ResolveAddressStream;
  }

  bound<T extends TcpSocket | UdpSocket>(socket: T): T {
    socket.startBind(this.network, local(0));
    socket.finishBind();
    return socket;
  }

  listening(): TcpSocket {
    const socket = this.bound(this.tcp());
    socket.startListen();
    socket.finishListen();
    return socket;
  }

  async connected(listening: TcpSocket): Promise<[TcpSocket, InputStream, OutputStream]> {
    const socket = this.tcp();
    socket.startConnect(this.network, listening.localAddress());
    await socket.subscribe().block();
    return [socket, ...(await socket.finishConnect())];
  }

  #call(name: string, func: string, ...args: readonly unknown[]): unknown {
    return this.#imports[`wasi:sockets/${name}@0.2.12`]![func]!(...(args as never[]));
  }
}

const local = (port: number): IpSocketAddress => ({ tag: "ipv4", val: { port, address: [127, 0, 0, 1] } });

/** The error value; `ok`: none. */
function error(act: () => unknown): unknown {
  try {
    act();
    return "ok";
  } catch (thrown) {
    return thrown;
  }
}

test("what was not started is not finished, and nothing is started before the last is finished", async () => {
  const guest = new Guest();
  const socket = guest.tcp();
  const finishing = [() => socket.finishBind(), () => socket.finishConnect(), () => socket.finishListen()];
  for (const finish of finishing) assert.equal(error(finish), "not-in-progress");
  socket.startBind(guest.network, local(0));
  assert.deepEqual(
    [
      () => socket.startBind(guest.network, local(0)),
      () => socket.startConnect(guest.network, local(9)),
      () => socket.startListen(),
      ...finishing.slice(1),
    ].map(error),
    ["concurrency-conflict", "concurrency-conflict", "concurrency-conflict", "not-in-progress", "not-in-progress"],
  );
  socket.finishBind();
  assert.equal(error(finishing[0]!), "not-in-progress");
  socket.startListen();
  assert.equal(
    error(() => socket.startListen()),
    "concurrency-conflict",
  );
  socket.finishListen();
  assert.equal(
    error(() => socket.startListen()),
    "invalid-state",
  );
});

test("a socket that is not bound does not listen; one that does not listen accepts nothing", () => {
  const guest = new Guest();
  assert.deepEqual([error(() => guest.tcp().startListen()), error(() => guest.tcp().accept())], ["invalid-state", "invalid-state"]);
});

test("connecting and accepting would block, then don't", async () => {
  const guest = new Guest();
  const listening = guest.listening();
  assert.equal(
    error(() => listening.accept()),
    "would-block",
  );
  const accepting = listening.subscribe();
  assert.equal(accepting.ready(), false);
  const client = guest.tcp();
  client.startConnect(guest.network, listening.localAddress());
  const connecting = client.subscribe();
  assert.deepEqual([error(() => client.finishConnect()), connecting.ready()], ["would-block", false]);
  await Promise.all([connecting.block(), accepting.block()]);
  const [, output] = await client.finishConnect();
  const [accepted, input] = await listening.accept();
  assert.deepEqual(accepted.remoteAddress(), client.localAddress());
  await output.blockingWriteAndFlush(new TextEncoder().encode("hello"));
  assert.equal(new TextDecoder().decode(await input.blockingRead(9n)), "hello");
  client.shutdown("send");
  assert.deepEqual(
    error(() => output.checkWrite()),
    { tag: "closed" },
  );
  await assert.rejects(async () => input.blockingRead(1n), { tag: "closed" });
});

test("a failed connection is told by finish-connect, and the socket stays closed", async () => {
  const guest = new Guest();
  const socket = guest.tcp();
  socket.startConnect(guest.network, local(9));
  await socket.subscribe().block();
  assert.deepEqual([error(() => socket.finishConnect()), error(() => socket.finishConnect())], ["connection-refused", "not-in-progress"]);
  assert.equal(
    error(() => socket.startConnect(guest.network, local(9))),
    "connection-refused",
  );
});

test("threat 16: a handle of another guest's network is none for this one's sockets", () => {
  const [guest, other] = [new Guest(), new Guest()];
  assert.deepEqual(
    [
      error(() => guest.tcp().startBind(other.network, local(0))),
      error(() => guest.tcp().startConnect(other.network, local(9))),
      error(() => guest.udp().startBind(other.network, local(0))),
    ],
    ["invalid-argument", "invalid-argument", "invalid-argument"],
  );
});

test("streams may not be shut down before there are any", async () => {
  const guest = new Guest();
  const socket = guest.tcp();
  assert.equal(
    error(() => socket.shutdown("both")),
    "invalid-state",
  );
});

test("a guest that asks in a loop instead of waiting gets what it asks for", async () => {
  const guest = new Guest();
  const listening = guest.listening();
  const client = guest.tcp();
  client.startConnect(guest.network, listening.localAddress());
  const again = async <T>(act: () => T | Promise<T>): Promise<T> => {
    for (;;) {
      try {
        const result = act();
        return result instanceof Promise ? await result : result;
      } catch (thrown) {
        if (thrown !== "would-block") throw thrown;
      }
    }
  };
  await again(() => client.finishConnect());
  await again(() => listening.accept());
  const names = guest.resolve("localhost");
  assert.deepEqual(await again(() => names.resolveNextAddress()), { tag: "ipv4", val: [127, 0, 0, 1] });
});

test("addresses of a name come one by one, then none; a failure stays", async () => {
  const guest = new Guest();
  const stream = guest.resolve("localhost");
  assert.equal(
    error(() => stream.resolveNextAddress()),
    "would-block",
  );
  await stream.subscribe().block();
  assert.deepEqual(
    [await stream.resolveNextAddress(), (await stream.resolveNextAddress())?.tag, await stream.resolveNextAddress()],
    [{ tag: "ipv4", val: [127, 0, 0, 1] }, "ipv6", undefined],
  );
  const failing = guest.resolve("nobody.test");
  await failing.subscribe().block();
  assert.deepEqual([error(() => failing.resolveNextAddress()), error(() => failing.resolveNextAddress())], ["name-unresolvable", "name-unresolvable"]);
  assert.equal(
    error(() => guest.resolve("a b")),
    "invalid-argument",
  );
});

test("datagrams go and come by lists, each call within limits", async () => {
  const guest = new Guest();
  const [one, other] = [guest.bound(guest.udp()), guest.bound(guest.udp())];
  const [incoming] = one.stream(undefined);
  const [, outgoing] = other.stream(one.localAddress());
  const datagrams = Array.from({ length: MAX_DATAGRAMS_PER_CALL }, (_, i) => ({ data: Uint8Array.of(i) }));
  assert.deepEqual(await incoming.receive(9n), []);
  assert.equal(outgoing.checkSend(), BigInt(MAX_DATAGRAMS_PER_CALL));
  assert.equal(await outgoing.send(datagrams), BigInt(MAX_DATAGRAMS_PER_CALL));
  outgoing.checkSend();
  assert.equal(await outgoing.send([{ data: Uint8Array.of(99), remoteAddress: one.localAddress() }]), 1n);
  await incoming.subscribe().block();
  const received = await incoming.receive(2n ** 64n - 1n);
  assert.equal(received.length, MAX_DATAGRAMS_PER_CALL);
  assert.deepEqual(received[3], { data: Uint8Array.of(3), remoteAddress: other.localAddress() });
  assert.deepEqual((await incoming.receive(9n)).length, 1);
  assert.deepEqual(await incoming.receive(0n), []);
});

test("to send what check-send has not permitted traps", () => {
  const guest = new Guest();
  const [, outgoing] = guest.bound(guest.udp()).stream(undefined);
  const datagram = { data: new Uint8Array(1), remoteAddress: local(9) };
  assert.throws(() => outgoing.send([datagram]), { code: "trap/host-threw" });
  const permitted = Number(outgoing.checkSend());
  assert.throws(() => outgoing.send(new Array(permitted + 1).fill(datagram)), { code: "trap/host-threw" });
});

test("an error counts before the first datagram is sent, and is not told after it", async () => {
  const guest = new Guest();
  const [, outgoing] = guest.bound(guest.udp()).stream(undefined);
  const [good, bad] = [
    { data: new Uint8Array(1), remoteAddress: local(9) },
    { data: new Uint8Array(1), remoteAddress: local(0) },
  ];
  outgoing.checkSend();
  assert.equal(await outgoing.send([good, bad, good]), 1n);
  outgoing.checkSend();
  await assert.rejects(
    async () => outgoing.send([bad, good]),
    (thrown) => thrown === "invalid-argument",
  );
});

test("streams of datagrams are made when those of before are dropped, else that traps", () => {
  const guest = new Guest();
  const socket = guest.bound(guest.udp());
  assert.equal(
    error(() => guest.udp().stream(undefined)),
    "invalid-state",
  );
  const streams = socket.stream(local(9));
  assert.throws(() => socket.stream(undefined), { code: "trap/host-threw" });
  for (const stream of streams) stream[Symbol.dispose]();
  socket.stream(undefined);
  assert.equal(
    error(() => socket.remoteAddress()),
    "invalid-state",
  );
});

test("what the guest drops is closed, and what it leaves is when it ends", async () => {
  const guest = new Guest();
  const listening = guest.listening();
  const [socket, input, output] = await guest.connected(listening);
  const udp = guest.bound(guest.udp());
  const streams = udp.stream(undefined);
  const { sockets, open } = guest.host;
  assert.equal(sockets.size, 3);
  socket[Symbol.dispose]();
  input[Symbol.dispose]();
  assert.equal(sockets.size, 3);
  output[Symbol.dispose]();
  await until(() => sockets.size === 2);
  for (const each of [udp, ...streams]) each[Symbol.dispose]();
  assert.equal(sockets.size, 1);
  await guest.host.finished();
  assert.deepEqual([sockets.size, open.size], [0, 0]);
});

test("a stream's failure tells its code", () => {
  const failure = (code: string) => networkInterface.networkErrorCode(new IoError({ message: code, code: { network: code } } as never));
  assert.equal(failure("connection-reset"), "connection-reset");
});

test("threat 25: streams of a revoked network fail with access-denied, then are closed", async () => {
  const network = memoryNetwork(EVERYTHING);
  const guest = new Guest(network);
  const [socket, input, output] = await guest.connected(guest.listening());
  const reading = input.blockingRead(9n) as Promise<Uint8Array>;
  const accepting = guest.listening();
  const waiting = accepting.subscribe().block();
  network.revoke();
  const failed = (thrown: { tag: string; val: IoError }) =>
    thrown.tag === "last-operation-failed" && networkInterface.networkErrorCode(thrown.val) === "access-denied";
  await assert.rejects(reading, failed);
  assert.throws(() => output.checkWrite(), failed);
  assert.deepEqual(
    error(() => output.checkWrite()),
    { tag: "closed" },
  );
  await waiting;
  assert.deepEqual(
    [error(() => accepting.accept()), error(() => socket.localAddress()), error(() => guest.tcp())],
    ["access-denied", "access-denied", "access-denied"],
  );
});

test("hostile numbers give an error case or are taken, and nothing else", () => {
  const u64 = fc.oneof(fc.constantFrom(0n, 1n, 2n ** 63n, 2n ** 64n - 1n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
  const u32 = fc.oneof(fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1), fc.nat(2 ** 32 - 1));
  const u8 = fc.nat(255);
  const port = fc.oneof(fc.constantFrom(0, 1, 65535), fc.nat(65535));
  const anyAddress: fc.Arbitrary<IpSocketAddress> = fc.oneof(
    fc.record({ tag: fc.constant("ipv4" as const), val: fc.record({ port, address: fc.array(u8, { minLength: 4, maxLength: 4 }) }) }),
    fc.record({
      tag: fc.constant("ipv6" as const),
      val: fc.record({ port, flowInfo: u32, scopeId: u32, address: fc.array(fc.oneof(fc.constant(0), fc.nat(65535)), { minLength: 8, maxLength: 8 }) }),
    }),
  );
  const family = fc.constantFrom("ipv4" as const, "ipv6" as const);
  fc.assert(
    fc.property(family, anyAddress, anyAddress, u64, u32, u8, (family, near, far, large, count, hops) => {
      const guest = new Guest();
      const [tcp, udp] = [guest.tcp(family), guest.udp(family)];
      for (const act of [
        () => tcp.setKeepAliveIdleTime(large),
        () => tcp.setKeepAliveInterval(large),
        () => tcp.setKeepAliveCount(count),
        () => tcp.setHopLimit(hops),
        () => tcp.setReceiveBufferSize(large),
        () => tcp.setSendBufferSize(large),
        () => assert.ok(tcp.sendBufferSize() > 0n && tcp.receiveBufferSize() > 0n && tcp.keepAliveIdleTime() > 0n && tcp.hopLimit() > 0),
        () => tcp.setListenBacklogSize(large),
        () => tcp.startBind(guest.network, near),
        () => tcp.finishBind(),
        () => tcp.startListen(),
        () => tcp.startConnect(guest.network, far),
        () => udp.setUnicastHopLimit(hops),
        () => udp.setReceiveBufferSize(large),
        () => udp.setSendBufferSize(large),
        () => udp.startBind(guest.network, near),
        () => udp.finishBind(),
        () => udp.stream(far),
      ]) {
        const outcome = error(act);
        assert.equal(typeof outcome, "string", String(outcome));
      }
    }),
  );
});

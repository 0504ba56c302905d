/** What 0.3 adds to sockets: connections and bytes as streams, outcomes as futures. The states of sockets are tested beside them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BUFFERED_BYTES } from "../../../limits.ts";
import { memoryNetwork } from "../../../network/memory/memory-network.ts";
import type { Network } from "../../../network/network.ts";
import { EVERYTHING, until } from "../../../network/test-sockets.ts";
import type { Chunks } from "../../../streams/chunk-reader.ts";
import { nextTurn } from "../../../streams/waitable.ts";
import { WasiHost } from "../../options.ts";
import type { IpSocketAddress } from "../../sockets/ip-socket-address.ts";
import { wasi03Of } from "../imports.ts";
import type { Result } from "../result.ts";
import type { ErrorCode } from "./error-code.ts";
import type { TcpSocket } from "./tcp-socket.ts";
import type { UdpSocket } from "./udp-socket.ts";

type Family = "ipv4" | "ipv6";
type Outcome = Promise<Result<ErrorCode>>;

class Guest {
  readonly host: WasiHost;
  readonly #types: { readonly TcpSocket: { create(family: Family): TcpSocket }; readonly UdpSocket: { create(family: Family): UdpSocket } };

  constructor(network: Network | undefined = memoryNetwork(EVERYTHING)) {
    this.host = new WasiHost({ network });
    this.#types = wasi03Of(this.host)["wasi:sockets/types@0.3.0"] as never;
  }

  tcp(family: Family = "ipv4"): TcpSocket {
    return this.#types.TcpSocket.create(family);
  }

  udp(family: Family = "ipv4"): UdpSocket {
    return this.#types.UdpSocket.create(family);
  }

  resolve(name: string): Promise<readonly unknown[]> {
    const lookup = wasi03Of(this.host)["wasi:sockets/ip-name-lookup@0.3.0"] as { resolveAddresses(name: string): Promise<readonly unknown[]> };
    return (async () => lookup.resolveAddresses(name))();
  }

  async connected(): Promise<[client: TcpSocket, server: TcpSocket]> {
    const listening = this.tcp();
    const accepting = listening.listen()[Symbol.asyncIterator]();
    const client = this.tcp();
    const [{ value }] = await Promise.all([accepting.next(), client.connect(local((listening.getLocalAddress() as IpSocketAddress).val.port))]);
    return [client, value as TcpSocket];
  }
}

const local = (port: number): IpSocketAddress => ({ tag: "ipv4", val: { port, address: [127, 0, 0, 1] } });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const tagOf = async (outcome: Outcome): Promise<string> => {
  const { tag, val } = await outcome;
  return tag === "ok" ? tag : val.tag;
};

/** The case of the error; `ok`: none. */
async function error(act: () => unknown): Promise<string> {
  try {
    await act();
    return "ok";
  } catch (thrown) {
    return (thrown as ErrorCode).tag;
  }
}

async function text(chunks: Chunks): Promise<string> {
  let read = "";
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) read += new TextDecoder().decode(chunk);
  return read;
}

test("what one end sends the other receives, and the end of the stream is the end", async () => {
  const [client, server] = await new Guest().connected();
  const [stream, received] = server.receive();
  const sent = client.send([bytes("a"), bytes("b")]);
  assert.deepEqual([await text(stream), await tagOf(sent), await tagOf(received)], ["ab", "ok", "ok"]);
  // The other direction is open.
  const [back] = client.receive();
  assert.equal(await tagOf(server.send(bytes("c"))), "ok");
  assert.equal(await text(back), "c");
});

test("send and receive work once; the stream that is not sent is let go", async () => {
  const [client] = await new Guest().connected();
  client.receive();
  client.send([]);
  const [stream, received] = client.receive();
  assert.deepEqual([await text(stream), await tagOf(received)], ["", "invalid-state"]);
  let dropped = false;
  const data = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<IteratorResult<Uint8Array>>(() => {}),
      return: async () => {
        dropped = true;
        return { done: true as const, value: undefined };
      },
    }),
  };
  assert.equal(await tagOf(client.send(data)), "invalid-state");
  assert.ok(dropped);
});

test("a stream that is dropped resolves its future, whatever was still to come", async () => {
  const [client, server] = await new Guest().connected();
  void client.send(bytes("abc"));
  const [stream, received] = server.receive();
  await (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().return!();
  assert.equal(await tagOf(received), "ok");
});

test("sending to a peer that is gone ends with connection-broken or connection-reset", async () => {
  const [client, server] = await new Guest().connected();
  server[Symbol.dispose]();
  await nextTurn();
  assert.equal(await tagOf(client.send([bytes("a"), bytes("b")])), "connection-broken");
});

test("who reads nothing holds the sender back", async () => {
  const [client, server] = await new Guest().connected();
  let given = 0;
  async function* data() {
    for (; given < 100; given++) yield new Uint8Array(MAX_BUFFERED_BYTES);
  }
  const sent = client.send(data());
  for (let turns = 0; turns < 20; turns++) await nextTurn();
  assert.ok(given < 4);
  const [stream] = server.receive();
  assert.equal((await text(stream)).length, 100 * MAX_BUFFERED_BYTES);
  assert.equal(await tagOf(sent), "ok");
});

test("a socket that listens is bound, and accepts what is read of its stream", async () => {
  const guest = new Guest();
  const socket = guest.tcp();
  assert.deepEqual([await error(() => socket.getLocalAddress()), socket.getIsListening()], ["invalid-state", false]);
  const accepting = socket.listen()[Symbol.asyncIterator]();
  assert.deepEqual([socket.getIsListening(), await error(() => socket.listen())], [true, "invalid-state"]);
  const next = accepting.next();
  await guest.tcp().connect(local((socket.getLocalAddress() as IpSocketAddress).val.port));
  assert.ok((await next).value instanceof Object);
  const waiting = accepting.next();
  await accepting.return();
  assert.deepEqual(await waiting, { done: true, value: undefined });
});

test("a listening socket ends when it and its stream are dropped; its port is free at once for who binds to it", async () => {
  const guest = new Guest();
  const socket = guest.tcp();
  const stream = socket.listen();
  const { port } = (socket.getLocalAddress() as IpSocketAddress).val;
  const other = guest.tcp();
  assert.equal(await error(() => other.bind(local(port))), "address-in-use");
  socket[Symbol.dispose]();
  // The engine tells later that the guest dropped the stream.
  const told = Promise.resolve().then(() => stream[Symbol.asyncIterator]().return());
  assert.equal(await error(() => other.bind(local(port))), "ok");
  await told;
  assert.equal(guest.host.sockets.size, 1);
});

test("errors have the cases of 0.3", async () => {
  const guest = new Guest();
  assert.deepEqual(
    [
      await error(() => guest.tcp().connect(local(9))),
      await error(() => guest.tcp().connect(local(0))),
      await error(() => guest.udp().receive()),
      await error(() => guest.udp().send(new Uint8Array(65536), local(9))),
      await error(() => guest.resolve("a b")),
      await error(() => guest.resolve("nobody.test")),
    ],
    ["connection-refused", "invalid-argument", "invalid-state", "datagram-too-large", "invalid-argument", "name-unresolvable"],
  );
  assert.equal((await guest.resolve("localhost")).length, 2);
});

test("datagrams are received in the order they came, by whoever waits", async () => {
  const guest = new Guest();
  const [one, other] = [guest.udp(), guest.udp()];
  one.bind(local(0));
  other.connect(one.getLocalAddress());
  const waiting = [one.receive(), one.receive()];
  await other.send(bytes("a"), undefined);
  await other.send(bytes("b"), other.getRemoteAddress());
  const received = (await Promise.all(waiting)).map(([data]) => new TextDecoder().decode(data));
  assert.deepEqual(received, ["a", "b"]);
  await other.send(bytes("c"), undefined);
  await nextTurn();
  assert.deepEqual(one.receive(), [bytes("c"), other.getLocalAddress()]);
});

test("a receive that is cancelled waits no longer and takes nothing", async () => {
  const guest = new Guest();
  const [one, other] = [guest.udp(), guest.udp()];
  one.bind(local(0));
  const cancelled = new AbortController();
  const waiting = one.receive({ signal: cancelled.signal }) as Promise<unknown>;
  cancelled.abort();
  await assert.rejects(waiting);
  await other.send(bytes("a"), one.getLocalAddress());
  assert.equal((await one.receive())[0][0], 97);
});

test("what the guest leaves is closed when it ends", async () => {
  const guest = new Guest();
  const [client, server] = await guest.connected();
  client.receive();
  void server.send(new ReadableStream());
  guest.udp().bind(local(0));
  await guest.host.finished();
  assert.deepEqual([guest.host.sockets.size, guest.host.open.size], [0, 0]);
});

test("threat 25: streams and calls of a revoked network end with access-denied", async () => {
  const network = memoryNetwork(EVERYTHING);
  const guest = new Guest(network);
  const [client] = await guest.connected();
  const [stream, received] = client.receive();
  const reading = text(stream);
  const sent = client.send(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(MAX_BUFFERED_BYTES)) }));
  const listening = guest.tcp();
  const accepting = listening.listen()[Symbol.asyncIterator]().next();
  const udp = guest.udp();
  udp.bind(local(0));
  const receiving = error(() => udp.receive());
  const connecting = error(() => guest.tcp().connect(local(9)));
  network.revoke();
  assert.deepEqual([await reading, await tagOf(received), await tagOf(sent)], ["", "access-denied", "access-denied"]);
  assert.deepEqual([await accepting, await receiving, await connecting], [{ done: true, value: undefined }, "access-denied", "access-denied"]);
  assert.deepEqual([await error(() => guest.tcp()), await error(() => client.getLocalAddress())], ["access-denied", "access-denied"]);
  await until(() => guest.host.sockets.size === 0);
});

/** What tests of sockets share: short ways to do things, and what holds on every platform. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { InputSource } from "../streams/input-source.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import { StreamFailure } from "../streams/stream-failure.ts";
import { nextTurn, untilReady } from "../streams/waitable.ts";
import { type AddressFamily, formatSocketAddress, parseIp, type SocketAddress } from "./address.ts";
import { GuestSockets } from "./guest-sockets.ts";
import type { Network, NetworkRules } from "./network.ts";
import { SocketError } from "./socket-error.ts";
import type { TcpSocket } from "./tcp-socket.ts";
import type { Datagram, UdpSocket } from "./udp-socket.ts";

export const EVERYTHING: NetworkRules = { connect: ["0.0.0.0/0:*", "[::/0]:*"], listen: ["*:*"], lookup: ["*"] };

/** `127.0.0.1:80`, `[::1]:80`. */
export function address(text: string): SocketAddress {
  const [, host, port] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(text)!;
  return { address: parseIp(host!)!, port: Number(port) };
}

export const loopback = (family: AddressFamily, port = 0): SocketAddress => address(family === "ipv4" ? `127.0.0.1:${port}` : `[::1]:${port}`);

/** The code of what is thrown or rejected with; `ok`: nothing is. */
export function codeThrown(act: () => unknown): string {
  try {
    act();
    return "ok";
  } catch (error) {
    return codeOf(error);
  }
}

export function codeRejected(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => "ok", codeOf);
}

function codeOf(error: unknown): string {
  if (error instanceof SocketError) return error.code;
  if (error instanceof StreamFailure) return error.code.network ?? `no network: ${error.message}`;
  throw error;
}

export async function acceptOne(listening: TcpSocket): Promise<TcpSocket> {
  const listener = listening.listener!;
  for (;;) {
    const accepted = listener.accept();
    if (accepted !== undefined) return accepted;
    await untilReady(listener);
  }
}

/** All that comes until the end, or `length` characters. */
export async function readText(source: InputSource, length = Number.POSITIVE_INFINITY): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < length) {
    const bytes = source.read(65536);
    if (bytes === undefined) break;
    if (bytes.length === 0) await untilReady(source);
    text += decoder.decode(bytes, { stream: true });
  }
  return text;
}

export async function writeBytes(sink: OutputSink, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0; ) {
    const permit = sink.permit();
    if (permit === undefined) throw new StreamFailure("closed", { network: "closed" });
    if (permit === 0) await untilReady(sink);
    sink.write(rest.slice(0, permit));
    rest = rest.subarray(permit);
  }
}

export const writeText = (sink: OutputSink, text: string): Promise<void> => writeBytes(sink, new TextEncoder().encode(text));

/** A connection within one guest: who listened, who connected, who was accepted. */
export async function connection(sockets: GuestSockets, family: AddressFamily = "ipv4"): Promise<[TcpSocket, TcpSocket, TcpSocket]> {
  const listening = sockets.createTcp(family);
  listening.bind(loopback(family));
  listening.listen();
  const client = sockets.createTcp(family);
  const [accepted] = await Promise.all([acceptOne(listening), client.connect(listening.localAddress)]);
  return [listening, client, accepted];
}

export async function receiveOne(socket: UdpSocket): Promise<Datagram> {
  for (;;) {
    const datagram = socket.receive();
    if (datagram !== undefined) return datagram;
    await untilReady(socket);
  }
}

/** Turns of the event loop until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn();
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What holds on every platform. */
export function testSockets(platform: string, make: (rules: NetworkRules) => Network, hasIpv6 = true): void {
  const allowed = (rules: NetworkRules = EVERYTHING): GuestSockets => new GuestSockets(make(rules));

  for (const family of hasIpv6 ? (["ipv4", "ipv6"] as const) : (["ipv4"] as const)) {
    test(`${platform}, ${family}: what is written at one end of a connection is read at the other, and so is the end`, async () => {
      const sockets = allowed();
      const [listening, client, accepted] = await connection(sockets, family);
      assert.deepEqual(client.remoteAddress, listening.localAddress);
      assert.deepEqual(accepted.remoteAddress, client.localAddress);
      const [clientIn, clientOut, serverIn, serverOut] = [client.takeSource(), client.takeSink(), accepted.takeSource(), accepted.takeSink()];
      await writeText(clientOut, "ping");
      assert.equal(await readText(serverIn, 4), "ping");
      client.shutdown("send");
      assert.equal(clientOut.permit(), undefined);
      assert.equal(await readText(serverIn), "");
      // One direction is closed, the other is not.
      await writeText(serverOut, "pong");
      accepted.shutdown("send");
      assert.equal(await readText(clientIn), "pong");
      await sockets.end();
      assert.equal(sockets.size, 0);
    });

    test(`${platform}, ${family}: datagrams come with who sent them`, async () => {
      const sockets = allowed();
      const [one, other] = [sockets.createUdp(family), sockets.createUdp(family)];
      one.bind(loopback(family));
      other.bind(loopback(family));
      await one.send(bytes("a"), other.localAddress);
      const { data, remote } = await receiveOne(other);
      assert.deepEqual([new TextDecoder().decode(data), formatSocketAddress(remote)], ["a", formatSocketAddress(one.localAddress)]);
      await sockets.end();
      assert.equal(sockets.size, 0);
    });
  }

  test(`${platform}: nobody listens: the connection is refused, and the socket is closed by that`, async () => {
    const sockets = allowed();
    const gone = sockets.createTcp("ipv4");
    gone.bind(loopback("ipv4"));
    const { localAddress } = gone;
    gone.release();
    const client = sockets.createTcp("ipv4");
    assert.equal(await codeRejected(client.connect(localAddress)), "connection-refused");
    assert.deepEqual([codeThrown(() => client.options), codeThrown(() => client.connect(localAddress))], ["connection-refused", "connection-refused"]);
  });

  test(`${platform}: a port that is listened on is in use until that ends`, async () => {
    const sockets = allowed();
    const [one, other] = [sockets.createTcp("ipv4"), sockets.createTcp("ipv4")];
    one.bind(loopback("ipv4"));
    one.listen();
    const { localAddress } = one;
    assert.equal(
      codeThrown(() => other.bind(localAddress)),
      "address-in-use",
    );
    one.release();
    other.bind(localAddress);
    assert.deepEqual(other.localAddress, localAddress);
    await sockets.end();
  });

  test(`${platform}: a socket that is bound first connects from there`, async () => {
    const sockets = allowed();
    const listening = sockets.createTcp("ipv4");
    listening.bind(loopback("ipv4"));
    listening.listen();
    const client = sockets.createTcp("ipv4");
    client.bind(loopback("ipv4"));
    const { localAddress } = client;
    await client.connect(listening.localAddress);
    assert.deepEqual((await acceptOne(listening)).remoteAddress, localAddress);
    await sockets.end();
  });

  test(`${platform}: who reads nothing holds the writer back, and loses nothing`, async () => {
    const sockets = allowed();
    const [, client, accepted] = await connection(sockets);
    const sink = client.takeSink();
    const chunk = new Uint8Array(65536).fill(97);
    let written = 0;
    for (;;) {
      const permit = sink.permit()!;
      if (permit === 0) {
        // The system passes on some of it for a while.
        for (let turns = 0; turns < 20; turns++) await nextTurn();
        if (sink.permit() === 0) break;
      }
      sink.write(chunk.slice(0, permit));
      written += permit;
    }
    assert.ok(written < 64 * 1024 * 1024);
    client.release();
    const source = accepted.takeSource();
    client.shutdown("send");
    assert.equal((await readText(source)).length, written);
    await sockets.end();
  });

  test(`${platform}: what was written before a socket is dropped arrives`, async () => {
    const sockets = allowed();
    const [, client, accepted] = await connection(sockets);
    await writeText(client.takeSink(), "x".repeat(50_000));
    client.release();
    // The stream, too.
    client.release();
    assert.equal((await readText(accepted.takeSource())).length, 50_000);
    await sockets.end();
  });

  test(`${platform}: a connected UDP socket hears from its peer only, also of what had come before`, async () => {
    const sockets = allowed();
    const [one, other, third] = [sockets.createUdp("ipv4"), sockets.createUdp("ipv4"), sockets.createUdp("ipv4")];
    for (const each of [one, other, third]) each.bind(loopback("ipv4"));
    const { port } = one.localAddress;
    await other.send(bytes("other"), one.localAddress);
    await third.send(bytes("third"), one.localAddress);
    await until(() => one.ready());
    one.connect(third.localAddress);
    assert.equal(new TextDecoder().decode((await receiveOne(one)).data), "third");
    await one.send(bytes("back"), undefined);
    assert.equal(new TextDecoder().decode((await receiveOne(third)).data), "back");
    one.connect(other.localAddress);
    one.disconnect();
    assert.equal(one.localAddress.port, port);
    assert.equal(
      codeThrown(() => one.remoteAddress),
      "invalid-state",
    );
    await sockets.end();
  });

  test(`${platform}: a datagram to a closed port is told to a connected socket`, async () => {
    const sockets = allowed();
    const [gone, sender] = [sockets.createUdp("ipv4"), sockets.createUdp("ipv4")];
    gone.bind(loopback("ipv4"));
    const { localAddress } = gone;
    gone.release();
    sender.connect(localAddress);
    await sender.send(bytes("a"), undefined);
    assert.equal(await codeRejected(receiveOne(sender)), "connection-refused");
    // Once.
    assert.equal(sender.receive(), undefined);
    await sockets.end();
  });
}

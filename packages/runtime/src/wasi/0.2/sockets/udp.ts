import { alwaysReady } from "../../../streams/waitable.ts";
import { Pollable } from "../io/poll.ts";
import { denied, type IpAddressFamily, type IpSocketAddress, type Network } from "./network.ts";

export interface Datagram {
  readonly data: Uint8Array;
  readonly remoteAddress?: IpSocketAddress;
}

export class UdpSocket {
  startBind(_network: Network, _localAddress: IpSocketAddress): void {
    denied();
  }
  finishBind(): void {
    denied();
  }
  stream(_remoteAddress: IpSocketAddress | undefined): [IncomingDatagramStream, OutgoingDatagramStream] {
    return denied();
  }
  localAddress(): IpSocketAddress {
    return denied();
  }
  remoteAddress(): IpSocketAddress {
    return denied();
  }
  addressFamily(): IpAddressFamily {
    return "ipv4";
  }
  unicastHopLimit(): number {
    return denied();
  }
  setUnicastHopLimit(_value: number): void {
    denied();
  }
  receiveBufferSize(): bigint {
    return denied();
  }
  setReceiveBufferSize(_value: bigint): void {
    denied();
  }
  sendBufferSize(): bigint {
    return denied();
  }
  setSendBufferSize(_value: bigint): void {
    denied();
  }
  subscribe(): Pollable {
    return Pollable.of(alwaysReady);
  }
}

export class IncomingDatagramStream {
  receive(_maxResults: bigint): Datagram[] {
    return denied();
  }
  subscribe(): Pollable {
    return Pollable.of(alwaysReady);
  }
}

export class OutgoingDatagramStream {
  checkSend(): bigint {
    return denied();
  }
  send(_datagrams: readonly Datagram[]): bigint {
    return denied();
  }
  subscribe(): Pollable {
    return Pollable.of(alwaysReady);
  }
}

export const udp = { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream };

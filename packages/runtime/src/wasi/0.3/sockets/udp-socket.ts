import { denied, type IpAddressFamily, type IpSocketAddress } from "./denied.ts";

export class UdpSocket {
  static create(_addressFamily: IpAddressFamily): UdpSocket {
    return denied();
  }
  bind(_localAddress: IpSocketAddress): void {
    denied();
  }
  connect(_remoteAddress: IpSocketAddress): void {
    denied();
  }
  disconnect(): void {
    denied();
  }
  send(_data: Uint8Array, _remoteAddress: IpSocketAddress | undefined): void {
    denied();
  }
  receive(): [Uint8Array, IpSocketAddress] {
    return denied();
  }
  getLocalAddress(): IpSocketAddress {
    return denied();
  }
  getRemoteAddress(): IpSocketAddress {
    return denied();
  }
  getAddressFamily(): IpAddressFamily {
    return "ipv4";
  }
  getUnicastHopLimit(): number {
    return denied();
  }
  setUnicastHopLimit(_value: number): void {
    denied();
  }
  getReceiveBufferSize(): bigint {
    return denied();
  }
  setReceiveBufferSize(_value: bigint): void {
    denied();
  }
  getSendBufferSize(): bigint {
    return denied();
  }
  setSendBufferSize(_value: bigint): void {
    denied();
  }
}

import type { Chunks } from "../../../streams/chunk-reader.ts";
import type { Result } from "../result.ts";
import { denied, deniedOutcome, type ErrorCode, type IpAddressFamily, type IpSocketAddress } from "./denied.ts";

export class TcpSocket {
  static create(_addressFamily: IpAddressFamily): TcpSocket {
    return denied();
  }
  bind(_localAddress: IpSocketAddress): void {
    denied();
  }
  connect(_remoteAddress: IpSocketAddress): void {
    denied();
  }
  listen(): Iterable<TcpSocket> {
    return denied();
  }
  send(_data: Chunks): Promise<Result<ErrorCode>> {
    return deniedOutcome();
  }
  receive(): [Chunks, Promise<Result<ErrorCode>>] {
    return [[], deniedOutcome()];
  }
  getLocalAddress(): IpSocketAddress {
    return denied();
  }
  getRemoteAddress(): IpSocketAddress {
    return denied();
  }
  getIsListening(): boolean {
    return false;
  }
  getAddressFamily(): IpAddressFamily {
    return "ipv4";
  }
  setListenBacklogSize(_value: bigint): void {
    denied();
  }
  getKeepAliveEnabled(): boolean {
    return denied();
  }
  setKeepAliveEnabled(_value: boolean): void {
    denied();
  }
  getKeepAliveIdleTime(): bigint {
    return denied();
  }
  setKeepAliveIdleTime(_value: bigint): void {
    denied();
  }
  getKeepAliveInterval(): bigint {
    return denied();
  }
  setKeepAliveInterval(_value: bigint): void {
    denied();
  }
  getKeepAliveCount(): number {
    return denied();
  }
  setKeepAliveCount(_value: number): void {
    denied();
  }
  getHopLimit(): number {
    return denied();
  }
  setHopLimit(_value: number): void {
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

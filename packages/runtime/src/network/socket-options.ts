/**
 * The options of sockets that WASI has, kept here: as Linux would clamp and give them back. Platforms apply what they can: Node has no way to
 * set the hop limit of TCP nor the sizes of its buffers.
 */
import { SocketError } from "./socket-error.ts";

const SECOND = 1_000_000_000n;
/** Linux' limits, the lowest there are. */
const MAX_KEEP_ALIVE_SECONDS = 32767n;
const MAX_KEEP_ALIVE_COUNT = 127;
const MIN_RECEIVE_BUFFER = 1152n;
const MIN_SEND_BUFFER = 2304n;
const MAX_BUFFER = 212992n;
const MAX_BACKLOG = 0x7fffffff;

/** @throws SocketError `invalid-argument` for 0 */
function positive<T extends number | bigint>(value: T): T {
  if (Number(value) === 0) throw new SocketError("invalid-argument");
  return value;
}

function clamp(value: bigint, least: bigint, most: bigint): bigint {
  return value < least ? least : value > most ? most : value;
}

/** In nanoseconds, rounded to what the system keeps: seconds. */
function keepAliveTime(nanoseconds: bigint): bigint {
  return clamp(positive(nanoseconds) / SECOND, 1n, MAX_KEEP_ALIVE_SECONDS) * SECOND;
}

/** Those of a UDP socket, and of a TCP socket among others. */
export class DatagramOptions {
  #hopLimit = 64;
  #receiveBufferSize = MAX_BUFFER;
  #sendBufferSize = MAX_BUFFER;

  get hopLimit(): number {
    return this.#hopLimit;
  }
  set hopLimit(value: number) {
    this.#hopLimit = positive(value);
  }
  get receiveBufferSize(): bigint {
    return this.#receiveBufferSize;
  }
  set receiveBufferSize(value: bigint) {
    this.#receiveBufferSize = clamp(positive(value), MIN_RECEIVE_BUFFER, MAX_BUFFER);
  }
  get sendBufferSize(): bigint {
    return this.#sendBufferSize;
  }
  set sendBufferSize(value: bigint) {
    this.#sendBufferSize = clamp(positive(value), MIN_SEND_BUFFER, MAX_BUFFER);
  }

  /** Takes over the values of `other`. */
  inherit(other: DatagramOptions): void {
    this.#hopLimit = other.hopLimit;
    this.#receiveBufferSize = other.receiveBufferSize;
    this.#sendBufferSize = other.sendBufferSize;
  }
}

export class StreamOptions extends DatagramOptions {
  keepAliveEnabled = false;
  #keepAliveIdleTime = 7200n * SECOND;
  #keepAliveInterval = 75n * SECOND;
  #keepAliveCount = 9;
  #backlog = 128;

  get keepAliveIdleTime(): bigint {
    return this.#keepAliveIdleTime;
  }
  set keepAliveIdleTime(value: bigint) {
    this.#keepAliveIdleTime = keepAliveTime(value);
  }
  get keepAliveInterval(): bigint {
    return this.#keepAliveInterval;
  }
  set keepAliveInterval(value: bigint) {
    this.#keepAliveInterval = keepAliveTime(value);
  }
  get keepAliveCount(): number {
    return this.#keepAliveCount;
  }
  set keepAliveCount(value: number) {
    this.#keepAliveCount = Math.min(positive(value), MAX_KEEP_ALIVE_COUNT);
  }
  get backlog(): number {
    return this.#backlog;
  }
  /** As many as a guest may ask for: 64 bits. */
  setBacklog(value: bigint): void {
    this.#backlog = Number(clamp(positive(value), 1n, BigInt(MAX_BACKLOG)));
  }

  /** A copy, for a connection that was accepted: later changes are of one of the two only. */
  copy(): StreamOptions {
    const copy = new StreamOptions();
    copy.inherit(this);
    copy.keepAliveEnabled = this.keepAliveEnabled;
    copy.#keepAliveIdleTime = this.#keepAliveIdleTime;
    copy.#keepAliveInterval = this.#keepAliveInterval;
    copy.#keepAliveCount = this.#keepAliveCount;
    return copy;
  }

  get keepAlive(): { enabled: boolean; idleSeconds: number; intervalSeconds: number; count: number } {
    return {
      enabled: this.keepAliveEnabled,
      idleSeconds: Number(this.#keepAliveIdleTime / SECOND),
      intervalSeconds: Number(this.#keepAliveInterval / SECOND),
      count: this.#keepAliveCount,
    };
  }
}

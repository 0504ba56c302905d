/** The standard streams of a capability, which end for the guest when it is revoked: also for those who read, write or wait. */
import type { Authority } from "../capability/authority.ts";
import { MAX_BUFFERED_BYTES } from "../limits.ts";
import type { InputSource } from "../streams/input-source.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import { type Waitable, wakeSoon } from "../streams/waitable.ts";

export class GrantedSource implements InputSource {
  readonly #source: InputSource;
  readonly #authority: Authority;

  constructor(source: InputSource, authority: Authority) {
    this.#source = source;
    this.#authority = authority;
  }

  get isTerminal(): boolean {
    return !this.#authority.revoked && this.#source.isTerminal === true;
  }

  read(length: number): Uint8Array | undefined {
    const authority = this.#authority;
    const bytes = authority.revoked ? undefined : this.#source.read(length);
    if (authority.audited) authority.used("read", "stdin", bytes === undefined ? "closed" : "ok");
    return bytes;
  }

  ready(): boolean {
    return this.#authority.revoked || this.#source.ready();
  }

  onReady(wake: () => void): () => void {
    return onReadyOrRevoked(this.#source, this.#authority, wake);
  }
}

/** Bytes that may still be written, to all sinks that share it; and how many came beyond. */
export interface OutputQuota {
  left: number;
  dropped: number;
}

export class GrantedSink implements OutputSink {
  readonly #sink: OutputSink;
  readonly #authority: Authority;
  readonly #name: string;
  readonly #quota: OutputQuota;

  constructor(sink: OutputSink, { authority, name, quota }: { authority: Authority; name: string; quota: OutputQuota }) {
    this.#sink = sink;
    this.#authority = authority;
    this.#name = name;
    this.#quota = quota;
  }

  get isTerminal(): boolean {
    return !this.#authority.revoked && this.#sink.isTerminal === true;
  }

  permit(): number | undefined {
    if (this.#authority.revoked) return undefined;
    const permit = this.#sink.permit();
    // What is dropped needs no room.
    return permit !== undefined && this.#quota.left === 0 ? MAX_BUFFERED_BYTES : permit;
  }

  write(bytes: Uint8Array): void {
    const authority = this.#authority;
    if (authority.revoked) return;
    const quota = this.#quota;
    const kept = bytes.length <= quota.left ? bytes : bytes.subarray(0, quota.left);
    quota.left -= kept.length;
    quota.dropped += bytes.length - kept.length;
    if (authority.audited) authority.used("write", this.#name, kept.length === bytes.length ? "ok" : "dropped");
    if (kept.length > 0) this.#sink.write(kept);
  }

  flush(): void {
    if (!this.#authority.revoked) this.#sink.flush();
  }

  ready(): boolean {
    return this.#authority.revoked || this.#quota.left === 0 || this.#sink.ready();
  }

  onReady(wake: () => void): () => void {
    return this.#quota.left === 0 ? wakeSoon(wake) : onReadyOrRevoked(this.#sink, this.#authority, wake);
  }
}

function onReadyOrRevoked(waitable: Waitable, authority: Authority, wake: () => void): () => void {
  if (authority.revoked) return wakeSoon(wake);
  const cancel = waitable.onReady(() => {
    forget();
    wake();
  });
  const forget = authority.onRevoked(() => {
    cancel();
    wake();
  });
  return () => {
    cancel();
    forget();
  };
}

/** Times in nanoseconds, by the name of the option. */
interface Timeouts {
  connect?: bigint | undefined;
  firstByte?: bigint | undefined;
  betweenBytes?: bigint | undefined;
}

/** `request-options` of `wasi:http/types`. */
export class RequestOptions {
  readonly #timeouts: Timeouts;
  readonly #mutable: boolean;

  constructor(timeouts: Timeouts = {}, mutable = true) {
    this.#timeouts = timeouts;
    this.#mutable = mutable;
  }

  /** As the request that they were given to shows them. Not a method: guests see the interface only. */
  static immutable(options: RequestOptions): RequestOptions {
    return new RequestOptions(options.#timeouts, false);
  }

  static timeoutsOf(options: RequestOptions): Timeouts {
    return options.#timeouts;
  }

  getConnectTimeout(): bigint | undefined {
    return this.#timeouts.connect;
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#changeable().connect = duration;
  }

  getFirstByteTimeout(): bigint | undefined {
    return this.#timeouts.firstByte;
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#changeable().firstByte = duration;
  }

  getBetweenBytesTimeout(): bigint | undefined {
    return this.#timeouts.betweenBytes;
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#changeable().betweenBytes = duration;
  }

  clone(): RequestOptions {
    return new RequestOptions({ ...this.#timeouts });
  }

  #changeable(): Timeouts {
    if (!this.#mutable) throw { tag: "immutable" };
    return this.#timeouts;
  }
}

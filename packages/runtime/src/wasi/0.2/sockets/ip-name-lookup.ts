import type { IpAddress } from "../../../network/address.ts";
import { codeOf, type SocketErrorCode } from "../../../network/socket-error.ts";
import { nextTurn, type Waitable, WakeList, wakeSoon } from "../../../streams/waitable.ts";
import { Pollable, Readiness } from "../io/poll.ts";
import { attempt, type ErrorCode, errorCode } from "./error-code.ts";
import { Network } from "./network.ts";

/** The addresses of a name, one after the other. A failure stays what it is. */
export class ResolveAddressStream {
  readonly #readiness: Readiness;
  readonly #waiting = new WakeList();
  #addresses: IpAddress[] | undefined;
  #failure: SocketErrorCode | undefined;

  constructor(addresses: IpAddress[] | Promise<IpAddress[]>) {
    const settled: Waitable = { ready: () => this.#settled, onReady: (wake) => (this.#settled ? wakeSoon(wake) : this.#waiting.add(wake)) };
    this.#readiness = new Readiness(settled);
    if (addresses instanceof Promise) void this.#wait(addresses);
    else this.#addresses = addresses;
  }

  resolveNextAddress(): IpAddress | undefined | Promise<IpAddress | undefined> {
    if (!this.#settled && this.#readiness.notYet()) return nextTurn().then(() => this.#next());
    return this.#next();
  }

  subscribe(): Pollable {
    return new Pollable(this.#readiness);
  }

  get #settled(): boolean {
    return this.#addresses !== undefined || this.#failure !== undefined;
  }

  #next(): IpAddress | undefined {
    if (this.#failure !== undefined) throw errorCode(this.#failure);
    if (this.#addresses === undefined) throw "would-block" satisfies ErrorCode;
    return this.#addresses.shift();
  }

  async #wait(addresses: Promise<IpAddress[]>): Promise<void> {
    try {
      this.#addresses = await addresses;
    } catch (error) {
      this.#failure = codeOf(error);
    }
    this.#waiting.wakeAll();
  }
}

export const ipNameLookup = {
  ResolveAddressStream,
  resolveAddresses: (network: Network, name: string): ResolveAddressStream => attempt(() => new ResolveAddressStream(Network.socketsOf(network).lookUp(name))),
};

/** `wasi:sockets/network`: the handle that stands for the network, and what the failures of streams were about. */
import type { GuestSockets } from "../../../network/guest-sockets.ts";
import { IoError } from "../io/error.ts";

/** It conveys what the host was given for a network, which may be none. */
export class Network {
  readonly #sockets: GuestSockets;

  constructor(sockets: GuestSockets) {
    this.#sockets = sockets;
  }

  /** Whose network it is. Not a member: interposers and guests see methods only. */
  static socketsOf(network: Network): GuestSockets {
    return network.#sockets;
  }
}

export const network = { Network, networkErrorCode: (err: IoError): string | undefined => IoError.codeOf(err).network };

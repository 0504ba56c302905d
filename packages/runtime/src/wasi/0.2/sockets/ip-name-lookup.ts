import { alwaysReady } from "../../../streams/waitable.ts";
import { Pollable } from "../io/poll.ts";
import { denied, type IpAddress, type Network } from "./network.ts";

export class ResolveAddressStream {
  resolveNextAddress(): IpAddress | undefined {
    return denied();
  }
  subscribe(): Pollable {
    return Pollable.of(alwaysReady);
  }
}

export const ipNameLookup = {
  ResolveAddressStream,
  resolveAddresses: (_network: Network, _name: string): ResolveAddressStream => denied(),
};

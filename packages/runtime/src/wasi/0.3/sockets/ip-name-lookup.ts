import type { Later } from "../../../capability/later.ts";
import type { IpAddress } from "../../../network/address.ts";
import { codeOf } from "../../../network/socket-error.ts";
import type { WasiHost } from "../../options.ts";
import { lookupErrorCode } from "./error-code.ts";

export const ipNameLookup = ({ sockets }: WasiHost) => ({
  resolveAddresses(name: string): Later<IpAddress[]> {
    try {
      const addresses = sockets.lookUp(name);
      return addresses instanceof Promise ? addresses.catch(failed) : addresses;
    } catch (error) {
      failed(error);
    }
  },
});

function failed(error: unknown): never {
  throw lookupErrorCode(codeOf(error));
}

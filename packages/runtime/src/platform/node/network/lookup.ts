import { type IpAddress, parseIp } from "../../../network/address.ts";
import { SocketError } from "../../../network/socket-error.ts";
import { codeOf } from "../file-descriptor.ts";

/** All addresses of a name, as the system resolves names. */
export function lookupAll(name: string): Promise<readonly IpAddress[]> {
  return new Promise((resolve, reject) => {
    const { lookup } = process.getBuiltinModule("node:dns");
    const ask = () =>
      lookup(name, { all: true }, (error, found) => {
        if (error !== null) reject(resolverError(error));
        else resolve(found.flatMap(({ address }) => parseIp(address.split("%")[0]!) ?? []));
      });
    try {
      ask();
    } catch (error) {
      // As under Node's permission model.
      reject(resolverError(error));
    }
  });
}

function resolverError(error: unknown): SocketError {
  switch (codeOf(error)) {
    case "EAI_AGAIN":
    case "ETIMEOUT":
      return new SocketError("temporary-resolver-failure", error);
    case "EAI_FAIL":
    case "EREFUSED":
    case "ESERVFAIL":
      return new SocketError("permanent-resolver-failure", error);
    case "ERR_ACCESS_DENIED":
      return new SocketError("access-denied", error);
    default:
      return new SocketError("name-unresolvable", error);
  }
}

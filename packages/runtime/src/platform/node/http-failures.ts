import { failure } from "../../http/client/transport.ts";
import { SocketError } from "../../network/socket-error.ts";
import type { HttpFailure } from "../../streams/stream-failure.ts";
import { codeOf } from "./file-descriptor.ts";

const OF_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection-refused",
  ECONNRESET: "connection-terminated",
  EPIPE: "connection-terminated",
  ETIMEDOUT: "connection-timeout",
  EHOSTUNREACH: "destination-IP-unroutable",
  ENETUNREACH: "destination-IP-unroutable",
  EADDRNOTAVAIL: "destination-unavailable",
  EMFILE: "connection-limit-reached",
  ENFILE: "connection-limit-reached",
};

/** What `node:http` failed with, in the words of `wasi:http/types`. */
export function httpFailureOf(error: Error): HttpFailure {
  if ("failure" in error) return error.failure as HttpFailure;
  // One attempt for each address: what the first of them met.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return httpFailureOf(error.errors[0]);
  if (error instanceof SocketError) return dnsError(error.code === "temporary-resolver-failure" ? "SERVFAIL" : "NXDOMAIN");
  const code = codeOf(error) ?? "";
  if (Object.hasOwn(OF_CODE, code)) return failure(OF_CODE[code]!);
  if (code === "HPE_HEADER_OVERFLOW") return failure("HTTP-response-header-section-size", undefined);
  if (code === "HPE_INVALID_TRANSFER_ENCODING") return failure("HTTP-response-transfer-coding", undefined);
  if (code.startsWith("HPE_")) return failure("HTTP-protocol-error");
  if (/^(?:EAI_|ENOTFOUND|ENODATA)/.test(code)) return dnsError(code === "EAI_AGAIN" ? "SERVFAIL" : "NXDOMAIN");
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/.test(code)) return failure("TLS-certificate-error");
  if (/^(?:ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return failure("TLS-protocol-error");
  return failure("internal-error");
}

function dnsError(rcode: string): HttpFailure {
  return failure("DNS-error", { rcode, infoCode: undefined });
}

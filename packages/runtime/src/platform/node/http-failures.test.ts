import assert from "node:assert/strict";
import { test } from "node:test";
import { SocketError } from "../../network/socket-error.ts";
import { httpFailureOf } from "./http-failures.ts";

const failed = (code: string) => Object.assign(new Error(`connect ${code} 10.1.2.3:443`), { code });

const codes: readonly (readonly [code: string, tag: string])[] = [
  ["ECONNREFUSED", "connection-refused"],
  ["ECONNRESET", "connection-terminated"],
  ["EPIPE", "connection-terminated"],
  ["ETIMEDOUT", "connection-timeout"],
  ["EHOSTUNREACH", "destination-IP-unroutable"],
  ["ENETUNREACH", "destination-IP-unroutable"],
  ["EMFILE", "connection-limit-reached"],
  ["HPE_HEADER_OVERFLOW", "HTTP-response-header-section-size"],
  ["HPE_INVALID_TRANSFER_ENCODING", "HTTP-response-transfer-coding"],
  ["HPE_INVALID_CONSTANT", "HTTP-protocol-error"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS-certificate-error"],
  ["CERT_HAS_EXPIRED", "TLS-certificate-error"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS-certificate-error"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "TLS-certificate-error"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "TLS-protocol-error"],
  ["EPROTO", "TLS-protocol-error"],
  ["ENOTFOUND", "DNS-error"],
  ["EAI_AGAIN", "DNS-error"],
  ["constructor", "internal-error"],
  ["EOTHER", "internal-error"],
];
for (const [code, tag] of codes) {
  test(`threat 24: ${code} is ${tag}, without the words of the host`, () => {
    const failure = httpFailureOf(failed(code));
    assert.equal(failure.tag, tag);
    assert.doesNotMatch(JSON.stringify(failure), /10\.1\.2\.3/);
  });
}

test("of many attempts the first tells; names that are not found, or can't be asked for now, tell that", () => {
  assert.equal(httpFailureOf(new AggregateError([failed("ECONNREFUSED"), failed("ETIMEDOUT")])).tag, "connection-refused");
  assert.deepEqual(
    [httpFailureOf(new SocketError("name-unresolvable")).val, httpFailureOf(new SocketError("temporary-resolver-failure")).val],
    [
      { rcode: "NXDOMAIN", infoCode: undefined },
      { rcode: "SERVFAIL", infoCode: undefined },
    ],
  );
});

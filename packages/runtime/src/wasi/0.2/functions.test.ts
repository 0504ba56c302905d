import { type FunctionTable, testFunctions } from "../test-functions.ts";
import { WASI_02_VERSION, wasi02 } from "./imports.ts";

/** From the WIT texts of the release. */
const table: FunctionTable = {
  "cli/environment": "get-environment/0 get-arguments/0 initial-cwd/0",
  "cli/exit": "exit/1 exit-with-code/1",
  "cli/run": "run/0",
  "cli/stdin": "get-stdin/0",
  "cli/stdout": "get-stdout/0",
  "cli/stderr": "get-stderr/0",
  "cli/terminal-input": " | terminal-input: ",
  "cli/terminal-output": " | terminal-output: ",
  "cli/terminal-stdin": "get-terminal-stdin/0",
  "cli/terminal-stdout": "get-terminal-stdout/0",
  "cli/terminal-stderr": "get-terminal-stderr/0",
  "clocks/monotonic-clock": "now/0 resolution/0 subscribe-instant/1 subscribe-duration/1",
  "clocks/wall-clock": "now/0 resolution/0",
  "clocks/timezone": "display/1 utc-offset/1",
  "filesystem/types":
    "filesystem-error-code/1 | descriptor: read-via-stream/1 write-via-stream/1 append-via-stream/0 advise/3 sync-data/0 get-flags/0 get-type/0 set-size/1 " +
    "set-times/2 read/2 write/2 read-directory/0 sync/0 create-directory-at/1 stat/0 stat-at/2 set-times-at/4 link-at/4 open-at/4 readlink-at/1 " +
    "remove-directory-at/1 rename-at/3 symlink-at/2 unlink-file-at/1 is-same-object/1 metadata-hash/0 metadata-hash-at/2 " +
    "| directory-entry-stream: read-directory-entry/0",
  "filesystem/preopens": "get-directories/0",
  "http/types":
    "http-error-code/1 | fields: new/0 static from-list/1 get/1 has/1 set/2 delete/1 append/2 entries/0 clone/0 " +
    "| incoming-request: method/0 path-with-query/0 scheme/0 authority/0 headers/0 consume/0 " +
    "| outgoing-request: new/1 body/0 method/0 set-method/1 path-with-query/0 set-path-with-query/1 scheme/0 set-scheme/1 authority/0 set-authority/1 headers/0 " +
    "| request-options: new/0 connect-timeout/0 set-connect-timeout/1 first-byte-timeout/0 set-first-byte-timeout/1 between-bytes-timeout/0 " +
    "set-between-bytes-timeout/1 | response-outparam: send-informational/2 static set/2 | incoming-response: status/0 headers/0 consume/0 " +
    "| incoming-body: stream/0 static finish/1 | future-trailers: subscribe/0 get/0 " +
    "| outgoing-response: new/1 status-code/0 set-status-code/1 headers/0 body/0 | outgoing-body: write/0 static finish/2 " +
    "| future-incoming-response: subscribe/0 get/0",
  "http/incoming-handler": "handle/2",
  "http/outgoing-handler": "handle/2",
  "io/error": " | error: to-debug-string/0",
  "io/poll": "poll/1 | pollable: ready/0 block/0",
  "io/streams":
    " | input-stream: read/1 blocking-read/1 skip/1 blocking-skip/1 subscribe/0 " +
    "| output-stream: check-write/0 write/1 blocking-write-and-flush/1 flush/0 blocking-flush/0 subscribe/0 write-zeroes/1 blocking-write-zeroes-and-flush/1 " +
    "splice/2 blocking-splice/2",
  "random/insecure-seed": "insecure-seed/0",
  "random/insecure": "get-insecure-random-bytes/1 get-insecure-random-u64/0",
  "random/random": "get-random-bytes/1 get-random-u64/0",
  "sockets/network": "network-error-code/1 | network: ",
  "sockets/instance-network": "instance-network/0",
  "sockets/ip-name-lookup": "resolve-addresses/2 | resolve-address-stream: resolve-next-address/0 subscribe/0",
  "sockets/tcp":
    " | tcp-socket: start-bind/2 finish-bind/0 start-connect/2 finish-connect/0 start-listen/0 finish-listen/0 accept/0 local-address/0 remote-address/0 " +
    "is-listening/0 address-family/0 set-listen-backlog-size/1 keep-alive-enabled/0 set-keep-alive-enabled/1 keep-alive-idle-time/0 set-keep-alive-idle-time/1 " +
    "keep-alive-interval/0 set-keep-alive-interval/1 keep-alive-count/0 set-keep-alive-count/1 hop-limit/0 set-hop-limit/1 receive-buffer-size/0 " +
    "set-receive-buffer-size/1 send-buffer-size/0 set-send-buffer-size/1 subscribe/0 shutdown/1",
  "sockets/tcp-create-socket": "create-tcp-socket/1",
  "sockets/udp":
    " | udp-socket: start-bind/2 finish-bind/0 stream/1 local-address/0 remote-address/0 address-family/0 unicast-hop-limit/0 set-unicast-hop-limit/1 " +
    "receive-buffer-size/0 set-receive-buffer-size/1 send-buffer-size/0 set-send-buffer-size/1 subscribe/0 " +
    "| incoming-datagram-stream: receive/1 subscribe/0 | outgoing-datagram-stream: check-send/0 send/1 subscribe/0",
  "sockets/udp-create-socket": "create-udp-socket/1",
};

testFunctions(table, wasi02, { version: WASI_02_VERSION, interfaces: 32, functions: 181 });

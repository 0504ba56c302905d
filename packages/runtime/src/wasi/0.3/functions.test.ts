import { type FunctionTable, testFunctions } from "../test-functions.ts";
import { WASI_03_CANDIDATES, WASI_03_VERSION, wasi03 } from "./imports.ts";

/** From the WIT texts of the release. */
const table: FunctionTable = {
  "cli/environment": "get-environment/0 get-arguments/0 get-initial-cwd/0",
  "cli/exit": "exit/1 exit-with-code/1",
  "cli/run": "run/0",
  "cli/types": "",
  "cli/stdin": "read-via-stream/0",
  "cli/stdout": "write-via-stream/1",
  "cli/stderr": "write-via-stream/1",
  "cli/terminal-input": " | terminal-input: ",
  "cli/terminal-output": " | terminal-output: ",
  "cli/terminal-stdin": "get-terminal-stdin/0",
  "cli/terminal-stdout": "get-terminal-stdout/0",
  "cli/terminal-stderr": "get-terminal-stderr/0",
  "clocks/types": "",
  "clocks/monotonic-clock": "now/0 get-resolution/0 wait-until/1 wait-for/1",
  "clocks/system-clock": "now/0 get-resolution/0",
  "clocks/timezone": "iana-id/0 utc-offset/1 to-debug-string/0",
  "random/insecure-seed": "get-insecure-seed/0",
  "random/insecure": "get-insecure-random-bytes/1 get-insecure-random-u64/0",
  "random/random": "get-random-bytes/1 get-random-u64/0",
  "filesystem/types":
    " | descriptor: read-via-stream/1 write-via-stream/2 append-via-stream/1 advise/3 sync-data/0 get-flags/0 get-type/0 set-size/1 set-times/2 " +
    "read-directory/0 sync/0 create-directory-at/1 stat/0 stat-at/2 set-times-at/4 link-at/4 open-at/4 readlink-at/1 remove-directory-at/1 rename-at/3 " +
    "symlink-at/2 unlink-file-at/1 is-same-object/1 metadata-hash/0 metadata-hash-at/2",
  "filesystem/preopens": "get-directories/0",
  "sockets/types":
    " | tcp-socket: static create/1 bind/1 connect/1 listen/0 send/1 receive/0 get-local-address/0 get-remote-address/0 get-is-listening/0 " +
    "get-address-family/0 set-listen-backlog-size/1 get-keep-alive-enabled/0 set-keep-alive-enabled/1 get-keep-alive-idle-time/0 " +
    "set-keep-alive-idle-time/1 get-keep-alive-interval/0 set-keep-alive-interval/1 get-keep-alive-count/0 set-keep-alive-count/1 get-hop-limit/0 " +
    "set-hop-limit/1 get-receive-buffer-size/0 set-receive-buffer-size/1 get-send-buffer-size/0 set-send-buffer-size/1 " +
    "| udp-socket: static create/1 bind/1 connect/1 disconnect/0 send/2 receive/0 get-local-address/0 get-remote-address/0 get-address-family/0 " +
    "get-unicast-hop-limit/0 set-unicast-hop-limit/1 get-receive-buffer-size/0 set-receive-buffer-size/1 get-send-buffer-size/0 set-send-buffer-size/1",
  "sockets/ip-name-lookup": "resolve-addresses/1",
  "http/types":
    " | fields: new/0 static from-list/1 get/1 has/1 set/2 delete/1 get-and-delete/1 append/2 copy-all/0 clone/0 " +
    "| request: static new/4 get-method/0 set-method/1 get-path-with-query/0 set-path-with-query/1 get-scheme/0 set-scheme/1 get-authority/0 " +
    "set-authority/1 get-options/0 get-headers/0 static consume-body/2 " +
    "| request-options: new/0 get-connect-timeout/0 set-connect-timeout/1 get-first-byte-timeout/0 set-first-byte-timeout/1 " +
    "get-between-bytes-timeout/0 set-between-bytes-timeout/1 clone/0 " +
    "| response: static new/3 get-status-code/0 set-status-code/1 get-headers/0 static consume-body/2",
  "http/handler": "handle/1",
  "http/client": "send/1",
};

for (const version of [WASI_03_VERSION, ...WASI_03_CANDIDATES]) testFunctions(table, wasi03, { version, interfaces: 26, functions: 130 });

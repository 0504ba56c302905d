/** Of addresses, rules, names and sockets. */
import type { Mutation } from "../mutations.ts";

const NETWORK = "packages/runtime/src/network";
const ADDRESS = { file: `${NETWORK}/address.ts`, test: `${NETWORK}/address.test.ts` };
const PATTERN = { file: `${NETWORK}/pattern.ts`, test: `${NETWORK}/pattern.test.ts` };
const HOST_NAME = { file: `${NETWORK}/host-name.ts`, test: `${NETWORK}/host-name.test.ts` };
const LOOKUP = { file: `${NETWORK}/name-lookup.ts`, test: `${NETWORK}/name-lookup.test.ts` };
const GUEST = { file: `${NETWORK}/guest-sockets.ts` };
const TCP = { file: `${NETWORK}/tcp-socket.ts`, test: `${NETWORK}/tcp-socket.test.ts` };
const UDP = { file: `${NETWORK}/udp-socket.ts`, test: `${NETWORK}/udp-socket.test.ts` };
const LISTENER = { file: `${NETWORK}/tcp-listener.ts`, test: TCP.test };
const WASI_02 = { file: "packages/runtime/src/wasi/0.2/sockets/tcp.ts", test: "packages/runtime/src/wasi/0.2/sockets/sockets.test.ts" };

const NODE = "packages/runtime/src/platform/node/network";
const CONNECTION = { file: `${NODE}/tcp-connection.ts`, test: `${NODE}/tcp.test.ts` };
const ENDPOINT = { file: `${NODE}/tcp-endpoint.ts`, test: `${NODE}/tcp.test.ts` };

export const NETWORKS: readonly Mutation[] = [
  { threat: 16, defence: "the refusal of octal numbers in addresses", ...ADDRESS, find: "(?:0|[1-9][0-9]{0,2})", replace: "[0-9]{1,3}" },
  { threat: 16, defence: "the class of link-local addresses", ...ADDRESS, find: "if (first === 169 && second === 254)", replace: "if (false)" },
  { threat: 16, defence: "the class of an IPv4 address that IPv6 carries", ...ADDRESS, find: "if (zerosTo(6) || ", replace: "if (false && " },
  { threat: 16, defence: "the class of addresses behind NAT64", ...ADDRESS, find: "if (a === 0x64 && b === 0xff9b)", replace: "if (false)" },
  {
    threat: 16,
    defence: "mapped addresses being the IPv4 address",
    ...PATTERN,
    find: "const target = canonicalIp(address);",
    replace: "const target = address;",
  },
  {
    threat: 16,
    defence: "the star's end at the public",
    ...PATTERN,
    find: 'if (host.tag === "any") return isPublic(target);',
    replace: 'if (host.tag === "any") return true;',
  },
  { threat: 16, defence: "a name's end at the public", ...PATTERN, find: "return isPublic(target) || (isLocalhost", replace: "return true || (isLocalhost" },
  { threat: 16, defence: "the dot before a parent's name", ...PATTERN, find: "name.endsWith(`.", replace: "name.endsWith(`" },
  { threat: 16, defence: "the refusal of names that readers take for addresses", ...HOST_NAME, find: "|| parseIp(hostname) !== undefined", replace: "" },
  { threat: 16, defence: "the rules for looking up", ...LOOKUP, find: 'if (!network.admitsLookup(name)) throw new SocketError("access-denied");', replace: "" },
  { threat: 16, defence: "the silence about neighbours", ...LOOKUP, find: "if (network.admitsAnswer(address, name)) ", replace: "if (true) " },
  { threat: 16, defence: "the mapped answers being IPv4 addresses", ...LOOKUP, find: "return [canonicalIp(literal)];", replace: "return [literal];" },
  {
    threat: 16,
    defence: "the check of what is connected to",
    ...TCP,
    find: 'if (!this.#guest.admits(remote)) throw new SocketError("access-denied");',
    replace: "",
  },
  { threat: 16, defence: "the check of where to listen", ...TCP, find: ": !this.#mayListen) throw", replace: ": false) throw" },
  {
    threat: 16,
    defence: "the check of where to listen without binding",
    ...TCP,
    find: "if (bound === undefined ? !this.#network.admitsLocal(local.address, 0)",
    replace: "if (bound === undefined ? false",
  },
  {
    threat: 16,
    defence: "the check of ports to bind TCP to",
    ...TCP,
    find: "if (!mayListen && !(local.port === 0 && ",
    replace: "if (!mayListen && !(true || ",
  },
  {
    threat: 16,
    defence: "the check of ports to bind UDP to",
    ...UDP,
    find: "if (!mayListen && !(local.port === 0 && ",
    replace: "if (!mayListen && !(true || ",
  },
  {
    threat: 16,
    defence: "the check of what is sent to",
    ...UDP,
    find: "if (!this.#guest.admits(target) && !this.#heardFrom",
    replace: "if (false && !this.#heardFrom",
  },
  { threat: 16, defence: "the check of what is heard from", ...UDP, find: "if (!this.#mayListen && !this.#guest.admits(remote)) return;", replace: "" },
  { threat: 16, defence: "the refusal of sockets without rules", ...GUEST, find: "if (!network.admitsSockets)", replace: "if (false)", test: TCP.test },
  {
    threat: 16,
    defence: "the names of the rule being those that were looked up",
    ...GUEST,
    find: "names === undefined ? [] : [...names]",
    replace: '["good.test"]',
    test: LOOKUP.test,
  },
  {
    threat: 16,
    defence: "the parent's rules",
    file: `${NETWORK}/network.ts`,
    find: "[...(parent?.layers ?? []), layerOf(rules)]",
    replace: "[layerOf(rules)]",
    test: TCP.test,
  },
  {
    threat: 16,
    defence: "the network that a socket was made in",
    ...WASI_02,
    find: "if (Network.socketsOf(network) !== this.#sockets)",
    replace: "if (false)",
  },
  {
    threat: 11,
    defence: "the limit on sockets",
    ...GUEST,
    find: "this.#open.size < MAX_SOCKETS",
    replace: "this.#open.size < MAX_SOCKETS * 9",
    test: TCP.test,
  },
  { threat: 11, defence: "the limit on pending connections", ...LISTENER, find: "this.#pending.length >= MAX_PENDING_CONNECTIONS", replace: "false" },
  { threat: 11, defence: "the limit on datagrams", ...UDP, find: "this.#queue.length >= MAX_QUEUED_DATAGRAMS || ", replace: "" },
  { threat: 11, defence: "the limit on the bytes of datagrams", ...UDP, find: "this.#queuedBytes + data.length > MAX_QUEUED_DATAGRAM_BYTES", replace: "false" },
  { threat: 11, defence: "the limit on look-ups", ...LOOKUP, find: "guest.beginLookup(MAX_LOOKUPS)", replace: "guest.beginLookup(MAX_LOOKUPS * 2)" },
  {
    threat: 11,
    defence: "the limit on known addresses",
    ...GUEST,
    find: "if (this.#names.size <= MAX_KNOWN_ADDRESSES) break;",
    replace: "break;",
    test: LOOKUP.test,
  },
  {
    threat: 11,
    defence: "the limit on the names of an address",
    ...GUEST,
    find: "if (names.size > MAX_NAMES_OF_ADDRESS)",
    replace: "if (false)",
    test: LOOKUP.test,
  },
  {
    threat: 25,
    defence: "the end of sockets at revocation",
    ...GUEST,
    find: "for (const each of [...this.#open]) each.revoke();",
    replace: "",
    test: TCP.test,
  },
  {
    threat: 25,
    defence: "the end of connections in flight at revocation",
    ...TCP,
    find: "this.#connection?.abort(new StreamFailure(",
    replace: "void (new StreamFailure(",
  },
  {
    threat: 25,
    defence: "the refusal of new sockets after revocation",
    ...GUEST,
    find: "network === undefined || network.authority.revoked",
    replace: "network === undefined",
    test: TCP.test,
  },
  { threat: 25, defence: "the end of look-ups at revocation", ...LOOKUP, find: 'revoked.reject(new SocketError("access-denied"))', replace: "undefined" },
  {
    threat: 25,
    defence: "the loss of datagrams at revocation",
    ...UDP,
    find: "if (this.#closed !== undefined) throw new SocketError(this.#closed);\n    this.#guest.use();",
    replace: "",
  },
  { threat: 11, defence: "the limit on chunks received", ...CONNECTION, find: "++this.#chunks >= MAX_BUFFERED_CHUNKS || ", replace: "" },
  { threat: 11, defence: "the limit on chunks written", ...CONNECTION, find: "this.#writes >= MAX_BUFFERED_CHUNKS ? 0 : ", replace: "" },
  { threat: 25, defence: "the end of connecting at revocation", ...ENDPOINT, find: 'reject(new SocketError("connection-aborted"));', replace: "" },
  {
    threat: 25,
    defence: "the end of real connections at revocation",
    ...CONNECTION,
    find: "this.sink.cut(reason);\n    this.#socket.resetAndDestroy();",
    replace: "",
  },
];

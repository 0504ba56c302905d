import type { WasiHost } from "../../options.ts";
import { tcpSocketOf } from "./tcp-socket.ts";
import { udpSocketOf } from "./udp-socket.ts";

/** `create` has no handle to show what it may do: each host has classes of its own. */
export const types = (host: WasiHost) => ({ TcpSocket: tcpSocketOf(host), UdpSocket: udpSocketOf(host) });

import { TcpSocket } from "./tcp-socket.ts";
import { UdpSocket } from "./udp-socket.ts";

export const types = { TcpSocket, UdpSocket };

import { denied, type IpAddressFamily } from "./network.ts";
import type { TcpSocket } from "./tcp.ts";

export const tcpCreateSocket = { createTcpSocket: (_addressFamily: IpAddressFamily): TcpSocket => denied() };

import { denied, type IpAddressFamily } from "./network.ts";
import type { UdpSocket } from "./udp.ts";

export const udpCreateSocket = { createUdpSocket: (_addressFamily: IpAddressFamily): UdpSocket => denied() };

import type { AddressFamily } from "../../../network/address.ts";
import type { WasiHost } from "../../options.ts";
import { attempt } from "./error-code.ts";
import { UdpSocket } from "./udp.ts";

export const udpCreateSocket = ({ sockets, open }: WasiHost) => ({
  createUdpSocket: (addressFamily: AddressFamily): UdpSocket => attempt(() => new UdpSocket(sockets.createUdp(addressFamily), sockets, open)),
});

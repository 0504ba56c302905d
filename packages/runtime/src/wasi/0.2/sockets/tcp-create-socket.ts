import type { AddressFamily } from "../../../network/address.ts";
import type { WasiHost } from "../../options.ts";
import { attempt } from "./error-code.ts";
import { TcpSocket } from "./tcp.ts";

export const tcpCreateSocket = ({ sockets, open }: WasiHost) => ({
  createTcpSocket: (addressFamily: AddressFamily): TcpSocket => attempt(() => new TcpSocket(sockets.createTcp(addressFamily), sockets, open)),
});

import type { WasiHost } from "../../options.ts";
import { Network } from "./network.ts";

export const instanceNetwork = ({ sockets }: WasiHost) => ({ instanceNetwork: (): Network => new Network(sockets) });

import { Network } from "./network.ts";

export const instanceNetwork = { instanceNetwork: (): Network => new Network() };

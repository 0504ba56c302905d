import { networkInterfaces } from "node:os";
import { testSockets } from "../../../network/test-sockets.ts";
import { network } from "./network.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1"));

testSockets("Node", network, hasIpv6);

import { testSockets } from "../test-sockets.ts";
import { memoryNetwork } from "./memory-network.ts";

testSockets("in memory", memoryNetwork);

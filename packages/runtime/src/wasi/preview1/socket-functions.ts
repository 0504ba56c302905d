import { Errno, Failure } from "./errno.ts";
import type { Guest } from "./guest.ts";

/** `sock_*`: no descriptor is ever a socket, since preview 1 has no way to make one. */
export function socketFunctions({ descriptors }: Guest) {
  const notSocket = (fd: number): never => {
    descriptors.get(fd);
    throw new Failure(Errno.notsock);
  };
  return { sock_accept: notSocket, sock_recv: notSocket, sock_send: notSocket, sock_shutdown: notSocket };
}

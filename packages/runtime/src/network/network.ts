import { Authority } from "../capability/authority.ts";

/** Sockets as a capability: to which addresses a guest may connect, on which it may listen, which names it may look up. */
export class Network {
  readonly authority: Authority;

  constructor(name: string) {
    this.authority = new Authority(name);
  }

  revoke(): void {
    this.authority.revoke();
  }
}

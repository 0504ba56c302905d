import { Authority } from "../../capability/authority.ts";

/** Outgoing requests as a capability: to which hosts a guest may send them. */
export class HttpClient {
  readonly authority: Authority;

  constructor(name: string) {
    this.authority = new Authority(name);
  }

  revoke(): void {
    this.authority.revoke();
  }
}

/** `method` and `scheme` of `wasi:http/types`, and the syntax of what goes into a request line (RFC 9110 and 3986). */
export type Method = { readonly tag: string; readonly val?: string };
export type Scheme = { readonly tag: "HTTP" | "HTTPS" } | { readonly tag: "other"; readonly val: string };

const KNOWN: ReadonlyMap<string, Method> = new Map(
  ["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"].map((tag) => [tag.toUpperCase(), Object.freeze({ tag })]),
);

export function methodOf(text: string): Method {
  return KNOWN.get(text) ?? { tag: "other", val: text };
}

export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** Characters of a path and query: visible ASCII but those that end them or never stand in a URI. */
export function isPathWithQuery(text: string): boolean {
  return /^[!$-;=?-Z_a-z~[\]|{}"\\^`]*$/.test(text);
}

export function isScheme(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+\-.]*$/.test(text);
}

/** Host and port, without user information. */
export function isAuthority(text: string): boolean {
  const match = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=%]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/.exec(text);
  return match !== null && (match[1] === undefined || Number(match[1]) <= 65535);
}

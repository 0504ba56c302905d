/** The head of a request but for its fields: what a guest reads of one that came in, and sets on one that is to go out (RFC 9110 and 3986). */

/** `method` of `wasi:http/types`. */
export type Method = { readonly tag: string; readonly val?: string };
/** `scheme` of `wasi:http/types`. */
export type Scheme = { readonly tag: "HTTP" | "HTTPS" } | { readonly tag: "other"; readonly val: string };

/** A head as it is written; a scheme of the web in capitals. */
export interface HeadText {
  readonly method: string;
  readonly pathWithQuery: string | undefined;
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
}

const NEW: HeadText = { method: "GET", pathWithQuery: undefined, scheme: undefined, authority: undefined };

const KNOWN: ReadonlyMap<string, Method> = new Map(
  ["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"].map((tag) => [tag.toUpperCase(), Object.freeze({ tag })]),
);

/** Setters tell whether the value is one that can stand in a request; if not, nothing is changed. */
export class RequestHead {
  #text: HeadText;

  /** `text` is asked when the guest asks. */
  constructor(text: HeadText = NEW) {
    this.#text = text;
  }

  /** As it is written. */
  get text(): HeadText {
    return this.#text;
  }

  get method(): Method {
    const { method } = this.#text;
    return KNOWN.get(method) ?? { tag: "other", val: method };
  }

  get pathWithQuery(): string | undefined {
    return this.#text.pathWithQuery;
  }

  get scheme(): Scheme | undefined {
    const { scheme } = this.#text;
    if (scheme === undefined) return undefined;
    return scheme === "HTTP" || scheme === "HTTPS" ? { tag: scheme } : { tag: "other", val: scheme };
  }

  get authority(): string | undefined {
    return this.#text.authority;
  }

  setMethod({ tag, val = "" }: Method): boolean {
    const method = tag === "other" ? val : tag.toUpperCase();
    return isToken(method) && this.#change({ method });
  }

  setPathWithQuery(pathWithQuery: string | undefined): boolean {
    return (pathWithQuery === undefined || isPathWithQuery(pathWithQuery)) && this.#change({ pathWithQuery });
  }

  setScheme(scheme: Scheme | undefined): boolean {
    if (scheme?.tag !== "other") return this.#change({ scheme: scheme?.tag });
    const capitals = scheme.val.toUpperCase();
    return isScheme(scheme.val) && this.#change({ scheme: capitals === "HTTP" || capitals === "HTTPS" ? capitals : scheme.val });
  }

  setAuthority(authority: string | undefined): boolean {
    return (authority === undefined || isAuthority(authority)) && this.#change({ authority });
  }

  #change(changed: Partial<HeadText>): true {
    const { method, pathWithQuery, scheme, authority } = this.#text;
    this.#text = { method, pathWithQuery, scheme, authority, ...changed };
    return true;
  }
}

function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** Characters of a path and query: visible ones but those that never stand in a URI. Beyond ASCII they stand for their bytes in UTF-8. */
function isPathWithQuery(text: string): boolean {
  return /^[!$-;=?-Z_a-z~[\]|{}"\\^\u{80}-\u{10ffff}]*$/u.test(text);
}

function isScheme(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+\-.]*$/.test(text);
}

/** Host and port, perhaps with user information before them. */
function isAuthority(text: string): boolean {
  const match = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=%:]*@)?(?:[A-Za-z0-9\-._~!$&'()*+,;=%]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/.exec(text);
  return match !== null && (match[1] === undefined || Number(match[1]) <= 65535);
}

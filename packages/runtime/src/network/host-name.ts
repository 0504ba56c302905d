import { parseIp } from "./address.ts";

const MAX_NAME_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;

/** What would make `URL` read more, or less, than a host: it drops tabs and line ends, decodes `%`, and stops at the others. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const NO_PART_OF_A_NAME = /[\x00-\x20"#%/:<>?@[\\\]^`{|}\x7f]/;

/**
 * A name as the DNS is asked for it: ASCII (Unicode by IDNA), lower case, without the dot at the end. `undefined`: no name, which
 * includes whatever some resolver would take for an address (`0x7f.1`, `127.1`, `１２７.0.0.1`).
 */
export function asciiName(text: string): string | undefined {
  if (NO_PART_OF_A_NAME.test(text) || text.length > MAX_NAME_LENGTH + 1) return undefined;
  // The reader of URLs has IDNA, and takes names that end in a number for addresses, as resolvers may.
  const hostname = URL.parse(`http://${text}/`)?.hostname;
  if (hostname === undefined || parseIp(hostname) !== undefined) return undefined;
  const name = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
  if (name.length > MAX_NAME_LENGTH) return undefined;
  return name.split(".").every((label) => label.length > 0 && label.length <= MAX_LABEL_LENGTH) ? name : undefined;
}

/** Names that stand for this machine, whatever a resolver says (RFC 6761, section 6.3). */
export function isLocalhost(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

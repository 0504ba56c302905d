/** Above this many code units `TextEncoder` is faster than our own loops. */
export const SHORT = 48;

const encoder = new TextEncoder();

/** Writes a string that is known to be ASCII. */
export function writeAscii(bytes: Uint8Array, text: string, begin: number): void {
  for (let i = 0; i < text.length; i++) bytes[begin + i] = text.charCodeAt(i);
}

/** Encodes into `scratch`, which has a byte for each code unit. False, and nothing of use there, if the string is not ASCII. */
export function encodeAscii(scratch: Uint8Array, text: string): boolean {
  return encoder.encodeInto(text, scratch.subarray(0, text.length)).read === text.length;
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

/** Bytes of the string as `writeUtf8` writes it: a lone surrogate takes three, as its replacement does. */
export function utf8Length(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x7f) continue;
    size += unit <= 0x7ff ? 1 : 2;
    // A pair takes four bytes for its two units.
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return size;
}

/** Returns how many bytes it wrote, for which there must be room. Lone surrogates become U+FFFD, as everywhere on the web. */
export function writeUtf8(bytes: Uint8Array, text: string, begin: number, room: number): number {
  const into = bytes.subarray(begin, begin + room);
  const { read, written } = encoder.encodeInto(text, into);
  if (read === text.length) return written;
  // Where a string fits exactly, Node 26 at times leaves out the last character: in one of eight longer ones of Latin-1.
  const rest = encoder.encode(text.slice(read));
  into.set(rest, written);
  return written + rest.length;
}

/** Returns how many code units it wrote: fewer than there are when one is not Latin-1. */
export function writeLatin1(bytes: Uint8Array, text: string, begin: number): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) return i;
    bytes[begin + i] = unit;
  }
  return text.length;
}

export function writeUtf16(view: DataView, text: string, begin: number): void {
  for (let i = 0; i < text.length; i++) view.setUint16(begin + 2 * i, text.charCodeAt(i), true);
}

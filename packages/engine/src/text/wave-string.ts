/** Chars and strings of WAVE, escaped as wasmtime escapes them. */

/** What wasmtime prints as `\u{..}`: what has no width or joins what stands before it. */
const UNPRINTABLE = /[\p{C}\p{Z}\p{Grapheme_Extend}]/u;
const SPECIAL: Readonly<Record<string, string>> = { " ": " ", "\\": "\\\\", '"': '\\"', "'": "\\'", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const UNESCAPED: Readonly<Record<string, string>> = { "\\": "\\", '"': '"', "'": "'", t: "\t", n: "\n", r: "\r" };

/** The contents of a quoted string. A lone surrogate becomes U+FFFD, as it does when a string is lowered. */
export function escapeString(text: string): string {
  let escaped = "";
  for (const char of text.toWellFormed()) {
    escaped += SPECIAL[char] ?? (UNPRINTABLE.test(char) ? `\\u{${char.codePointAt(0)!.toString(16)}}` : char);
  }
  return escaped;
}

/** Calls `fail` with the offset in `text` of an escape that is none. */
export function unescapeString(text: string, fail: (offset: number) => never): string {
  return text.replace(/\\(u\{([0-9a-fA-F]{1,6})\}|.|$)/gsu, (_, letter: string, hex: string | undefined, offset: number) => {
    if (hex === undefined) return UNESCAPED[letter] ?? fail(offset);
    const code = Number.parseInt(hex, 16);
    return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? fail(offset) : String.fromCodePoint(code);
  });
}

/**
 * A multi-line string, without its `"""`: it starts with a line break, and the spaces before the closing quotes are taken from each line.
 * Calls `fail` with an offset in `text` and a reason.
 */
export function unescapeLines(text: string, fail: (offset: number, reason: string) => never): string {
  const lines = text.split("\n");
  const indent = lines.pop()!;
  if (/[^ ]/.test(indent) || lines.length === 0) fail(text.length, 'only spaces may stand before the closing `"""`');
  const [first] = lines.splice(0, 1);
  if (first !== "" && first !== "\r") fail(0, 'a line break must follow the opening `"""`');
  let offset = first!.length + 1;
  const unescaped = lines.map((line) => {
    const start = offset;
    offset += line.length + 1;
    if (!line.startsWith(indent)) fail(start, 'a line must be indented at least as far as the closing `"""`');
    return unescapeString(line.slice(indent.length).replace(/\r$/, ""), (at) => fail(start + indent.length + at, "this is no escape"));
  });
  return unescaped.join("\n");
}

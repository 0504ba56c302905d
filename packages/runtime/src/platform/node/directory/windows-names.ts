/**
 * Names that Windows takes for something else than an entry of the directory they are used in: devices, streams of a file, another
 * spelling of an existing name. https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */

/** Also with an extension, and with spaces before it: `NUL.txt`, `con .tar.gz`. */
const DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]) *(?:[.:]|$)/i;
/** Separators, streams and drives (`:`), patterns, control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const FORBIDDEN = /[\u0000-\u001f\u007f<>:"/\\|?*]/;
/** Windows leaves them off. */
const TRAILING = /[. ]$/;

/** Whether Windows takes the name as it stands. */
export function isPlainOnWindows(name: string): boolean {
  return !(DEVICE.test(name) || FORBIDDEN.test(name) || TRAILING.test(name));
}

/**
 * Whether `real`, as the directory has it, is `asked`, but for case and the form of its accents, which Windows and macOS do not tell
 * apart; `PROGRA~1` is not `Program Files`.
 */
export function isSameName(asked: string, real: string): boolean {
  return asked === real || folded(asked) === folded(real);
}

function folded(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

import { MAX_LOG_LINE_BYTES } from "../limits.ts";

/** Text of a guest's for one line of a terminal or log: control characters but the tab, escape sequences among them, are shown, not obeyed. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`);
}

/** The same, and no longer than a line of a log: for what a guest says of itself in a message of ours. */
export function printableLine(text: string): string {
  return printable(text.slice(0, MAX_LOG_LINE_BYTES));
}

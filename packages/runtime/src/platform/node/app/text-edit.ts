/** What has become of a text: what went at one place, and what came there. A document of a thousand parts is not written down whole for each of its wires. */
export interface TextEdit {
  readonly at: number;
  readonly gone: number;
  readonly come: string;
}

/** The smallest that makes `after` of `before`. */
export function editBetween(before: string, after: string): TextEdit {
  const most = Math.min(before.length, after.length);
  let at = 0;
  while (at < most && before.charCodeAt(at) === after.charCodeAt(at)) at += 1;
  let same = 0;
  while (same < most - at && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) same += 1;
  return { at, gone: before.length - same - at, come: after.slice(at, after.length - same) };
}

export function edited(before: string, { at, gone, come }: TextEdit): string {
  return before.slice(0, at) + come + before.slice(at + gone);
}

export function isTextEdit(value: unknown): value is TextEdit {
  if (typeof value !== "object" || value === null) return false;
  const { at, gone, come } = value as Partial<Record<keyof TextEdit, unknown>>;
  return [at, gone].every((each) => Number.isSafeInteger(each) && (each as number) >= 0) && typeof come === "string";
}

/** `my-HTTP-field` as JavaScript spells it: `myHttpField`. Labels are unique without regard to case, so this stays unique. */
export function camelCase(label: string): string {
  return label.toLowerCase().replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Rust's names of functions as people write them, from the v0 mangling (RFC 2603) and the one before: `core::panicking::panic_fmt`.
 * Generic arguments are read, and left out. Other languages' linkers write readable names themselves.
 */

/** Longer results, and deeper nesting, are somebody's attempt to make us work: back references can double a name at each step. */
const MAX_LENGTH = 400;
const MAX_DEPTH = 60;

/** The name as it is, when it is not mangled or not as it should be. */
export function demangle(name: string): string {
  try {
    if (name.startsWith("_R")) return new V0(name.slice(2)).path();
    return legacy(name) ?? name;
  } catch {
    return name;
  }
}

/** `_ZN4core3fmt5write17h0123456789abcdefE`. */
function legacy(name: string): string | undefined {
  const match = /^_ZN((?:\d+[^\d].*)+)17h[0-9a-f]{16}E/.exec(name);
  if (match === null) return undefined;
  const parts: string[] = [];
  for (let rest = match[1]!; rest !== ""; ) {
    const digits = /^\d+/.exec(rest)![0];
    const end = digits.length + Number(digits);
    if (end > rest.length) return undefined;
    parts.push(rest.slice(digits.length, end));
    rest = rest.slice(end);
  }
  const escapes: Readonly<Record<string, string>> = { LT: "<", GT: ">", RF: "&", BP: "*", C: ",", SP: " ", LP: "(", RP: ")" };
  const path = parts.join("::").replaceAll("..", "::");
  return path.replace(/(?:^|(?<=::))_(?=\$)/g, "").replace(/\$(?:u([0-9a-f]{1,4})|([A-Z]{1,2}))\$/g, (whole, hex: string | undefined, key: string) => {
    return hex === undefined ? (escapes[key] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16));
  });
}

const BASIC_TYPES: Readonly<Record<string, string>> = {
  a: "i8",
  b: "bool",
  c: "char",
  d: "f64",
  e: "str",
  f: "f32",
  h: "u8",
  i: "isize",
  j: "usize",
  l: "i32",
  m: "u32",
  n: "i128",
  o: "u128",
  p: "_",
  s: "i16",
  t: "u16",
  u: "()",
  v: "...",
  x: "i64",
  y: "u64",
  z: "!",
};

/** A reader of the grammar of RFC 2603; its methods have the names of the productions. Throws on what is not of the grammar. */
class V0 {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  path(): string {
    return this.#nested(() => {
      switch (this.#next()) {
        case "C":
          return this.#identifier();
        case "M":
          this.#implPath();
          return `<${this.#type()}>`;
        case "X":
          this.#implPath();
          return `<${this.#type()} as ${this.path()}>`;
        case "Y":
          return `<${this.#type()} as ${this.path()}>`;
        case "N": {
          const namespace = this.#next();
          const parent = this.path();
          const name = this.#identifier();
          if (namespace === "C") return `${parent}::{closure}`;
          return name === "" ? parent : `${parent}::${name}`;
        }
        case "I": {
          const path = this.path();
          while (!this.#take("E")) this.#genericArgument();
          return path;
        }
        case "B":
          return this.#backReference(() => this.path());
        default:
          throw new RangeError("no path");
      }
    });
  }

  #implPath(): void {
    if (this.#take("s")) this.#base62();
    this.path();
  }

  #identifier(): string {
    if (this.#take("s")) this.#base62();
    const punycode = this.#take("u");
    const length = this.#decimal();
    this.#take("_");
    const name = this.#text.slice(this.#at, this.#at + length);
    if (name.length < length) throw new RangeError("cut short");
    this.#at += length;
    return punycode ? `${name} (punycode)` : name;
  }

  #type(): string {
    return this.#nested(() => {
      const tag = this.#next();
      const basic = BASIC_TYPES[tag];
      if (basic !== undefined) return basic;
      switch (tag) {
        case "A": {
          const element = this.#type();
          this.#constant();
          return `[${element}; _]`;
        }
        case "S":
          return `[${this.#type()}]`;
        case "T":
          return `(${this.#until(() => this.#type()).join(", ")})`;
        case "R":
        case "Q":
          if (this.#take("L")) this.#base62();
          return `&${tag === "Q" ? "mut " : ""}${this.#type()}`;
        case "P":
          return `*const ${this.#type()}`;
        case "O":
          return `*mut ${this.#type()}`;
        case "F":
          return this.#functionType();
        case "D":
          return this.#dynType();
        case "B":
          return this.#backReference(() => this.#type());
        default:
          this.#at -= 1;
          return this.path();
      }
    });
  }

  #functionType(): string {
    if (this.#take("G")) this.#base62();
    this.#take("U");
    if (this.#take("K") && !this.#take("C")) this.#identifier();
    const parameters = this.#until(() => this.#type());
    const result = this.#type();
    return `fn(${parameters.join(", ")})${result === "()" ? "" : ` -> ${result}`}`;
  }

  #dynType(): string {
    if (this.#take("G")) this.#base62();
    const traits = this.#until(() => {
      const trait = this.path();
      while (this.#take("p")) {
        this.#identifier();
        this.#type();
      }
      return trait;
    });
    if (this.#take("L")) this.#base62();
    return `dyn ${traits.join(" + ")}`;
  }

  #genericArgument(): void {
    if (this.#take("L")) this.#base62();
    else if (this.#take("K")) this.#constant();
    else this.#type();
  }

  #constant(): void {
    if (this.#take("p")) return;
    if (this.#take("B")) {
      this.#base62();
      return;
    }
    this.#type();
    this.#take("n");
    while (!this.#take("_")) if (!/[0-9a-f]/.test(this.#next())) throw new RangeError("no constant");
  }

  #backReference<T>(read: () => T): T {
    const target = this.#base62();
    const back = this.#at;
    if (target >= back) throw new RangeError("a reference forward");
    this.#at = target;
    const value = read();
    this.#at = back;
    return value;
  }

  #until(read: () => string): string[] {
    const items: string[] = [];
    while (!this.#take("E")) items.push(read());
    return items;
  }

  #nested(read: () => string): string {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new RangeError("too deep");
    const text = read();
    this.#depth -= 1;
    if (text.length > MAX_LENGTH) throw new RangeError("too long");
    return text;
  }

  #decimal(): number {
    const digits = /^(?:0|[1-9]\d{0,4})/.exec(this.#text.slice(this.#at, this.#at + 6))?.[0];
    if (digits === undefined) throw new RangeError("no number");
    this.#at += digits.length;
    return Number(digits);
  }

  /** `_` is 0, `0_` is 1, `Z_` is 62. */
  #base62(): number {
    let value = 0;
    for (let first = true; ; first = false) {
      const digit = this.#next();
      if (digit === "_") return first ? 0 : value + 1;
      const index = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(digit);
      if (index < 0) throw new RangeError("no number");
      value = value * 62 + index;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #next(): string {
    const character = this.#text[this.#at];
    if (character === undefined) throw new RangeError("cut short");
    this.#at += 1;
    return character;
  }
}

/** Semantic Versioning 2.0 as far as interface names need it (Explainer.md "Canonical Interface Name"). */

const PARTS = ["major version number", "minor version number", "patch version number"];
const MAX_NUMBER = 2n ** 64n - 1n;

/** What keeps `text` from being a `valid semver`, in the words that tools of the component model use; `undefined`: nothing. */
export function semverProblem(text: string): string | undefined {
  if (text === "") return "empty string, expected a semver version";
  let rest = text;
  for (const [i, part] of PARTS.entries()) {
    const digits = /^\d*/.exec(rest)![0];
    if (digits === "") return rest === "" ? `unexpected end of input while parsing ${part}` : `unexpected character ${quoted(rest)} while parsing ${part}`;
    if (digits.length > 1 && digits[0] === "0") return `invalid leading zero in ${part}`;
    if (digits.length > 19 && BigInt(digits.slice(0, 40)) > MAX_NUMBER) return `value of ${part} exceeds u64::MAX`;
    rest = rest.slice(digits.length);
    if (i === 2) break;
    if (rest === "") return `unexpected end of input while parsing ${part}`;
    if (rest[0] !== ".") return `unexpected character ${quoted(rest)} after ${part}`;
    rest = rest.slice(1);
  }
  let last = PARTS[2]!;
  for (const [mark, part] of [
    ["-", "pre-release identifier"],
    ["+", "build metadata"],
  ] as const) {
    if (rest[0] !== mark) continue;
    const identifiers = /^[\dA-Za-z.-]*/.exec(rest.slice(1))![0];
    if (identifiers.split(".").includes("")) return `empty identifier segment in ${part}`;
    if (mark === "-" && /(?:^|\.)0\d+(?:$|\.)/.test(identifiers)) return `invalid leading zero in ${part}`;
    rest = rest.slice(1 + identifiers.length);
    last = part;
  }
  return rest === "" ? undefined : `unexpected character ${quoted(rest)} after ${last}`;
}

function quoted(text: string): string {
  return `'${String.fromCodePoint(text.codePointAt(0)!)}'`;
}

/** `canonversion` of the grammar: what is left of a version when its `versionsuffix` is split off. */
const CANONICAL = /^(?:[1-9]\d*|0\.[1-9]\d*|0\.0\.(?:0|[1-9]\d*))$/;

export function isCanonicalVersion(version: string): boolean {
  return CANONICAL.test(version);
}

/**
 * An interface name with its version cut to its track: `wasi:cli/run@0.2.3` → `wasi:cli/run@0.2`. Names of one track
 * fit one another. `undefined`: a name without version, or with a pre-release, which fits nothing but itself.
 */
export function trackOf(name: string): string | undefined {
  const at = name.indexOf("@");
  if (at < 0) return undefined;
  const version = name.slice(at + 1);
  if (isCanonicalVersion(version)) return name;
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)(?:\+.*)?$/.exec(version) ?? [];
  if (major === undefined) return undefined;
  const track = major !== "0" ? major : minor !== "0" ? `0.${minor}` : `0.0.${patch}`;
  return name.slice(0, at + 1) + track;
}

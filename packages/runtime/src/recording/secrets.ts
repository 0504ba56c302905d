/** Values that are secret, as a recording has them: as a word that says so. */
import type { ValueType } from "@tenon/engine";
import { fromJson, type Handles, type Hiding, toJson } from "./value-json.ts";

const INSTEAD = "<secret>";

/** `secrets` is asked each time: a capability that is made later may know more of them. */
export function hiding(secrets: () => ReadonlySet<string>): Hiding {
  return {
    text(value) {
      let told = value;
      for (const secret of secrets()) if (secret !== "" && told.includes(secret)) told = told.replaceAll(secret, INSTEAD);
      return told;
    },
    bytes(value) {
      let told = value;
      for (const secret of secrets()) if (secret !== "") told = without(told, new TextEncoder().encode(secret));
      return told;
    },
  };
}

/** The same value with its secrets hidden. */
export function withoutSecrets(value: unknown, type: ValueType, hiding: Hiding): unknown {
  const found: unknown[] = [];
  const handles: Handles = { hiding, numberOf: (handle) => found.push(handle) - 1, handleOf: (number) => found[number] };
  return fromJson(toJson(value, type, handles), type, handles);
}

function without(bytes: Uint8Array, secret: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let at = bytes.indexOf(secret[0]!); at >= 0; ) {
    const isThere = secret.every((byte, i) => bytes[at + i] === byte);
    if (isThere) {
      parts.push(bytes.subarray(from, at), new TextEncoder().encode(INSTEAD));
      from = at + secret.length;
    }
    at = bytes.indexOf(secret[0]!, isThere ? from : at + 1);
  }
  if (from === 0) return bytes;
  parts.push(bytes.subarray(from));
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

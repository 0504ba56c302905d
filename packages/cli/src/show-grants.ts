/** What a command line grants, in plain sentences. Loaded only when it is asked for. */
import type { Grants } from "./grants.ts";

/** What components import beyond what all get, and how it is granted. */
const ASKED: readonly (readonly [what: string, interfaces: RegExp, granted: (grants: Grants) => boolean, how: string])[] = [
  ["files", /^wasi:filesystem\/preopens@|^wasi_snapshot_preview1$/, ({ directories }) => directories.length > 0, "--dir HOST::GUEST"],
  [
    "sockets",
    /^wasi:sockets\/(?:tcp|udp|types)@/,
    ({ connect, listen }) => connect.length + listen.length > 0,
    "--allow-net HOST:PORT or --listen ADDRESS:PORT",
  ],
  ["HTTP requests to others", /^wasi:http\/(?:outgoing-handler|client)@/, ({ connect }) => connect.length > 0, "--allow-net HOST:PORT"],
  ["configuration", /^wasi:config\//, ({ config }) => Object.keys(config).length > 0, "--config NAME=VALUE"],
];

/** `streams`: what the command gives besides, as the first line. */
export function showGrants(file: string, grants: Grants, { streams, imports }: { streams: string; imports: readonly { readonly name: string }[] }): string {
  const lines = [`${file} gets`, ...[streams, ...sentencesOf(grants)].map((each) => `  ${each}`)];
  const missing = ASKED.filter(([, interfaces, granted]) => !granted(grants) && imports.some(({ name }) => interfaces.test(name)));
  if (missing.length > 0) {
    lines.push("It also imports, and will find empty or refused:");
    for (const [what, , , how] of missing) lines.push(`  ${what} (${how} grants it)`);
  }
  return `${lines.join("\n")}\n`;
}

function sentencesOf({ env, directories, connect, listen, config }: Grants): string[] {
  const sentences: string[] = [];
  // Values may be secrets.
  const names = (values: object) => Object.keys(values).join(", ");
  if (names(env) !== "") sentences.push(`the environment variables ${names(env)}`);
  for (const { host, guest, rights } of directories) {
    sentences.push(`the directory ${host}${guest === host ? "" : ` as ${guest}`}, to read${rights === "write" ? " and write" : ""}`);
  }
  for (const rule of connect) sentences.push(`connections and HTTP requests to ${rule}`);
  for (const rule of listen) sentences.push(`listening on ${rule}`);
  if (names(config) !== "") sentences.push(`the configuration values ${names(config)}`);
  return sentences;
}

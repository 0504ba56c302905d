/** `tenon grants`: what an app asks of this machine, and what of it it has. */
import { connectControl, FileGrants, RestingApp } from "@tenon/runtime/node/app";
import type { Command } from "../command.ts";
import { InputError } from "../failure.ts";
import { print } from "../print.ts";
import { documentOf } from "./document.ts";
import { appOption, jsonOption } from "./reach.ts";

export const grantsCommand: Command = {
  name: "grants",
  usage: "[OPTIONS]",
  about: "Shows what an app asks for beyond its own folder and this machine, and what of it you have granted. `tenon run --grant PART` grants it.",
  options: {
    ...appOption,
    revoke: { type: "string", value: "PART", help: "take back what that part has been granted" },
    mine: { type: "boolean", help: "the app is your own: it keeps what it is granted when its code and wires change" },
    ...jsonOption,
  },
  operands: { least: 0, most: 0 },
  examples: ["tenon grants", "tenon grants --revoke mailer"],
  async run(line) {
    const document = documentOf(line.option("app"));
    const grants = new FileGrants(document);
    const resting = new RestingApp(document, grants);
    const { asks, identity } = await resting.asks().finally(() => resting.close());
    const revoked = line.option("revoke");
    if (revoked !== undefined) {
      if (!grants.all.some(({ part }) => part === revoked)) throw new InputError(`\`${revoked}\` has been granted nothing`);
      grants.remove(revoked);
      const running = await connectControl(document);
      running?.close();
      if (running !== undefined) process.stderr.write("tenon: the app runs, and has what it was granted until it starts again\n");
    }
    if (line.flag("mine")) grants.own(identity);
    const found = asks.map(({ part, ask }) => ({
      part,
      asks: ask.words,
      granted: grants.allows(ask, part, identity),
      lapsed: grants.lapsed(ask, part, identity),
    }));
    if (line.flag("json")) print(`${JSON.stringify({ own: grants.isOwn, asks: found }, undefined, 2)}\n`);
    else if (found.length === 0) print("it asks for nothing beyond its own folder and this machine\n");
    else for (const { part, asks: words, granted, lapsed } of found) print(`${part} ${words}: ${granted ? "granted" : lapsed ? LAPSED : "not granted"}\n`);
    return 0;
  },
};

/** Why it has not what it had. */
export const LAPSED = "granted to the app as it was, and its code or wires have changed since; `--mine` says that the app is your own";

/** `npm start`: runs the app of `visitors/`, and says what to try in a second terminal. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "../packages/cli/src/commands/run.ts";

const APP = "examples/visitors";

if (!existsSync(APP)) process.chdir(fileURLToPath(new URL("..", import.meta.url)));
process.stdout.write(`A counter of visits, made of parts. In a second terminal, in this folder:

  curl localhost:8080/home
  npx tenon status --app ${APP}
  npx tenon interpose counter atomics log --app ${APP}             # look at the wire to the store
  npx tenon swap counter ./javascript/visits.wasm --app ${APP}     # from Rust to JavaScript; the count is kept
  npx tenon configure store backend=sqlite path=./visits.db --app ${APP}
  npx tenon undo --app ${APP}                                      # as often as you like

docs/apps.md goes on from there. Ctrl-C ends it.

`);
process.exitCode = await main([APP]);

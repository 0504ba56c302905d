// Older npm (seen in 9 to 11.0) installs the project's own Node (one optional package per platform) but forgets to link it, since the packages
// of the other platforms carry a command of the same name. Runs after each install, by whatever Node the machine has.
import { existsSync, readdirSync, symlinkSync } from "node:fs";

const modules = new URL("../node_modules/", import.meta.url);
const link = new URL(".bin/node", modules);
const owner = readdirSync(modules).find((name) => /^node-(bin-)?(darwin|linux)-/.test(name));
if (owner !== undefined && !existsSync(link)) symlinkSync(`../${owner}/bin/node`, link);

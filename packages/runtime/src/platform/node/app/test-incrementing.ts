/** A process of its own that increments in a store, as often as its arguments say, and tells each sum: `path count`. */
import { writeSync } from "node:fs";
import { U64 } from "../../../keyvalue/counter.ts";
import { SqliteKeyValue } from "./sqlite-keyvalue.ts";

const [path = "", count = ""] = process.argv.slice(2);
const store = new SqliteKeyValue({ path, name: path });
for (let i = 0; i < Number(count); i++) writeSync(1, `${store.increment("b", "n", 1n, U64)}\n`);
store.close();

/** What it costs to watch a wire of an app: a log, a recording. */
import { printed } from "../peers.ts";
import type { Figure } from "../report.ts";
import type { InterposedFigures } from "./interposed.ts";

/** Nanoseconds per call, with what is done after it. */
const LOG_NS = 3000;
const RECORD_NS = 5000;
const OF_BEFORE = 1.05;

export function watched(): Figure[] {
  const { before, log, record, after } = printed<InterposedFigures>(new URL("interposed.ts", import.meta.url));
  const group = "a wire that is watched, echo 16 B";
  const ratio = after.all / before.all;
  return [
    { group, name: "by nobody", unit: "ns", values: { tenon: before.all } },
    {
      group,
      name: "log",
      unit: "ns",
      values: { tenon: log.all, "the call alone": log.within },
      bar: { text: `≤ ${LOG_NS / 1000} µs`, met: log.all <= LOG_NS },
    },
    {
      group,
      name: "record",
      unit: "ns",
      values: { tenon: record.all, "the call alone": record.within },
      bar: { text: `≤ ${RECORD_NS / 1000} µs`, met: record.all <= RECORD_NS },
    },
    {
      group,
      name: "by nobody again",
      unit: "ns",
      values: { tenon: after.all },
      bar: { text: `≤ ${OF_BEFORE}x before (is ${ratio.toFixed(2)}x)`, met: ratio <= OF_BEFORE },
    },
  ];
}

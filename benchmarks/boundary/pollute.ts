/** Sends values of many other types through an engine's code, so that none of it stays specialised for the measured types. */
import type { Engine, Exports } from "../engines.ts";

const INSTANCES = 8;
const TIMES = 3000;

interface Shapes {
  first(points: readonly object[]): unknown;
  count(account: object): unknown;
  kind(value: object): unknown;
  paint(color: string, rights: object): unknown;
  maybe(text: string | undefined, bytes: Uint8Array): unknown;
  checked(input: object): unknown;
  names(names: readonly string[]): unknown;
  wide(a: number, b: number, c: number, d: string, e: boolean, f: bigint): unknown;
}

export async function pollute(engine: Engine, shaper: Uint8Array<ArrayBuffer>): Promise<void> {
  const instantiate = await engine.compile(shaper);
  for (let i = 0; i < INSTANCES; i++) exercise(findShapes(await instantiate()));
}

function findShapes(exports: Exports): Shapes {
  const shapes = Object.values(exports).find((value) => typeof (value as Partial<Shapes>)?.paint === "function");
  if (shapes === undefined) throw new Error("not the component with the shapes");
  return shapes as Shapes;
}

function exercise(shapes: Shapes): void {
  const points = [
    { x: 1.5, y: 2 },
    { x: 0, y: -1 },
  ];
  const values = [{ tag: "nothing" }, { tag: "number", val: 7n }, { tag: "text", val: "seven" }, { tag: "pair", val: [7, 8] }];
  for (let i = 0; i < TIMES; i++) {
    shapes.first(points);
    shapes.count({ id: BigInt(i), name: "an account", open: i % 2 === 0, points });
    shapes.kind(values[i % 4]!);
    shapes.paint(i % 2 === 0 ? "red" : "blue", { read: true, write: i % 2 === 0, execute: false });
    shapes.maybe(i % 2 === 0 ? undefined : "text", new Uint8Array(i % 16));
    // an `err` comes as an exception: seldom, as in real use
    shapes.checked({ tag: "ok", val: i });
    shapes.names(["one", "two", "dreiß ig"]);
    shapes.wide(1, -2, 0.5, "x", true, BigInt(i));
  }
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CallbackSink } from "../streams/output-sink.ts";
import { OpenHandles } from "./open-handles.ts";

class Door {
  closed = 0;
  close(): void {
    this.closed += 1;
  }
}

test("what is dropped is closed, once", () => {
  const open = new OpenHandles();
  const door = open.keep({}, new Door());
  assert.equal(open.size, 1);
  open.close(door);
  open.close(door);
  open.closeAll();
  assert.deepEqual([door.closed, open.size], [1, 0]);
});

test("what is left open is closed at the end", () => {
  const open = new OpenHandles();
  const doors = [new Door(), new Door()];
  for (const door of doors) open.keep({}, door);
  open.closeAll();
  assert.deepEqual(
    doors.map(({ closed }) => closed),
    [1, 1],
  );
});

test("a sink is closed when what was written to it is passed on, and that is waited for", async () => {
  const open = new OpenHandles();
  let pass = () => {};
  let passed = false;
  const sink = new CallbackSink(
    () =>
      new Promise((resolve) => {
        pass = () => {
          passed = true;
          resolve();
        };
      }),
  );
  open.keepSink({}, sink);
  sink.write(Uint8Array.of(1));
  open.close(sink);
  const finished = open.finished().then(() => passed);
  setTimeout(() => pass(), 1);
  assert.equal(await finished, true);
  assert.equal(sink.permit(), undefined);
});

test("what stood for a handle is garbage: it is closed", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const open = new OpenHandles();
  const door = new Door();
  (() => open.keep({}, door))();
  for (let i = 0; i < 100 && door.closed === 0; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.deepEqual([door.closed, open.size], [1, 0]);
});

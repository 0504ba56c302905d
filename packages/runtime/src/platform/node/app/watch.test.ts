import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { FilesWatch } from "./watch.ts";

class Place {
  readonly folder = mkdtempSync(path.join(tmpdir(), "tenon-watch-"));
  readonly told: string[][] = [];
  #next = Promise.withResolvers<void>();
  readonly watch = new FilesWatch({
    changed: async (files) => {
      this.told.push(files.map((file) => path.relative(this.folder, file)));
      this.#next.resolve();
      this.#next = Promise.withResolvers();
    },
    trouble: (message) => assert.fail(message),
  });

  constructor(t: TestContext, ...names: readonly string[]) {
    for (const name of names) this.write(name, "first");
    this.watch.follow(names.map((name) => this.at(name)));
    t.after(() => {
      this.watch.close();
      rmSync(this.folder, { recursive: true });
    });
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(path.dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), text);
  }

  /** The watch keeps no process alive, so the test has to. */
  async next(act: () => void): Promise<void> {
    const alive = setInterval(() => {}, 1000);
    const told = this.#next.promise;
    act();
    await told;
    clearInterval(alive);
  }
}

test("a file that is written, or replaced by another, is told; one that only was touched, or is not followed, is not", async (t) => {
  const place = new Place(t, "a.wasm", "b.wasm");
  await place.next(() => {
    place.write("b.wasm", "first");
    place.write("c.wasm", "second");
    place.write("a.wasm", "second");
  });
  await place.next(() => {
    place.write("beside", "third");
    renameSync(place.at("beside"), place.at("b.wasm"));
  });
  assert.deepEqual(place.told, [["a.wasm"], ["b.wasm"]]);
});

test("a folder that is made anew is found again", async (t) => {
  const place = new Place(t, "build/a.wasm");
  await place.next(() => {
    rmSync(place.at("build"), { recursive: true });
    setTimeout(() => place.write("build/a.wasm", "second"), 100);
  });
  await place.next(() => place.write("build/a.wasm", "third"));
  assert.deepEqual(place.told, [["build/a.wasm"], ["build/a.wasm"]]);
});

test("other files are followed", async (t) => {
  const place = new Place(t, "a.wasm");
  place.write("other/b.wasm", "first");
  place.watch.follow([place.at("other/b.wasm")]);
  await place.next(() => {
    place.write("a.wasm", "second");
    place.write("other/b.wasm", "second");
  });
  assert.deepEqual(place.told, [["other/b.wasm"]]);
});

test("what changes while a change is taken up is told after it", async (t) => {
  const place = new Place(t, "a.wasm");
  const taken: number[] = [];
  let under = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = new FilesWatch({
    changed: async () => {
      taken.push(++under);
      if (taken.length === 1) {
        place.write("a.wasm", "third");
        await new Promise((later) => setTimeout(later, 300));
      } else resolve();
      under -= 1;
    },
    trouble: (message) => assert.fail(message),
  });
  t.after(() => watch.close());
  watch.follow([place.at("a.wasm")]);
  const alive = setInterval(() => {}, 1000);
  place.write("a.wasm", "second");
  await promise;
  clearInterval(alive);
  assert.deepEqual(taken, [1, 1]);
});

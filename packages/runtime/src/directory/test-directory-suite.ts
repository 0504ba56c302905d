/** For tests: what every backend must withstand, and how every backend must behave. Each test runs with answers at once and with answers that come later. */
import { test } from "node:test";
import { behaviourTests } from "./test-behaviour.ts";
import { asGuest, type GuestTest, type InPlace } from "./test-guest.ts";
import { modelTest } from "./test-model.ts";
import { pathTests } from "./test-paths.ts";

export function directorySuite(name: string, inPlace: InPlace, { runs = 100 }: { readonly runs?: number } = {}): void {
  const each = (title: string, act: GuestTest): void => {
    for (const later of [false, true]) {
      const when = later ? "later" : "at once";
      test(`${title} (${name}, ${when})`, () => inPlace((root, host) => asGuest(root, later, (guest, directory) => act(guest, host, directory))));
    }
  };
  pathTests(each);
  behaviourTests(each);
  modelTest(name, inPlace, runs);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { isCall, type Recording, readRecording } from "./recording.ts";
import { type Replay, replay } from "./replay.ts";
import { example, recorded, type Session } from "./test-recorded.ts";

const GIVEN = '[{player: "Grace", points: 30}, {player: "Zoë", points: 55}, {player: "Linus", points: 30}, {player: "Ada", points: 55}]';
const TOLD = [
  "greet: Hello Ada, this is Rust!",
  "add 40: 40",
  "add 0: refused, no points",
  "add 101: refused, at most 100 at once",
  "add 15: 55",
  "rank: Zoë 55, Ada 55, Grace 30, Linus 30",
  "best: Zoë 55",
  "best of none: nobody",
]
  .map((line) => JSON.stringify(line))
  .join(", ");

/** The number of the wire by which the third call leaves. */
const wireOf = (text: string): string => /"call":3,"wire":(\d+)/.exec(text)![1]!;

const read = (text: string): Recording => readRecording(new TextEncoder().encode(text), "f");

const round = async ({ game }: Session): Promise<void> => {
  await game.play("Ada");
  await game.start("Grace");
  await game.score(40);
  await assert.rejects(game.score(101));
  await game.finish();
};

test("what a part was asked is run again: the same code comes to the same", async () => {
  const { recording, text } = await recorded({ part: "rust" }, round);
  assert.match(text, /"function":"rank","args":\[\[\{"player":"Grace","points":30\}/);
  assert.deepEqual(await replay(recording, await example("rust")), { same: recording.lines.filter(isCall).length });
});

for (const [name, language] of [
  ["c", "C"],
  ["javascript", "JavaScript"],
] as const) {
  test(`code in ${language} is held against a record of Rust: they differ where they greet, and nowhere else`, async () => {
    const { recording, text } = await recorded({ part: "rust" }, round);
    assert.deepEqual(await replay(recording, await example(name)), {
      same: 1,
      divergence: { call: 2, of: 'greet("Ada")', recorded: 'it gives "Hello Ada, this is Rust!"', now: `it gives "Hello Ada, this is ${language}!"` },
    });
    const same = read(text.replaceAll("this is Rust", `this is ${language}`));
    assert.deepEqual(await replay(same, await example(name)), { same: recording.lines.filter(isCall).length });
  });
}

/** A record of the caller with other lines, and what is found. Calls: 1 plays, 2 makes a tally, 3 greets, 4 to 7 add, 8 tells, 9 ranks, ... */
const altered: ReadonlyArray<[what: string, alter: (text: string) => string, found: Replay]> = [
  [
    "another argument",
    (text) => text.replace('"function":"greet","args":["Ada"]', '"function":"greet","args":["Eve"]'),
    {
      same: 0,
      divergence: {
        call: 1,
        of: 'play("Ada")',
        recorded: 'it calls greet("Eve")',
        now: 'it calls greet("Ada")',
        difference: '`player`: "Eve" on record, now "Ada"',
      },
    },
  ],
  [
    "a field of an argument",
    (text) =>
      text.replace(
        '"args":[[{"player":"Grace","points":30},{"player":"Zoë","points":55}',
        '"args":[[{"player":"Grace","points":30},{"player":"Zoë","points":56}',
      ),
    {
      same: 0,
      divergence: {
        call: 1,
        of: 'play("Ada")',
        recorded: `it calls rank(${GIVEN.replace('Zoë", points: 55', 'Zoë", points: 56')})`,
        now: `it calls rank(${GIVEN})`,
        difference: "`entries[1].points`: 56 on record, now 55",
      },
    },
  ],
  [
    "another function",
    (text) => text.replace('"function":"greet","args":["Ada"]', '"function":"best","args":[[]]'),
    { same: 0, divergence: { call: 1, of: 'play("Ada")', recorded: "it calls best([])", now: 'it calls greet("Ada")' } },
  ],
  [
    "a resource that is another one",
    (text) => text.replace('"function":"[method]tally.add","args":[{"#":1},40]', '"function":"[method]tally.add","args":[{"#":9},40]'),
    {
      same: 0,
      divergence: {
        call: 1,
        of: 'play("Ada")',
        recorded: "it calls tally.add(tally#9, 40)",
        now: "it calls tally.add(tally#1, 40)",
        difference: "`self`: tally#9 on record, now tally#1",
      },
    },
  ],
  [
    "another answer, of which it tells",
    (text) => text.replace('{"end":4,"result":40}', '{"end":4,"result":41}'),
    {
      same: 0,
      divergence: {
        call: 1,
        of: 'play("Ada")',
        recorded: `it gives [${TOLD.replace("add 40: 40", "add 40: 40")}]`,
        now: `it gives [${TOLD.replace("add 40: 40", "add 40: 41")}]`,
        difference: '`[1]`: "add 40: 40" on record, now "add 40: 41"',
      },
    },
  ],
  [
    "an error instead of an answer",
    (text) => text.replace('{"end":5,"error":["no-points"]}', '{"end":5,"result":3}'),
    {
      same: 0,
      divergence: {
        call: 1,
        of: 'play("Ada")',
        recorded: `it gives [${TOLD}]`,
        now: `it gives [${TOLD.replace("refused, no points", "3")}]`,
        difference: '`[2]`: "add 0: refused, no points" on record, now "add 0: 3"',
      },
    },
  ],
  [
    "a call less",
    (text) => text.replace(/^\{"call":3,.*\n\{"end":3,.*\n/m, ""),
    { same: 0, divergence: { call: 1, of: 'play("Ada")', recorded: "it calls tally.add(tally#1, 40)", now: 'it calls greet("Ada")' } },
  ],
  [
    "a call more",
    (text) => text.replace('{"end":1,', `{"call":99,"wire":${wireOf(text)},"function":"greet","args":["Eve"]}\n{"end":99,"result":"hi"}\n{"end":1,`),
    { same: 0, divergence: { call: 1, of: 'play("Ada")', recorded: 'it calls greet("Eve")', now: `it gives [${TOLD}]` } },
  ],
  [
    "a function that is not there",
    (text) => text.replace('"function":"play"', '"function":"plays"'),
    { same: 0, divergence: { call: 1, of: 'plays("Ada")', recorded: "it is called", now: "there is no such function" } },
  ],
  [
    "an answer that does not come",
    (text) => text.replace(/^(\{"end":3,.*\n)((?:.*\n)*)/m, "$2$1"),
    { same: 0, divergence: { call: 1, of: 'play("Ada")', recorded: "it calls tally.add(tally#1, 40)", now: "it waits for something that is not on record" } },
  ],
];
for (const [what, alter, expected] of altered) {
  test(`is told: ${what}`, async () => {
    const { text } = await recorded({ part: "caller" }, ({ game }) => game.play("Ada").then(() => {}));
    const other = alter(text);
    assert.notEqual(other, text);
    assert.deepEqual(await replay(read(other), await example("caller")), expected);
  });
}

test("is told: a call that is made before that which made it on record", async () => {
  const { text } = await recorded({ part: "caller" }, async ({ game }) => {
    await game.play("Ada");
    await game.play("Ada");
  });
  const other = text.replace(/^(\{"call":11,.*\n\{"end":11,.*\n)(\{"end":1,.*\n\{"call":12,.*\n)/m, "$2$1");
  assert.notEqual(other, text);
  assert.deepEqual(await replay(read(other), await example("caller")), {
    same: 0,
    divergence: { call: 1, of: 'play("Ada")', recorded: "it calls nothing more", now: "it calls best([])" },
  });
});

test("each resource that is made has a number of its own", async () => {
  const { text } = await recorded({ part: "rust" }, round);
  const made = [...text.matchAll(/"function":"\[constructor\]tally".*\n\{"end":\d+,"result":(.*)\}/g)].map(([, handle]) => handle);
  assert.deepEqual(made, ['{"#":1}', '{"#":2}']);
});

test("calls that wait and pass one another come to the same", async () => {
  const { recording } = await recorded({ part: "caller", wire: { to: "rust", through: [{ delay: "1s" }] } }, async ({ game, pass }) => {
    const all = [game.start("Ada"), game.score(3), game.finish()].map((each) => each.catch(() => {}));
    for (let i = 0; i < 20; i++) {
      for (let turn = 0; turn < 50; turn++) await undefined;
      pass(1000);
    }
    await Promise.all(all);
  });
  const asked = recording.lines.flatMap((line, i) => (isCall(line) && line.in ? [i] : []));
  const answered = recording.lines.findIndex((line) => "end" in line);
  assert.ok(
    asked.every((at) => at < answered),
    "all begin before anything is answered",
  );
  assert.deepEqual(await replay(recording, await example("caller")), { same: 3 });
});

test("what a part did before it trapped, and after it was started again", async () => {
  const { recording } = await recorded(
    { part: "caller", wire: { to: "rust", through: [{ fail: { every: 2, functions: ["greet"] } }] } },
    async ({ game, pass }) => {
      await game.play("Ada");
      await assert.rejects(game.play("Ada"));
      pass(60_000);
      for (let turn = 0; turn < 1000; turn++) await undefined;
      await game.play("Grace");
    },
  );
  assert.ok(recording.lines.some((line) => "broken" in line));
  assert.deepEqual(await replay(recording, await example("caller")), { same: 3 });
});

const unfit: ReadonlyArray<[what: string, alter: (text: string) => string, message: string]> = [
  [
    "a recording of wires",
    (text) => text.replace('"part":"rust",', ""),
    "only what was recorded of a whole part can be run again: this recording is of wires\n  `tenon record PART` records a part",
  ],
  ["a recording of nothing", (text) => text.split("\n").slice(0, 2).join("\n"), "no call that enters the part is on record"],
  ["a recording that is not whole", (text) => `${text}{"dropped":3}\n`, "3 calls are missing in the recording"],
];
for (const [what, alter, message] of unfit) {
  test(`is not run again: ${what}`, async () => {
    const { text } = await recorded({ part: "rust" }, round);
    await assert.rejects(replay(read(alter(text)), await example("rust")), { name: "AppError", message });
  });
}

const refused: ReadonlyArray<[what: string, text: string, message: string]> = [
  ["nothing", "", "f is no recording\n  `tenon record` makes one"],
  ["something else", '{ "a": 1 }\n', "f is no recording\n  `tenon record` makes one"],
  ["a line that is no JSON", '{"tenon-recording":1}\n{"call"\n{}\n', "f:2 is damaged: it is no JSON object"],
  ["a line that is null", '{"tenon-recording":1}\nnull\n', "f:2 is damaged: it is no JSON object"],
  ["a call by no wire", '{"tenon-recording":1}\n{"mark":1}\n{"call":1,"wire":1}\n', "f:3 is damaged: it is a call by a wire that is not told before"],
  ["a later version", '{"tenon-recording":2}\n', "f is a recording of version 2: this version reads those of version 1"],
];
for (const [what, text, message] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(() => readRecording(new TextEncoder().encode(text), "f"), { name: "AppError", message });
  });
}

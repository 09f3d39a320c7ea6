import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { aPlant, asAdministrator, firstStep, released } from "#lib/db/test-record-plant";
import { type Canonical, canonicalJson, entryHash } from "#lib/kit/canonical";
import { verifyStream } from "./verify.queries.ts";

/** A traveler with five entries, and what verify says of it after somebody with all rights was at it. */
async function after(tamper: (stream: string) => string | string[]) {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, `S-${randomUUID().slice(0, 4)}`);
  const tablet = await plant.tablet();
  await tablet.send(
    ...firstStep(plant).map((of) => tablet.envelope(plant.people.operator, traveler, of)),
  );
  const actor = actorOfSeed(plant.site);
  expect(await verifyStream(actor, traveler)).toMatchObject({ broken: null, entries: 5 });
  await asAdministrator(async (client) => {
    // What a superuser can do: no trigger, no constraint in the way.
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query("alter table entries drop constraint if exists entries_hash_is_of_line");
    for (const sql of [tamper(traveler)].flat()) await client.query(sql);
    await client.query("commit");
  });
  return (await verifyStream(actor, traveler)).broken;
}

const at = (stream: string, seq: number) => `where stream_id = '${stream}' and seq = ${seq}`;

it("finds a changed value", async () => {
  const changed = (s: string) =>
    `update entries set line = replace(line, '"value":"pass"', '"value":"fail"') ${at(s, 4)}`;
  expect(await after(changed)).toEqual({ seq: 4, problem: "hash_is_not_of_line" });
});

it("finds a changed value whose hash was made to fit, by the entry after it", async () => {
  const broken = await after((s) => [
    `update entries set line = replace(line, '"value":"pass"', '"value":"fail"') ${at(s, 4)}`,
    `update entries set hash = encode(sha256('\\x00'::bytea || convert_to(line, 'UTF8')), 'hex') ${at(s, 4)}`,
  ]);
  expect(broken).toEqual({ seq: 5, problem: "does_not_name_the_one_before" });
});

it("finds a line that says the same in other words", async () => {
  const broken = await after((s) => [
    `update entries set line = replace(line, '"seq":5,', '"seq": 5,') ${at(s, 5)}`,
    `update entries set hash = encode(sha256('\\x00'::bytea || convert_to(line, 'UTF8')), 'hex') ${at(s, 5)}`,
  ]);
  expect(broken).toEqual({ seq: 5, problem: "line_not_canonical" });
});

it("finds a removed entry", async () => {
  const broken = await after((s) => `delete from entries ${at(s, 3)}`);
  expect(broken).toEqual({ seq: 3, problem: "entry_missing" });
});

it("finds two entries that changed places", async () => {
  const broken = await after((s) => [
    `update entries set seq = 99 ${at(s, 2)}`,
    `update entries set seq = 2 ${at(s, 3)}`,
    `update entries set seq = 3 ${at(s, 99)}`,
  ]);
  expect(broken).toEqual({ seq: 2, problem: "does_not_name_the_one_before" });
});

it("finds a cut tail, and a tail that was cut with its head", async () => {
  const cut = (s: string) => `delete from entries ${at(s, 5)}`;
  expect(await after(cut)).toEqual({ seq: 5, problem: "tail_missing" });
  const withHead = (s: string) => [
    cut(s),
    `update streams set seq = 4, head = (select hash from entries ${at(s, 4)}) where id = '${s}'`,
  ];
  // The row that is shown still stands at five.
  expect(await after(withHead)).toMatchObject({
    seq: 4,
    problem: expect.stringMatching(/^travelers row/),
  });
});

it("finds a head that isn't the last entry", async () => {
  const broken = await after((s) => `update streams set head = repeat('0', 64) where id = '${s}'`);
  expect(broken).toEqual({ seq: 5, problem: "head_is_not_the_last_entry" });
});

it.each([
  ["who", "person_id = gen_random_uuid()"],
  ["what", "type = 'step.failed'"],
  ["when it was done", "occurred_at = occurred_at + interval '1 s'"],
  ["when it was recorded", "recorded_at = recorded_at + interval '1 s'"],
  ["the shift", "shift = '2020-01-01/1'"],
  ["the tablet", "device_id = gen_random_uuid()"],
  ["the command", "command_id = gen_random_uuid()"],
])("finds a column that tells %s otherwise than the line", async (_, set) => {
  const broken = await after((s) => `update entries set ${set} ${at(s, 3)}`);
  expect(broken).toEqual({ seq: 3, problem: "columns_differ_from_line" });
});

it("finds a state that the entries don't give", async () => {
  const broken = await after(
    (s) =>
      `update travelers set state = jsonb_set(state, '{readings,0,value}', '"fail"') where id = '${s}'`,
  );
  expect(broken).toMatchObject({
    seq: 5,
    problem: expect.stringMatching(/^travelers row .* differs/),
  });
});

it.each([
  ["changed", "update readings set value = 'fail'"],
  ["removed", "delete from readings"],
  [
    "added",
    "insert into readings select gen_random_uuid(), traveler_id, site_id, step_id, field_id, characteristic_id, position, sample, attempt, retry, value, value_number, unit, limit_min, limit_max, verdict, gage_id, gage_code, person_id, occurred_at, amendments from readings",
  ],
])("finds a %s row of a read table", async (_, sql) => {
  const broken = await after((s) => `${sql} where traveler_id = '${s}'`);
  expect(broken).toMatchObject({ problem: expect.stringMatching(/^readings row .* differs/) });
});

it("hashes as the database does", async () => {
  const line = canonicalJson({ text: "12,5 µm „ü“ 🔩" } as Canonical);
  const { rows } = await asAdministrator((client) =>
    client.query(`select encode(sha256('\\x00'::bytea || convert_to($1, 'UTF8')), 'hex') as hash`, [
      line,
    ]),
  );
  expect(rows[0].hash).toBe(entryHash(line));
});

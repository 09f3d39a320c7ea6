import { Client } from "pg";
import { beforeAll, expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { aHold, aPlant, asAdministrator, released } from "#lib/db/test-record-plant";
import { defectsFound } from "#lib/defects/queries";
import { uuidv7 } from "#lib/kit/ids";
import { applyCommand } from "#lib/travelers/commands";
import { travelerRecord, waitingCounts } from "#lib/travelers/history.queries";
import { type TravelerFilter, travelersCounted, travelersFound } from "#lib/travelers/list.queries";
import type { Command } from "#lib/travelers/schema";
import { openHolds } from "#lib/travelers/waiting.queries";

const here = uuidv7();
const elsewhere = uuidv7();
const atHere = actorOfSeed(here, { roles: ["quality"] });
const atElsewhere = actorOfSeed(elsewhere, { roles: ["quality"] });
const held = uuidv7();

type Row = {
  id?: string;
  site?: string;
  serial: string;
  order?: string;
  status?: string;
  holds?: number;
  due?: string;
};

async function aTraveler(client: Client, of: Row): Promise<void> {
  await client.query(
    `insert into travelers (id, site_id, work_order, part_number, part_revision, serial, quantity,
       content_sha256, instruction, revision, status, operation, steps_done, steps_total, defects_open,
       holds_open, buyoffs_due, released_at, state)
     values ($1, $2, $3, '4471-2210-1', 'C', $4, '1', $5, 'WI-4471-2210', '03', $6, '060', 3, 42, 0, $7, $8, now(), '{}')`,
    [
      of.id ?? uuidv7(),
      of.site ?? here,
      of.order ?? "WO-1",
      of.serial,
      "0".repeat(64),
      of.status ?? "in_work",
      of.holds ?? 0,
      of.due ? [of.due] : [],
    ],
  );
}

beforeAll(async () => {
  const client = new Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await client.connect();
  for (const [site, code] of [
    [here, "T1"],
    [elsewhere, "T2"],
  ]) {
    await client.query(
      "insert into sites (id, code, name, time_zone, policy, shifts) values ($1, $2, $2, 'Asia/Kathmandu', '{}', '[]')",
      [site, code],
    );
  }
  await aTraveler(client, { serial: "FSB-0001" });
  await aTraveler(client, { serial: "FSB-0010", due: "inspection" });
  await aTraveler(client, { id: held, serial: "FSB-0011", status: "on_hold", holds: 1 });
  await aTraveler(client, { serial: "FSB-001", status: "accepted", order: "WO-2" });
  await aTraveler(client, { serial: "FSB_0_1", order: "WO-3" });
  await aTraveler(client, { site: elsewhere, serial: "FSB-0099" });
  for (const [site, traveler] of [
    [here, held],
    [elsewhere, uuidv7()],
  ]) {
    await client.query(
      "insert into holds (id, traveler_id, site_id, scope, reason, owner, occurred_at) values ($1, $2, $3, 'traveler', 'NONCONFORMANCE', 'quality', now())",
      [uuidv7(), traveler, site],
    );
    await client.query(
      "insert into defects (id, traveler_id, site_id, code, severity, quantity, status, person_id, occurred_at, decisions) values ($1, $2, $3, 'DIM-01', 'major', '1', 'open', $4, now(), '{}')",
      [uuidv7(), traveler, site, uuidv7()],
    );
  }
  await client.end();
});

const serials = async (search: string, filter: TravelerFilter = "all", actor = atHere) =>
  (await travelersFound(actor, { search, filter, from: null })).lines.map((line) => line.serial);

it("shows what needs somebody first", async () => {
  expect((await serials("", "open")).slice(0, 2)).toEqual(["FSB-0011", "FSB-0010"]);
});

it("finds by the beginning of unit, order, part and instruction, whatever the case", async () => {
  expect(await serials("fsb-001")).toHaveLength(3);
  expect(await serials("wo-2")).toEqual(["FSB-001"]);
  expect(await serials("4471-")).toHaveLength(5);
  expect(await serials("wi-4471")).toHaveLength(5);
  expect(await serials("0010")).toEqual([]);
});

it("puts the exact unit above those that only begin so, even a finished one", async () => {
  expect((await serials("FSB-001"))[0]).toBe("FSB-001");
});

it("takes % and _ as they are typed", async () => {
  expect(await serials("FSB_")).toEqual(["FSB_0_1"]);
  expect(await serials("%")).toEqual([]);
});

it("counts what each filter would show for the same search", async () => {
  const counts = await travelersCounted(atHere, { search: "FSB-001" });
  expect(counts).toEqual({ open: 2, exceptions: 1, buyoffs: 1, finished: 1, all: 3 });
});

it("shows a line that nobody can read as it is, and the rest of the record with it", async () => {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "S-1");
  const quality = actorOfSeed(plant.site, { ...plant.people.quality });
  const command = { ...aHold(), id: uuidv7() } as Command;
  await applyCommand(quality, { traveler, command });
  await asAdministrator(async (client) => {
    await client.query("set session_replication_role = replica");
    await client.query(
      "update entries set line = 'gone', hash = encode(sha256('\\x00'::bytea || 'gone'), 'hex') where stream_id = $1 and seq = 1",
      [traveler],
    );
  });
  const record = await travelerRecord(quality, traveler);
  expect(record?.entries.map(({ seq, read }) => [seq, read !== null])).toEqual([
    [1, false],
    [2, true],
  ]);
  expect(record?.entries[0]?.line).toBe("gone");
  expect(record?.events.map(({ type }) => type)).toEqual(["hold.placed"]);
});

it("gives a lot its parent's history up to the split and no further, and never that of another site", async () => {
  const plant = await aPlant();
  const [parent = "", child = ""] = await released(plant, "L-1", "L-1A");
  const quality = actorOfSeed(plant.site, { ...plant.people.quality });
  const hold = { ...aHold(), id: uuidv7() } as Command;
  await applyCommand(quality, { traveler: parent, command: hold });
  const isSplitFrom = (traveler: string) =>
    asAdministrator(async (client) => {
      await client.query("set session_replication_role = replica");
      const inherited = {
        readings: 0,
        components: 0,
        photos: 0,
        buyoffs: 0,
        clocks: 0,
        measurementRecords: 0,
        waivers: 0,
      };
      await client.query(
        "update travelers set state = jsonb_set(state::jsonb, '{origin}', $2) where id = $1",
        [child, JSON.stringify({ traveler, seq: 1, head: "0".repeat(64), inherited })],
      );
    });
  await isSplitFrom(parent);
  const record = await travelerRecord(quality, child);
  expect(record?.inherited.map(({ type }) => type)).toEqual(["traveler.released"]);
  expect(record?.parent).toEqual({ traveler: parent, unit: "L-1", seq: 1 });
  expect(record?.events).toHaveLength(1);
  const foreign = await aPlant();
  const [theirs = ""] = await released(foreign, "L-2");
  await isSplitFrom(theirs);
  const other = await travelerRecord(quality, child);
  expect(other?.inherited).toEqual([]);
  expect(other?.parent?.unit).toBe("");
});

it("shows a site its own travelers, holds and defects, and nothing of another's", async () => {
  expect(await serials("FSB", "all", atElsewhere)).toEqual(["FSB-0099"]);
  expect(await serials("FSB-0099")).toEqual([]);
  expect(await travelerRecord(atElsewhere, held)).toBeNull();
  expect((await openHolds(atHere)).map((hold) => hold.unit)).toEqual(["FSB-0011"]);
  expect(
    (await defectsFound(atHere, { filter: "open", page: 1 })).lines.map((of) => of.unit),
  ).toEqual(["FSB-0011"]);
  expect(await waitingCounts(atHere)).toEqual({
    reviews: 0,
    conflicts: 0,
    waivers: 0,
    defects: 1,
    holds: 1,
    buyoffs: 1,
  });
  expect(await waitingCounts(atElsewhere)).toEqual({
    reviews: 0,
    conflicts: 0,
    waivers: 0,
    defects: 1,
    holds: 1,
    buyoffs: 0,
  });
});

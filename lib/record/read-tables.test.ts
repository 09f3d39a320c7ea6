import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aPlant, asAdministrator, released } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { verifyStream } from "./verify.queries.ts";

const readTables = [
  "travelers",
  "step_executions",
  "readings",
  "installations",
  "photos",
  "buyoffs",
  "defects",
  "holds",
  "batch_clocks",
  "measurement_records",
  "waivers",
  "signals",
  "gages",
  "stock",
];
/** Received and certified at the desk, whose own command writes it: no append changes it. */
const ofDesk = ["stock.certificate", "stock.received_on", "stock.supplier"];
/** What a row is and whose it is; a traveler is released once. */
const fixed = ["id", "instance", "seq", "site_id", "traveler_id"];

it("writes a row's every column again when it changes", async () => {
  const forgotten = await asAdministrator(async (client) => {
    const { rows: functions } = await client.query<{ text: string }>(
      "select pg_get_functiondef('save_read_tables(uuid,jsonb)'::regprocedure) as text",
    );
    const text = functions[0]?.text ?? "";
    const { rows: columns } = await client.query<{ table: string; name: string }>(
      `select table_name as table, column_name as name from information_schema.columns
        where table_schema = 'public' and table_name = any($1)`,
      [readTables],
    );
    expect(columns.length).toBeGreaterThan(100);
    return columns
      .filter(({ name }) => !fixed.includes(name))
      .filter(({ table, name }) => {
        const [, own = ""] = text.split(`insert into ${table} `);
        const [update = ""] = own.split("get diagnostics");
        return !new RegExp(`\\b${name} = excluded\\.${name}\\b`).test(update);
      })
      .map(({ table, name }) => `${table}.${name}`);
  });
  expect(forgotten.toSorted()).toEqual([...ofDesk, "travelers.released_at"]);
});

it("shows a hold as released once it is, as the record says", async () => {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, `S-${randomUUID().slice(0, 4)}`);
  const tablet = await plant.tablet();
  const { operator, quality } = plant.people;
  const hold = uuidv7();
  const body = { scope: { kind: "traveler" }, reason: "quality_doubt", comment: null } as const;
  await tablet.send(
    tablet.envelope(operator, traveler, { type: "placeHold", body: { hold, ...body } }),
  );
  const open = () => forSite(plant.site).hold.count({ where: { releasedAt: null } });
  expect(await open()).toBe(1);
  // In a request of its own: within one, the row would be new and written whole.
  const release = { hold, comment: "Looked at again", byHand: null };
  const [verdict] = await tablet.send(
    tablet.envelope(quality, traveler, { type: "releaseHold", body: release }),
  );
  expect(verdict).toMatchObject({ verdict: "applied" });
  expect(await open()).toBe(0);
  expect(await verifyStream(actorOfSeed(plant.site), traveler)).toMatchObject({ broken: null });
});

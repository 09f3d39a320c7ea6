import { expect, it } from "vitest";
import { faults } from "#lib/catalogue/conformance/checked";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { inTransaction } from "#lib/db/client";
import {
  aHold,
  aPlant,
  asAdministrator,
  firstStep,
  released,
  type TestPlant,
} from "#lib/db/test-record-plant";
import { entryLine, type StreamKind } from "#lib/record/schema";
import { eventsFor } from "./events.queries.ts";

const origin = "https://plant.example";
const everything = { people: true, words: true };
type Row = { hash: string; line: string; stream: string; kind: StreamKind };

/** As the router would hand them on, entry by entry in the record's order. */
const heard = (
  plant: TestPlant,
  discloses = everything,
  inOrder = (rows: Row[]): Row[] => rows,
): Promise<CloudEvent[]> =>
  inTransaction(async (tx) => {
    const rows = await tx.$queryRaw<Row[]>`
      select e.hash, e.line, e.stream_id::text as stream, s.kind::text as kind
        from entries e join streams s on s.id = e.stream_id
       where e.site_id = ${plant.site}::uuid and s.kind = 'traveler' order by e.stream_id, e.seq`;
    const events: CloudEvent[] = [];
    for (const { hash, line } of inOrder(rows)) {
      const entry = entryLine.parse(JSON.parse(line));
      const told = await eventsFor(tx, { site: plant.site, hash }, entry, { origin, discloses });
      if (!told.ok) throw new Error(`${entry.type}: ${told.error.detail}`);
      events.push(...(JSON.parse(JSON.stringify(told.value)) as CloudEvent[]));
    }
    return events;
  }, plant.site);

async function aHeldUnit() {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "S-1");
  const tablet = await plant.tablet();
  const { operator, quality } = plant.people;
  const hold = aHold();
  const comment = "The left bracket is loose";
  const commented = { ...hold, body: { ...hold.body, comment } } as typeof hold;
  await tablet.send(
    ...firstStep(plant).map((of) => tablet.envelope(operator, traveler, of)),
    tablet.envelope(quality, traveler, commented),
  );
  return { plant, traveler, operator, quality, comment };
}

it("makes of what is in the database the events that their schemas describe, whoever did it by name", async () => {
  const { plant, traveler, operator, quality, comment } = await aHeldUnit();
  const events = await heard(plant);
  for (const event of events) expect(faults(event), event.type).toEqual([]);
  const [first] = events;
  expect(first?.type).toBe("dev.buyoff.order.released.v1");
  const recorded = events.find(({ type }) => type === "dev.buyoff.measurement.recorded.v1");
  expect(recorded?.data).toMatchObject({ value: "pass" });
  expect(recorded?.data.context.actor?.displayName).toBe(operator.name);
  expect(recorded?.data.context.units?.[0]).toMatchObject({ travelerId: traveler, serial: "S-1" });
  const hold = events.find(({ type }) => type === "dev.buyoff.hold.placed.v1");
  expect(hold?.data).toMatchObject({ comment: { text: comment } });
  expect(hold?.data.context.actor?.personId).toBe(quality.id);
  // From the states it remembers or from the beginning: the same.
  expect(await heard(plant)).toEqual(events);
});

it("tells no names and no words to who may not have them, and no words that were disposed of", async () => {
  const { plant, operator, comment } = await aHeldUnit();
  const closed = JSON.stringify(await heard(plant, { people: false, words: false }));
  expect(closed).not.toContain(operator.name);
  expect(closed).not.toContain(comment);
  await asAdministrator((client) =>
    client.query("update text_blobs set text = null, disposed_at = now() where site_id = $1", [
      plant.site,
    ]),
  );
  const open = JSON.stringify(await heard(plant));
  expect(open).toContain(operator.name);
  expect(open).not.toContain(comment);
});

it("are the same in whatever order they are looked at, also back and forth", async () => {
  const { plant } = await aHeldUnit();
  const first = await heard(plant);
  const backAndForth = (rows: Row[]) =>
    rows.flatMap((row, at) => [row, rows[Math.max(0, at - 3)] ?? row, rows[0] ?? row]);
  const again = await heard(plant, everything, backAndForth);
  const byId = new Map(first.map((event) => [event.id, event]));
  expect(again.length).toBeGreaterThan(first.length * 2);
  for (const event of again) expect(event).toEqual(byId.get(event.id));
});

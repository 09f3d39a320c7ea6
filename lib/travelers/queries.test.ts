import { describe, expect, it } from "vitest";
import { forSite } from "#lib/db/client";
import { aTablet, type TestSite } from "#lib/db/test-plant";
import {
  aBuyoff,
  aHold,
  anInstruction,
  aPlant,
  aShortInstruction,
  firstStep,
  released,
  stateOf,
  type TestPlant,
} from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { instant, plusMinutes } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { POST as postCommands } from "../../app/api/commands/route.ts";
import { GET as getFind } from "../../app/api/floor/find/route.ts";
import { GET as getQueue } from "../../app/api/floor/queue/route.ts";
import { GET as getPacket } from "../../app/api/floor/travelers/[id]/route.ts";
import { buyoffsDue } from "./buyoffs.rules.ts";
import { mixesToJoin } from "./clocks.rules.ts";
import { protocols } from "./protocol.rules.ts";
import { findTraveler, headForTablet, packetForTablet, stationQueue } from "./queries.ts";

const note = "The left bracket was replaced before";

async function aUnit() {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "S-1");
  const tablet = await plant.tablet();
  const { operator, quality } = plant.people;
  const hold = aHold();
  const commented = { ...hold, body: { ...hold.body, comment: note } } as typeof hold;
  await tablet.send(
    ...firstStep(plant).map((of) => tablet.envelope(operator, traveler, of)),
    tablet.envelope(quality, traveler, commented),
  );
  return { plant, traveler, tablet };
}

/** Both use a mix at their first step; `begin` starts its clock, or joins the one that runs. */
async function twoUnitsOfOneMix() {
  const content = anInstruction();
  const mix = {
    kind: "batch_clock" as const,
    id: uuidv7(),
    label: { en: "Sealant" },
    required: true,
    positions: ["1"],
    clock: "PS-B2",
    part: "SEAL",
    maxMinutes: 120,
  };
  const step = content.operations[0]?.steps[0];
  step?.fields.push(mix);
  const plant = await aPlant(content);
  await forSite(plant.site).stock.createMany({
    data: ["S-1", "S-2"].map((lot) => ({
      id: uuidv7(),
      siteId: plant.site,
      part: "SEAL",
      lot,
      expiresOn: new Date("2099-01-01"),
    })),
  });
  const [first = "", second = ""] = await released(plant, "S-1", "S-2");
  const tablet = await plant.tablet();
  const begin = async (traveler: string, lot: string, mixedAt: string) => {
    const body = { step: step?.id ?? "", field: mix.id, lot, mixedAt };
    const acts = [...firstStep(plant).slice(0, 2), { type: "startBatchClock" as const, body }];
    const verdicts = await tablet.send(
      ...acts.map((of) => tablet.envelope(plant.people.operator, traveler, of)),
    );
    return verdicts.at(-1);
  };
  return { plant, first, second, mix, tablet, begin };
}

describe("a tablet's packet", () => {
  it("holds everything that a command on the unit could ask for, and the words behind its hashes", async () => {
    const { plant, traveler, tablet } = await aUnit();
    await forSite(plant.site).stock.createMany({
      data: ["L-1", "L-2"].map((lot) => ({ id: uuidv7(), siteId: plant.site, part: "C-1", lot })),
    });
    await forSite(plant.site).stock.create({
      data: { id: uuidv7(), siteId: plant.site, part: "OTHER", lot: "L-3" },
    });
    const packet = await packetForTablet(tablet.actor, traveler);
    const { operator, quality } = plant.people;
    expect(packet?.state).toEqual(await stateOf(plant, traveler));
    expect(packet?.content).toEqual(plant.content);
    expect(packet?.gages.map(({ code }) => code)).toEqual(["CAL-1"]);
    expect(packet?.stock.map(({ serial, lot }) => serial ?? lot).sort()).toEqual([
      "C1-0001",
      "L-1",
      "L-2",
    ]);
    expect(Object.values(packet?.texts ?? {})).toEqual([note]);
    expect(packet?.people[operator.id]?.name).toBe("Olga");
    expect(packet?.people[quality.id]?.name).toBe("Quentin");
    expect(packet?.revisionStatus).toBe("effective");
    const { head } = await forSite(plant.site).stream.findUniqueOrThrow({
      where: { id: traveler },
    });
    expect(packet?.head).toBe(head);
  });

  it("says what lies on the order, and that a component sits in another unit", async () => {
    const { plant, traveler, tablet } = await aUnit();
    const at = { step: uuidv7(), field: uuidv7(), position: "1" };
    const { operator } = plant.people;
    await forSite(plant.site).$executeRaw`insert into installations values (${uuidv7()}::uuid,
      ${traveler}::uuid, ${plant.site}::uuid, ${at.step}::uuid, ${at.field}::uuid, '1', 'C-1', 'C1-0001',
      null, '1', ${operator.id}::uuid, now(), null)`;
    await forSite(plant.site).workOrder.update({
      where: { id: plant.order.id },
      data: { status: "on_hold" },
    });
    const packet = await packetForTablet(tablet.actor, traveler);
    expect(packet?.outerHolds).toMatchObject([{ scope: "order" }]);
    expect(packet?.stock).toMatchObject([{ serial: "C1-0001", installedIn: "S-1" }]);
  });

  it("brings the mixes that run in the plant, so that a second unit joins the one of the first", async () => {
    const { plant, first, second, mix, tablet, begin } = await twoUnitsOfOneMix();
    const seconds = (await packetForTablet(tablet.actor, second))?.clocks ?? [];
    expect(seconds).toEqual([]);
    const mixedAt = plusMinutes(instant(Date.now()), -10);
    expect(await begin(first, "S-1", mixedAt)).toMatchObject({ verdict: "applied" });
    const packet = await packetForTablet(tablet.actor, second);
    const running = { clock: "PS-B2", part: "SEAL", lot: "S-1", mixedAt, unit: "S-1" };
    expect(packet?.clocks).toEqual([running]);
    expect(packet?.lastMixAt).not.toBeNull();
    const head = await headForTablet(tablet.actor, second);
    expect(head).toMatchObject({ head: packet?.head, lastMixAt: packet?.lastMixAt });
    expect(mixesToJoin(packet?.clocks ?? [], mix, instant(Date.now()))).toHaveLength(1);

    const verdict = await begin(second, "S-1", mixedAt);
    expect(verdict).toMatchObject({ verdict: "applied", events: [{ body: { joined: true } }] });
    const both = (await packetForTablet(tablet.actor, second))?.clocks ?? [];
    expect(both.map(({ unit }) => unit)).toEqual(["S-1", "S-2"]);
    // Used twice, it is one mix.
    expect(mixesToJoin(both, mix, instant(Date.now()))).toHaveLength(1);

    await forSite(plant.site).batchClock.updateMany({
      where: { travelerId: first },
      data: { lot: "S-2", mixedAt: new Date(Date.now() - 121 * 60_000) },
    });
    const later = (await packetForTablet(tablet.actor, second))?.clocks ?? [];
    expect(later.map(({ lot }) => lot)).toEqual(["S-1"]);
    const elsewhere = await aPlant({ ...plant.content, number: `${plant.content.number}-2` });
    const [third = ""] = await released(elsewhere, "S-3");
    const there = await packetForTablet((await elsewhere.tablet()).actor, third);
    expect(there?.clocks).toEqual([]);
  });

  it("is there for nobody of another site, as for a unit that never was", async () => {
    const { traveler } = await aUnit();
    const elsewhere = await (await aPlant()).tablet();
    expect(await packetForTablet(elsewhere.actor, traveler)).toBeNull();
    expect(await packetForTablet(elsewhere.actor, uuidv7())).toBeNull();
  });
});

describe("a station's queue", () => {
  it("shows open units whose next work is its own, oldest first, and none of another site", async () => {
    const plant = await aPlant();
    const [one = ""] = await released(plant, "S-1");
    const [two = ""] = await released(plant, "S-2");
    await released(await aPlant(), "S-9");
    const tablet = await plant.tablet();
    await tablet.send(tablet.envelope(plant.people.quality, two, aHold()));
    const { station, travelers } = await stationQueue(tablet.actor);
    expect(station).toMatchObject({ code: "ASM-1", workCenter: "ASM" });
    expect(travelers.map(({ unit, status, holds }) => [unit, status, holds])).toEqual([
      ["S-1", "released", 0],
      ["S-2", "on_hold", 1],
    ]);
    expect(travelers[0]).toMatchObject({ id: one, operation: { number: "010" }, buyoffDue: false });
    const [operation] = travelers.map((of) => of.operation?.title);
    expect(operation).toBe("All of it");
  });

  it("leaves out what is another work center's, and what is complete or cancelled", async () => {
    const plant = await aPlant();
    const [, two = ""] = await released(plant, "S-1", "S-2");
    const tablet = await plant.tablet();
    const { device } = tablet.actor;
    const atTest = { ...tablet.actor, device: { ...device, workCenter: "TEST" } } as Actor;
    expect((await stationQueue(atTest)).travelers).toEqual([]);
    await forSite(plant.site).traveler.update({
      where: { id: two },
      data: { status: "cancelled" },
    });
    const left = (await stationQueue(tablet.actor)).travelers.map(({ unit }) => unit);
    expect(left).toEqual(["S-1"]);
    const atDesk = { ...tablet.actor, device: null } as Actor;
    expect(await stationQueue(atDesk)).toEqual({ station: null, travelers: [] });
  });

  it("marks a unit that only waits for a signature", async () => {
    const plant = await aPlant(aShortInstruction());
    const [traveler = ""] = await released(plant, "S-1");
    const tablet = await plant.tablet();
    const dues = async () =>
      (await stationQueue(tablet.actor)).travelers.map(({ buyoffDue }) => buyoffDue);
    const work = firstStep(plant).map((of) => tablet.envelope(plant.people.operator, traveler, of));
    await tablet.send(...work.slice(0, 3));
    expect(await dues()).toEqual([false]);
    await tablet.send(...work.slice(3));
    expect(await dues()).toEqual([true]);
    const { command, proof } = await aBuyoff(plant, tablet, await stateOf(plant, traveler));
    await tablet.send(tablet.envelope(plant.people.inspector, traveler, command, { proof }));
    expect(await dues()).not.toContain(true);
  });
});

/** As the test instruction, but its first step has to be bought off before the others are done. */
function boughtOffEarly() {
  const content = anInstruction();
  const [operation] = content.operations;
  const [first, ...others] = operation?.steps ?? [];
  if (!operation || !first) throw new Error("no first step");
  const buyoffs = operation.buyoffs.map((of) => ({ ...of, id: uuidv7() }));
  return { ...content, operations: [{ ...operation, steps: [{ ...first, buyoffs }, ...others] }] };
}

it("a signature that is due beside other work doesn't mark the unit as only waiting", async () => {
  const plant = await aPlant(boughtOffEarly());
  const [traveler = ""] = await released(plant, "S-1");
  const tablet = await plant.tablet();
  const work = firstStep(plant).slice(0, 3);
  await tablet.send(...work.map((of) => tablet.envelope(plant.people.operator, traveler, of)));
  expect(buyoffsDue(await stateOf(plant, traveler), plant.content)).toHaveLength(1);
  const { travelers } = await stationQueue(tablet.actor);
  expect(travelers.map(({ buyoffDue }) => buyoffDue)).toEqual([false]);
});

describe("what was scanned", () => {
  it("finds a unit by its id, its label or its serial, here and nowhere else", async () => {
    const plant = await aPlant();
    const [traveler = ""] = await released(plant, "FSB 0118");
    const { actor } = await plant.tablet();
    for (const code of [
      traveler,
      `TRV~${traveler}`,
      ` trv~${traveler.toUpperCase()} `,
      "FSB 0118",
    ]) {
      expect(await findTraveler(actor, code), code).toEqual({ id: traveler });
    }
    for (const code of ["FSB", "", "%", uuidv7(), `CMP~C-1~S~FSB 0118`]) {
      expect(await findTraveler(actor, code), code).toBeNull();
    }
    const elsewhere = await (await aPlant()).tablet();
    expect(await findTraveler(elsewhere.actor, traveler)).toBeNull();
    expect(await findTraveler(elsewhere.actor, "FSB 0118")).toBeNull();
  });
});

/** A tablet with a session of its own, as the doors ask for. */
const enrolled = (plant: TestPlant) =>
  aTablet({ id: plant.site, station: { id: plant.station } } as TestSite);

const asking = (path: string, cookie?: string) =>
  new Request(`http://127.0.0.1:3000${path}`, { headers: cookie ? { cookie } : {} });
const inContext = (params: Record<string, string> = {}) => ({ params: Promise.resolve(params) });

describe("over HTTP", () => {
  it("the doors give a tablet of the site its units, and a stranger nothing", async () => {
    const plant = await aPlant();
    const [traveler = ""] = await released(plant, "S-1");
    const { cookie } = await enrolled(plant);
    const foreign = await enrolled(await aPlant());
    const doors = [
      [getQueue, "/api/floor/queue", inContext()],
      [getFind, "/api/floor/find?code=S-1", inContext()],
      [getPacket, `/api/floor/travelers/${traveler}`, inContext({ id: traveler })],
    ] as const;
    for (const [door, path, context] of doors) {
      const answer = async (as?: string) => {
        const response = await door(asking(path, as), context);
        return { status: response.status, body: await response.text() };
      };
      const own = await answer(cookie);
      expect(own.status, path).toBe(200);
      expect(own.body, path).toContain(traveler);
      const other = await answer(foreign.cookie);
      expect(other.status, path).toBe(200);
      expect(other.body, path).not.toContain(traveler);
      expect((await answer()).status, path).toBe(401);
    }
  });

  it("commands are answered with a verdict each, the people they name and the server's time", async () => {
    const plant = await aPlant();
    const [traveler = ""] = await released(plant, "S-1");
    const { actor, cookie } = await enrolled(plant);
    const { operator } = plant.people;
    const tablet = await plant.tablet();
    const envelope = tablet.envelope(operator, traveler, aHold(), {
      grant: tablet.grantFor(operator, actor.id),
    });
    const post = (body: unknown, headers: Record<string, string> = {}) =>
      postCommands(
        new Request("http://127.0.0.1:3000/api/commands", {
          method: "POST",
          headers: {
            cookie,
            origin: "http://127.0.0.1:3000",
            "x-buyoff": "1",
            "content-type": "application/json",
            ...headers,
          },
          body: JSON.stringify(body),
        }),
        inContext(),
      );
    const batch = { protocol: 1, commands: [{ ...envelope, device: actor.id }, { id: "broken" }] };
    const answer = await (await post(batch)).json();
    expect(answer.verdicts).toMatchObject([
      { id: envelope.id, verdict: "applied" },
      { id: "broken", verdict: "malformed" },
    ]);
    expect(answer.people[operator.id]).toMatchObject({ name: "Olga" });
    expect(answer.serverTime).toMatch(/^\d{4}-.*Z$/);
    expect((await post({ protocol: 1, commands: [] })).status).toBe(400);
    expect((await post({ protocol: 1, commands: Array(51).fill(envelope) })).status).toBe(400);
    expect(answer.protocols).toEqual(protocols);
    // A tablet with another protocol is told so, plainly, and what it sent is neither taken nor lost.
    for (const [protocol, code] of [
      [protocols.oldest - 1, "protocol_too_old"],
      [protocols.newest + 1, "protocol_too_new"],
    ] as const) {
      const turnedAway = await post({ ...batch, protocol });
      expect(turnedAway.status).toBe(200);
      expect(await turnedAway.json()).toMatchObject({ ok: false, error: { code } });
    }
    expect((await post(batch, { "x-buyoff": "0" })).status).toBe(403);
    expect((await post(batch, { cookie: "" })).status).toBe(401);
    expect(await forSite(plant.site).hold.count()).toBe(1);
  });
});

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { actorOfSeed } from "#lib/boundary/actor";
import { db, inTransaction } from "#lib/db/client";
import {
  contentSha256,
  type InstructionContent,
  instructionContent,
} from "#lib/instructions/schema";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { dateIn, type Instant, instant } from "#lib/kit/time";
import { type Happening, recordEvents } from "#lib/record/commands";
import type { HappeningType } from "#lib/record/happenings.schema";
import { idOf } from "./identity.ts";
import {
  type DemoGage,
  type DemoStock,
  demoGages,
  demoLots,
  demoOrders,
  demoPolicy,
  demoShifts,
  demoSites,
  demoStations,
  serialsOf,
} from "./plant.ts";

type Site = (typeof demoSites)[keyof typeof demoSites];

/** The calendar day so many days after the anchor's day in the plant, as a database date. */
export function dayAfter(anchor: Instant, zone: string, days: number): Date {
  const today = Date.parse(`${dateIn(zone, anchor)}T00:00:00Z`);
  return new Date(today + days * 24 * 60 * 60_000);
}
const dayText = (day: Date): string => day.toISOString().slice(0, 10);

export async function seedSites(anchor: Instant): Promise<void> {
  for (const site of Object.values(demoSites)) {
    await db.site.create({
      data: { ...site, policy: demoPolicy, shifts: demoShifts, createdAt: new Date(anchor) },
    });
    await note(site, "site", site.id, "site.opened", { code: site.code, name: site.name }, anchor);
  }
}

// What the reference data's own streams say; recorded when the demo says it happened.
async function note(
  site: Site,
  kind: "site" | "gage" | "order" | "device" | "instruction",
  stream: string,
  type: HappeningType,
  body: Canonical,
  at: Instant,
): Promise<void> {
  await recordEvents(actorOfSeed(site.id), { kind, stream, type, body, at, recordedAt: at });
}

/** Public half of a key whose private half nobody has: the tablets of the plant's past can't sign in. */
const pastKey = {
  kty: "EC",
  crv: "P-256",
  x: "dvdmXvcAyac6Lt-Mw_C7M4hpOvq3ZV8ymJ-tU7a8Vwc",
  y: "GJOkZ2B7foNMD-onM1oKWLQuFeqkq7Itio8RedONau0",
};

export const stationId = (site: Site, code: string): string => idOf(`${site.code}/station/${code}`);
export const deviceId = (site: Site, code: string): string => idOf(`${site.code}/device/${code}`);

export async function seedStations(site: Site, anchor: Instant): Promise<void> {
  const stations = demoStations[site.code] ?? [];
  await inTransaction(async (tx) => {
    await tx.station.createMany({
      data: stations.map((of) => ({ id: stationId(site, of.code), siteId: site.id, ...of })),
    });
    await tx.device.createMany({
      data: stations.map(({ code }) => ({
        id: deviceId(site, code),
        siteId: site.id,
        stationId: stationId(site, code),
        name: `Tablet ${code}`,
        publicKey: pastKey,
        enrolledAt: new Date(anchor),
      })),
    });
  }, site.id);
  for (const { code } of stations) {
    await note(site, "device", deviceId(site, code), "device.enrolled", { station: code }, anchor);
  }
}

export async function seedGages(
  site: Site,
  anchor: Instant,
  opened: Instant,
  registered: readonly DemoGage[] = demoGages,
): Promise<void> {
  const gages = registered.map((gage) => ({
    id: idOf(`${site.code}/gage/${gage.code}`),
    siteId: site.id,
    code: gage.code,
    type: gage.type,
    name: gage.name,
    unit: gage.unit,
    calibratedMin: gage.min,
    calibratedMax: gage.max,
    resolution: gage.resolution,
    uncertainty: gage.uncertainty,
    calibrationDueOn: dayAfter(anchor, site.timeZone, gage.dueInDays),
  }));
  await inTransaction((tx) => tx.gage.createMany({ data: gages }), site.id);
  for (const { id, siteId: _, calibrationDueOn, ...gage } of gages) {
    const body = { ...gage, calibrationDueOn: dayText(calibrationDueOn) };
    await note(site, "gage", id, "gage.calibrated", body, opened);
  }
}

export async function seedStock(
  site: Site,
  anchor: Instant,
  stock: readonly DemoStock[],
): Promise<void> {
  await inTransaction(
    (tx) =>
      tx.stock.createMany({
        data: stock.map(({ part, revision, serial, lot, expiresInDays, onHold }) => ({
          id: idOf(`${site.code}/stock/${part}/${serial ?? lot}`),
          siteId: site.id,
          part,
          revision: revision ?? null,
          serial: serial ?? null,
          lot: lot ?? null,
          expiresOn:
            expiresInDays === undefined ? null : dayAfter(anchor, site.timeZone, expiresInDays),
          onHold: onHold ?? false,
        })),
      }),
    site.id,
  );
}

export async function seedOrder(
  site: Site,
  anchor: Instant,
  order: { number: string; part: string; revision: string; quantity: string },
): Promise<void> {
  const id = idOf(`${site.code}/order/${order.number}`);
  await inTransaction(
    (tx) =>
      tx.workOrder.create({
        data: {
          id,
          siteId: site.id,
          number: order.number,
          partNumber: order.part,
          partRevision: order.revision,
          quantity: order.quantity,
          customer: "Halden Aircraft",
          createdAt: new Date(anchor),
        },
      }),
    site.id,
  );
  await note(site, "order", id, "order.released", { ...order }, anchor);
}

const folder = path.join(import.meta.dirname, "instructions");

/** Every instruction that lies in the folder: one more file is one more instruction. */
export async function instructionFiles(): Promise<Map<string, InstructionContent>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  const read = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(folder, name), "utf8");
      return [path.basename(name, ".json"), instructionContent.parse(JSON.parse(text))] as const;
    }),
  );
  return new Map(read);
}

/** All of them but the revision that another one has followed: that one is a part of the past. */
export async function seedInstructions(
  site: Site,
  opened: Instant,
  later: readonly string[] = [],
): Promise<void> {
  for (const [name, content] of await instructionFiles()) {
    const isPast = name === supersededRevision || later.includes(name);
    if (!isPast) await seedInstruction(site, content, new Date(opened));
  }
}

export const supersededRevision = "wi-4471-2210-rev-02";
export const followingRevision = "wi-4471-2210-rev-03";

/**
 * Units that are on this revision finish on it. The entry that makes the following one effective says so:
 * an event of its own comes with the life of revisions.
 */
export async function supersede(content: InstructionContent): Promise<void> {
  await db.instructionRevision.update({
    where: { contentSha256: contentSha256(content) },
    data: { status: "superseded" },
  });
}

/** A gage goes to the laboratory or comes back, or is found out of tolerance there. */
export async function gageNoted(
  site: Site,
  code: string,
  happened: Pick<Happening, "type" | "body" | "texts">,
  status: "in_service" | "withdrawn",
  at: Instant,
): Promise<void> {
  const id = idOf(`${site.code}/gage/${code}`);
  await inTransaction(async (tx) => {
    await tx.gage.update({ where: { id }, data: { status } });
    const happening = { ...happened, kind: "gage", stream: id, at, recordedAt: at } as const;
    await recordEvents(actorOfSeed(site.id), happening, tx);
  }, site.id);
}

/** A lot that nobody may install any more. */
export async function lotHeld(
  site: Site,
  of: { part: string; lot: string; reason: string },
  at: Instant,
): Promise<void> {
  const id = idOf(`${site.code}/stock/${of.part}/${of.lot}`);
  await inTransaction(async (tx) => {
    await tx.stock.update({ where: { id }, data: { onHold: true } });
    const body = { reason: sha256Hex(of.reason) };
    const texts = [of.reason];
    const happening = { kind: "lot", stream: id, type: "stock.held", body, texts } as const;
    await recordEvents(actorOfSeed(site.id), { ...happening, at, recordedAt: at }, tx);
  }, site.id);
}

/** Effective from then on; one that is there already stays as it is. */
export async function seedInstruction(
  site: Site,
  content: InstructionContent,
  released: Date,
): Promise<void> {
  const instruction = idOf(`instruction/${content.number}`);
  const sha256 = contentSha256(content);
  await db.instruction.upsert({
    where: { id: instruction },
    create: { id: instruction, number: content.number, title: content.title },
    update: {},
  });
  const { count } = await db.instructionRevision.createMany({
    data: [
      {
        contentSha256: sha256,
        instructionId: instruction,
        revision: content.revision,
        status: "effective",
        content: canonicalJson(content as unknown as Canonical),
        effectiveAt: released,
        createdAt: released,
      },
    ],
    skipDuplicates: true,
  });
  if (count === 0) return;
  const body = { number: content.number, revision: content.revision, contentSha256: sha256 };
  const at = instant(released.getTime());
  await note(site, "instruction", instruction, "revision.made_effective", body, at);
}

/** What lies in the store of a plant before the first unit is opened. */
export async function seedPlace(site: Site, anchor: Instant, opened: Instant): Promise<void> {
  await seedStations(site, opened);
  await seedGages(site, anchor, opened);
  const serials = demoOrders.flatMap(({ units }) => units.flatMap(serialsOf));
  await seedStock(site, anchor, [...demoLots, ...serials]);
}

import { createHash } from "node:crypto";
import sharp from "sharp";
import { expect } from "vitest";
import { storePhoto } from "#lib/blobs/commands";
import { actorOfSeed } from "#lib/boundary/actor";
import { aPerson, type TestSite, valueIn } from "#lib/db/test-plant";
import { uuidv7 } from "#lib/kit/ids";
import { applyCommand, releaseTravelers } from "#lib/travelers/commands";
import type { Command, CommandBody } from "#lib/travelers/schema";
import type { TestPlant } from "./plant.ts";

type Units = { serials: string[] } | { lot: string; quantity: string };

/** A traveler of the real record, released on an order of its own, and somebody who may do all of it. */
export async function aTraveler(
  plant: TestPlant,
  units: Units = { serials: ["FSB-0118"] },
  order = "WO-700118",
) {
  await plant.query(
    `insert into work_orders (id, site_id, number, part_number, part_revision, quantity)
     values ($1, $2, $3, '4471-2210-1', 'C', '5')`,
    [uuidv7(), plant.site, order],
  );
  const site = { id: plant.site } as TestSite;
  const roles = ["operator", "quality"] as const;
  const quality = await aPerson(site, { name: "Ingrid Maurer", roles });
  const actor = actorOfSeed(plant.site, { id: quality.id, name: quality.name, roles });
  const [released] = valueIn(
    await releaseTravelers(actor, { workOrder: order, contentSha256: plant.contentSha256, units }),
  );
  const traveler = released?.id ?? "";
  const tell = (command: Omit<Command, "id">) =>
    applyCommand(actor, { traveler, command: { id: uuidv7(), ...command } as Command });
  const logDefect = async (change: Partial<CommandBody<"logDefect">> = {}) => {
    const defect = uuidv7();
    const logged = await tell({
      type: "logDefect",
      body: {
        defect,
        code: "TRQ-01",
        severity: "major",
        quantity: "1",
        step: null,
        field: null,
        position: null,
        reading: null,
        location: "bolt 3",
        comment: "Bolt 3 went over.",
        ...change,
      },
    });
    expect(logged.verdict).toBe("applied");
    return defect;
  };
  const attachPhoto = async (defect: string) => {
    const background = { r: Math.floor(Math.random() * 256), g: 40, b: 40 };
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background } })
      .png()
      .toBuffer();
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    valueIn(await storePhoto(actor, { sha256, mediaType: "image/png", bytes }));
    const shown = { photo: uuidv7(), sha256, mediaType: "image/png" as const, bytes: bytes.length };
    const where = { step: null, field: null, position: null, defect };
    const attached = await tell({ type: "attachPhoto", body: { ...shown, ...where } });
    expect(attached.verdict).toBe("applied");
    return { sha256, bytes: bytes.length };
  };
  return { traveler, actor, tell, logDefect, attachPhoto };
}

/** With a defect that holds it. */
export async function aHeldTraveler(
  plant: TestPlant,
  units?: Units,
  found: Partial<CommandBody<"logDefect">> = {},
  order?: string,
) {
  const made = await aTraveler(plant, units, order);
  return { ...made, defect: await made.logDefect(found) };
}

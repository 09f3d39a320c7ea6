import { createHash } from "node:crypto";
import sharp from "sharp";
import { expect, test } from "vitest";
import { storePhoto } from "#lib/blobs/commands";
import { aPlant, released, type TestPlant, type TestTablet } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";

async function attached(plant: TestPlant, tablet: TestTablet, traveler: string) {
  const bytes = await sharp({
    create: { width: 9, height: 9, channels: 3, background: { r: 1, g: 2, b: Date.now() % 250 } },
  })
    .jpeg()
    .toBuffer();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const step = plant.content.operations[0]?.steps[0]?.id;
  const photo = { photo: uuidv7(), sha256, mediaType: "image/jpeg", bytes: bytes.byteLength };
  const body = { ...photo, step, field: null, position: null, defect: null } as never;
  const command = { type: "attachPhoto", body } as const;
  const [verdict] = await tablet.send(tablet.envelope(plant.people.operator, traveler, command));
  expect(verdict).toMatchObject({ verdict: "applied" });
  return { sha256, mediaType: "image/jpeg", bytes };
}

test("whoever completes a unit hears which photo is missing and which tablet has it, until it is here", async () => {
  const plant = await aPlant();
  const [traveler = ""] = await released(plant, "SN-1");
  const camera = await plant.tablet();
  const other = await plant.tablet();
  const photo = await attached(plant, camera, traveler);
  const complete = async () => {
    const command = { type: "completeTraveler", body: {} } as const;
    const [verdict] = await other.send(other.envelope(plant.people.operator, traveler, command));
    if (verdict?.verdict !== "recorded_not_applied") throw new Error("not refused");
    return verdict.refusal.params.photos;
  };
  expect(await complete()).toBe("010.1: Tablet (ASM-1)");
  await storePhoto(camera.actor, photo);
  expect(await complete()).toBe("");
});

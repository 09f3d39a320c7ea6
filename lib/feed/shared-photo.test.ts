import { createHash } from "node:crypto";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { storePhoto } from "#lib/blobs/commands";
import { valueIn } from "#lib/db/test-plant";
import { uuidv7 } from "#lib/kit/ids";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";
import { aTraveler } from "./testing/traveler.ts";
import { startWorker, type Worker } from "./testing/worker.ts";

// The tablet's side of it runs here, as the web's role; the worker is the product's own process.
let sandbox: Sandbox;
let plant: TestPlant;
let worker: Worker | null = null;
beforeEach(async () => {
  sandbox = await startSandbox();
  plant = await aPlant(sandbox.url);
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await plant.stop();
  await sandbox.stop();
});

test("failure 16: one photo of two defects is kept once here and attached to both of their records", async () => {
  const { traveler, actor, tell, logDefect } = await aTraveler(plant);
  const defects = [await logDefect(), await logDefect({ location: "bolt 4" })];
  const picture = await sharp({
    create: { width: 40, height: 30, channels: 3, background: { r: 9, g: 40, b: 40 } },
  })
    .png()
    .toBuffer();
  const sha256 = createHash("sha256").update(picture).digest("hex");
  const mediaType = "image/png" as const;
  valueIn(await storePhoto(actor, { sha256, mediaType, bytes: picture }));
  for (const defect of defects) {
    valueIn(await storePhoto(actor, { sha256, mediaType, bytes: picture }));
    const shown = { photo: uuidv7(), sha256, mediaType, bytes: picture.length, defect };
    const body = { ...shown, step: null, field: null, position: null };
    expect((await tell({ type: "attachPhoto", body })).verdict).toBe("applied");
  }
  worker = startWorker();
  await vi.waitFor(async () => {
    const all = await plant.deliveries();
    expect(all.filter(({ state }) => state === "verified")).toHaveLength(2);
  }, 120_000);

  expect(await sandbox.count()).toMatchObject({ ncrs: 2, attachments: 2 });
  for (const ncr of await sandbox.ncrs())
    expect(ncr.attachments.map((one) => one.sha256)).toEqual([sha256]);
  expect(await plant.query("select from blobs where sha256 = $1", [sha256])).toHaveLength(1);
  // Each of the two messages knows that it is of the same photo.
  expect(
    await plant.query(
      `select distinct a.sha256, count(distinct d.ordering_key)::int as records from delivery_attachments a
         join deliveries d on d.id = a.delivery_id where d.traveler_id = $1 group by 1`,
      [traveler],
    ),
  ).toEqual([{ sha256, records: 2 }]);
});

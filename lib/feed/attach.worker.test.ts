import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

// This file is a worker: it sees all sites, and may do what the worker may do and no more.
vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { aPlant, type TestPlant } from "./testing/plant.ts";
import { portsWith, unexpected, until } from "./testing/ports.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
let plant: TestPlant;
beforeEach(async () => {
  sandbox = await startSandbox();
  plant = await aPlant(sandbox.url);
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
  expect(unexpected.splice(0)).toEqual([]);
});

const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bytes = new Uint8Array(2_001).fill(7);
const half = { size: 1_000, sha256: sha256Of(bytes.subarray(0, 1_000)) };

/** A defect with one photo on its way to the QMS; gives the photo's delivery. */
async function aPhotoOnItsWay() {
  const { traveler, defect } = await plant.logDefect();
  const sha256 = await plant.attachPhoto(traveler, defect, bytes);
  const ports = portsWith(new Map([[sha256, bytes]]));
  return { sha256, ports, photo: async () => (await plant.deliveries())[1] };
}

describe("failure 13: a photo that is kept otherwise than it was sent", () => {
  test("is seen by its size and SHA-256 and sent again; the record says of the other copy that it is none", async () => {
    await sandbox.behave({ mode: "truncate", scope: "attachment", remaining: 1 });
    const { sha256, ports, photo } = await aPhotoOnItsWay();
    await until(ports, async () => (await photo())?.last_result?.includes("differs") === true);
    expect(await photo()).toMatchObject({ state: "pending", attempts: 1 });
    await until(ports, async () => (await photo())?.state === "verified");

    const [ncr] = await sandbox.ncrs();
    expect(ncr?.attachments.map((one) => [one.size, one.sha256])).toEqual([
      [half.size, half.sha256],
      [bytes.length, sha256],
    ]);
    expect(ncr?.comments.map(({ text }) => text)).toEqual([
      expect.stringContaining(`Not evidence: of what is attached as ${ncr?.attachments[0]?.name}`),
    ]);
    expect(ncr?.comments[0]?.text).toContain(`1000 bytes (SHA-256 ${half.sha256})`);
    expect(ncr?.comments[0]?.text).toContain(`2001 bytes and SHA-256 ${sha256}`);
    expect(await plant.attempts("attach")).toHaveLength(2);
  });

  test("again and again stops for a person after the third copy, and is no outage", async () => {
    await sandbox.behave({ mode: "truncate", scope: "attachment" });
    const { ports, photo } = await aPhotoOnItsWay();
    await until(ports, async () => (await photo())?.state === "parked");
    expect(await photo()).toMatchObject({
      last_result: expect.stringContaining("differs in the QMS: photo-"),
    });
    expect(await plant.attempts("attach")).toHaveLength(3);
    const [connector] = await plant.query(
      "select failures_in_row as failures from connectors where id = $1",
      [plant.connector],
    );
    expect(connector).toEqual({ failures: 0 });
  });
});

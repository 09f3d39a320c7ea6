import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { env } from "#lib/kit/env";
import { run } from "../support/run.ts";
import { aConnection, expecting } from "./connection.ts";
import { alternating, perSecond, rowOf, type Scale } from "./measure.ts";
import { aBenchPlant, aBenchTablet } from "./plant.ts";
import type { Row } from "./results.schema.ts";

const atOnce = 4;

/** B8: photos as tablets send them, beside the same bytes written and synced to the same disk. */
export async function photosTakenIn({ isSmall, rounds }: Scale): Promise<Row[]> {
  const each = isSmall ? 1 : 6;
  const tablet = await aBenchTablet(await aBenchPlant(1));
  const camera = await aCamera(isSmall);
  const connections = Array.from({ length: atOnce }, () => aConnection(run.origin));
  const folder = await mkdtemp(path.join(env.BUYOFF_BLOBS, "bench-"));
  const shots = () => Array.from({ length: each }, camera);
  const seen = await alternating(rounds, {
    limit: () =>
      perSecond(
        connections.map(() => {
          const files = shots();
          return async () => {
            for (const bytes of files) await writeSynced(folder, bytes);
            return megabytes(files);
          };
        }),
      ),
    system: () =>
      perSecond(
        connections.map(({ say }) => {
          const files = shots().map((bytes) => ({ bytes, sha256: shaOf(bytes) }));
          return async () => {
            for (const { bytes, sha256 } of files) {
              const headers = { ...tablet.headers, "content-type": "image/jpeg" };
              await expecting(200, "photo", say("PUT", `/api/blobs/${sha256}`, headers, bytes));
            }
            return megabytes(files.map(({ bytes }) => bytes));
          };
        }),
      ),
  });
  for (const { close } of connections) close();
  await rm(folder, { recursive: true });
  const name =
    "photos taken in, hash checked and durable, 4 at once / write and fsync of the same bytes";
  return [rowOf({ id: "B8", name, unit: "MB a second", rounds: seen, target: { least: 0.3 } })];
}

const shaOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const megabytes = (files: readonly Uint8Array[]) =>
  files.reduce((sum, bytes) => sum + bytes.byteLength, 0) / 1_000_000;

async function writeSynced(folder: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path.join(folder, randomBytes(8).toString("hex")), "wx");
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
}

/** Photos of noise, which no compression makes smaller, and no two alike: each has a comment of its own. */
async function aCamera(isSmall: boolean): Promise<() => Buffer> {
  const [width, height] = isSmall ? [320, 240] : [1600, 1200];
  const raw = { width, height, channels: 3 } as const;
  const shot = await sharp(randomBytes(width * height * 3), { raw })
    .jpeg({ quality: 80 })
    .toBuffer();
  return () => {
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 18]), randomBytes(16)]);
    return Buffer.concat([shot.subarray(0, 2), comment, shot.subarray(2)]);
  };
}

import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";

const { port, s3Port } = await vi.hoisted(async () => {
  const { freePort } = await import("#lib/setup/port");
  const [port, s3Port] = [await freePort(0), await freePort(0)];
  // Through a door of ours, that cuts when it is told to; before anything parses the environment.
  Object.assign(process.env, {
    BUYOFF_BLOBS: "s3://plant-evidence/line-1/photos",
    BUYOFF_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    BUYOFF_S3_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "S3RVER",
    AWS_SECRET_ACCESS_KEY: "S3RVER",
  });
  return { port, s3Port };
});

import { storePhoto } from "#lib/blobs/commands";
import { isKept, photo } from "#lib/blobs/queries";
import { type BlobSettings, blobPath, blobStoreOf } from "#lib/blobs/store.gateway";
import { forSite } from "#lib/db/client";
import { cloneDatabase } from "#lib/db/test-database";
import { aSite, aTablet, valueIn } from "#lib/db/test-plant";
import { env } from "#lib/kit/env";
import type { Actor } from "#lib/people/schema";
import { root } from "#lib/setup/memory";
import { freePort } from "#lib/setup/port";
import { PUT } from "../../app/api/blobs/[sha256]/route.ts";
import { aFolder } from "./programs.ts";
import { cutAfter } from "./proxy.ts";
import { bucketClient, startBuckets } from "./servers.ts";

const folder = aFolder("blobs");
let server: Awaited<ReturnType<typeof startS3>>;
let door: Awaited<ReturnType<typeof cutAfter>>;
let tablet: Actor;
let cookie: string;
const direct = bucketClient(s3Port);

const startS3 = () =>
  startBuckets({ port: s3Port, directory: path.join(folder.path, "s3") }, [
    "plant-evidence",
    "plant-evidence-2",
  ]);

beforeAll(async () => {
  server = await startS3();
  door = await cutAfter(s3Port, port);
  ({ actor: tablet, cookie } = await aTablet(await aSite()));
});
afterAll(async () => {
  direct.destroy();
  await door.stop();
  await server.close();
  folder.remove();
});

/** Noise, so that it is as large as it has pixels and no other test's. */
async function aPhoto(side = 40) {
  const raw = { width: side, height: side, channels: 3 } as const;
  const bytes = await sharp(randomBytes(side * side * 3), { raw })
    .jpeg()
    .toBuffer();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { sha256, mediaType: "image/jpeg", bytes };
}
const nameIn = (sha256: string) => `line-1/photos/${tablet.site}/${sha256.slice(0, 2)}/${sha256}`;
const objectsIn = async (bucket: string) => {
  const { Contents = [] } = await direct.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key }) => Key);
};
const rowsOf = (sha256: string) => forSite(tablet.site).blob.count({ where: { sha256 } });
const send = ({ sha256, bytes }: { sha256: string; bytes: Buffer }) =>
  PUT(
    new Request(`${env.BUYOFF_ORIGIN}/api/blobs/${sha256}`, {
      method: "PUT",
      body: new Uint8Array(bytes),
      headers: {
        cookie,
        origin: env.BUYOFF_ORIGIN,
        "x-buyoff": "1",
        "content-type": "image/jpeg",
      },
    }),
    { params: Promise.resolve({ sha256 }) },
  );

/** As somebody types it, and what it said. */
const command = (name: string, args: readonly string[], more: Record<string, string | undefined>) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    const main = path.join(root, "lib/setup/main.ts");
    execFile(
      process.execPath,
      ["--conditions=react-server", main, name, ...args],
      { cwd: root, env: { ...process.env, ...more } },
      (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), said: `${stdout}${stderr}` }),
    );
  });

test("a photo goes into the bucket under site and hash, comes back byte for byte, and sent again stays one", async () => {
  const taken = await aPhoto();
  valueIn(await storePhoto(tablet, taken));
  valueIn(await storePhoto(tablet, taken));
  await Promise.all([1, 2, 3].map(async () => valueIn(await storePhoto(tablet, taken))));
  expect(await objectsIn("plant-evidence")).toEqual([nameIn(taken.sha256)]);
  expect(await rowsOf(taken.sha256)).toBe(1);
  const object = { Bucket: "plant-evidence", Key: nameIn(taken.sha256) };
  const { Body } = await direct.send(new GetObjectCommand(object));
  expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(taken.bytes);
  expect(Buffer.from((await photo(tablet, taken.sha256))?.bytes ?? [])).toEqual(taken.bytes);
  const stranger = await aTablet(await aSite());
  expect(await photo(stranger.actor, taken.sha256)).toBeNull();
});

test("cut in the middle of a photo, the next attempt has it whole", async () => {
  const taken = await aPhoto(1_200);
  expect(taken.bytes.length).toBeGreaterThan(500_000);
  door.cutAfterBytes(200_000);
  expect((await send(taken)).status).toBe(200);
  expect(door.cuts()).toBe(1);
  expect(Buffer.from((await photo(tablet, taken.sha256))?.bytes ?? [])).toEqual(taken.bytes);
});

test("while the bucket is away a tablet is told to try again and nothing is believed to be there; then it is taken", async () => {
  const before = await aPhoto();
  const taken = await aPhoto();
  expect((await send(before)).status).toBe(200);
  await door.stop();
  expect((await send(taken)).status).toBe(500);
  expect(await isKept(tablet, taken.sha256)).toBe(false);
  await expect(photo(tablet, before.sha256)).rejects.toThrow(/ECONNREFUSED/);
  door = await cutAfter(s3Port, port);
  expect((await send(taken)).status).toBe(200);
  expect(await rowsOf(taken.sha256)).toBe(1);
  expect(Buffer.from((await photo(tablet, before.sha256))?.bytes ?? [])).toEqual(before.bytes);
});

test("what lies in the bucket under a hash and is something else is not shown", async () => {
  const taken = await aPhoto();
  valueIn(await storePhoto(tablet, taken));
  const file = path.join(
    folder.path,
    "s3/plant-evidence",
    `${nameIn(taken.sha256)}._S3rver_object`,
  );
  expect(readFileSync(file)).toEqual(taken.bytes);
  writeFileSync(file, "something else");
  await expect(photo(tablet, taken.sha256)).rejects.toThrow(/no longer what its hash says/);
  valueIn(await storePhoto(tablet, taken));
  expect(Buffer.from((await photo(tablet, taken.sha256))?.bytes ?? [])).toEqual(taken.bytes);
});

test("web and worker don't start on a bucket that can't be used, and say what to do", async () => {
  const refusal = async (name: string, more: Record<string, string | undefined>) => {
    const { code, said } = await command(name, [], { BUYOFF_ORIGIN: env.BUYOFF_ORIGIN, ...more });
    expect(code).toBe(1);
    expect(said).not.toMatch(/\n\s+at /);
    return said;
  };
  expect(await refusal("web", { AWS_ACCESS_KEY_ID: "NOBODY" })).toMatch(
    /does not let us in \(403.*Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
  );
  expect(await refusal("worker", { BUYOFF_BLOBS: "s3://not-there" })).toMatch(
    /There is no bucket not-there at http:.*Create it, or put BUYOFF_BLOBS right/,
  );
  expect(await refusal("web", { BUYOFF_S3_REGION: "", AWS_SECRET_ACCESS_KEY: undefined })).toMatch(
    /s3:\/\/plant-evidence\/line-1\/photos, and BUYOFF_S3_REGION, AWS_SECRET_ACCESS_KEY must be set/,
  );
  const nobodyThere = `http://127.0.0.1:${await freePort(0)}`;
  expect(await refusal("worker", { BUYOFF_S3_ENDPOINT: nobodyThere })).toMatch(
    /can't be reached at http:.*ECONNREFUSED.*Check BUYOFF_S3_ENDPOINT/,
  );
  for (const place of ["s3://", "s3://Plant", "s3://plant-evidence/../other", "s3:plant"]) {
    expect(await refusal("web", { BUYOFF_BLOBS: place }), place).toMatch(
      /BUYOFF_BLOBS takes a folder such as .* or a bucket such as/,
    );
  }
});

test("a bucket that takes a connection and never answers is given up after a while", async () => {
  const open = new Set<Socket>();
  const silent = createServer((socket) => void open.add(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const at = typeof address === "object" && address ? address.port : 0;
  const settings: BlobSettings = { ...env, BUYOFF_S3_ENDPOINT: `http://127.0.0.1:${at}` };
  const startedAt = Date.now();
  const key = { site: tablet.site, sha256: "0".repeat(64) };
  const store = blobStoreOf(settings);
  await Promise.all([
    expect(store.write(key, Buffer.from("?"))).rejects.toThrow(),
    expect(store.read(key)).rejects.toThrow(),
    expect(store.fault()).resolves.toMatch(/can't be reached/),
  ]);
  expect(Date.now() - startedAt).toBeLessThan(60_000);
  for (const socket of open) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

test("a backup is read from the bucket, and put back into another bucket and into a folder", async () => {
  const taken = await aPhoto();
  valueIn(await storePhoto(tablet, taken));
  const backup = path.join(folder.path, "backup");
  const from = { DATABASE_ADMIN_URL: process.env.BUYOFF_TEST_ADMIN_URL };
  const made = await command("backup", [backup], from);
  expect(made.said).toMatch(/ [1-9]\d* photos and documents: /);
  const key = { site: tablet.site, sha256: taken.sha256 };
  expect(readFileSync(blobPath(path.join(backup, "blobs"), key))).toEqual(taken.bytes);

  const elsewhere = path.join(folder.path, "restored");
  for (const place of ["s3://plant-evidence-2", elsewhere]) {
    const { adminUrl } = await cloneDatabase(inject("testServer"));
    const to = { DATABASE_ADMIN_URL: adminUrl, BUYOFF_BLOBS: place };
    const gone = await command("restore", [backup], { ...to, BUYOFF_BLOBS: "s3://not-there" });
    expect(gone.said).toMatch(/There is no bucket not-there/);
    const restored = await command("restore", [backup], to);
    expect(restored.said).toMatch(/Restored\./);
    const bytes = await blobStoreOf({ ...env, BUYOFF_BLOBS: place }).read(key);
    expect(Buffer.from(bytes ?? [])).toEqual(taken.bytes);
  }
  expect((await objectsIn("plant-evidence-2")).sort()).toEqual(
    (await objectsIn("plant-evidence")).map((name) => name?.replace("line-1/photos/", "")).sort(),
  );

  const file = path.join(
    folder.path,
    "s3/plant-evidence",
    `${nameIn(taken.sha256)}._S3rver_object`,
  );
  writeFileSync(file, "something else");
  const refused = await command("backup", [path.join(folder.path, "damaged")], from);
  expect(refused.said).toMatch(/in s3:.* is no longer what its hash says\. No backup was made\./);
  expect(refused.code).toBe(1);
});

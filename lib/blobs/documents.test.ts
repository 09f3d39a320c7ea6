import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aSite, aTablet, valueIn } from "#lib/db/test-plant";
import { env } from "#lib/kit/env";
import type { Actor } from "#lib/people/schema";
import { GET } from "../../app/api/blobs/[sha256]/route.ts";
import { storeDocument } from "./commands.ts";
import { documentBytesMax } from "./document.rules.ts";
import { photoBytesMax } from "./image.rules.ts";
import { isKept, kept, photo } from "./queries.ts";
import { blobPath } from "./store.gateway.ts";

const pdf = Buffer.from("%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n");
const shaOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

let quality: Actor;
let cookie: string;
let stranger: Actor;
beforeAll(async () => {
  const site = await aSite();
  ({ cookie } = await aTablet(site));
  quality = actorOfSeed(site.id, { roles: ["quality"] });
  stranger = actorOfSeed((await aSite()).id);
});
const store = (bytes: Uint8Array, mediaType: string) =>
  storeDocument(quality, { bytes, mediaType });
const codeOf = async (bytes: Uint8Array, mediaType: string) => {
  const stored = await store(bytes, mediaType);
  return stored.ok ? "kept" : stored.error.code;
};

it("is kept byte for byte under its hash, once, and for its own site alone", async () => {
  const { sha256 } = valueIn(await store(pdf, "application/pdf"));
  expect(sha256).toBe(shaOf(pdf));
  expect(valueIn(await store(pdf, "application/pdf")).sha256).toBe(sha256);
  expect(await forSite(quality.site).blob.count({ where: { sha256 } })).toBe(1);
  const back = await kept(quality, sha256);
  expect(Buffer.compare(back?.bytes ?? Buffer.alloc(0), pdf)).toBe(0);
  expect(
    (await stat(blobPath(env.BUYOFF_BLOBS, { site: quality.site, sha256 }))).mode & 0o077,
  ).toBe(0);
  expect(await isKept(stranger, sha256)).toBe(false);
  expect(await kept(stranger, sha256)).toBeNull();
});

it("is never taken for a photo", async () => {
  const { sha256 } = valueIn(await store(pdf, "application/pdf"));
  expect(await photo(quality, sha256)).toBeNull();
});

it("is handed out to be saved and never to be opened at our address", async () => {
  const { sha256 } = valueIn(await store(pdf, "application/pdf"));
  const answer = await GET(
    new Request(`${env.BUYOFF_ORIGIN}/api/blobs/${sha256}`, { headers: { cookie } }),
    { params: Promise.resolve({ sha256 }) },
  );
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/pdf",
    "content-disposition": `attachment; filename="${sha256.slice(0, 12)}.pdf"`,
    "content-security-policy": expect.stringMatching(/sandbox$/),
    "x-content-type-options": "nosniff",
    "cache-control": expect.stringContaining("private"),
  });
});

it("is a PDF or a picture by its bytes, whatever it is called", async () => {
  const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: "#123" } })
    .png()
    .toBuffer();
  expect(await codeOf(png, "image/png")).toBe("kept");
  expect(await codeOf(pdf, "image/png")).toBe("not_an_image");
  expect(await codeOf(png, "application/pdf")).toBe("not_a_document");
  expect(await codeOf(pdf, "text/html")).toBe("type_differs");
  expect(await codeOf(Buffer.from("<html>"), "text/html")).toBe("not_a_document");
  expect(await codeOf(Buffer.concat([pdf, Buffer.from("<html>")]), "application/pdf")).toBe(
    "not_a_document",
  );
  expect(await codeOf(Buffer.alloc(0), "application/pdf")).toBe("not_a_document");
});

it("may be larger than a photo, a picture of it may not", async () => {
  const large = Buffer.alloc(photoBytesMax + 1, " ");
  large.write("%PDF-1.7\n");
  large.write("%%EOF", large.length - 5);
  expect(await codeOf(large, "application/pdf")).toBe("kept");
  expect(await codeOf(large, "image/jpeg")).toBe("image_too_large");
  expect(documentBytesMax).toBeGreaterThan(photoBytesMax);
});

import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { aSite, aTablet, valueIn } from "#lib/db/test-plant";
import { env } from "#lib/kit/env";
import type { Actor } from "#lib/people/schema";
import { GET, PUT } from "../../app/api/blobs/[sha256]/route.ts";
import { storePhoto } from "./commands.ts";
import { checkedImage } from "./image.queries.ts";
import { photoBytesMax } from "./image.rules.ts";
import { photo } from "./queries.ts";
import { blobPath } from "./store.gateway.ts";

const picture = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: { r: 9, g: 99, b: 199 } } });
const pathOf = (site: string, sha256: string) => blobPath(env.BUYOFF_BLOBS, { site, sha256 });
const shaOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const withText = (bytes: Uint8Array, text: string) => Buffer.concat([bytes, Buffer.from(text)]);
const html = "<html><script>alert(1)</script></html>";

let jpeg: Buffer;
let png: Buffer;
let webp: Buffer;
beforeAll(async () => {
  [jpeg, png, webp] = await Promise.all([
    picture().jpeg().toBuffer(),
    picture().png().toBuffer(),
    picture().webp().toBuffer(),
  ]);
});

/** A PNG whose header promises more pixels than its few bytes hold. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (name: string, body: Buffer) => {
    const named = Buffer.concat([Buffer.from(name), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(Math.ceil(width / 8 + 1) * Math.min(height, 16_000)));
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    start,
    chunk("IHDR", header),
    chunk("IDAT", rows),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("what is accepted as a photo", () => {
  it("is JPEG, PNG and WebP that say what they are", async () => {
    expect(await checkedImage(jpeg, "image/jpeg")).toEqual({ ok: true, value: "image/jpeg" });
    expect(await checkedImage(png, "image/png")).toEqual({ ok: true, value: "image/png" });
    expect(await checkedImage(webp, "image/webp")).toEqual({ ok: true, value: "image/webp" });
  });

  it("is never another kind of file, under whatever name", async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const gif = await picture().gif().toBuffer();
    const tiff = await picture().tiff().toBuffer();
    const avif = await picture().avif().toBuffer();
    const files = [
      Buffer.from(svg),
      Buffer.from(`<?xml version="1.0"?>${svg}`),
      deflateSync(svg),
      Buffer.from(html),
      Buffer.from("%PDF-1.7\n%%EOF"),
      Buffer.from("PK\u0003\u0004"),
      Buffer.alloc(0),
      Buffer.alloc(100),
      gif,
      tiff,
      avif,
    ];
    for (const file of files) {
      for (const declared of ["image/jpeg", "image/png", "image/webp", "image/svg+xml"]) {
        expect((await checkedImage(file, declared)).ok).toBe(false);
      }
    }
  });

  it("is of the type that was declared", async () => {
    for (const [bytes, declared] of [
      [jpeg, "image/png"],
      [png, "image/jpeg"],
      [webp, "image/png"],
      [png, "image/svg+xml"],
      [jpeg, "text/html"],
      [jpeg, ""],
    ] as const) {
      expect(await checkedImage(bytes, declared)).toEqual({ ok: false, error: "type_differs" });
    }
  });

  it("has nothing glued behind it and isn't a few first bytes alone", async () => {
    for (const [bytes, type] of [
      [withText(jpeg, html), "image/jpeg"],
      [withText(png, html), "image/png"],
      [withText(webp, html), "image/webp"],
      [withText(jpeg, "PK\u0003\u0004zip"), "image/jpeg"],
      [
        Buffer.concat([jpeg.subarray(0, 4), Buffer.from(html), Buffer.from([0xff, 0xd9])]),
        "image/jpeg",
      ],
      [png.subarray(0, 8), "image/png"],
      [Buffer.from([0xff, 0xd8, 0xff, 0xd9]), "image/jpeg"],
    ] as const) {
      expect(await checkedImage(bytes, type)).toEqual({ ok: false, error: "not_an_image" });
    }
  });

  it("is no bomb: not by pixels, not by one long side, not by frames", async () => {
    const bomb = pngOf(16_000, 16_000);
    expect(bomb.length).toBeLessThan(100_000);
    expect((await checkedImage(bomb, "image/png")).ok).toBe(false);
    expect((await checkedImage(pngOf(65_535, 1), "image/png")).ok).toBe(false);
    const frame = { width: 8, height: 16, channels: 3 as const };
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 50), Buffer.alloc(8 * 8 * 3, 200)]);
    const moving = await sharp(frames, { raw: { ...frame, pageHeight: 8 } })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    const animated = await checkedImage(moving, "image/webp");
    expect(animated).toEqual({ ok: false, error: "image_animated" });
  });

  it("doesn't say where it was taken", async () => {
    const place = { IFD3: { GPSLatitudeRef: "N", GPSLatitude: "37/1 41/1 30/1" } };
    const located = [
      [await picture().withExif(place).jpeg().toBuffer(), "image/jpeg"],
      [await picture().withExif(place).png().toBuffer(), "image/png"],
      [await picture().withExif(place).webp().toBuffer(), "image/webp"],
    ] as const;
    for (const [bytes, type] of located) {
      expect(await checkedImage(bytes, type), type).toEqual({
        ok: false,
        error: "image_has_location",
      });
    }
    const turned = await picture()
      .withExif({ IFD0: { Software: "tablet", Orientation: "6" } })
      .jpeg()
      .toBuffer();
    expect((await checkedImage(turned, "image/jpeg")).ok).toBe(true);
    // A second block behind a harmless first one, where a reader that stops early doesn't look.
    const [first] = located;
    const secondBlock = first[0].subarray(2, first[0].indexOf(Buffer.from([0xff, 0xdb])));
    const scan = turned.indexOf(Buffer.from([0xff, 0xdb]));
    const doubled = Buffer.concat([turned.subarray(0, scan), secondBlock, turned.subarray(scan)]);
    expect(await checkedImage(doubled, "image/jpeg")).toMatchObject({
      error: "image_has_location",
    });
  });
});

describe("a stored photo", () => {
  let device: Actor;
  let cookie: string;
  beforeAll(async () => {
    ({ actor: device, cookie } = await aTablet(await aSite()));
  });

  const put = (sha256: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    PUT(
      new Request(`${env.BUYOFF_ORIGIN}/api/blobs/${encodeURIComponent(sha256)}`, {
        method: "PUT",
        body: Buffer.from(body),
        headers: {
          cookie,
          origin: env.BUYOFF_ORIGIN,
          "x-buyoff": "1",
          "content-type": "image/jpeg",
          ...headers,
        },
      }),
      { params: Promise.resolve({ sha256 }) },
    );
  const get = (sha256: string, as: string) =>
    GET(new Request(`${env.BUYOFF_ORIGIN}/api/blobs/${sha256}`, { headers: { cookie: as } }), {
      params: Promise.resolve({ sha256 }),
    });

  it("comes back byte for byte to its own site, as an image in a sandbox, and to no other", async () => {
    expect((await put(shaOf(jpeg), jpeg)).status).toBe(200);
    const answer = await get(shaOf(jpeg), cookie);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(jpeg);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/jpeg",
      "content-disposition": `inline; filename="${shaOf(jpeg).slice(0, 12)}.jpg"`,
      "content-security-policy": expect.stringMatching(/sandbox$/),
      "x-content-type-options": "nosniff",
      "cache-control": expect.stringContaining("private"),
    });
    const stranger = await aTablet(await aSite());
    expect((await get(shaOf(jpeg), stranger.cookie)).status).toBe(404);
    expect(await photo(actorOfSeed(stranger.actor.site), shaOf(jpeg))).toBeNull();
  });

  it("is the same one when it is sent again, and at once from two sides", async () => {
    const bytes = await picture().jpeg({ quality: 61 }).toBuffer();
    const input = { sha256: shaOf(bytes), mediaType: "image/jpeg", bytes };
    await Promise.all([1, 2, 3, 4].map(async () => valueIn(await storePhoto(device, input))));
    const folder = path.dirname(pathOf(device.site, shaOf(bytes)));
    expect(await readFile(pathOf(device.site, shaOf(bytes)))).toEqual(bytes);
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
    expect((await stat(pathOf(device.site, shaOf(bytes)))).mode & 0o077).toBe(0);
  });

  it("is not shown when what lies there is no longer it, or nothing does", async () => {
    const bytes = await picture().jpeg({ quality: 62 }).toBuffer();
    const sha256 = shaOf(bytes);
    valueIn(await storePhoto(device, { sha256, mediaType: "image/jpeg", bytes }));
    await writeFile(pathOf(device.site, sha256), withText(bytes, "more"));
    await expect(photo(device, sha256)).rejects.toThrow(/no longer what its hash says/);
    expect((await get(sha256, cookie)).status).toBe(500);
    await rm(pathOf(device.site, sha256));
    await expect(photo(device, sha256)).rejects.toThrow(/in the record and not in/);
    // Sent again, it is there again.
    valueIn(await storePhoto(device, { sha256, mediaType: "image/jpeg", bytes }));
    expect(Buffer.from((await photo(device, sha256))?.bytes ?? [])).toEqual(bytes);
  });

  it("is refused under another hash, and a path is no hash", async () => {
    expect((await put("0".repeat(64), jpeg)).status).toBe(415);
    const marker = randomUUID();
    for (const name of [
      `../../${marker}`,
      `${marker}\u0000`,
      marker,
      "A".repeat(64),
      "a".repeat(300),
    ]) {
      expect((await put(name, jpeg)).status, name).toBe(400);
    }
    const kept = await readdir(env.BUYOFF_BLOBS, { recursive: true });
    expect(kept.filter((name) => name.includes(marker))).toEqual([]);
  });

  it("is refused when it isn't an image, and nothing of it is kept", async () => {
    const evil = Buffer.from(html);
    const answer = await put(shaOf(evil), evil);
    expect([answer.status, await answer.json()]).toMatchObject([
      415,
      { error: { code: "not_an_image" } },
    ]);
    await expect(stat(pathOf(device.site, shaOf(evil)))).rejects.toThrow(/ENOENT/);
  });

  it("is refused one byte over the limit, whether that was declared or not", async () => {
    const large = Buffer.alloc(photoBytesMax + 1);
    expect((await put(shaOf(large), large)).status).toBe(413);
    expect((await put(shaOf(jpeg), jpeg, { "content-length": String(large.length) })).status).toBe(
      413,
    );
    const allowed = Buffer.alloc(photoBytesMax);
    expect((await put(shaOf(allowed), allowed)).status).toBe(415);
  });

  it("is taken from enrolled tablets alone", async () => {
    expect((await put(shaOf(jpeg), jpeg, { cookie: "buyoff-device=made-up" })).status).toBe(401);
  });
});

import { deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { checkedImage } from "./image.queries.ts";
import { orientationIn, stripped } from "./stripped.rules.ts";

const types = ["image/jpeg", "image/png", "image/webp"] as const;
const width = 48;
const height = 32;

/** Two colors, so that a picture that was turned or drawn anew is another one. */
const pixels = Buffer.from(
  Array.from({ length: width * height }, (_, at) =>
    at % width < width / 2 ? [200, 30, 30] : [20, 40, 220],
  ).flat(),
);
const picture = () => sharp(pixels, { raw: { width, height, channels: 3 } });

const secrets = ["37/1 41/1 30/1", "Camera of Marisol", "serial-4711-0815", "Pat Photographer"];
const taken = {
  IFD0: { Make: secrets[1] ?? "", Artist: secrets[3] ?? "" },
  IFD2: { BodySerialNumber: secrets[2] ?? "", DateTimeOriginal: "2026:03:02 07:00:00" },
  IFD3: { GPSLatitudeRef: "N", GPSLatitude: secrets[0] ?? "", GPSLongitudeRef: "W" },
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="37,41.5N" exif:GPSLongitude="97,20.1W"/></rdf:RDF></x:xmpmeta>`;

const photoOf = (type: (typeof types)[number], orientation: string): Promise<Buffer> =>
  picture()
    .withMetadata({ orientation: Number(orientation) })
    .withExifMerge(taken)
    .withXmp(xmp)
    .toFormat(type.slice(6) as "jpeg", { quality: 90 })
    .toBuffer();

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const rawOf = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer();

describe("a photo before it is hashed", () => {
  const photos = new Map<string, Buffer>();
  beforeAll(async () => {
    for (const type of types) {
      for (const orientation of ["1", "3", "6", "8"]) {
        photos.set(`${type} ${orientation}`, await photoOf(type, orientation));
      }
    }
  });

  it.each(types)(
    "%s loses place, camera and people, keeps which side is up, and every pixel",
    async (type) => {
      for (const orientation of ["1", "3", "6", "8"]) {
        const before = photos.get(`${type} ${orientation}`) ?? Buffer.alloc(0);
        // What this is about is really in there, and our own server would turn it away.
        expect(textOf(before)).toContain("Camera of Marisol");
        expect((await sharp(before).metadata()).orientation).toBe(Number(orientation));
        expect(await checkedImage(before, type)).toMatchObject({ error: "image_has_location" });
        const after = stripped(before);
        expect(after?.mediaType).toBe(type);
        const bytes = after?.bytes ?? new Uint8Array();
        for (const told of [...secrets, "GPS", "xmpmeta", "2026:03:02"]) {
          expect(textOf(bytes), told).not.toContain(told);
        }
        expect(await checkedImage(bytes, type)).toEqual({ ok: true, value: type });
        const header = await sharp(bytes).metadata();
        expect(header.orientation ?? 1).toBe(Number(orientation));
        expect(header.xmp).toBeUndefined();
        // Not drawn anew: decoded without turning, each pixel is the one that the camera gave.
        expect(await rawOf(bytes)).toEqual(await rawOf(before));
        // Turned as a viewer turns it, it lies as it lay before.
        const upright = (of: Uint8Array) => sharp(of).rotate().raw().toBuffer();
        expect(await upright(bytes)).toEqual(await upright(before));
      }
    },
  );

  it.each(types)("%s stripped a second time is byte for byte the same: it has one hash", (type) => {
    const once = stripped(photos.get(`${type} 6`) ?? Buffer.alloc(0))?.bytes ?? new Uint8Array();
    expect(Buffer.from(stripped(once)?.bytes ?? [])).toEqual(Buffer.from(once));
  });

  it("keeps colors: a profile stays where it was", async () => {
    const colored = await picture().withIccProfile("p3").jpeg().toBuffer();
    const bytes = stripped(colored)?.bytes ?? new Uint8Array();
    expect((await sharp(bytes).metadata()).icc).toBeDefined();
    expect(await rawOf(bytes)).toEqual(await rawOf(colored));
  });

  it("takes progressive pictures and restart markers for what they are", async () => {
    const progressive = await picture()
      .jpeg({ progressive: true })
      .withMetadata({ orientation: 6 })
      .withExifMerge(taken)
      .toBuffer();
    const bytes = stripped(progressive)?.bytes ?? new Uint8Array();
    expect(await rawOf(bytes)).toEqual(await rawOf(progressive));
    expect((await sharp(bytes).metadata()).orientation).toBe(6);
  });

  it("leaves behind what is glued to its end, and every further block with a place", async () => {
    const photo = photos.get("image/jpeg 6") ?? Buffer.alloc(0);
    const place = photo.subarray(2, photo.indexOf(Buffer.from([0xff, 0xdb])));
    const scan = photo.indexOf(Buffer.from([0xff, 0xdb]));
    const doubled = Buffer.concat([photo.subarray(0, scan), place, place, photo.subarray(scan)]);
    const film = Buffer.concat([doubled, Buffer.from("ftypmp42 GPSLatitude a film")]);
    const bytes = stripped(film)?.bytes ?? new Uint8Array();
    expect(textOf(bytes)).not.toContain("GPS");
    expect(await checkedImage(bytes, "image/jpeg")).toEqual({ ok: true, value: "image/jpeg" });
  });

  it("says that it is none where there is no still picture of these kinds to follow", async () => {
    const heic = Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from("ftypheic\0\0\0\0mif1heic"),
    ]);
    const frame = { width: 8, height: 16, channels: 3 as const };
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 50), Buffer.alloc(8 * 8 * 3, 200)]);
    const moving = await sharp(frames, { raw: { ...frame, pageHeight: 8 } })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    const jpeg = photos.get("image/jpeg 1") ?? Buffer.alloc(0);
    const nones = [heic, moving, Buffer.alloc(0), Buffer.from("GIF89a"), deflateSync("x")];
    const cut = [jpeg.subarray(0, 300), jpeg.subarray(0, jpeg.length - 2)];
    for (const none of [...nones, ...cut]) expect(stripped(none)).toBeNull();
  });

  it("never throws, and what it gives has no block with a place and is the same when stripped again", async () => {
    const all = [...photos.entries()];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { maxLength: 6 }),
        fc.option(fc.nat(2_000)),
        async ([name, photo], changes, cutAt) => {
          const bytes = Buffer.from(photo);
          for (const [at, to] of changes) if (at < bytes.length) bytes[at] = to;
          const after = stripped(cutAt === null ? bytes : bytes.subarray(0, cutAt));
          if (after === null) return;
          const seen = await checkedImage(after.bytes, name.split(" ")[0] ?? "");
          expect(seen).not.toMatchObject({ error: "image_has_location" });
          const again = stripped(after.bytes);
          expect(Buffer.from(again?.bytes ?? [])).toEqual(Buffer.from(after.bytes));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reads which side is up in both byte orders, and nothing from a block that is too short", () => {
    const little = Uint8Array.from([
      ...[0x49, 0x49, 0x2a, 0, 8, 0, 0, 0],
      ...[1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0],
    ]);
    expect(orientationIn(little)).toBe(6);
    expect(orientationIn(little.subarray(0, 12))).toBeNull();
    expect(orientationIn(Uint8Array.from([1, 2, 3]))).toBeNull();
  });
});

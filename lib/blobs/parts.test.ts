import { createHash, randomBytes } from "node:crypto";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { forSite } from "#lib/db/client";
import { aSite, aTablet, type TestSite } from "#lib/db/test-plant";
import { env } from "#lib/kit/env";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { PUT } from "../../app/api/blobs/[sha256]/route.ts";
import { photoBytesMax } from "./image.rules.ts";
import { storePart } from "./parts.commands.ts";
import { partBytesMax, partRange, partsKeptMs, rangeOf, unfinishedMax } from "./parts.rules.ts";
import { isKept, photo } from "./queries.ts";

const shaOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Of noise, which nothing makes smaller; no two alike. */
const aPhoto = (): Promise<Buffer> =>
  sharp(randomBytes(720 * 720 * 3), { raw: { width: 720, height: 720, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();

let site: TestSite;
let tablet: { actor: Actor; cookie: string };
let other: { actor: Actor; cookie: string };
beforeAll(async () => {
  site = await aSite();
  [tablet, other] = [await aTablet(site), await aTablet(site)];
});

type Said = { status: number; received: number | null; code: string | null };

async function put(
  sha256: string,
  range: string,
  bytes: Uint8Array,
  { cookie } = tablet,
): Promise<Said> {
  const response = await PUT(
    new Request(`${env.BUYOFF_ORIGIN}/api/blobs/${sha256}`, {
      method: "PUT",
      body: Buffer.from(bytes),
      headers: {
        cookie,
        origin: env.BUYOFF_ORIGIN,
        "x-buyoff": "1",
        "content-type": "image/jpeg",
        "content-range": range,
      },
    }),
    { params: Promise.resolve({ sha256 }) },
  );
  const body = (await response.json()) as {
    value?: { received: number };
    error?: { code: string };
  };
  const { status } = response;
  return { status, received: body.value?.received ?? null, code: body.error?.code ?? null };
}

const partOf = (bytes: Uint8Array, nth: number) =>
  bytes.subarray(nth * partBytesMax, (nth + 1) * partBytesMax);
const send = (bytes: Uint8Array, nth: number, of = tablet, sha256 = shaOf(bytes)) => {
  const part = partOf(bytes, nth);
  const range = rangeOf(nth * partBytesMax, part.byteLength, bytes.byteLength);
  return put(sha256, range, part, of);
};
const ask = (bytes: Uint8Array, of = tablet) =>
  put(shaOf(bytes), rangeOf(null, 0, bytes.byteLength), new Uint8Array(), of);
const begun = (actor: Actor) =>
  forSite(actor.site).blobPart.findMany({ where: { siteId: actor.site, deviceId: actor.id } });

describe("an upload in parts", () => {
  it("goes on where it broke off and is kept once its own hash is right", async () => {
    const bytes = await aPhoto();
    expect(bytes.byteLength).toBeGreaterThan(partBytesMax);
    expect(await ask(bytes)).toMatchObject({ status: 200, received: 0 });
    expect(await send(bytes, 0)).toMatchObject({ received: partBytesMax });
    expect(await isKept(tablet.actor, shaOf(bytes))).toBe(false);
    // As after a lost answer: how far it came is said, and the same part again changes nothing.
    expect(await ask(bytes)).toMatchObject({ received: partBytesMax });
    expect(await send(bytes, 0)).toMatchObject({ received: partBytesMax });
    const last = Math.floor(bytes.byteLength / partBytesMax);
    for (let nth = 1; nth <= last; nth += 1) await send(bytes, nth);
    expect(Buffer.from((await photo(tablet.actor, shaOf(bytes)))?.bytes ?? [])).toEqual(bytes);
    expect(await begun(tablet.actor)).toEqual([]);
    // Whoever did not hear that it is whole is told so, and sends nothing.
    expect(await ask(bytes)).toMatchObject({ received: bytes.byteLength });
  });

  it("takes nothing out of turn, and of two that come at once with the same part one", async () => {
    const bytes = await aPhoto();
    expect(await send(bytes, 1)).toMatchObject({ received: 0 });
    const both = await Promise.all([send(bytes, 0), send(bytes, 0), send(bytes, 0)]);
    expect(both.map(({ received }) => received)).toEqual([
      partBytesMax,
      partBytesMax,
      partBytesMax,
    ]);
    expect(await begun(tablet.actor)).toHaveLength(1);
  });

  it("that is not what it is called is thrown away whole, and nothing of it is kept", async () => {
    const bytes = await aPhoto();
    const sha256 = shaOf(bytes);
    const wrong = Buffer.from(bytes);
    wrong[1_000] = (wrong[1_000] ?? 0) ^ 1;
    const last = Math.floor(bytes.byteLength / partBytesMax);
    for (let nth = 0; nth < last; nth += 1) await send(wrong, nth, tablet, sha256);
    expect(await send(wrong, last, tablet, sha256)).toMatchObject({
      status: 415,
      code: "hash_differs",
    });
    expect(await isKept(tablet.actor, sha256)).toBe(false);
    expect(await ask(bytes)).toMatchObject({ received: 0 });
  });

  it("is one tablet's own: another's wrong bytes under the same hash are not among them", async () => {
    const bytes = await aPhoto();
    await put(shaOf(bytes), rangeOf(0, 5, bytes.byteLength), Buffer.from("wrong"), other);
    const last = Math.floor(bytes.byteLength / partBytesMax);
    for (let nth = 0; nth <= last; nth += 1) await send(bytes, nth);
    expect(await isKept(tablet.actor, shaOf(bytes))).toBe(true);
  });

  it("is refused where a range says what the body does not, or more than may be kept", async () => {
    const bytes = await aPhoto();
    const sha256 = shaOf(bytes);
    const part = partOf(bytes, 0);
    const refused: [string, Uint8Array, number][] = [
      ["bytes 0-9/4000", part, 400],
      ["bytes 10-4/4000", part, 400],
      ["bytes 3990-4010/4000", bytes.subarray(0, 21), 400],
      ["chars 0-1/2", bytes.subarray(0, 2), 400],
      ["bytes */4000", part, 400],
      [`bytes */${photoBytesMax + 1}`, new Uint8Array(), 413],
      [rangeOf(0, partBytesMax + 1, bytes.byteLength), bytes.subarray(0, partBytesMax + 1), 413],
    ];
    for (const [range, body, status] of refused) {
      expect((await put(sha256, range, body)).status, range).toBe(status);
    }
  });

  it("begins anew where the tablet says another length than before", async () => {
    const bytes = await aPhoto();
    await send(bytes, 0);
    const longer = rangeOf(null, 0, bytes.byteLength + 1);
    expect(await put(shaOf(bytes), longer, new Uint8Array())).toMatchObject({ received: 0 });
  });
});

describe("what was begun and never finished", () => {
  const begin = (actor: Actor, at: string) => {
    const bytes = new Uint8Array(randomBytes(64));
    const range = { start: 0, length: 10, total: 64 };
    const upload = { sha256: shaOf(bytes), mediaType: "image/jpeg", range };
    return storePart(actor, { ...upload, bytes: bytes.subarray(0, 10) }, at);
  };
  const now = Date.parse("2026-03-02T07:00:00.000Z");
  const later = (ms: number) => instant(now + ms);

  it("is removed a week later, whichever tablet of the site comes next", async () => {
    const quiet = await aSite();
    const [gone, here] = [await aTablet(quiet), await aTablet(quiet)];
    await begin(gone.actor, later(0));
    await begin(here.actor, later(partsKeptMs - 1));
    expect(await begun(gone.actor)).toHaveLength(1);
    await begin(here.actor, later(partsKeptMs + 1));
    expect(await begun(gone.actor)).toEqual([]);
    expect(await begun(here.actor)).toHaveLength(2);
  });

  it("is so many at most for one tablet: the oldest goes, and others' stay", async () => {
    const quiet = await aSite();
    const [greedy, here] = [await aTablet(quiet), await aTablet(quiet)];
    await begin(here.actor, later(0));
    for (let nth = 1; nth <= unfinishedMax + 3; nth += 1) await begin(greedy.actor, later(nth));
    const left = await begun(greedy.actor);
    expect(left).toHaveLength(unfinishedMax);
    expect(Math.min(...left.map(({ receivedAt }) => receivedAt.getTime()))).toBe(now + 4);
    expect(await begun(here.actor)).toHaveLength(1);
  });
});

it("a range is read as it is written", () => {
  expect(partRange(rangeOf(0, 10, 64))).toEqual({ start: 0, length: 10, total: 64 });
  expect(partRange(rangeOf(54, 10, 64))).toEqual({ start: 54, length: 10, total: 64 });
  expect(partRange(rangeOf(null, 0, 64))).toEqual({ start: null, length: 0, total: 64 });
  for (const none of ["", "bytes 0-9", "bytes 5-4/64", "bytes 60-64/64", "bytes */0"]) {
    expect(partRange(none), none).toBeNull();
  }
});

import { createHash, randomBytes } from "node:crypto";
import sharp from "sharp";
import { partBytesMax } from "#lib/blobs/parts.rules";
import { expect, test } from "./fixtures.ts";
import { entriesOf } from "./support/database.ts";
import { aFlappingNetwork, type Flapping, type Weather } from "./support/flapping.ts";
import { aDisk, addPhoto, photosUnsent, untilKept, waitingIn } from "./support/offline.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aTablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

let network: Flapping;
test.beforeEach(async () => {
  network = await aFlappingNetwork(run.origin);
});
test.afterEach(() => network.stop());

const width = 1200;
const height = 900;

/** As a camera makes it, held upright: of noise, with the place where it was taken. */
const fromCamera = () =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .withExifMerge({
      IFD0: { Make: "Camera of Marisol" },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "37/1 41/1 30/1" },
    })
    .jpeg({ quality: 90 })
    .toBuffer();

test("a photo is cut on its way and the browser killed: only the rest is sent, without the place, upright", async () => {
  const unit = await aUnit();
  const disk = await aDisk();
  let browser = await disk.start(`${network.origin}/floor?idle=3600`);
  const player = new Player(browser.page, run.origin);
  await player.meet();
  await browser.page.getByRole("button", { name: "ASM-1" }).click();
  await expect(browser.page.getByRole("heading", { name: "Scan your badge" })).toBeVisible();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await untilKept(browser.page);
  await expect.poll(() => waitingIn(browser.page)).toEqual([]);

  const bytes = await fromCamera();
  let asked = 0;
  network.weather = (path): Weather => {
    if (!path.startsWith("/api/blobs/")) return "fine";
    asked += 1;
    // The question, one part; then a part is cut, the next arrives and its answer is lost; then nothing any more.
    return (["fine", "fine", "cut", "fine", "deaf"] as const)[asked - 1] ?? "gone";
  };
  await addPhoto(browser.page, bytes);
  await expect.poll(() => asked).toBeGreaterThanOrEqual(6);
  await browser.page.keyboard.press("Escape");
  await browser.page.getByRole("button", { name: "What is sent, and what is not" }).click();
  await expect(browser.page.getByRole("dialog")).toContainText("1 photo or file");
  await browser.kill();
  const isOfPhoto = ({ path }: { path: string }) => path.startsWith("/api/blobs/");
  const before = network.told.filter(isOfPhoto);
  // A browser sends a request again by itself whose connection broke: a part may have come twice.
  const parts = new Map(before.map(({ range, bytes: size }) => [range, size]));
  const arrived = [...parts.values()].reduce((sum, size) => sum + size, 0);
  expect(arrived).toBeGreaterThanOrEqual(partBytesMax * 2);

  network.weather = () => "fine";
  browser = await disk.start(`${network.origin}/floor?t=${unit.traveler}`);
  await expect.poll(() => photosUnsent(browser.page)).toBe(0);
  await browser.kill();

  const attached = (await entriesOf(unit.traveler)).filter(({ type }) => type === "photo.attached");
  expect(attached).toHaveLength(1);
  const { body } = JSON.parse(attached[0]?.line ?? "") as {
    body: { sha256: string; bytes: number };
  };
  const after = network.told.filter(isOfPhoto).slice(before.length);
  // What had arrived was not sent again: the second time the server saw only the rest.
  expect(after.reduce((sum, of) => sum + of.bytes, 0)).toBe(body.bytes - arrived);

  const tablet = await aTablet(run.origin);
  const answer = await fetch(`${run.origin}/api/blobs/${body.sha256}`, {
    headers: { cookie: tablet.cookie },
  });
  const stored = Buffer.from(await answer.arrayBuffer());
  expect(createHash("sha256").update(stored).digest("hex")).toBe(body.sha256);
  expect(stored.includes("Camera of Marisol")).toBe(false);
  const { orientation, exif } = await sharp(stored).metadata();
  expect(orientation).toBe(6);
  expect(exif?.includes("GPS")).toBe(false);
  // No pixel was drawn anew.
  expect(await sharp(stored).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer());
});

test("a picture of a kind that can't be kept is refused with what to do", async ({ page }) => {
  const unit = await aUnit();
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await page.getByRole("main").getByRole("button", { name: "More", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypheic\0\0\0\0mif1heic")]);
  const file = { name: "IMG_0002.heic", mimeType: "image/heic", buffer: heic };
  await dialog.locator('input[type="file"]').setInputFiles(file);
  await expect(dialog).toContainText("Set the camera to JPEG");
  await seen(page, "a picture that is refused");
});

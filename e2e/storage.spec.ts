import type { CDPSession, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { entriesOf, rows } from "./support/database.ts";
import { waitingIn, writeNote } from "./support/offline.ts";
import { aPicture } from "./support/pictures.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { demoKit } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 401/ });

async function atWork(page: Page) {
  const unit = await aUnit();
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await expect.poll(() => waitingIn(page)).toEqual([]);
  return unit;
}

const memory = (devtools: CDPSession, quotaSize?: number) =>
  devtools.send("Storage.overrideQuotaForOrigin", {
    origin: run.origin,
    ...(quotaSize === undefined ? {} : { quotaSize }),
  });

const deviceOf = (page: Page): Promise<string> =>
  page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const opening = indexedDB.open("buyoff");
        opening.onsuccess = () => {
          const kept = opening.result.transaction("kept").objectStore("kept").get("session");
          kept.onsuccess = () => {
            opening.result.close();
            resolve(kept.result.device.id);
          };
        };
      }),
  );

/** What the browser says of its memory, of which most say nothing exact. */
const saysFree = (page: Page, megabytes: number) =>
  page.evaluate(
    (quota) => {
      navigator.storage.estimate = async () => ({ quota, usage: 0 });
    },
    megabytes * 1024 * 1024,
  );

/** A browser goes by what it knew of the disk for half a minute. Tried with a database beside the tablet's own. */
const untilFull = (page: Page): Promise<void> =>
  expect
    .poll(
      () =>
        page.evaluate(
          () =>
            new Promise<string>((resolve) => {
              const opening = indexedDB.open("probe");
              opening.onupgradeneeded = () => opening.result.createObjectStore("probe");
              opening.onerror = () => resolve(opening.error?.name ?? "");
              opening.onsuccess = () => {
                const tx = opening.result.transaction("probe", "readwrite");
                tx.objectStore("probe").put(new ArrayBuffer(1024 * 1024), "one");
                const end = (said: string) => {
                  opening.result.close();
                  resolve(said);
                };
                tx.oncomplete = () => end("taken");
                tx.onabort = () => end(tx.error?.name ?? "");
              };
            }),
        ),
      { intervals: [3_000] },
    )
    .toBe("QuotaExceededError");

const openMore = (page: Page) =>
  page.getByRole("main").getByRole("button", { name: "More", exact: true }).click();

test("a tablet that runs full refuses photos first and then acts, in words, and shows nothing as done that is not kept", async ({
  page,
  context,
}) => {
  const unit = await atWork(page);
  const devtools = await context.newCDPSession(page);
  await openMore(page);
  const dialog = page.getByRole("dialog");
  const file = { name: "photo.png", mimeType: "image/png", buffer: aPicture.bytes };
  const takePhoto = () => dialog.locator('input[type="file"]').setInputFiles(file);
  await saysFree(page, 150);
  await takePhoto();
  await expect(dialog).toContainText("The tablet is nearly full");
  await seen(page, "a photo that a full tablet refuses");

  // Not every browser says how much is left: then it is known when the disk takes no more.
  await saysFree(page, 10_000);
  await memory(devtools, 1);
  await untilFull(page);
  await takePhoto();
  await dialog.getByRole("button", { name: "Keep this photo" }).click();
  await expect(dialog).toContainText("This tablet’s memory is full. Nothing was recorded.");
  await seen(page, "a photo that the disk did not take");
  await dialog.getByRole("button", { name: "Don’t keep it" }).click();
  await dialog.getByRole("button", { name: "Write a note" }).click();
  await dialog.getByRole("textbox").fill("Said while the tablet was full");
  await dialog.getByRole("button", { name: "Keep the note" }).click();
  await expect(dialog).toContainText("This tablet’s memory is full. Nothing was recorded.");
  await expect(dialog.getByRole("textbox")).toHaveValue("Said while the tablet was full");
  await seen(page, "an act that a full tablet refuses");
  expect(await waitingIn(page)).toEqual([]);
  const notes = async () =>
    (await entriesOf(unit.traveler)).filter(({ type }) => type === "note.added").length;
  expect(await notes()).toBe(0);

  await memory(devtools);
  await dialog.getByRole("button", { name: "Keep the note" }).click();
  await expect(dialog.getByRole("button", { name: "Write a note" })).toBeVisible();
  await expect.poll(notes).toBe(1);
});

test("a tablet whose memory the browser has cleared enrols again, and the record says what was lost with it", async ({
  page,
  context,
}) => {
  await atWork(page);
  await context.setOffline(true);
  await writeNote(page, "Lost with the memory");
  await page.keyboard.press("Escape");
  expect((await waitingIn(page)).length).toBeGreaterThan(0);
  // Once nothing more reaches the server: some of what was done before may have been on its way.
  const [device] = await rows<{ id: string; last: number }>(
    "select id, last_seq as last from devices where id = $1",
    [await deviceOf(page)],
  );
  const devtools = await context.newCDPSession(page);
  // As a browser does that needs room: what a site has stored, and not who it is.
  await page.goto("about:blank");
  await devtools.send("Storage.clearDataForOrigin", {
    origin: run.origin,
    storageTypes: "indexeddb,cache_storage,service_workers",
  });
  await context.setOffline(false);
  await page.goto("/floor?idle=3600");
  const [station] = (await demoKit(run.origin)).stations;
  await page.getByLabel("Enrollment code").fill(station?.enrolmentCode ?? "");
  await page.getByRole("button", { name: "Enroll this tablet" }).click();
  await expect(page.getByRole("heading", { name: "Scan your badge" })).toBeVisible();
  const gaps = await rows<{ body: { kind: string; expected: { seq: number } } }>(
    "select line::jsonb->'body' as body from entries where type = 'device.gap' and stream_id = $1",
    [device?.id],
  );
  expect(gaps.map(({ body }) => [body.kind, body.expected.seq])).toEqual([
    ["wiped", (device?.last ?? 0) + 1],
  ]);
});

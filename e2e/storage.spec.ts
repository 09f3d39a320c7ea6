import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { waitingIn, writeNote } from "./support/offline.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
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

test("a tablet whose memory the browser has cleared enrols again, and the record says what was lost with it", async ({
  page,
  context,
}) => {
  await atWork(page);
  const [device] = await rows<{ id: string; last: number }>(
    "select id, last_seq as last from devices where id = $1",
    [await deviceOf(page)],
  );
  await context.setOffline(true);
  await writeNote(page, "Lost with the memory");
  await page.keyboard.press("Escape");
  expect((await waitingIn(page)).length).toBeGreaterThan(0);
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
  await page.getByLabel("Enrolment code").fill(station?.enrolmentCode ?? "");
  await page.getByRole("button", { name: "Enrol this tablet" }).click();
  await expect(page.getByRole("heading", { name: "Scan your badge" })).toBeVisible();
  const gaps = await rows<{ body: { kind: string; expected: { seq: number } } }>(
    "select line::jsonb->'body' as body from entries where type = 'device.gap' and stream_id = $1",
    [device?.id],
  );
  expect(gaps.map(({ body }) => [body.kind, body.expected.seq])).toEqual([
    ["wiped", (device?.last ?? 0) + 1],
  ]);
});

import { expect, test } from "./fixtures.ts";
import { told } from "./support/attempts.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
import { aUnit } from "./support/units.ts";

const bolt = "CMP~NG-BLT-06-14~L~BLT-8831";

test("labels read faster than an act is written down are all taken, one after the other", async ({
  page,
}) => {
  const unit = await aUnit({ until: "050.5" });
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await expect(page.getByRole("heading", { name: "Install the bolts" })).toBeVisible();
  // Every answer takes its time, as over a bad network.
  await page.route("**/api/commands", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  await page.evaluate((label) => {
    const keys = Array.from({ length: 4 }, () => [...label, "Enter"])
      .flat()
      .map((key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    for (const key of keys) dispatchEvent(key);
  }, bolt);
  const positions = async () =>
    (await told(unit.traveler, "component.installed"))
      .map(({ body }) => body as { part: string; position: string })
      .filter(({ part }) => part === "NG-BLT-06-14")
      .map(({ position }) => position);
  await expect.poll(positions).toEqual(["1", "2", "3", "4"]);
});

test("a unit scanned while the next person's PIN is looked at is opened once they are in", async ({
  page,
}) => {
  const [first, second] = [await aUnit(), await aUnit()];
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(first);
  await page.route("**/api/floor/sign-in", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  await player.scan(player.badgeOf("Jamal Whitfield").badge);
  await player.pin("Jamal Whitfield");
  await page.getByRole("button", { name: "Take over" }).click();
  await player.scan(`TRV~${second.traveler}`);
  await expect(page.getByRole("button", { name: "Jamal Whitfield:" })).toBeVisible();
  const unit = page.getByRole("button", { name: "Back to the queue" });
  await expect(unit).toContainText(second.unit);
});

import type { Page } from "@playwright/test";
import { instant } from "#lib/kit/time";
import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { command } from "./support/desk.ts";
import { atDesk, work } from "./support/room.ts";
import { run } from "./support/run.ts";
import { expectNoneBeside, resized, seen } from "./support/sight.ts";
import { atUnit } from "./support/troubled.ts";
import { aUnit } from "./support/units.ts";

/** At the two sizes of a desk, and where nothing may run out of the page. */
async function seenWide(page: Page, name: string): Promise<void> {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
    [1180, 820],
  ] as const) {
    await resized(page, width, height);
    await seen(page, `${name} ${width}`);
    await expectNoneBeside(page, `${name} ${width}`);
  }
}

const signalsOf = async (traveler: string, isReviewed: boolean): Promise<number> => {
  const [{ count = 0 } = {}] = await rows<{ count: number }>(
    `select count(*)::int as count from signals
      where traveler_id = $1 and (reviewed_at is not null) = $2`,
    [traveler, isReviewed],
  );
  return count;
};

const finding =
  "Compared with the badge reader at the door and the tablet’s own log: the count was made at that time by that person, the network of the cell was down from then on, and the tools are all there. The access point over ASM-1 is changed on Monday.";

test("late entries and refusals wait for quality, show both times and what was refused, and keep what was found", async ({
  page,
}) => {
  const unit = await aUnit({ until: "010.4" });
  const desk = await atDesk(page, "Ingrid Maurer");
  const at = atUnit(desk, unit);
  const claimedAt = instant(Math.floor(Date.now() / 60_000) * 60_000 - 60 * 60_000);
  const reason = "The network was down";
  const begin = await at.work((next) => next.type === "startStep" && next.step === "010.4");
  if (begin?.type !== "startStep") throw new Error("010.4 is not begun");
  await at.send("Marisol Reyes", "startStep", { ...begin.body, late: { claimedAt, reason } });
  await at.send("Stellan Berg", "recordRefusedAttempt", {
    command: "signBuyoff",
    refusal: "signer_performed_work",
    params: { person: "Stellan Berg" },
  });

  const open = await signalsOf(unit.traveler, false);
  expect(open).toBeGreaterThanOrEqual(2);

  await page.goto("/");
  await expect(page.locator("[data-section=reviews]")).toContainText("Late entry");
  await page.goto("/reviews");
  const own = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: unit.unit }) });
  await expect(own.getByText("Late entry").first()).toBeVisible();
  await expect(own).toContainText("Done at");
  await expect(own.locator(`time[datetime="${claimedAt}"]`).first()).toBeVisible();
  await expect(own).toContainText(reason);
  await expect(own.getByText("Refused at the tablet").first()).toBeVisible();
  await expect(own).toContainText("Nobody accepts their own work");
  await expect(own).toContainText("Stellan Berg");
  await seenWide(page, "to review");

  await test.step("a filter shows its kind alone and is an address", async () => {
    await page
      .getByRole("navigation", { name: "Kind" })
      .getByRole("link", { name: /^Late/ })
      .click();
    await expect(page).toHaveURL(/kind=late_entry/);
    await expect(own.getByText("Late entry").first()).toBeVisible();
    await expect(own.getByText("Refused at the tablet")).toHaveCount(0);
    await page.goto("/reviews?kind=nonsense&page=-3");
    await expect(own).toBeVisible();
  });

  await test.step("without a finding nothing is reviewed; with one it stands there by name", async () => {
    await own.getByRole("button", { name: `Review all ${open}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Mark as reviewed" }).click();
    await expect(dialog.getByText("This is needed.")).toBeVisible();
    await seen(page, "a review without a finding");
    await dialog.getByLabel("What was found").fill(finding);
    await dialog.getByRole("button", { name: "Mark as reviewed" }).click();
    await expect(own).toBeHidden();
    await page.getByRole("link", { name: "Reviewed", exact: true }).click();
    await expect(own.getByText(finding)).toHaveCount(open);
    await expect(own).toContainText("— Ingrid Maurer");
    await expect(own.getByRole("button")).toHaveCount(0);
    await seenWide(page, "reviewed");
  });
  expect(await signalsOf(unit.traveler, false)).toBe(0);

  await page.goto("/reviews?station=NOWHERE&period=today&show=reviewed");
  await expect(page.getByText("Nothing reviewed yet")).toBeVisible();
  await seen(page, "nothing to review");
  await page.context().addCookies([{ name: "buyoff-locale", value: "es", url: run.origin }]);
  await page.goto("/reviews?show=reviewed");
  await expect(own).toContainText(finding);
  await seen(page, "reviewed es");
});

test("a value beyond its process limit is accepted by the role that the instruction names, and by nobody who measured it", async ({
  page,
  desk: other,
}) => {
  const unit = await aUnit({ until: "020.2", asks: ["process"] });
  const desk = await atDesk(page, "Ingrid Maurer");
  const at = atUnit(desk, unit);
  const next = await at.work((of) => of.type === "recordReading" && of.step === "020.2");
  if (next?.type !== "recordReading") throw new Error("020.2 reads nothing");
  await at.send("Marisol Reyes", "recordReading", { ...next.body, value: "28.594" });

  await page.goto("/");
  const section = page.locator("[data-section=process-limits]");
  await expect(section.getByRole("listitem").filter({ hasText: unit.unit })).toContainText(
    "28.594",
  );
  await section.getByRole("link", { name: /./ }).last().click();
  const row = page.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(row).toContainText("28.594 mm");
  await expect(row).toContainText("process 28.578 – 28.590, drawing 28.575 – 28.596");
  await seenWide(page, "beyond a process limit");

  await atDesk(other, "Marisol Reyes");
  await other.goto("/process-limits");
  const measured = other.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(measured).toContainText("You measured it: somebody else accepts.");
  await expect(measured.getByRole("button")).toHaveCount(0);

  await row.getByRole("button", { name: "Accept…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Accept the value" }).click();
  await expect(dialog.getByText("This is needed.")).toBeVisible();
  await seen(page, "accepting without a reason");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await command(row, "Accept…", "Accept the value", async () => {
    await dialog
      .getByLabel("Why it may be accepted")
      .fill("The reamer was changed; the trend is known");
  });
  await expect(row).toBeHidden();
  // The other desk is told.
  await expect(measured).toBeHidden();
  await page.goto(`/travelers/${unit.traveler}?show=process_limit`);
  await expect(page.getByRole("main")).toContainText("The reamer was changed; the trend is known");
  await work(desk, unit, (of) => of.step !== "020.2");
  await page.goto("/process-limits");
  await seen(page, "no value waits");
});

import { expect, test } from "./fixtures.ts";
import { tabletSize } from "./support/chromium.ts";
import { entriesOf } from "./support/database.ts";
import { signInAtDesk } from "./support/desk.ts";
import { waitingIn, writeNote } from "./support/offline.ts";
import { Player } from "./support/player.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aUnit } from "./support/units.ts";

test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED|ERR_FAILED/ });

test("a unit goes with a tablet; another one is told, takes it over with a reason, and the first hears of it", async ({
  browser,
  context,
  page,
  desk,
}) => {
  const unit = await aUnit();
  const first = new Player(page, run.origin);
  await first.enrol();
  await first.signIn("Marisol Reyes");
  await page.getByRole("button", { name: "Check out for work off-line" }).click();
  await expect(page.getByRole("dialog")).toContainText("Nothing is checked out to this tablet");
  await seen(page, "nothing checked out");
  await page.keyboard.press("Escape");
  await first.open(unit);
  const openMore = (of: typeof page) =>
    of.getByRole("main").getByRole("button", { name: "More", exact: true }).click();
  await openMore(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Check out to this tablet" }).click();
  await expect(dialog).toContainText("Checked out to this tablet until");
  await seen(page, "a unit checked out here");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Back to the queue" }).click();
  await page.getByRole("button", { name: "Checked out: 1" }).click();
  await expect(dialog).toContainText(unit.unit);
  await expect(dialog.getByText(/^0\.\d MB$|^\d+\.\d MB$/)).toBeVisible();
  await seen(page, "what this tablet has with it");
  await page.keyboard.press("Escape");
  await first.open(unit);

  await signInAtDesk(desk, "Ingrid Maurer");
  await desk.goto(`${run.origin}/travelers/${unit.traveler}`);
  await expect(desk.getByText("By Marisol Reyes since")).toBeVisible();
  await seen(desk, "desk of a unit that is checked out");

  // Without a network it goes on with what it has; meanwhile somebody else takes the unit over.
  await context.setOffline(true);
  await writeNote(page, "Written while it was taken over");
  await page.keyboard.press("Escape");

  const elsewhere = await browser.newContext({ ...tabletSize, baseURL: run.origin });
  const other = await elsewhere.newPage();
  const second = new Player(other, run.origin);
  await second.enrol();
  await second.signIn("Dwayne Okafor");
  await second.open(unit);
  await expect(other.getByText("Marisol Reyes has this unit checked out to")).toBeVisible();
  await seen(other, "a unit that is checked out elsewhere");
  await openMore(other);
  const more = other.getByRole("dialog");
  await more.getByRole("button", { name: "Take it over from the other tablet" }).click();
  await expect(more).toContainText("Marisol Reyes has this unit checked out to");
  await expect(more.getByRole("button", { name: "Take the unit over" })).toBeDisabled();
  await more.getByRole("button", { name: "The tablet can’t be found" }).click();
  await seen(other, "taking a unit over");
  await more.getByRole("button", { name: "Take the unit over" }).click();
  await expect(more).toContainText("Checked out to this tablet until");
  await other.keyboard.press("Escape");

  await context.setOffline(false);
  await expect.poll(() => waitingIn(page)).toEqual([]);
  await expect(page.getByText("Taken over from this tablet by Dwayne Okafor")).toBeVisible();
  await expect(page.getByText("“The tablet can’t be found”")).toBeVisible();
  await seen(page, "a unit that was taken over");
  await page.getByRole("button", { name: "I have seen it" }).click();
  await expect(page.getByText("Dwayne Okafor has this unit checked out to")).toBeVisible();

  await openMore(other);
  await more.getByRole("button", { name: "Give it back" }).click();
  await expect(more.getByRole("button", { name: "Check out to this tablet" })).toBeVisible();
  await elsewhere.close();

  const entries = (await entriesOf(unit.traveler)).map(({ type, line }) => ({
    type,
    body: (JSON.parse(line) as { body: { from?: string | null; device?: string } }).body,
  }));
  const outs = entries.filter(({ type }) => type === "traveler.checked_out");
  expect(outs).toHaveLength(2);
  expect(outs[1]?.body.from).toBe(outs[0]?.body.device);
  expect(entries.filter(({ type }) => type === "traveler.checked_in")).toHaveLength(1);
  // What was done under the check-out that was taken away is decided as everything else is.
  expect(entries.filter(({ type }) => type === "note.added")).toHaveLength(1);
  expect(entries.filter(({ type }) => type === "command.not_applied")).toEqual([]);
});

test("what is checked out stands in the list of travelers, is ended at the desk with a reason, and the tablet says so", async ({
  page,
  desk,
}) => {
  const unit = await aUnit();
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await page.getByRole("main").getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("button", { name: "Check out to this tablet" }).click();
  await expect(page.getByRole("dialog")).toContainText("Checked out to this tablet until");
  await page.keyboard.press("Escape");

  await atDesk(desk, { role: "supervisor" });
  await desk.goto(`${run.origin}/travelers?q=${unit.unit}`);
  await expect(desk.getByRole("row").filter({ hasText: unit.unit })).toContainText(
    /With Tablet( \d+)? \(ASM-1\) until/,
  );
  await seen(desk, "the list says what is checked out");
  await desk.goto(`${run.origin}/travelers/${unit.traveler}`);
  await desk.getByRole("button", { name: "End the check-out" }).click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByRole("button", { name: "End the check-out" }).click();
  await expect(dialog.getByText("This is needed.")).toBeVisible();
  await seen(desk, "ending a check-out without a reason");
  await dialog.getByLabel("Why").fill("The tablet is at the repair shop");
  await dialog.getByRole("button", { name: "End the check-out" }).click();
  await expect(dialog).toBeHidden();
  await expect(desk.getByText(/^Checked out to Tablet( \d+)? \(ASM-1\)\.$/)).toBeHidden();

  await expect(page.getByText("ended the check-out to this tablet at the desk")).toBeVisible();
  await expect(page.getByText("“The tablet is at the repair shop”")).toBeVisible();
  await seen(page, "a check-out that was ended at the desk");
  await page.getByRole("button", { name: "I have seen it" }).click();
  await expect(page.getByText("ended the check-out")).toBeHidden();
  const entries = await entriesOf(unit.traveler);
  expect(entries.filter(({ type }) => type === "traveler.checked_in")).toHaveLength(1);
  expect(entries.filter(({ type }) => type === "command.not_applied")).toEqual([]);
});

test("the queue says at once what is still checked out when a unit is given back there", async ({
  page,
}) => {
  const unit = await aUnit();
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await page.getByRole("main").getByRole("button", { name: "More", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Check out to this tablet" }).click();
  await expect(dialog).toContainText("Checked out to this tablet until");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Back to the queue" }).click();
  await page.getByRole("button", { name: "Checked out: 1" }).click();
  // Nothing else that the queue hears may be what tells it.
  await page.route("**/api/floor/queue", () => {});
  await dialog.getByRole("button", { name: "Give it back" }).click();
  await expect(dialog).toContainText("Nothing is checked out to this tablet");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Check out for work off-line" })).toBeVisible();
});

test("off line the queue says which of its units are not on this tablet", async ({ page }) => {
  const unit = await aUnit();
  const other = await aUnit();
  const player = new Player(page, run.origin);
  await player.enrol("KIT-1");
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await page.getByRole("button", { name: "Back to the queue" }).click();
  const line = (of: typeof unit) => page.getByRole("listitem").filter({ hasText: of.unit });
  await expect(line(other)).toBeVisible();
  await expect(line(other)).not.toContainText("not on this tablet");
  await page.context().setOffline(true);
  await expect(line(other)).toContainText("not on this tablet", { timeout: 60_000 });
  await expect(line(unit)).not.toContainText("not on this tablet");
  await seen(page, "off line, the queue");
  await page.context().setOffline(false);
  await expect(line(other)).not.toContainText("not on this tablet", { timeout: 60_000 });
});

import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { atDesk, logDefect } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { expectNoneBeside, resized } from "./support/sight.ts";
import { aUnit } from "./support/units.ts";

test("a defect on the floor is a message that can be followed from the unit to the answer of the QMS", async ({
  page,
}) => {
  const desk = await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  const unit = await aUnit();
  await logDefect(desk, unit);

  await page.goto("/");
  await page.getByRole("link", { name: "Other systems" }).click();
  await page.getByRole("searchbox").fill(unit.unit);
  await page.getByRole("button", { name: "Find" }).click();
  const line = page.getByRole("row").filter({ hasText: unit.unit });
  await expect(line.filter({ hasText: "in the QMS, followed" })).toBeVisible();
  await screens.look("messages of one unit");

  await line.getByRole("link", { name: "NCR" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/NCR → .*NCR-/);
  await expect(page.getByText("ncr-from-defect")).toBeVisible();
  await expect(page.getByRole("link", { name: "defect.logged" })).toBeVisible();
  const tries = page.locator("section", { has: page.getByRole("heading", { name: /tries$/ }) });
  await expect(tries.getByRole("listitem").filter({ hasText: /^\d+\. Create/ })).toContainText(
    "done",
  );
  await tries.getByText("What was sent").first().click();
  await screens.look("one message");
  const shown = (await page.locator("main").textContent()) ?? "";
  const [{ secret = "" } = {}] = await rows<{ secret: string }>(
    "select secret from connectors where secret is not null limit 1",
  );
  expect(shown).not.toContain(secret);
  expect(shown).not.toMatch(/authorization|bearer/i);

  await page.getByRole("link", { name: "defect.logged" }).click();
  await expect(page).toHaveURL(new RegExp(`/travelers/${unit.traveler}/entries#entry-`));
  screens.expectNoOffence();
});

test("nothing found, a narrow screen and Spanish read as well", async ({ page }) => {
  await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  await page.goto("/feed?q=no-such-thing&show=stopped");
  await expect(page.getByText("No message matches “no-such-thing”")).toBeVisible();
  await screens.look("nothing found");
  await resized(page, 390, 844);
  await page.goto("/feed?show=all");
  await expect(page.getByRole("table", { name: "Messages to other systems" })).toBeVisible();
  await expectNoneBeside(page, "narrow");
  await screens.look("narrow");
  screens.expectNoOffence();
});

test("a stopped message is discarded by two people, each for a reason", async ({
  page,
  browser,
}) => {
  const desk = await atDesk(page, { role: "administrator" });
  const screens = screensOf(page);
  const unit = await aUnit();
  const defect = await logDefect(desk, unit);
  const sent = () =>
    rows<{ id: string }>("select id from deliveries where defect_id = $1 and state = 'tracking'", [
      defect,
    ]);
  await expect.poll(sent).toHaveLength(1);
  const [{ id = "" } = {}] = await sent();
  // As after an answer that no mapping helps against: the switch of the QMS itself is one for everybody.
  await rows(
    `update deliveries set state = 'parked', external_id = null, external_number = null,
       last_result = 'rejected: 422 defect_code: not in the list' where id = $1`,
    [id],
  );

  await page.goto("/feed?show=stopped");
  const line = page.getByRole("row").filter({ hasText: unit.unit });
  await expect(line).toContainText("defect_code: not in the list");
  await line.getByRole("link", { name: "NCR" }).click();
  const acts = page.getByRole("region", { name: "What a person can do" });
  await expect(acts.getByRole("button")).toHaveText([
    "It is there already…",
    "Change what it says…",
    "Do not send it…",
  ]);
  await screens.look("what a person can do");
  const dialog = page.getByRole("dialog");
  await acts.getByRole("button", { name: "Change what it says…" }).click();
  await expect(dialog.getByLabel("What it says")).toHaveValue(/"process": "NCR"/);
  await screens.look("change what it says");
  await dialog.getByLabel("What it says").fill("{");
  await dialog.getByLabel("Why it is changed").fill("a code of theirs");
  await dialog.getByRole("button", { name: "Send it so" }).click();
  await expect(dialog.getByText("This can’t be read as JSON.")).toBeVisible();
  await page.keyboard.press("Escape");
  await acts.getByRole("button", { name: "It is there already…" }).click();
  await dialog.getByLabel("Id of the record there").fill("NCR-0000-99999");
  await dialog.getByLabel("How you know that it is the same").fill("phoned");
  await dialog.getByRole("button", { name: "Link", exact: true }).click();
  await expect(dialog.getByText("The other system has no such record.")).toBeVisible();
  await screens.look("linked to nothing");
  await page.keyboard.press("Escape");
  await acts.getByRole("button", { name: "Do not send it…" }).click();
  await dialog
    .getByLabel("Why not")
    .fill("Raised by phone as NCR 4711 before the network was back.");
  await dialog.getByRole("button", { name: "Ask for it" }).click();
  await expect(acts).toContainText("Raised by phone as NCR 4711");
  await expect(acts).toContainText("Somebody else of quality decides.");

  const quality = await (await browser.newContext()).newPage();
  await atDesk(quality, "Ingrid Maurer");
  await quality.goto(page.url());
  await quality.getByRole("button", { name: "Decide…" }).click();
  await quality.getByLabel("Decision").selectOption("It is not sent");
  await quality.getByLabel("Because").fill("4711 says all of it.");
  await screensOf(quality).look("decide");
  await quality.getByRole("button", { name: "Decide", exact: true }).click();
  await expect(quality.getByRole("heading", { level: 1 })).toContainText("cancelled");
  await quality.close();
  screens.expectNoOffence();
});

test("many stopped messages are discarded by two people at once, and what would become of a range is seen before anything goes", async ({
  page,
  browser,
}) => {
  const desk = await atDesk(page, { role: "administrator" });
  const screens = screensOf(page);
  const unit = await aUnit();
  const defects = [await logDefect(desk, unit), await logDefect(desk, unit)];
  const sent = () =>
    rows("select id from deliveries where defect_id = any($1::uuid[]) and state = 'tracking'", [
      defects,
    ]);
  await expect.poll(sent).toHaveLength(2);
  await page.goto("/feed/replay");
  await expect(page.getByText("Choose a system and a time")).toBeVisible();
  await page.getByLabel("System", { exact: true }).selectOption({ label: "QMS sandbox" });
  await page.getByLabel("Made until").fill("2026-01-01T00:00");
  await page.getByRole("button", { name: "Show what would happen" }).click();
  await expect(page.getByRole("alert")).toContainText("not after its beginning");
  await screens.look("a range that ends before it begins");
  await page.goto("/feed/replay");
  const show = async (on: Page) => {
    await on.getByLabel("System", { exact: true }).selectOption({ label: "QMS sandbox" });
    await on.getByLabel("About", { exact: true }).fill(unit.unit);
    await on.getByRole("button", { name: "Show what would happen" }).click();
  };
  await show(page);
  const preview = page.getByRole("table", { name: "What would happen" });
  await expect(preview).toContainText("They have it: read by its number, and not made again.");
  await expect(page.getByRole("button", { name: "Send 2 messages again…" })).toBeVisible();
  await screens.look("what they have");
  // As after an answer that no mapping helps against: the switch of the QMS itself is one for everybody.
  await rows(
    `update deliveries set state = 'parked', external_id = null, external_number = null,
       last_result = 'rejected: 422 defect_code: not in the list' where defect_id = any($1::uuid[]) and operation = 'create'`,
    [defects],
  );
  await page.reload();
  await page.getByRole("button", { name: "Do not send 2 stopped ones…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why not").fill("Both were raised by phone.");
  await screens.look("many that are not to be sent");
  await dialog.getByRole("button", { name: "Ask for it" }).click();
  await expect(dialog).toBeHidden();
  await expect(preview).toContainText("a second person decides");
  await expect(page.getByRole("button", { name: /^Send/ })).toHaveCount(0);

  const quality = await (await browser.newContext()).newPage();
  await atDesk(quality, "Ingrid Maurer");
  await quality.goto("/feed/replay");
  await show(quality);
  await expect(quality.getByRole("button", { name: /^Do not send/ })).toHaveCount(0);
  await quality.getByRole("button", { name: "Decide on 2…" }).click();
  await quality.getByLabel("Decision").selectOption("It is not sent");
  await quality.getByLabel("Because").fill("4711 and 4712 say all of it.");
  await screensOf(quality).look("decide on many");
  await quality.getByRole("button", { name: "Decide", exact: true }).click();
  await expect(quality.getByText("Left: two people have discarded it.")).toBeVisible();
  await quality.close();
  await resized(page, 390, 844);
  await page.reload();
  await expect(preview).toBeVisible();
  await expectNoneBeside(page, "a narrow replay");
  await screens.look("a narrow replay");
  screens.expectNoOffence();
});

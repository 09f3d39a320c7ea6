import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { aFolderPlace, aPlaceNowhere } from "./support/evidence.ts";
import { atDesk, logDefect } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { aUnit } from "./support/units.ts";

test("a batch of evidence lies where it was asked for with the digest that the desk and the QMS show; a place that can't be reached says what to do", async ({
  page,
}) => {
  await Promise.all([aFolderPlace(), aPlaceNowhere()]);
  const desk = await atDesk(page, { role: "administrator" });
  const screens = screensOf(page);
  const unit = await aUnit();
  const defect = await logDefect(desk, unit);
  await expect
    .poll(() =>
      rows("select from deliveries where defect_id = $1 and state = 'tracking'", [defect]),
    )
    .toHaveLength(1);

  await page.goto("/feed");
  await page.getByRole("link", { name: "Evidence", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Evidence" })).toBeVisible();
  await screens.look("batches");
  const dialog = page.getByRole("dialog");
  const ask = async (place: string, told: string) => {
    await page.getByRole("button", { name: "Write a batch…" }).click();
    await dialog.getByLabel("Where to").selectOption({ label: place });
    await dialog.getByLabel("Tell the records of").selectOption({ label: told });
    await dialog.getByLabel("Order").fill(unit.order);
    await screens.look(`ask for ${told}`);
    await dialog.getByRole("button", { name: "Write it" }).click();
    await expect(dialog).toBeHidden();
  };
  await ask("Evidence archive", "QMS sandbox");
  const row = page.getByRole("row").filter({ hasText: unit.order });
  await expect(row).toContainText("records told");

  await row.getByRole("link").click();
  const shown = async (of: string) =>
    ((await page.locator("dt", { hasText: of }).locator("+ dd").textContent()) ?? "").trim();
  const uri = await shown("Address");
  const manifest = readFileSync(fileURLToPath(`${uri}/manifest.json`));
  const digest = createHash("sha256").update(manifest).digest("hex");
  expect(await shown("SHA-256 of manifest.json")).toBe(digest);
  expect(readFileSync(fileURLToPath(`${uri}/complete`), "utf8")).toContain(digest);
  await expect(page.getByText("Told and read back")).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "events.jsonl" })).toBeVisible();
  await screens.look("a batch");

  await page.getByRole("link", { name: "Evidence", exact: true }).first().click();
  await page.getByRole("button", { name: "Schedule…" }).click();
  await screens.look("schedule");
  await dialog.getByLabel("Where to").selectOption({ label: "Evidence archive" });
  await dialog.getByLabel("Why").fill("The customer keeps our evidence for thirty years.");
  await dialog.getByRole("button", { name: "Schedule", exact: true }).click();
  await expect(page.getByText("every day at 03:00").first()).toBeVisible();

  await ask(
    "Long-term archive of the customer's quality assurance, building 12, reached over the supplier portal's SFTP server",
    "Nobody",
  );
  const failed = page.getByRole("row").filter({ hasText: "Given up" });
  await expect(failed).toHaveCount(1);
  await screens.look("batches and schedules");
  await failed.getByRole("link").click();
  await expect(page.getByText("The place can't be reached.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again…" })).toBeVisible();
  await screens.look("given up");
  screens.expectNoOffence();
});

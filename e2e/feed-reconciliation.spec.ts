import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { plantDay, untilDayLasts } from "./support/days.ts";
import { removeRecord } from "./support/qms.ts";
import { atDesk, logDefect } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { aUnit } from "./support/units.ts";

test("what is gone in the QMS is a line until somebody has said why, and the result can be printed", async ({
  page,
  desk: quality,
}) => {
  await untilDayLasts(3);
  const desk = await atDesk(page, { role: "administrator" });
  await atDesk(quality, "Ingrid Maurer");
  const screens = screensOf(page);
  const unit = await aUnit();
  const defect = await logDefect(desk, unit);
  const numberOf = async () =>
    (
      await rows<{ number: string }>(
        "select external_number as number from deliveries where defect_id = $1 and state = 'tracking'",
        [defect],
      )
    )[0]?.number ?? "";
  await expect.poll(numberOf).not.toBe("");
  const number = await numberOf();
  await removeRecord(number);

  await page.goto("/feed");
  await page.getByRole("link", { name: "Reconciliation" }).click();
  await expect(page.getByText("every day at 03:00").first()).toBeVisible();
  await page.getByRole("button", { name: "Compare now…" }).click();
  await screens.look("compare now");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("System").selectOption({ label: "QMS sandbox" });
  await dialog.getByLabel("From").fill(plantDay(-100));
  await dialog.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(dialog.getByText("At most 92 days at once.")).toBeVisible();
  const today = await dialog.getByLabel("To").inputValue();
  expect(today).toBe(plantDay(0));
  await dialog.getByLabel("From").fill(today);
  await dialog.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(dialog).toBeHidden();
  // Others compare the same plant: ours is the one of a single day, asked for after the defect.
  const [asked] = await rows<{ id: string }>(
    `select r.id from reconciliations r, defects d
      where d.id = $1 and r.asked_at > d.occurred_at and r.to_at - r.from_at <= interval '25 hours'
      order by r.asked_at desc limit 1`,
    [defect],
  );
  const row = page.getByRole("row").filter({ has: page.locator(`a[href$="${asked?.id}"]`) });
  await expect(row).toContainText(/unexplained/);
  await screens.look("comparisons");

  await row.getByRole("link").click();
  await expect(page.getByRole("table", { name: "Messages by day and rule" })).toBeVisible();
  await page.getByRole("link", { name: /^Missing there/ }).click();
  const line = page
    .getByRole("listitem")
    .filter({ hasText: number })
    .filter({ hasText: unit.unit });
  await expect(line).toContainText("the hold stays");
  await screens.look("lines");
  await line.getByRole("button", { name: "Close…" }).click();
  await dialog
    .getByLabel("Why it is so")
    .fill("Deleted by mistake; raised there again as NCR 4711.");
  await dialog.getByRole("button", { name: "Close the line" }).click();
  await expect(line).toContainText("Deleted by mistake");
  await expect(line.getByRole("button", { name: "Close…" })).toHaveCount(0);
  // Of one kind it is no document: what is printed has all lines.
  await expect(page.getByRole("button", { name: "Print" })).toHaveCount(0);
  await page.getByRole("link", { name: "All lines, to print" }).click();
  await expect(page.getByRole("button", { name: "Print" })).toBeVisible();

  // Another one's to sign, once every line is explained; others that use this plant may have left some.
  await expect(page.getByText("It can be signed once every line is closed.")).toHaveCount(
    (await page.getByRole("button", { name: "Close…" }).count()) > 0 ? 1 : 0,
  );
  while ((await page.getByRole("button", { name: "Close…" }).count()) > 0) {
    const open = await page.getByRole("button", { name: "Close…" }).count();
    await page.getByRole("button", { name: "Close…" }).first().click();
    await dialog.getByLabel("Why it is so").fill("Left by another exercise of this plant.");
    await dialog.getByRole("button", { name: "Close the line" }).click();
    await expect(page.getByRole("button", { name: "Close…" })).toHaveCount(open - 1);
  }
  await expect(page.getByText("Not signed yet")).toBeVisible();
  await quality.goto(`/feed/reconciliation/${asked?.id}?all=1`);
  await quality.getByRole("button", { name: "Sign…" }).click();
  const signing = quality.getByRole("dialog");
  await signing.getByRole("button", { name: /demo/i }).click();
  await expect(signing.getByLabel("PIN")).not.toHaveValue("");
  await screensOf(quality).look("signing a reconciliation");
  await signing.getByRole("button", { name: "Sign", exact: true }).click();
  await expect(signing).toBeHidden();
  await expect(quality.getByText("I have reviewed this reconciliation")).toBeVisible();
  await page.reload();
  await page.emulateMedia({ media: "print" });
  const recorded = await rows<{ result: string; day: string; year: string; by: string }>(
    `select e.line::jsonb->'body'->>'result' as result,
        to_char(r.from_at at time zone s.time_zone, 'FMDD Mon YYYY') as day,
        to_char(now() at time zone s.time_zone, 'YYYY') as year, p.name as by
       from reconciliations r join people p on p.id = r.asked_by join sites s on s.id = r.site_id
       join entries e on e.type = 'reconciliation.done' and e.line::jsonb->'body'->>'run' = r.id::text
      where r.id = $1`,
    [asked?.id],
  );
  expect(recorded).toHaveLength(1);
  const { result, day, year, by } = recorded[0] ?? { result: "?", day: "?", year: "?", by: "?" };
  const fact = (name: string) =>
    page.getByRole("term").filter({ hasText: name }).locator("xpath=following-sibling::dd[1]");
  await expect(fact("Hash of the result")).toHaveText(result);
  await expect(fact("Days")).toContainText(`${day} – ${day}`);
  await expect(fact("Asked for")).toContainText(by);
  await expect(fact("Signature")).toContainText(/Ingrid Maurer.*I have reviewed/s);
  await expect(line).toContainText(
    new RegExp(`Closed by ${by}, \\d+ \\S+ ${year}.*: ?.?Deleted by mistake; raised there again`),
  );
  const closed = await rows<{ reason: string; name: string }>(
    `select b.text as reason, p.name from reconciliation_lines l
       join text_blobs b on b.site_id = l.site_id and b.sha256 = l.reason_sha256
       join people p on p.id = l.closed_by where l.run_id = $1`,
    [asked?.id],
  );
  expect(closed).not.toEqual([]);
  for (const { reason, name } of closed)
    await expect(
      page.getByRole("listitem").filter({ hasText: reason }).filter({ hasText: name }).first(),
    ).toBeVisible();
  await screens.look("printed");
  screens.expectNoOffence();
});

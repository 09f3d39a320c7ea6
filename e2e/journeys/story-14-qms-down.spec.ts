import type { Page } from "@playwright/test";
import { demoSites } from "../../prisma/seed/plant.ts";
import { expect, test } from "../fixtures.ts";
import { crewAt } from "../support/crew.ts";
import { rows } from "../support/database.ts";
import { untilDayLasts } from "../support/days.ts";
import { deskCookie, holderOf } from "../support/doors.ts";
import { mend, refuseCodes, shut } from "../support/qms.ts";
import { addCookie, type Desk, logDefect } from "../support/room.ts";
import { run } from "../support/run.ts";
import { ncrsOf } from "../support/sandbox.ts";
import { seen } from "../support/sight.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit, type UnitWanted } from "../support/units.ts";

const lot = { site: "NG2", instruction: "wi-4471-2213-rev-01", quantity: "50" } as const;
/** In the demo’s list this is Q-7002, which the register has taken out of its own meanwhile. */
const withdrawn = { ours: "DOC-02", theirs: "Q-7002", now: "Q-7012" };

/** The connector's own policy of retries: what takes days in a plant takes seconds here. */
async function hurry(page: Page, tries: string, first: string, leftAlone: string): Promise<void> {
  await page.getByRole("link", { name: "Change", exact: true }).click();
  const form = page.getByRole("form", { name: "Configuration" });
  await form.getByText("How long we wait and how often we try").click();
  await form.getByLabel("Tries", { exact: true }).fill(tries);
  await form.getByLabel("First pause (s)").fill(first);
  await form.getByLabel("Longest pause (s)").fill(first);
  await form.getByLabel("Left alone at first (s)").fill(leftAlone);
  await form.getByLabel("Left alone at most (s)").fill(leftAlone);
  await form.getByLabel("Reason").fill("How long this register may be silent");
  await form.getByRole("button", { name: "Save change" }).click();
  await expect(page.getByText("“How long this register may be silent”").first()).toBeVisible();
}

// Alone, at the machining plant: the register is shut for everybody.
test("story 14: a QMS is down for days: 17 messages are given up, 2 more refused and mapped anew, all are sent again by one act, and the comparison is clean", {
  tag: "@alone",
}, async ({ page }) => {
  await untilDayLasts(5);
  const tablet = await aTablet(run.origin, "MET-2");
  const desk: Desk = { tablet, crew: await crewAt(tablet) };
  await addCookie(
    page,
    await deskCookie(tablet, await holderOf("administrator", demoSites.ng2.id)),
  );
  const unit = await aUnit(lot satisfies Omit<UnitWanted, "unit">);
  const defects: string[] = [];
  const log = async (code: string) => {
    defects.push(await logDefect(desk, unit, { code, severity: "minor" }));
  };
  const standing = async (state: string) =>
    (
      await rows(
        "select id from deliveries where defect_id = any($1::uuid[]) and operation = 'create' and state = $2::delivery_state",
        [defects, state],
      )
    ).length;
  const isStanding = (state: string, count: number) =>
    expect.poll(() => standing(state), { timeout: 120_000 }).toBe(count);

  await page.goto("/feed/connectors");
  await page.getByRole("link", { name: "QMS sandbox" }).first().click();
  await page.waitForURL(/connectors\/[0-9a-f-]{36}/);
  const connector = page.url();
  await hurry(page, "2", "0.1", "0.2");

  await test.step("the register does not answer: 17 NCRs are given up after their last try", async () => {
    await shut();
    for (let at = 0; at < 17; at += 1) await log("FIN-01");
    await isStanding("dead", 17);
    await page.goto(`/feed?show=stopped&q=${unit.unit}`);
    await expect(page.getByText("given up: needs a person").first()).toBeVisible();
    await seen(page, "seventeen given up");
  });

  await test.step("it is back, and has taken a code out of its list: 2 more are refused", async () => {
    await refuseCodes([withdrawn.theirs]);
    expect(await ncrsOf(unit.unit), "nothing had arrived").toEqual([]);
    await log(withdrawn.ours);
    await log(withdrawn.ours);
    await isStanding("parked", 2);
    await page.goto(`/feed?show=stopped&q=${unit.unit}`);
    await expect(page.getByText(`${withdrawn.theirs} is not in the list`).first()).toBeVisible();
  });

  await test.step("the code is mapped anew, from its beginning: it was wrong", async () => {
    await page.goto("/feed/crosswalks/defect_code");
    const line = page.getByRole("row").filter({ hasText: withdrawn.ours });
    await line.getByRole("button", { name: "Change", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Their code").fill(withdrawn.now);
    await dialog.getByLabel("Since when").selectOption("from its beginning: it was wrong");
    await dialog.getByLabel("Reason").fill("The register has withdrawn it");
    await dialog.getByRole("button", { name: "Change code" }).click();
    await expect(dialog).toBeHidden();
    await expect(line).toContainText(withdrawn.now);
  });

  await test.step("a preview says what would happen to each; one act sends all 19 again", async () => {
    await page.goto("/feed");
    await page.getByRole("link", { name: "Send a range again…" }).click();
    await page.getByLabel("System", { exact: true }).selectOption({ label: "QMS sandbox" });
    await page.getByLabel("About", { exact: true }).fill(unit.unit);
    await page.getByRole("button", { name: "Show what would happen" }).click();
    const preview = page.getByRole("table", { name: "What would happen" });
    await expect(preview.getByRole("row").filter({ hasText: "search for our key" })).toContainText(
      "19",
    );
    await seen(page, "what would happen");
    await page.getByRole("button", { name: "Send 19 messages again…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why").fill("The register is back after four days");
    await seen(page, "nineteen at once");
    await dialog.getByRole("button", { name: "Send again" }).click();
    await expect(dialog).toBeHidden();
    await isStanding("tracking", 19);
    await page.reload();
    await expect(page.getByText("The register is back after four days").first()).toBeVisible();
    await expect(page.getByText("none under way, none stopped").first()).toBeVisible();
    await seen(page, "sent again");
  });

  await test.step("each is there once, the refused ones under the new code; what they went through stands at each", async () => {
    const there = await ncrsOf(unit.unit);
    expect(there).toHaveLength(19);
    expect(there.filter(({ fields }) => fields.defect_code === withdrawn.now)).toHaveLength(2);
    await page.goto(`/feed?show=done&q=${unit.unit}`);
    await page.getByRole("row").getByRole("link", { name: "NCR" }).first().click();
    const again = page.locator("section", {
      has: page.getByRole("heading", { name: "Sent again on purpose" }),
    });
    await expect(again).toContainText("The register is back after four days");
    await expect(again).toContainText("It was: stopped: needs a person.");
    await seen(page, "a message that was sent again");
  });

  await test.step("compared with the register, nothing is unexplained", async () => {
    await page.goto("/feed/reconciliation");
    await page.getByRole("button", { name: "Compare now…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("System").selectOption({ label: "QMS sandbox" });
    await dialog.getByLabel("From").fill(await dialog.getByLabel("To").inputValue());
    await dialog.getByRole("button", { name: "Compare", exact: true }).click();
    await expect(dialog).toBeHidden();
    const [asked] = await rows<{ id: string }>(
      `select r.id from reconciliations r join deliveries d on d.connector_id = r.connector_id
        where d.defect_id = $1 order by r.asked_at desc limit 1`,
      [defects[0] ?? null],
    );
    const row = page.getByRole("row").filter({ has: page.locator(`a[href$="${asked?.id}"]`) });
    await expect(row).toContainText("Nothing unexplained");
    await row.getByRole("link").click();
    await expect(page.getByText("Everything is as it should be")).toBeVisible();
    await seen(page, "nothing unexplained");
  });

  const [entry] = await rows<{ line: string }>(
    "select line from entries where type = 'delivery.replayed' order by recorded_at desc limit 1",
  );
  expect(JSON.parse(entry?.line ?? "{}").body).toMatchObject({
    replayed: 19,
    left: 0,
    effects: { again: 0, looked_at: 0, started: 19, made_again: 0 },
  });
  await mend();
  await page.goto(connector);
  await hurry(page, "10", "5", "30");
});

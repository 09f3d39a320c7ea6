import type { Page } from "@playwright/test";
import { uuidv7 } from "#lib/kit/ids";
import { expect, test } from "./fixtures.ts";
import type { Unit } from "./support/crew.ts";
import { atDesk, type Desk, work } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { act } from "./support/tablet.ts";
import { aSerial, aUnit } from "./support/units.ts";

const live = (page: Page) => expect(page.locator("[data-live=live]")).toBeVisible();
/** Gone with a reload, and with nothing else. */
const mark = (page: Page) => page.evaluate(() => Object.assign(window, { stayed: true }));
const hasStayed = (page: Page) => page.evaluate(() => Object.hasOwn(window, "stayed"));

async function placeHold({ tablet, crew }: Desk, { traveler }: Unit): Promise<void> {
  const body = {
    hold: uuidv7(),
    scope: { kind: "traveler" as const },
    reason: "quality",
    comment: null,
  };
  const packet = await tablet.packet(traveler);
  const by = await crew.person("Priya Raman");
  const { verdict } = await act(tablet, by, packet, "placeHold", body);
  if (verdict.verdict !== "applied") throw new Error(JSON.stringify(verdict));
}

test("what a tablet does stands on the open desk within seconds, and nothing is reloaded", async ({
  page,
}) => {
  const unit = await aUnit();
  const desk = await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  await page.goto("/holds");
  await live(page);
  await mark(page);
  const hold = page.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(hold).toHaveCount(0);
  const at = Date.now();
  await placeHold(desk, unit);
  await expect(hold).toBeVisible();
  test.info().annotations.push({ type: "appeared", description: `${Date.now() - at} ms` });
  await screens.look("a hold appears");

  await page.getByRole("link", { name: /^Buyoffs/ }).click();
  const due = page.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(due).toHaveCount(0);
  const other = await aUnit({ unit: aSerial(), until: "020.1" });
  await work(desk, other, (next) => next.type === "signBuyoff");
  const waiting = page.getByRole("listitem").filter({ hasText: other.unit });
  await expect(waiting).toContainText("Inspection");
  expect(await hasStayed(page)).toBe(true);
  screens.expectNoOffence();
});

test("a dialog that is open keeps its ground and what was typed; the page catches up when it closes", async ({
  page,
}) => {
  const [first, second] = [await aUnit(), await aUnit({ unit: aSerial("2") })];
  const desk = await atDesk(page, "Ingrid Maurer");
  await placeHold(desk, first);
  await page.goto("/holds");
  await live(page);
  const row = (of: Unit) => page.getByRole("listitem").filter({ hasText: of.unit });
  await row(first).getByRole("button", { name: "Release…" }).click();
  const dialog = page.getByRole("dialog");
  const why = dialog.getByLabel("Why it may be released");
  await why.fill("Looked at it twice");
  const changed = page.waitForResponse(
    (answer) => answer.url().includes("_rsc=") && answer.request().method() === "GET",
  );
  await placeHold(desk, second);
  // Another browser's page shows it: so this one has been told as well.
  const other = await page.context().newPage();
  await other.goto("/holds");
  await expect(other.getByRole("listitem").filter({ hasText: second.unit })).toBeVisible();
  await other.close();
  await expect(why).toHaveValue("Looked at it twice");
  await expect(dialog).toBeVisible();
  await expect(row(second)).toHaveCount(0);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await changed;
  await expect(row(second)).toBeVisible();
  await row(first).getByRole("button", { name: "Release…" }).click();
  await expect(why).toHaveValue("Looked at it twice");
});

test.describe("the end of the session", () => {
  // The page asks once more who it is, and hears that it is nobody.
  test.use({ expectedComplaint: /401/ });

  test("ends the live screen at once, and says so beside what stands there", async ({ desk }) => {
    await atDesk(desk, "Hector Salinas");
    await desk.goto("/orders");
    await live(desk);
    const search = desk.getByRole("searchbox").or(desk.getByRole("textbox")).first();
    const typed = (await search.count()) > 0 ? search : null;
    await typed?.fill("WO-7");
    const elsewhere = await desk.context().newPage();
    await elsewhere.goto("/holds");
    await elsewhere.getByRole("button", { name: "Sign out" }).click();
    await expect(elsewhere.getByRole("heading", { level: 1 })).toBeVisible();
    await desk.bringToFront();
    await expect(desk.getByText("You are signed out.", { exact: false })).toBeVisible();
    if (typed) await expect(typed).toHaveValue("WO-7");
    await screensOf(desk).look("signed out");
  });
});

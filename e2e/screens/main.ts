import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type Browser, expect, type Page } from "@playwright/test";
import { disconnect } from "#lib/db/client";
import { photo } from "../../prisma/seed/pictures.ts";
import { aBrowser, tabletSize } from "../support/chromium.ts";
import type { Unit } from "../support/crew.ts";
import { signInAtDesk } from "../support/desk.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { ncrsOf, openNcr } from "../support/sandbox.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

// The pictures of the README and of docs/, from the demo plant as anybody gets it.
const folder = path.resolve(import.meta.dirname, "../../docs/screens");
const torques = { "060.1/1": "2.6", "060.1/2": "3.1", "060.1/3": "3.4", "060.1/4": "2.9" };

async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: path.join(folder, `${name}.png`), animations: "disabled" });
  process.stdout.write(`docs/screens/${name}.png\n`);
}

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ ...tabletSize, baseURL: run.origin });
  return context.newPage();
}

/** At the tablet: the queue, a value between its limits, one beyond them, the defect and its hold. */
async function work(page: Page): Promise<Unit> {
  const unit = await aUnit({
    unit: "FSB-0901",
    order: "WO-700501",
    until: "060.3",
    values: torques,
  });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await expect(page.getByText(unit.unit)).toBeVisible();
  await picture(page, "queue");
  await player.open(unit);
  await workOnScreen(
    { player, observer, unit },
    (next) => next.type === "recordReading" && next.body.position === "3",
  );
  await player.type("23.4");
  await picture(page, "player");
  const erase = page.getByRole("button", { name: "Delete last digit" });
  for (const _ of "23.4") await erase.click();
  await player.record("27.2");
  await picture(page, "out-of-limits");
  await page.getByRole("button", { name: "Record 27.2, out of limits" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /TRQ-01/ }).click();
  const buffer = await photo({ subject: "torque", take: 0, unit: unit.unit });
  const file = { name: "bolt.jpg", mimeType: "image/jpeg", buffer };
  await dialog.locator('input[type="file"]').setInputFiles(file);
  await dialog.getByRole("img", { name: "Photo of the defect" }).waitFor();
  await dialog.getByRole("button", { name: /^Log TRQ-01/ }).click();
  await expect(page.getByText(/^On hold: .*NCR/)).toBeVisible({ timeout: 60_000 });
  await picture(page, "on-hold");
  return unit;
}

/** Two people at one tablet: what is signed for, and by whom. */
async function buyoff(page: Page): Promise<void> {
  const unit = await aUnit({ unit: "FSB-0902", order: "WO-700502", untilBuyoff: "060" });
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  const open = page.getByRole("button", { name: "Open buyoff" });
  const signature = page.getByRole("region", { name: "Signature", exact: true });
  await expect(open.or(signature)).toBeVisible();
  if (await open.isVisible()) await open.click();
  await expect(signature).toBeVisible();
  await picture(page, "buyoff");
}

/** At the desk: what waits, the list, a unit's history as a document and as entries, the defect. */
async function desk(page: Page, unit: Unit): Promise<void> {
  await signInAtDesk(page, "Ingrid Maurer");
  for (const [name, address] of [
    ["desk", "/"],
    ["travelers", "/travelers"],
    ["history", `/travelers/${unit.traveler}`],
    ["entries", `/travelers/${unit.traveler}/entries`],
  ] as const) {
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByText(/^Connecting/).waitFor({ state: "hidden" });
    await picture(page, name);
  }
  await page.goto("/defects");
  await page.getByRole("row").filter({ hasText: unit.unit }).getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("TRQ-01");
  await picture(page, "defect");
}

/** The other side: the QMS stand-in's own page of the NCR. */
async function qms(page: Page, unit: Unit): Promise<void> {
  const [ncr] = await ncrsOf(unit.unit);
  if (!ncr) throw new Error(`the QMS has no NCR of ${unit.unit}`);
  await openNcr(page, ncr.number);
  await picture(page, "qms");
}

await mkdir(folder, { recursive: true });
const browser = await aBrowser();
try {
  const unit = await work(await newPage(browser));
  await buyoff(await newPage(browser));
  await desk(await newPage(browser), unit);
  await qms(await newPage(browser), unit);
} finally {
  await browser.close();
  await disconnect();
}
process.exit(0);

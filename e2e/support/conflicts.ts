import type { Locator, Page } from "@playwright/test";
import { expect } from "../fixtures.ts";
import type { Unit } from "./crew.ts";

const cardsHere = (page: Page, unit: Unit): Locator =>
  page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: unit.unit }) })
    .filter({ hasText: "At the tablet" });

/** What a tablet did to this unit and met something else, on the first page of the room that has any of it. */
export async function conflictsOf(page: Page, unit: Unit): Promise<Locator> {
  await expect(async () => expect(await pageOf(page, unit)).toBe(true)).toPass();
  return cardsHere(page, unit);
}

async function pageOf(page: Page, unit: Unit): Promise<boolean> {
  for await (const cards of pages(page, unit)) if (cards > 0) return true;
  return false;
}

/** How many there are of it, on all pages: other tests meet conflicts of their own. */
export async function conflictCount(page: Page, unit: Unit): Promise<number> {
  let count = 0;
  for await (const cards of pages(page, unit)) count += cards;
  return count;
}

async function* pages(page: Page, unit: Unit): AsyncGenerator<number> {
  for (let at = 1; ; at += 1) {
    await page.goto(`/conflicts?page=${at}`);
    await expect(page.getByRole("heading", { level: 1, name: "Conflicts" })).toBeVisible();
    yield await cardsHere(page, unit).count();
    if ((await page.getByRole("link", { name: /^Next/ }).count()) === 0) return;
  }
}

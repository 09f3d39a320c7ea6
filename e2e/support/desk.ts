import { expect, type Locator, type Page } from "@playwright/test";
import type { Locale } from "#lib/messages/locales";
import { wordsIn } from "./words.ts";

/** The desk of one person: signed in as the demo lets anybody, by a tap on an account. */
export async function signInAtDesk(page: Page, name: string, locale: Locale = "en"): Promise<void> {
  const say = wordsIn(locale);
  const inside = page.getByRole("link", { name: say("desk.rail.travelers"), exact: true });
  const refused = page.getByText(say("desk.errors.credentials_wrong.next"));
  // Somebody else of the run may have used this half minute's code.
  await expect(async () => {
    await page.goto("/sign-in");
    await page.getByRole("button", { name: say("desk.signIn.demoShow") }).click();
    await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
    await expect(inside.or(refused)).toBeVisible();
    expect(await refused.isVisible(), "signed in").toBe(false);
  }).toPass({ timeout: 300_000, intervals: [31_000] });
}

/** Opens a dialog of the desk, or of one line of it, lets it be filled in, and sends it. */
export async function command(
  page: Page | Locator,
  open: string | RegExp,
  send: string | RegExp,
  fill: () => Promise<void>,
): Promise<void> {
  await page.getByRole("button", { name: open }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await fill();
  await dialog.getByRole("button", { name: send }).click();
  await expect(dialog).toBeHidden();
}

/** The verify button of a traveler's page: the record holds, and is as long as what is stored. */
export async function expectIntact(page: Page, entries: number): Promise<void> {
  await page.getByRole("button", { name: "Verify record" }).click();
  const proof = page.getByRole("region", { name: "Proof of the record" });
  await expect(proof.getByRole("heading", { name: "Record intact" })).toBeVisible();
  await expect(proof).toContainText(`${entries} entries`);
}

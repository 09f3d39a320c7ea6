import { expect, type Page } from "@playwright/test";

/** The desk of one person: signed in as the demo lets anybody, by a tap on an account. */
export async function signInAtDesk(page: Page, name: string): Promise<void> {
  // A one-time code counts once: somebody else of the run may have just used this half minute's.
  await expect(async () => {
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Show the demo’s people" }).click();
    await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
    await expect(page.getByRole("link", { name: "Travelers" })).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 90_000, intervals: [1_000, 5_000, 15_000] });
}

/** Opens a dialog of the desk, lets it be filled in, and sends it. */
export async function command(
  page: Page,
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

import { expect, type Page } from "@playwright/test";

/** The desk of one person: signed in as the demo lets anybody, by a tap on an account. */
export async function signInAtDesk(page: Page, name: string): Promise<void> {
  const inside = page.getByRole("link", { name: "Travelers" });
  const refused = page.getByText("A one-time code counts once");
  // Somebody else of the run may have used this half minute's code.
  await expect(async () => {
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Show the demo’s people" }).click();
    await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
    await expect(inside.or(refused)).toBeVisible({ timeout: 30_000 });
    expect(await refused.isVisible(), "signed in").toBe(false);
  }).toPass({ timeout: 150_000, intervals: [31_000] });
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

import { type Page, test } from "@playwright/test";
import { expect, expectAccessible } from "../fixtures.ts";

/** What a person needs at this moment: what was said to them, the keys, and the one primary action. */
const needed = "[role=alert], #entry, [aria-label='Keypad'] button, [aria-label='PIN keys'] button";

/** Looks at a screen as a person with a ten-inch tablet does, and keeps the picture with the run. */
export async function seen(page: Page, name: string): Promise<void> {
  const file = `${name.replaceAll(/[^\w.]+/g, "-")}.png`;
  await page.screenshot({ path: test.info().outputPath(file) });
  // Softly: one run shows what every screen of it lacks.
  const offences = await expectAccessible(page).then(
    () => "",
    (offence: Error) => offence.message,
  );
  expect.soft(offences, name).toBe("");
  expect.soft(await outOfSight(page), `${name}: not wholly on the screen`).toEqual([]);
}

const outOfSight = (page: Page): Promise<string[]> =>
  page.locator(needed).evaluateAll((elements) =>
    elements
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const { top, left, bottom, right, width } = element.getBoundingClientRect();
        // What is one pixel wide is for screen readers.
        if (width <= 1) return false;
        return top < 0 || left < 0 || bottom > innerHeight + 1 || right > innerWidth + 1;
      })
      .map((element) => element.textContent.slice(0, 60)),
  );

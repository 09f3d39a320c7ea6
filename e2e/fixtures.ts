import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";

export { expect };

const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

type Options = {
  /** The complaint of the browser that the test brings about itself, such as a server that is down. */
  expectedComplaint: RegExp | null;
};
type Fixtures = {
  complaints: string[];
  /** A browser of somebody else's, beside the tablet: its own cookies, the same watch over its console. */
  desk: Page;
};

/** A browser in which every console error, on any page, fails the test at its end. */
export const test = base.extend<Options & Fixtures>({
  expectedComplaint: [null, { option: true }],
  complaints: [
    async ({ context, expectedComplaint }, use) => {
      const complaints: string[] = [];
      listen(context, complaints);
      await use(complaints);
      const unexpected = complaints.filter(
        (complaint) => expectedComplaint === null || !expectedComplaint.test(complaint),
      );
      expect(unexpected, "errors in the browser's console").toEqual([]);
    },
    { auto: true },
  ],
  desk: async ({ browser, complaints }, use) => {
    const context = await browser.newContext();
    listen(context, complaints);
    await use(await context.newPage());
    await context.close();
  },
});

function listen(context: BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.location().url} ${message.text()}`);
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
}

/** The axe that the builder brings: a megabyte and a half of program, which it gives a new document twice. */
const require = createRequire(import.meta.url);
const axe = createRequire(require.resolve("@axe-core/playwright"))("axe-core") as {
  source: string;
};

// Legacy: the pages hold no foreign frames, so that axe needs no page of its own to put results together.
/**
 * WCAG 2.2 AA, as far as a program can judge it; names each offence and where it is. Contrast is nearly half of the
 * work: where the same face was looked at before, in another language or width, its colors are known.
 */
export async function expectAccessible(
  page: Page,
  { isContrastKnown = false } = {},
): Promise<void> {
  // It comes a moment after the page that it names; one that never comes is found here.
  await expect(page).toHaveTitle(/\S/);
  const offences = await offencesOn(page, isContrastKnown);
  if (offences.length === 0) return;
  // A screen may be on its way, as a dialog that fades in: what counts is what still stands a moment later.
  await pause(1_000);
  expect(await offencesOn(page, isContrastKnown)).toEqual([]);
}

async function offencesOn(page: Page, isContrastKnown: boolean): Promise<string[]> {
  // A document that has it keeps it.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const { violations } = await new AxeBuilder({ page, axeSource: ";" })
    .setLegacyMode(true)
    // What passed is counted and not described one by one.
    .options({ resultTypes: ["violations"] })
    .withTags(wcag)
    .disableRules(isContrastKnown ? ["color-contrast"] : [])
    .analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`),
  );
}

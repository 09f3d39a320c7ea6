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

// Legacy: the pages hold no foreign frames, so that axe needs no page of its own to put results together.
/** WCAG 2.2 AA, as far as a program can judge it; names each offence and where it is. */
export async function expectAccessible(page: Page): Promise<void> {
  // It comes a moment after the page that it names; one that never comes is found here.
  await expect(page).toHaveTitle(/\S/);
  // Half a megabyte of program, of which most of a look's time went: a document that has it keeps it.
  const isThere = await page.evaluate(() => "axe" in window);
  const { violations } = await new AxeBuilder({ page, ...(isThere && { axeSource: ";" }) })
    .setLegacyMode(true)
    // What passed is counted and not described one by one.
    .options({ resultTypes: ["violations"] })
    .withTags(wcag)
    .analyze();
  const offences = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`),
  );
  expect(offences).toEqual([]);
}

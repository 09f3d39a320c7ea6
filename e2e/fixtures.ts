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

/** What axe has found nothing in: each program of tests has its own. */
const clean = new Set<string>();

// Legacy: the pages hold no foreign frames, so that axe needs no page of its own to put results together.
/**
 * WCAG 2.2 AA, as far as a program can judge it; names each offence and where it is. What is built as
 * something that was clean is clean: it differs in its words and in how many rows it has.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const build = await buildOf(page);
  if (clean.has(build)) return;
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
  clean.add(build);
}

/** All that axe judges by but the words themselves: elements, classes, attributes, and where words are. */
const buildOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    // Of these it matters that they say something.
    const names =
      /^(id|for|href|src|alt|title|lang|content|value|placeholder|datetime|aria-(label|labelledby|describedby|controls|owns)|d|points|transform|x|y|cx|cy|r|[xy][12]|width|height)$/;
    const attributesOf = (element: Element) =>
      [...element.attributes]
        .map(({ name, value }) => `${name}=${names.test(name) ? value !== "" : value}`)
        .sort()
        .join(" ");
    const build = (node: Node): string => {
      if (node instanceof Text) return node.data.trim() === "" ? "" : "words";
      if (!(node instanceof Element) || node.matches("script, style, link, path")) return "";
      const state = `${node.matches(":disabled")} ${node.matches(":checked")} ${node.checkVisibility()}`;
      const within = [...node.childNodes].map(build).filter((part) => part !== "");
      // Two rows alike stand for any number of them: what must be unique is seen to be so.
      const few = within.filter((part, at) => part !== within[at - 1] || part !== within[at - 2]);
      return `<${node.tagName} ${attributesOf(node)} ${state}>${few.join("")}</>`;
    };
    return build(document.documentElement);
  });

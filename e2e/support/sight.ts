import { setTimeout as pause } from "node:timers/promises";
import { type Page, test } from "@playwright/test";
import { expect, expectAccessible } from "../fixtures.ts";
import { run } from "./run.ts";

/** What of a screen was looked at before, where it stood in another language, width or step. */
export type Known = Parameters<typeof expectAccessible>[1];

/** What a person needs at this moment: what was said to them, the keys, and the one primary action. */
const needed = "[role=alert], #entry, [aria-label='Keypad'] button, [aria-label='PIN keys'] button";

/** Looks at a screen as a person with a ten-inch tablet does; a run of specs that were named keeps its picture. */
export async function seen(page: Page, name: string, known: Known = {}): Promise<void> {
  // Its words have the width that they stay at.
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  if (run.keepsPictures) {
    const file = `${name.replaceAll(/[^\w.]+/g, "-")}.png`;
    await page.screenshot({ path: test.info().outputPath(file) });
  }
  // Softly: one run shows what every screen of it lacks.
  const offences = await expectAccessible(page, known).then(
    () => "",
    (offence: Error) => offence.message,
  );
  expect.soft(offences, name).toBe("");
  const expectNone = async (find: (of: Page) => Promise<string[]>, what: string) =>
    expect.soft(await stillThere(page, find), `${name}: ${what}`).toEqual([]);
  await expectNone(outOfSight, "not wholly on the screen");
  if (!new URL(page.url()).pathname.startsWith("/floor")) return;
  await expectNone(tooSmall, "too small for a gloved finger");
  await expectNone(cutOff, "words that are cut off or spill over");
}

/** A screen may be on its way, or its window have just changed: what counts is what still stands a moment later. */
async function stillThere(page: Page, find: (of: Page) => Promise<string[]>): Promise<string[]> {
  if ((await find(page)).length === 0) return [];
  await pause(1_000);
  return find(page);
}

/** Right after its window has changed, a page still answers once by the one before. */
export async function resized(page: Page, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
  await expect.poll(() => page.evaluate(() => [innerWidth, innerHeight])).toEqual([width, height]);
}

/** Nothing of the page lies beside its window. */
export const expectNoneBeside = (page: Page, name: string): Promise<void> =>
  expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), {
      message: `${name}: wider than the screen`,
    })
    .toBeLessThanOrEqual(0);

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

/**
 * Whatever is tapped is 48 px each way at least, and so is what is left in sight of what could help after a
 * refusal; what lies behind a dialog isn't tapped.
 */
const tooSmall = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const heightInSight = (element: Element): number => {
      let { top, bottom } = element.getBoundingClientRect();
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        if (getComputedStyle(at).overflowY === "visible") continue;
        const box = at.getBoundingClientRect();
        top = Math.max(top, box.top);
        bottom = Math.min(bottom, box.bottom);
      }
      return bottom - top;
    };
    const top = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
    return [
      ...top.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary"),
    ]
      .filter((element) => element.checkVisibility())
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box: { width, height } }) => {
        const isHelp = element.closest("[data-help]") !== null;
        const tall = isHelp ? heightInSight(element) : height;
        return width > 1 && Math.min(width, tall) < 47.5;
      })
      .map(({ element, box }) => {
        const name = element.getAttribute("aria-label") ?? element.textContent;
        return `${name.trim().slice(0, 60)} ${Math.round(box.width)}×${Math.round(box.height)}`;
      });
  });

/** Every line of words lies within what it stands on; a line that ends in "…" was meant to be short. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found = new Set<string>();
    const isMeantShort = ({ webkitLineClamp, textOverflow }: CSSStyleDeclaration) =>
      textOverflow === "ellipsis" || !["", "none"].includes(webkitLineClamp);
    const offends = (line: DOMRect, ground: Element | null): boolean => {
      for (let at = ground; at !== null; at = at.parentElement) {
        const look = getComputedStyle(at);
        if (isMeantShort(look)) return false;
        const box = at.getBoundingClientRect();
        const isForReaders = box.width <= 1 || box.height <= 1;
        if (isForReaders) return false;
        const isGround = at.matches(
          "button, td, th, dialog, aside, nav, main, header, [role=alert]",
        );
        const isCutX = look.overflowX === "hidden" || look.overflowX === "clip";
        if ((isGround || isCutX) && (line.left < box.left - 1 || line.right > box.right + 1)) {
          return true;
        }
        // A dialog lies on top of whatever it stands in.
        if (at.matches("dialog")) return false;
        // What scrolls may lie below its edge, and is never wider than itself.
        if (look.overflowY === "auto" || look.overflowY === "scroll") return false;
        const isCutY = look.overflowY === "hidden" || look.overflowY === "clip";
        if ((isCutY || at.matches("button, td")) && line.bottom > box.bottom + 2) return true;
      }
      return false;
    };
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = words.nextNode(); node !== null; node = words.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      if (text === "" || node.parentElement?.checkVisibility() !== true) continue;
      range.selectNodeContents(node);
      const lines = [...range.getClientRects()].filter(({ width }) => width > 1);
      if (lines.some((line) => offends(line, node.parentElement))) found.add(text.slice(0, 60));
    }
    return [...found];
  });

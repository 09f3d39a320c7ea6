import { gzipSync } from "node:zlib";
import type { BrowserContext, Page } from "@playwright/test";

/** A page that is measured: where it is, and which heading says that it can be used. */
export type Place = { context: BrowserContext; url: string; ready: RegExp };

/** Notes in the page when the heading that says it can be used stands in a frame. */
export async function noteWhenReady(page: Page, ready: RegExp): Promise<void> {
  await page.addInitScript((source) => {
    const heading = new RegExp(source);
    const look = () => {
      if (!heading.test(document.querySelector("h1")?.textContent ?? "")) {
        requestAnimationFrame(look);
        return;
      }
      Object.assign(window, { readyMs: performance.now() });
    };
    requestAnimationFrame(look);
  }, ready.source);
}

export async function whenReady(page: Page): Promise<number> {
  const ms = await page.waitForFunction(() => (window as { readyMs?: number }).readyMs);
  return Number(await ms.jsonValue());
}

/** No script for so long: no more will come by itself. A browser that is never idle begins after a second. */
const quietMs = 3000;

const scriptsIn = (page: Page): Promise<{ name: string; startTime: number }[]> =>
  page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .map(({ name, startTime }) => ({ name, startTime }))
      .filter(({ name }) => new URL(name).pathname.endsWith(".js")),
  );

/** Every script of the page, once no more of them come by themselves. */
export async function scriptsOnceQuiet(page: Page): Promise<{ name: string; startTime: number }[]> {
  for (let before = await scriptsIn(page); ; ) {
    await page.waitForTimeout(quietMs);
    const now = await scriptsIn(page);
    if (now.length === before.length) return now;
    before = now;
  }
}

export type Weight = { first: number; later: number };

/** KiB of JavaScript, as it travels: asked for before the first screen stood, and after it while nobody did anything. */
export async function scriptsOf({ context, url, ready }: Place): Promise<Weight> {
  const page = await context.newPage();
  await noteWhenReady(page, ready);
  await page.goto(url);
  const readyMs = await whenReady(page);
  const scripts = await scriptsOnceQuiet(page);
  await page.close();
  const weight = { first: 0, later: 0 };
  for (const { name, startTime } of scripts) {
    const bytes = gzipSync(Buffer.from(await (await fetch(name)).arrayBuffer())).byteLength;
    weight[startTime < readyMs ? "first" : "later"] += bytes / 1024;
  }
  return weight;
}

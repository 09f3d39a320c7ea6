import type { Browser, Page } from "@playwright/test";
import { aBrowser, tabletSize } from "../support/chromium.ts";
import { untilKept } from "../support/offline.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";
import { noteWhenReady, type Place, scriptsOf, type Weight, whenReady } from "../support/weight.ts";
import { emptyApp } from "./empty-app.ts";
import { alternating, median, percentile, rowOf, type Scale } from "./measure.ts";
import type { Row } from "./results.schema.ts";

const slowWifi = { latency: 100, downloadThroughput: 400_000, uploadThroughput: 125_000 };

/** B9 and B10: what the operator's page costs a tablet, beside an empty page of the same framework. */
export async function tabletMeasured({ isSmall, rounds }: Scale): Promise<Row[]> {
  const browser = await aBrowser();
  try {
    const { origin } = await emptyApp();
    const empty = { context: await browser.newContext(tabletSize), url: origin, ready: /taps$/ };
    const floor = {
      context: await browser.newContext({ ...tabletSize, baseURL: run.origin }),
      url: `${run.origin}/floor?idle=3600`,
      ready: /Scan your badge/,
    };
    const player = new Player(await floor.context.newPage(), run.origin);
    await player.enrol();
    const weighed = { empty: await scriptsOf(empty), floor: await scriptsOf(floor) };
    const painted = await alternating(rounds, {
      limit: () => largestPaint(empty),
      system: () => largestPaint(floor),
    });
    const begun = await alternating(rounds, {
      limit: () => coldStart(empty),
      system: () => coldStart(floor),
    });
    const unconnected = await withoutNetwork(browser, empty, rounds);
    const answered = await tapsOnKeys(player, isSmall ? 1 : 5);
    const taps = {
      limit: await tapsOnEmpty(empty, isSmall ? 3 : 20),
      system: await tapsOnSteps(player, isSmall ? 1 : 8),
    };
    const slowTaps = await slowly(player.page, () => tapsOnSteps(player, isSmall ? 1 : 8));
    return rowsOf({ weighed, painted, begun, unconnected, answered, taps, slowTaps });
  } finally {
    await browser.close();
  }
}

function rowsOf(of: {
  weighed: Record<"empty" | "floor", Weight>;
  painted: Row["rounds"];
  begun: Row["rounds"];
  unconnected: Row["rounds"];
  answered: readonly number[];
  taps: { limit: readonly number[]; system: readonly number[] };
  slowTaps: readonly number[];
}): Row[] {
  const { empty, floor } = of.weighed;
  const inp = percentile(of.answered, 75);
  const tap = percentile(of.taps.system, 95);
  const slowTap = percentile(of.slowTaps, 95);
  return [
    rowOf({
      id: "B9",
      name: "scripts of the operator's page until its first screen stands, gzip / 230 KiB",
      unit: "KiB",
      rounds: { system: [floor.first], limit: [230] },
      target: { most: 1 },
      note: `and ${floor.later.toFixed(0)} KiB fetched while it is looked at; an empty page with React and IndexedDB: ${empty.first.toFixed(0)} KiB`,
    }),
    rowOf({
      id: "B9b",
      name: "largest contentful paint at 4 × CPU and slow Wi-Fi, nothing cached / the empty page",
      unit: "ms",
      rounds: of.painted,
      target: { most: 1.5 },
    }),
    rowOf({
      id: "B9c",
      name: "tap on a key to what it shows at 4 × CPU (interaction, p75) / 200 ms",
      unit: "ms",
      rounds: { system: [inp], limit: [200] },
      target: { most: 1 },
      note: `${of.answered.length} interactions`,
    }),
    rowOf({
      id: "B10",
      name: "tap on Step done to the next step painted, kept on the tablet, p95 / 100 ms",
      unit: "ms",
      rounds: { system: [tap], limit: [100] },
      target: { most: 1 },
      note: `${of.taps.system.length} taps, median ${median(of.taps.system).toFixed(0)} ms; a tap on the empty page, kept and painted, p95 ${percentile(of.taps.limit, 95).toFixed(0)} ms`,
    }),
    rowOf({
      id: "B10b",
      name: "start of the page until it can be used, files cached / the empty page",
      unit: "ms",
      rounds: of.begun,
      target: { most: 2 },
      note: "with a network",
    }),
    rowOf({
      id: "B10c",
      name: "start of the page without a network at 4 × CPU, until it can be used / the empty page, with one",
      unit: "ms",
      rounds: of.unconnected,
      target: { most: 2 },
    }),
    rowOf({
      id: "B10d",
      name: "tap on Step done to the next step painted at 4 × CPU and slow Wi-Fi, kept on the tablet, p95 / 100 ms",
      unit: "ms",
      rounds: { system: [slowTap], limit: [100] },
      target: { most: 1 },
      note: `${of.slowTaps.length} taps, median ${median(of.slowTaps).toFixed(0)} ms`,
    }),
  ];
}

/** A quarter of the CPU, and slow Wi-Fi. */
async function throttled(page: Page, { cacheDisabled }: { cacheDisabled: boolean }) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled });
  await devtools.send("Network.emulateNetworkConditions", { offline: false, ...slowWifi });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  return devtools;
}

/** On a slow tablet behind slow Wi-Fi that has the page's files. */
async function slowly<T>(page: Page, measure: () => Promise<T>): Promise<T> {
  const devtools = await throttled(page, { cacheDisabled: false });
  const measured = await measure();
  await devtools.detach();
  return measured;
}

async function largestPaint({ context, url, ready }: Place): Promise<number> {
  const page = await context.newPage();
  await throttled(page, { cacheDisabled: true });
  await page.goto(url, { timeout: 120_000 });
  await page.getByRole("heading", { name: ready }).waitFor({ timeout: 120_000 });
  const ms = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) =>
          resolve(list.getEntries().at(-1)?.startTime ?? 0),
        ).observe({
          type: "largest-contentful-paint",
          buffered: true,
        });
      }),
  );
  await page.close();
  return ms;
}

/** From the start of navigation to the frame in which the heading stands. */
async function coldStart(
  { context, url, ready }: Place,
  { isSlow } = { isSlow: false },
): Promise<number> {
  const page = await context.newPage();
  if (isSlow) {
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }
  await noteWhenReady(page, ready);
  await page.goto(url);
  const value = await whenReady(page);
  await page.close();
  return value;
}

/**
 * A tablet whose browser was closed and opened again while the network is gone: its service worker gives the
 * page. The empty page has none and is given by its server.
 */
async function withoutNetwork(
  browser: Browser,
  empty: Place,
  rounds: number,
): Promise<Row["rounds"]> {
  const context = await browser.newContext({
    ...tabletSize,
    baseURL: run.origin,
    serviceWorkers: "allow",
  });
  const page = await context.newPage();
  await new Player(page, run.origin).enrol();
  await untilKept(page);
  await page.close();
  await context.setOffline(true);
  const floor = { context, url: `${run.origin}/floor?idle=3600`, ready: /Scan your badge/ };
  return alternating(rounds, {
    limit: () => coldStart(empty, { isSlow: true }),
    system: () => coldStart(floor, { isSlow: true }),
  });
}

/** Badge and PIN, key by key, on a tablet four times as slow: how long until each key shows. */
async function tapsOnKeys(player: Player, times: number): Promise<number[]> {
  const { page } = player;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.evaluate(() => {
    const seen = new Map<number, number>();
    Object.assign(window, { interactions: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { interactionId?: number })[]) {
        const id = entry.interactionId ?? 0;
        if (id > 0) seen.set(id, Math.max(seen.get(id) ?? 0, entry.duration));
      }
    }).observe({ type: "event", durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  });
  const name = "Marisol Reyes";
  await player.scan(player.badgeOf(name).badge);
  const keys = page.getByRole("region", { name: "PIN keys" });
  const back = keys.getByRole("button", { name: "Delete last digit" });
  for (let time = 0; time < times; time += 1) {
    for (const digit of "123456") {
      await keys.getByRole("button", { name: digit, exact: true }).click();
    }
    for (const _ of "123456") await back.click();
  }
  await page.waitForTimeout(500);
  const durations = await page.evaluate(() => [
    ...(window as unknown as { interactions: Map<number, number> }).interactions.values(),
  ]);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await devtools.detach();
  if (durations.length === 0) throw new Error("no interaction was seen");
  return durations;
}

/** Notes, in the page, how long each tap on a button of this name takes until another heading is painted. */
function watchTaps(button: string): void {
  const seen: number[] = [];
  Object.assign(window, { taps: seen });
  addEventListener(
    "click",
    (event) => {
      const tapped = (event.target as Element | null)?.closest("button");
      if (tapped?.textContent?.trim() !== button) return;
      const before = document.querySelector("h1")?.textContent;
      const watch = new MutationObserver(() => {
        if (document.querySelector("h1")?.textContent === before) return;
        watch.disconnect();
        requestAnimationFrame(() =>
          setTimeout(() => seen.push(performance.now() - event.timeStamp)),
        );
      });
      watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    },
    true,
  );
}

const tapsSeen = (page: Page): Promise<number[]> =>
  page.evaluate(() => (window as unknown as { taps: number[] }).taps);

async function tapsOnEmpty({ context, url, ready }: Place, times: number): Promise<number[]> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("heading", { name: ready }).waitFor();
  await page.evaluate(watchTaps, "Tap");
  for (let time = 1; time <= times; time += 1) {
    await page.getByRole("button", { name: "Tap" }).click();
    await page.waitForFunction(
      (count) => (window as unknown as { taps: unknown[] }).taps.length >= count,
      time,
    );
  }
  return tapsSeen(page);
}

/** A unit worked on as people do, until so many steps are done. */
async function tapsOnSteps(player: Player, steps: number): Promise<number[]> {
  const unit = await aUnit({ quick: true });
  const observer = await aTablet(run.origin);
  await player.page.goto(`${run.origin}/floor?idle=3600`);
  await player.page.getByRole("heading", { name: "Scan your badge" }).waitFor();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await player.page.evaluate(watchTaps, "Step done");
  let done = 0;
  await workOnScreen({ player, observer, unit }, (next) => {
    if (next.type === "completeStep") done += 1;
    return done > steps;
  });
  const seen = await tapsSeen(player.page);
  if (seen.length === 0) throw new Error("no step was done");
  return seen;
}

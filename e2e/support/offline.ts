import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, chromium, expect, type Page } from "@playwright/test";
import { launchOptions, tabletSize } from "./chromium.ts";
import type { Unit } from "./crew.ts";
import type { Flapping } from "./flapping.ts";
import { Player } from "./player.ts";
import { run } from "./run.ts";

/** A tablet behind a bad network that has opened the unit once, while there was one. */
export async function atWork(page: Page, network: Flapping, unit: Unit): Promise<Player> {
  const player = new Player(page, run.origin);
  await player.meet();
  await page.goto(`${network.origin}/floor?idle=3600`);
  await page.getByRole("button", { name: "ASM-1" }).click();
  await isLocked(page);
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await untilKept(page);
  await expect(page.getByText("On-line")).toBeVisible();
  return player;
}

export const isLocked = (page: Page): Promise<void> =>
  expect(page.getByRole("heading", { name: "Scan your badge" })).toBeVisible();

/** Everything that was kept on the tablet has been answered. */
export const untilSent = (page: Page): Promise<unknown> =>
  expect.poll(() => waitingIn(page)).toEqual([]);

/** Once this holds, the page opens without a network. */
export const untilKept = (page: Page): Promise<unknown> =>
  expect
    .poll(() =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration("/floor");
        const isActive = registration?.active?.state === "activated";
        return isActive && navigator.serviceWorker.controller !== null;
      }),
    )
    .toBe(true);

type Waiting = {
  id: string;
  type: string;
  seq: number;
  traveler: string;
  /** As late as it can have been done, by the plant's clock as far as this tablet knows it. */
  latestMs: number;
};

/** What this tablet has on its disk and the server has not answered. */
export const waitingIn = (page: Page): Promise<Waiting[]> =>
  page.evaluate(
    () =>
      new Promise<Waiting[]>((resolve, reject) => {
        const opening = indexedDB.open("buyoff");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("commands").objectStore("commands").getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(
              all.result.map(({ envelope: { id, type, deviceSeq, traveler, at } }) => ({
                id,
                type,
                seq: deviceSeq,
                traveler,
                latestMs: Date.parse(at.wall) + at.skew + (at.uncertainty ?? 0),
              })),
            );
          };
        };
      }),
  );

/** Boxes of signatures that this tablet has and the server has not opened. */
export const boxesIn = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open("buyoff");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const count = opening.result.transaction("seals").objectStore("seals").count();
          count.onsuccess = () => {
            opening.result.close();
            resolve(count.result);
          };
        };
      }),
  );

/** What anybody writes beside a step, wherever they are. */
export async function writeNote(page: Page, text: string): Promise<void> {
  await page.getByRole("main").getByRole("button", { name: "More", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Write a note" }).click();
  await dialog.getByRole("textbox").fill(text);
  await dialog.getByRole("button", { name: "Keep the note" }).click();
  await expect(dialog.getByRole("button", { name: "Write a note" })).toBeVisible();
}

/** Beside the step, wherever somebody is. */
export async function addPhoto(page: Page, bytes: Buffer): Promise<void> {
  await page.getByRole("main").getByRole("button", { name: "More", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const file = { name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer: bytes };
  await dialog.locator('input[type="file"]').setInputFiles(file);
  const keep = dialog.getByRole("button", { name: "Keep this photo" });
  await expect(keep).toBeInViewport({ ratio: 1 });
  await keep.click();
  await expect(dialog.getByRole("button", { name: "Keep this photo" })).toBeHidden();
}

export const photosUnsent = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const opening = indexedDB.open("buyoff");
        opening.onsuccess = () => {
          const all = opening.result.transaction("blobs").objectStore("blobs").getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result.filter(({ sentAt }) => sentAt === null).length);
          };
        };
      }),
  );

/** A browser as its own process with its own disk: it can be killed, and started again. */
export async function aDisk(): Promise<Disk> {
  const folder = await mkdtemp(path.join(tmpdir(), "buyoff-tablet-"));
  return diskOf(folder);
}
export type Disk = {
  start: (address: string) => Promise<TabletBrowser>;
  /** Bit by bit, the key of the tablet with it; not while a browser runs on it. */
  copied: () => Promise<Disk>;
};

const diskOf = (folder: string): Disk => ({
  start: (address) => startBrowser(folder, address),
  copied: async () => {
    const copy = await mkdtemp(path.join(tmpdir(), "buyoff-tablet-"));
    await cp(folder, copy, {
      recursive: true,
      filter: (from) => !/Singleton|DevToolsActivePort/.test(from),
    });
    return diskOf(copy);
  },
});

export type TabletBrowser = { page: Page; kill: () => Promise<void> };

async function startBrowser(folder: string, address: string): Promise<TabletBrowser> {
  const { width, height } = tabletSize.viewport;
  const child = spawn(
    launchOptions.executablePath ?? chromium.executablePath(),
    [
      ...launchOptions.args,
      "--headless=new",
      "--remote-debugging-port=0",
      "--force-prefers-reduced-motion",
      "--lang=en-US",
      `--window-size=${width},${height}`,
      `--user-data-dir=${folder}`,
      "about:blank",
    ],
    { stdio: "ignore", detached: true },
  );
  const browser = await connected(child, path.join(folder, "DevToolsActivePort"));
  const [context] = browser.contexts();
  const page = context?.pages()[0];
  if (page === undefined) throw new Error("the browser has no page");
  await page.setViewportSize({ width, height });
  page.setDefaultTimeout(90_000);
  await page.goto(address);
  const kill = async () => {
    const ended = once(child, "exit");
    // Its whole group at once: no part of it gets to write anything down.
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    await browser.close().catch(() => undefined);
  };
  return { page, kill };
}

/** The browser writes down where it listens once it does; what stands there from the last time is another's. */
async function connected(child: ChildProcess, file: string): Promise<Browser> {
  let browser: Browser | null = null;
  await expect(async () => {
    if (child.exitCode !== null) throw new Error(`the browser ended with ${child.exitCode}`);
    const [port = ""] = (await readFile(file, "utf8")).split("\n");
    browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 10_000 });
  }).toPass({ intervals: [100] });
  if (browser === null) throw new Error("the browser does not listen");
  return browser;
}

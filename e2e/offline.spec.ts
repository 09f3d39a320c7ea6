import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import type { Unit } from "./support/crew.ts";
import { entriesOf } from "./support/database.ts";
import { aFlappingNetwork, type Flapping } from "./support/flapping.ts";
import {
  aDisk,
  atWork,
  isLocked,
  untilKept,
  untilSent,
  waitingIn,
  writeNote,
} from "./support/offline.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aUnit } from "./support/units.ts";

test.use({
  serviceWorkers: "allow",
  // What a network that is gone makes the browser itself say.
  expectedComplaint: /ERR_EMPTY_RESPONSE|ERR_CONNECTION_|ERR_FAILED/,
});

let network: Flapping;
test.beforeEach(async () => {
  network = await aFlappingNetwork(run.origin);
});
test.afterEach(() => network.stop());

const gone = () => {
  network.weather = () => "gone";
};
const fine = () => {
  network.weather = () => "fine";
};

/** Told once each, whatever became of the requests. */
async function told(unit: Unit): Promise<Record<string, number>> {
  const entries = await entriesOf(unit.traveler);
  const count: Record<string, number> = {};
  for (const { type } of entries) count[type] = (count[type] ?? 0) + 1;
  return count;
}

/** How many acts wait once the page has written down what it does by itself, such as showing the next step. */
async function atRest(page: Page): Promise<number> {
  let count = -1;
  await expect(async () => {
    const before = count;
    count = (await waitingIn(page)).length;
    expect(count).toBe(before);
  }).toPass({ intervals: [1_500] });
  return count;
}

/** Each command of this tablet has one effect, and the record holds every note exactly once. */
async function expectNotesOnce(unit: Unit, notes: number): Promise<void> {
  const entries = await entriesOf(unit.traveler);
  const added = entries.filter(({ type }) => type === "note.added");
  expect(added).toHaveLength(notes);
  expect(new Set(added.map(({ command_id }) => command_id)).size).toBe(notes);
  expect(entries.filter(({ type }) => type === "command.not_applied")).toEqual([]);
}

test.describe("without a network", () => {
  test("the page opens in a new tab, the person goes on with the unit, and all of it is applied once", async ({
    context,
  }) => {
    const unit = await aUnit();
    const first = await context.newPage();
    await atWork(first, network, unit);
    gone();
    await first.close();

    const page = await context.newPage();
    await page.goto(`${network.origin}/floor?t=${unit.traveler}`);
    const player = new Player(page, run.origin);
    await expect(page.getByRole("button", { name: "Marisol Reyes:" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Back to the queue" })).toContainText(unit.unit);
    await expect
      .poll(() =>
        page
          .locator('img[src^="/instructions/"]')
          .first()
          .evaluate((image: HTMLImageElement) => image.naturalWidth),
      )
      .toBeGreaterThan(0);
    await player.scan(unit.order);
    await page.getByRole("button", { name: "Step done" }).click();
    await writeNote(page, "Written without a network");
    await page.keyboard.press("Escape");
    const waiting = await atRest(page);
    expect(waiting).toBeGreaterThanOrEqual(4);
    await expect(page.getByText(`Off-line · ${waiting} not yet sent`)).toBeVisible();
    await seen(page, "player off-line");

    await page.getByRole("button", { name: "What is sent, and what is not" }).click();
    const panel = page.getByRole("dialog", { name: "What this tablet has sent" });
    await expect(panel.getByRole("listitem")).toHaveCount(waiting);
    await expect(panel).toContainText("The server does not answer");
    await expect(panel).toContainText("Completing a step");
    await seen(page, "sync panel off-line");
    await panel.getByRole("button", { name: "Close" }).click();

    // By the number on the unit, too, among those that were opened before.
    await page.getByRole("button", { name: "Back to the queue" }).click();
    await player.scan(unit.unit);
    await expect(page.getByRole("button", { name: "Back to the queue" })).toContainText(unit.unit);

    fine();
    await untilSent(page);
    await expect(page.getByText("On-line")).toBeVisible();
    const count = await told(unit);
    expect(count["reading.recorded"]).toBe(1);
    expect(count["step.completed"]).toBe(1);
    await expectNotesOnce(unit, 1);
  });

  test("whoever locked the screen is not signed in by a new start, and what is unsent is still counted", async ({
    context,
  }) => {
    const unit = await aUnit();
    const page = await context.newPage();
    await atWork(page, network, unit);
    gone();
    await writeNote(page, "Before the lock");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Marisol Reyes:" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByText(/not yet sent. (It is|They are) safe/)).toBeVisible();
    await page.reload();
    await isLocked(page);
    await expect(page.getByText(/not yet sent. (It is|They are) safe/)).toBeVisible();
    await seen(page, "lock screen with unsent records");
    await page.getByRole("button", { name: "What is sent, and what is not" }).click();
    await expect(page.getByRole("dialog")).toContainText("Writing a note");
    await page.keyboard.press("Escape");
    fine();
    await untilSent(page);
    await expectNotesOnce(unit, 1);
  });

  test("two tabs, a network that cuts requests and loses answers, a reload and a closed tab: once each", async ({
    context,
  }) => {
    const unit = await aUnit();
    const one = await context.newPage();
    await atWork(one, network, unit);
    const two = await anotherTab(context, unit);
    let asked = 0;
    // Every way in which a request can fail, in turn; each third gets through.
    network.weather = (path) => {
      if (path !== "/api/commands") return "fine";
      asked += 1;
      return (["deaf", "cut", "fine"] as const)[asked % 3] ?? "fine";
    };
    for (let nth = 1; nth <= 4; nth += 1) {
      await Promise.all([writeNote(one, `one ${nth}`), writeNote(two, `two ${nth}`)]);
      await Promise.all([one.keyboard.press("Escape"), two.keyboard.press("Escape")]);
      if (nth === 2) await one.reload();
      if (nth === 2) await signInAgain(one, unit);
    }
    // The leading tab goes; the other one takes over the sending.
    await one.close();
    await untilSent(two);
    await expectNotesOnce(unit, 8);
    const repeats = network.told.filter(({ path }) => path === "/api/commands");
    const ids = repeats.flatMap(({ body }) =>
      (JSON.parse(body) as { commands: { id: string }[] }).commands.map(({ id }) => id),
    );
    // The test has seen what it is about: some were really sent more than once.
    expect(ids.length).toBeGreaterThan(new Set(ids).size);
  });
});

async function anotherTab(context: BrowserContext, unit: Unit): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${network.origin}/floor?idle=3600&t=${unit.traveler}`);
  await signInAgain(page, unit);
  return page;
}

async function signInAgain(page: Page, unit: Unit): Promise<void> {
  const player = new Player(page, run.origin);
  await player.meet();
  await isLocked(page);
  await player.signIn("Marisol Reyes");
  await expect(page.getByRole("button", { name: "Back to the queue" })).toContainText(unit.unit);
}

test("a new version waits for the lock screen and for what is unsent, and then loads by itself", async ({
  context,
}) => {
  const unit = await aUnit();
  const page = await context.newPage();
  const player = await atWork(page, network, unit);
  await page.evaluate(() => Object.assign(window, { wasHereBefore: true }));
  network.version = "ffffffffffffffff";
  await expect(page.getByText("New version ready")).toBeVisible();
  await seen(page, "player with a new version waiting");
  // Nothing of what was sent is answered: the program that wrote it down stays until it is.
  network.weather = (path) => (path === "/api/commands" ? "deaf" : "fine");
  await writeNote(page, "Before the new version");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Marisol Reyes:" }).click();
  await page.getByRole("button", { name: "Lock the screen" }).click();
  await isLocked(page);
  await page.waitForTimeout(8_000);
  expect(await page.evaluate(() => "wasHereBefore" in window)).toBe(true);
  fine();
  await page.waitForFunction(() => !("wasHereBefore" in window), null);
  await isLocked(page);
  await expect(page.getByText("New version ready")).toBeHidden();
  const shells = await page.evaluate(() => caches.keys());
  expect(shells.at(-1)).toBe("buyoff-shell-ffffffffffffffff");
  await player.signIn("Marisol Reyes");
  await expectNotesOnce(unit, 1);
});

test("a browser that is killed right after the step has changed has lost nothing: 20 of 20", async () => {
  const unit = await aUnit();
  const disk = await aDisk();
  const address = `${network.origin}/floor?t=${unit.traveler}`;
  let browser = await disk.start(`${network.origin}/floor?idle=3600`);
  const player = new Player(browser.page, run.origin);
  await player.meet();
  await browser.page.getByRole("button", { name: "ASM-1" }).click();
  await isLocked(browser.page);
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await untilKept(browser.page);
  await untilSent(browser.page);
  gone();
  for (let nth = 1; nth <= 20; nth += 1) {
    await writeNote(browser.page, `Kill ${nth}`);
    await browser.kill();
    browser = await disk.start(address);
    // Without a network the same person is at the same step again.
    await expect(browser.page.getByRole("button", { name: "Marisol Reyes:" })).toBeVisible();
    const notes = (await waitingIn(browser.page)).filter(({ type }) => type === "addNote");
    expect(notes, `after kill ${nth}`).toHaveLength(nth);
  }
  await browser.kill();
  fine();
  browser = await disk.start(address);
  await untilSent(browser.page);
  await browser.kill();
  await expectNotesOnce(unit, 20);
});

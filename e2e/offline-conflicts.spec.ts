import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { conflictCount, conflictsOf } from "./support/conflicts.ts";
import type { Unit } from "./support/crew.ts";
import { entriesOf } from "./support/database.ts";
import { aFlappingNetwork, type Flapping } from "./support/flapping.ts";
import { atWork, untilSent, waitingIn, writeNote } from "./support/offline.ts";
import type { Player } from "./support/player.ts";
import { atDesk, type Desk, logDefect } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { atUnit } from "./support/troubled.ts";
import { aUnit } from "./support/units.ts";

test.use({
  serviceWorkers: "allow",
  expectedComplaint: /ERR_EMPTY_RESPONSE|ERR_CONNECTION_|ERR_FAILED/,
});
test.describe.configure({ timeout: 240_000 });

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

/** The first step, as far as it goes without a network. */
async function firstStep(page: Page, player: Player, unit: Unit): Promise<void> {
  await player.scan(unit.order);
  await page.getByRole("button", { name: "Step done" }).click();
  await expect.poll(async () => (await waitingIn(page)).length).toBeGreaterThan(2);
}

const typesOf = async (unit: Unit) => (await entriesOf(unit.traveler)).map(({ type }) => type);
const lineOf = async (unit: Unit, type: string) => {
  const found = (await entriesOf(unit.traveler)).find((of) => of.type === type);
  return found && JSON.parse(found.line);
};

/** The tablet and the desk, each in a browser of its own. */
async function bothSides(page: Page): Promise<{ desk: Desk; unit: Unit }> {
  const unit = await aUnit();
  return { unit, desk: await atDesk(page, "Ingrid Maurer") };
}

test("hold placed before it: not applied, both sides in the room, closed with a reason", async ({
  page,
  context,
}) => {
  const { desk, unit } = await bothSides(page);
  const tablet = await context.newPage();
  const player = await atWork(tablet, network, unit);
  gone();
  await logDefect(desk, unit, { comment: "Scratch across the web, found at the desk" });
  await firstStep(tablet, player, unit);
  fine();
  await untilSent(tablet);
  await seen(tablet, "what was not applied");
  const refused = await lineOf(unit, "command.not_applied");
  expect(refused.body).toMatchObject({ refusal: "on_hold", conflict: true });
  expect(await typesOf(unit)).not.toContain("step.completed");

  await page.goto("/");
  await expect(page.locator("[data-section=conflicts]")).toContainText("not applied");
  const before = await conflictCount(page, unit);
  const cards = await conflictsOf(page, unit);
  await expect(cards.first()).toContainText("Marisol Reyes");
  await expect(cards.first()).toContainText("At the plant meanwhile");
  await expect(cards.first()).toContainText("on hold");
  await expect(cards.first()).toContainText("Priya Raman");
  await seen(page, "conflicts");
  await cards.first().getByRole("button", { name: "Close" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Close it" }).click();
  await expect(dialog.getByText("This is needed.")).toBeVisible();
  await dialog.getByLabel("Why").fill("Done again after the hold was released; see the note");
  await dialog.getByRole("button", { name: "Close it" }).click();
  await expect(dialog).toBeHidden();
  expect(await typesOf(unit)).toContain("signal.reviewed");
  await expect.poll(() => conflictCount(page, unit)).toBe(before - 1);
  await page.context().addCookies([{ name: "buyoff-locale", value: "es", url: run.origin }]);
  await page.goto("/conflicts");
  await expect(page.getByRole("heading", { name: "Conflictos" })).toBeVisible();
  await seen(page, "conflicts es");
});

test("hold placed after it: applied, although the unit is on hold when it arrives", async ({
  page,
  context,
}) => {
  const { desk, unit } = await bothSides(page);
  const tablet = await context.newPage();
  const player = await atWork(tablet, network, unit);
  gone();
  await firstStep(tablet, player, unit);
  // Further apart than any clock of one machine is wrong by.
  await expect.poll(() => waitingIn(tablet)).not.toEqual([]);
  await logDefect(desk, unit);
  fine();
  await untilSent(tablet);
  const types = await typesOf(unit);
  expect(types).not.toContain("command.not_applied");
  expect(types.indexOf("step.completed")).toBeGreaterThan(types.indexOf("hold.placed"));
});

test("step already done elsewhere: exactly one of them, and both are shown", async ({
  page,
  context,
}) => {
  const { desk, unit } = await bothSides(page);
  const tablet = await context.newPage();
  const player = await atWork(tablet, network, unit);
  gone();
  await atUnit(desk, unit).work((next) => next.type === "startStep" && next.step === "010.2");
  await firstStep(tablet, player, unit);
  fine();
  await untilSent(tablet);
  const types = await typesOf(unit);
  expect(types.filter((type) => type === "step.completed")).toHaveLength(1);
  expect(types).toContain("command.not_applied");
  const card = (await conflictsOf(page, unit)).first();
  await expect(card).toContainText("At the tablet");
  await expect(card).toContainText("Step completed");
});

test("a clock three hours ahead: shown, corrected, told once, and nothing is refused", async ({
  context,
}) => {
  const unit = await aUnit();
  const tablet = await context.newPage();
  await tablet.clock.install({ time: new Date(Date.now() + 3 * 3_600_000) });
  const player = await atWork(tablet, network, unit);
  gone();
  await firstStep(tablet, player, unit);
  await writeNote(tablet, "Written by a clock that is ahead");
  await tablet.keyboard.press("Escape");
  await tablet.getByRole("button", { name: "What is sent, and what is not" }).click();
  const panel = tablet.getByRole("dialog", { name: "What this tablet has sent" });
  await expect(panel).toContainText("3 h");
  await expect(panel).toContainText("ahead");
  await seen(tablet, "clock ahead");
  await panel.getByRole("button", { name: "Close" }).click();
  // Somebody puts it right, and days too far back.
  await tablet.clock.setSystemTime(new Date(Date.now() - 3 * 86_400_000));
  await writeNote(tablet, "Written by a clock that was set back");
  fine();
  await untilSent(tablet);
  const entries = (await entriesOf(unit.traveler)).map(({ line }) => JSON.parse(line));
  expect(entries.filter(({ type }) => type === "command.not_applied")).toEqual([]);
  const notes = entries.filter(({ type }) => type === "note.added");
  expect(notes).toHaveLength(2);
  for (const { occurredAt } of notes) {
    expect(Math.abs(Date.parse(occurredAt) - Date.now())).toBeLessThan(120_000);
  }
  const told = entries.filter(({ type }) => type === "clock.skewed");
  expect(told.map(({ body }) => Math.round(body.skewMs / 3_600_000))).toEqual([-3, 72]);
});

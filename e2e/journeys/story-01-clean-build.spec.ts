import { expect, test } from "../fixtures.ts";
import { entriesOf } from "../support/database.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { screensOf } from "../support/screens.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

test("story 1: a unit is built from the first scan to the last signature, by five people at one tablet", async ({
  page,
}) => {
  test.setTimeout(900_000);
  const unit = await aUnit();
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  const screens = screensOf(page);
  await player.enrol();
  await screens.look("lock");
  await player.signIn("Marisol Reyes");
  await expect(page.getByRole("heading", { name: "Waiting at this station" })).toBeVisible();
  await screens.look("queue");
  await player.open(unit);

  const { state } = await workOnScreen({
    player,
    observer,
    unit,
    onScreen: screens.look,
  });
  expect(Object.values(state.steps).filter(({ status }) => status === "complete")).toHaveLength(42);
  expect(state.defects).toEqual([]);
  const signers = new Set(state.buyoffs.map(({ person }) => person));
  expect(signers.size).toBeGreaterThanOrEqual(4);

  await page.getByRole("button", { name: "Complete the unit" }).click();
  await expect(page.getByText("This unit is complete.")).toBeVisible();
  await screens.look("complete");
  screens.expectNoOffence();
  const entries = await entriesOf(unit.traveler);
  expect(entries.map(({ type }) => type)).toContain("traveler.completed");
  expect(entries.filter(({ type }) => type === "command.not_applied")).toEqual([]);
  expect(await expectSameDecisions(page)).toBeGreaterThan(100);
});

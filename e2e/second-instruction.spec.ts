import { expect, test } from "./fixtures.ts";
import { expectSameDecisions } from "./support/decisions.ts";
import { Player, workOnScreen } from "./support/player.ts";
import { run } from "./support/run.ts";
import { aTablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

test("a second instruction that was added as a file plays to its end without a code change", async ({
  page,
}) => {
  test.setTimeout(400_000);
  const unit = await aUnit({ instruction: "wi-harness-test-rev-01" });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await expect(page.getByText("WI-HARNESS-TEST")).toBeVisible();

  const { state } = await workOnScreen({ player, observer, unit });
  expect(Object.values(state.steps).filter(({ status }) => status === "complete")).toHaveLength(8);
  await page.getByRole("button", { name: "Complete the unit" }).click();
  await expect(page.getByText("This unit is complete.")).toBeVisible();
  expect(await expectSameDecisions(page)).toBeGreaterThan(20);
});

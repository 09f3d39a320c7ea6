import { expect, test } from "../fixtures.ts";
import { entriesOf } from "../support/database.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player } from "../support/player.ts";
import { run } from "../support/run.ts";
import { screensOf } from "../support/screens.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

test("story 7: a wrench whose calibration lapsed yesterday is refused, the one that will do is named and taken", async ({
  page,
}) => {
  test.setTimeout(240_000);
  const unit = await aUnit({ until: "060.3" });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  const screens = screensOf(page);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await expect(page.getByRole("heading", { name: "Final torque, bolts 1–4" })).toBeVisible();

  await player.scan("GAG~TW-0198");
  const refusal = player.refusal();
  await expect(refusal).toContainText("TW-0198");
  await expect(refusal).toContainText("TW-0209");
  await screens.look("refused");

  await player.scan("GAG~TW-0209");
  await expect(page.getByRole("button", { name: /TW-0209/ })).toBeVisible();
  await expect(refusal).toHaveCount(0);
  await screens.look("accepted");

  await expect(async () => {
    const { state } = await observer.packet(unit.traveler);
    expect(state.gages.map(({ code }) => code)).toContain("TW-0209");
    expect(state.gages.map(({ code }) => code)).not.toContain("TW-0198");
  }).toPass();
  const entries = await entriesOf(unit.traveler);
  const refused = entries.filter(({ type }) => type === "attempt.refused");
  expect(refused.map(({ line }) => JSON.parse(line).body.refusal)).toEqual([
    "gage_calibration_lapsed",
  ]);
  screens.expectNoOffence();
  expect(await expectSameDecisions(page)).toBeGreaterThan(2);
});

import { expect, test } from "../fixtures.ts";
import { entriesOf } from "../support/database.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { screensOf } from "../support/screens.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

test("story 6: whoever torqued can't accept it, with either of their badges; an inspector can", async ({
  page,
}) => {
  test.setTimeout(400_000);
  const unit = await aUnit({ until: "060.1" });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  const screens = screensOf(page);
  await player.enrol();
  // An inspector by his stamp, and qualified to torque: his role alone would let him accept.
  await player.signIn("Stellan Berg");
  await player.open(unit);
  const journey = { player, observer, unit, who: () => "Stellan Berg" };
  const atInspection = await workOnScreen(
    journey,
    (next) => next.type === "signBuyoff" && next.by.role === "inspector",
  );
  expect(atInspection.state.buyoffs.at(-1)?.type).toBe("operator");

  const signature = page.getByRole("region", { name: "Signature" });
  await expect(signature).toContainText("Someone other than who did the work");
  await screens.look("buyoff of somebody else");
  for (const badge of [0, 1]) {
    await player.scan(player.badgeOf("Stellan Berg", badge).badge);
    await player.pin("Stellan Berg");
    await page.getByRole("button", { name: /^Accept/ }).click();
    await expect(player.refusal()).toContainText("Stellan Berg");
  }
  await screens.look("own work refused");
  await expect(async () => {
    const entries = await entriesOf(unit.traveler, atInspection.state.seq);
    const refusals = entries.map(({ line }) => JSON.parse(line).body.refusal);
    expect(refusals).toEqual(["signer_performed_work", "signer_performed_work"]);
  }).toPass();

  await player.sign("Priya Raman");
  await expect(async () => {
    const { state } = await observer.packet(unit.traveler);
    expect(state.buyoffs.at(-1)).toMatchObject({ type: "inspection", stamp: "QI-07" });
  }).toPass();
  // The second signer opened no session: the screen is back with the first.
  await expect(page.getByRole("button", { name: /Stellan Berg/ })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Measure the bond resistance" })).toBeVisible();
  screens.expectNoOffence();
  expect(await expectSameDecisions(page)).toBeGreaterThan(10);
});

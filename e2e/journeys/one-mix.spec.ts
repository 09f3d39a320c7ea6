import type { Packet } from "#lib/offline/wire.schema";
import { expect, test } from "../fixtures.ts";
import { crewAt, kitFor, workOn } from "../support/crew.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player } from "../support/player.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

const lot = "PSB-2291";

test("one mix serves two units: the second is offered the one that runs, hears of its last fifteen minutes, and is rid of it once it is used", async ({
  page,
}) => {
  const second = await aUnit({ until: "050.1" });
  const observer = await aTablet(run.origin);
  const clocks = page.getByRole("list", { name: "Running clocks" });
  const announced = page.getByRole("status").filter({ hasText: `PS-B2, lot ${lot}` });
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  // Mixed so long ago that two minutes are left to take it up, for which all else is ready: 105 are waited for.
  const first = await aUnit({ until: "050.2", mixedMinutesAgo: 103 });
  const mixedAt = sealantOf(await observer.packet(first.traveler))?.mixedAt ?? "";
  await player.open(second);

  await test.step("the scan puts the sealant in and asks which mix of it is meant", async () => {
    await player.scan(`CMP~PS-B2~L~${lot}`);
    await expect(page.getByText("A mix of this runs already.")).toBeVisible();
    await expect(
      page.getByRole("button", { name: `Lot ${lot}: a fresh mix begins now` }),
    ).toBeVisible();
    await seen(page, "a mix that runs is offered");
    expect(sealantOf(await observer.packet(second.traveler))).toBeUndefined();
  });

  await test.step("one tap uses the mix of the first unit, with its age", async () => {
    const clock = new Intl.DateTimeFormat("en-US", {
      timeZone: "America/Chicago",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    const time = clock.format(new Date(mixedAt));
    await page
      .getByRole("button", { name: new RegExp(`^Use the mix of lot ${lot}.*${time}`) })
      .click();
    await expect(clocks).toContainText(`PS-B2 ${lot}`);
    const regions = page.locator('main [role="status"]');
    const before = await regions.evaluateAll((all) => {
      for (const region of all) region.setAttribute("data-stood", "yes");
      return all.length;
    });
    expect(before).toBeGreaterThan(0);
    await expect(announced, "told too early, or too slow a machine").toHaveCount(0);
    await expect(async () => {
      const joined = sealantOf(await observer.packet(second.traveler));
      expect(joined).toMatchObject({ lot, mixedAt, joined: true });
    }).toPass();
    await seen(page, "a mix of another unit in use");
  });

  await test.step("fifteen minutes before it is over that is said in a region that stood there before", async () => {
    await expect(announced).toHaveText(/less than 15 minutes are left/, { timeout: 300_000 });
    await expect(announced).toHaveAttribute("data-stood", "yes");
    await seen(page, "fifteen minutes left");
  });

  await test.step("once everything that uses it is done, its clock is gone", async () => {
    const crew = await crewAt(observer);
    const packet = await observer.packet(second.traveler);
    await workOn(observer, crew, kitFor(second), packet, (next) => next.operation === "070");
    await expect(clocks).toBeHidden();
    await expect(announced).toHaveCount(0);
  });
  expect(await expectSameDecisions(page)).toBeGreaterThan(1);
});

const sealantOf = ({ state }: Packet) => state.clocks.findLast(({ clock }) => clock === "PS-B2");

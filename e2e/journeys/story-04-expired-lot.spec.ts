import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { rows } from "../support/database.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { mixFresh, Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

const expired = "PSB-2207";

test("story 4: the expired sealant lot is blocked, another lot is offered by name and goes in", async ({
  page,
}) => {
  const unit = await aUnit({ until: "050.1" });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await expect(page.getByText("Sealant PS-B2").first()).toBeVisible();
  await seen(page, "sealant asked for");

  const refusal = page.getByRole("main").getByRole("alert");
  await player.scan(`CMP~PS-B2~L~${expired}`);
  await expect(refusal).toContainText(`PS-B2 ${expired} expired on`);
  await expect(refusal).toContainText("Put it aside. Take another lot: ");
  const fresh = /Take another lot: (\S+)\./.exec((await refusal.textContent()) ?? "")?.[1] ?? "";
  await seen(page, "expired lot blocked, another offered");
  const refused = async () =>
    (await told(unit.traveler, "attempt.refused")).map(({ body }) => body);
  await expect(async () => expect(await refused()).toHaveLength(1)).toPass();
  expect(await usable(unit.traveler), "in date, not on hold, the first to expire").toEqual([fresh]);
  expect((await refused())[0]).toMatchObject({
    refusal: "component_expired",
    params: { item: expired, other: fresh },
  });
  expect(
    (await observer.packet(unit.traveler)).state.components.map(({ lot }) => lot),
  ).not.toContain(expired);

  await player.scan(`CMP~PS-B2~L~${fresh}`);
  await expect(refusal).toBeHidden();
  await mixFresh(page, fresh);
  await expect(page.getByRole("list", { name: "Running clocks" })).toContainText(fresh);
  await expect(async () =>
    expect(await told(unit.traveler, "batch_clock.started")).not.toEqual([]),
  ).toPass();
  const { state } = await workOnScreen(
    { player, observer, unit, onScreen: (name, known) => seen(page, name, known) },
    (next) => next.step !== "050.1",
  );
  const used = [...state.components, ...state.clocks].map(({ lot }) => lot);
  expect(used).toContain(fresh);
  expect(used).not.toContain(expired);
  expect(await told(unit.traveler, "command.not_applied")).toEqual([]);
  expect(await expectSameDecisions(page)).toBeGreaterThan(2);
});

/** What a storekeeper would hand out, by the day of the plant. */
async function usable(traveler: string): Promise<string[]> {
  const found = await rows<{ lot: string }>(
    `select k.lot from stock k join travelers t on t.site_id = k.site_id join sites s on s.id = t.site_id
      where t.id = $1 and k.part = 'PS-B2' and k.lot is not null and not k.on_hold
        and k.expires_on >= (now() at time zone s.time_zone)::date
      order by k.expires_on, k.lot limit 1`,
    [traveler],
  );
  return found.map(({ lot }) => lot);
}

import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt } from "../support/crew.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { deskCookie } from "../support/doors.ts";
import { Player } from "../support/player.ts";
import { addCookie } from "../support/room.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { act, aTablet } from "../support/tablet.ts";
import { aSerial, aUnit } from "../support/units.ts";

const customer = "Laurent Dubois";

for (const end of ["0", "5"]) {
  test(`story 15: the unit whose serial ends in ${end} waits for the customer, who signs at the unit with their own credential`, async ({
    page,
    desk,
  }) => {
    const unit = await aUnit({ unit: aSerial(end), untilBuyoff: "100" });
    const player = new Player(page, run.origin);
    await player.enrol();
    await player.signIn("Marisol Reyes");
    await player.open(unit);
    await page.getByRole("button", { name: "Open buyoff" }).click();
    const signature = page.getByRole("region", { name: "Signature" });
    await expect(signature.getByText("Quality: scan your badge")).toBeVisible();
    await player.sign("Ingrid Maurer");
    await expect(signature.getByText("Customer: scan your badge")).toBeVisible();
    await seen(page, "the customer is waited for");

    await test.step("at the desk the customer sees that the unit waits, and that it is signed there", async () => {
      const badge = player.badgeOf(customer, 0);
      await addCookie(desk, await deskCookie(await aTablet(run.origin), badge));
      await desk.goto("/");
      const waits = desk.locator("[data-section=signatures]").getByRole("listitem");
      await waits.filter({ hasText: unit.unit }).getByRole("link").click();
      await expect(desk.getByText("Customer is signed at the unit")).toBeVisible();
      await seen(desk, "the customer at the desk");
    });

    await test.step("until then the unit is not complete, whoever asks past the tablet", async () => {
      const tablet = await aTablet(run.origin);
      const crew = await crewAt(tablet);
      const packet = await tablet.packet(unit.traveler);
      const asked = await act(
        tablet,
        await crew.person("Ingrid Maurer"),
        packet,
        "completeTraveler",
        {},
      );
      expect(asked.verdict).toMatchObject({
        verdict: "recorded_not_applied",
        refusal: { code: "traveler_incomplete" },
      });
    });

    await test.step("nobody of the plant signs for the customer", async () => {
      await player.scan(player.badgeOf("Priya Raman", 0).badge);
      await player.pin("Priya Raman");
      await signature.getByRole("button", { name: /^Accept/ }).click();
      await expect(signature.getByRole("alert")).toContainText(
        "Priya Raman may not sign this buyoff.",
      );
    });

    await player.sign(customer);
    await expect(signature).toBeHidden();
    const signed = await told(unit.traveler, "buyoff.signed");
    expect(signed.at(-1)?.body).toMatchObject({ type: "customer", method: "badge_pin" });
    const { people, content, state } = await (await aTablet(run.origin)).packet(unit.traveler);
    // Their own name, at the unit's own tablet; the operator who had signed in is still there.
    expect(people[signed.at(-1)?.body.signer ?? ""]?.name).toBe(customer);
    const asked = content.operations
      .flatMap(({ steps }) => steps.flatMap(({ buyoffs }) => buyoffs))
      .find(({ id }) => id === signed.at(-1)?.body.requirement);
    expect(asked).toMatchObject({ holdPoint: true, presence: "at_unit", offline: false });
    expect(state.buyoffs.at(-1)).toMatchObject({ type: "customer", status: "signed" });
    await expect(page.getByRole("button", { name: "Marisol Reyes:" })).toBeVisible();
    await page.getByRole("button", { name: "Complete the unit" }).click();
    await expect(page.getByText("This unit is complete.")).toBeVisible();
    await seen(page, "complete");
    await expectSameDecisions(page);
  });
}

test("story 15: a serial that ends otherwise asks no customer", async ({ page }) => {
  const unit = await aUnit({ unit: aSerial("1"), untilBuyoff: "100" });
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await page.getByRole("button", { name: "Open buyoff" }).click();
  await player.sign("Ingrid Maurer");
  await expect(page.getByRole("button", { name: "Complete the unit" })).toBeVisible();
});

import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

test("story 11: keyed with fewer decimals it is asked, recorded anyway, measured again, and corrected with a second person: nothing is erased", async ({
  page,
}) => {
  const unit = await aUnit({ until: "040.1" });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  const tap = (name: string | RegExp) => page.getByRole("button", { name }).click();
  await player.enrol();
  await player.signIn("Priya Raman");
  await player.open(unit);
  await player.scan("GAG~BG-0149");
  await expect(page.getByRole("button", { name: "Gage BG-0149." })).toBeVisible();

  await player.record("19.38");
  await expect(page.getByText("The gage shows more decimals than that.")).toBeVisible();
  await seen(page, "fewer decimals asked");
  expect(
    await told(unit.traveler, "reading.recorded").then((all) => all.at(-1)?.body.value),
  ).not.toBe("19.38");
  await tap("Record 19.38 as it is");
  await expect(page.getByText("This is out of limits.")).toBeVisible();
  await seen(page, "out of limits asked");
  await tap("Record 19.38, out of limits");
  const defect = page.getByRole("dialog");
  await expect(defect).toBeVisible();
  await defect.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("It is out of limits. Log the defect")).toBeVisible();
  await seen(page, "recorded out of limits");

  await tap("Measure again");
  await player.record("19.058");
  await expect(page.getByRole("button", { name: /19\.058/ })).toBeVisible();
  await page.getByRole("button", { name: /19\.058/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Also measured here")).toBeVisible();
  await seen(page, "both readings beside each other");
  await dialog.getByRole("button", { name: /19\.38/ }).click();
  await dialog.getByRole("button", { name: /^Correct it/ }).click();
  await dialog.getByRole("button", { name: "Typed wrong" }).click();
  await player.type("19.058");
  await expect(dialog.getByText("Measured again: 19.058")).toBeVisible();
  await seen(page, "correction with the measurement as evidence");
  await dialog.getByRole("button", { name: "Correct", exact: true }).click();
  await expect(dialog.getByText("A second person confirms it")).toBeVisible();
  await player.scan(player.badgeOf("Ingrid Maurer").badge);
  await player.pin("Ingrid Maurer");
  await seen(page, "second person confirms");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole("button", { name: /19\.058/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /19\.058/ })
    .click();
  await expect(page.getByRole("dialog").locator("del")).toHaveText("19.38");
  await seen(page, "the old value struck through");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();

  await expect(async () =>
    expect(await told(unit.traveler, "reading.amended")).toHaveLength(1),
  ).toPass();
  const { state, content } = await observer.packet(unit.traveler);
  const step = content.operations
    .flatMap(({ steps }) => steps)
    .find(({ number }) => number === "040.1");
  const [first, again] = state.readings.filter((reading) => reading.step === step?.id);
  expect(first).toMatchObject({
    value: "19.058",
    verdict: "in_limits",
    amendments: [{ from: "19.38", to: "19.058" }],
  });
  expect(again).toMatchObject({ value: "19.058", verdict: "in_limits", amendments: [] });
  const [amended] = await told(unit.traveler, "reading.amended");
  expect(amended?.body.evidence).toMatchObject({ reading: again?.id });
  expect(amended?.body.second).not.toBe(amended?.person);
  const recorded = (await told(unit.traveler, "reading.recorded")).filter(
    ({ body }) => body.step === step?.id,
  );
  expect(recorded.map(({ body }) => [body.value, body.confirmed])).toEqual([
    ["19.38", ["fewer_decimals", "out_of_limits"]],
    ["19.058", []],
  ]);
  expect(await expectSameDecisions(page)).toBeGreaterThan(3);
});

test("story 11: a running torque corrected after the final torque moves its limits, judges it again and voids the signature", async ({
  page,
}) => {
  const values = { "060.1/1": "2.6", "060.3/1": "22.6" };
  const unit = await aUnit({ untilBuyoff: "060", values });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await workOnScreen({ player, observer, unit }, (next) => next.by.signs === "inspection");
  await page.getByRole("button", { name: "Back", exact: true }).click();

  const entries = page.getByRole("complementary");
  const dialog = page.getByRole("dialog");
  const correct = async (from: string, to: string) => {
    await page.getByRole("button", { name: /^060\.1/ }).click();
    await entries.getByRole("button", { name: from }).first().click();
    await dialog.getByRole("button", { name: /^Correct it/ }).click();
    await dialog.getByRole("button", { name: "Read wrong" }).click();
    await player.type(to);
    await dialog.getByRole("button", { name: "Correct", exact: true }).click();
  };
  await correct("2.6", "4.9");
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: /^060\.3/ }).click();
  await expect(entries.getByText("It is out of limits. Log the defect")).toBeVisible();
  await expect(entries.getByText("22.6").first()).toBeVisible();
  await seen(page, "the final torque is out of its new limits");

  const arrived = async (type: "reading.amended" | "buyoff.voided", times: number) =>
    expect(async () => expect(await told(unit.traveler, type)).toHaveLength(times)).toPass();
  await arrived("buyoff.voided", 1);
  const finalTorque = async () => {
    const { state, content } = await observer.packet(unit.traveler);
    const step = content.operations
      .flatMap(({ steps }) => steps)
      .find(({ number }) => number === "060.3");
    return { state, reading: state.readings.find((one) => one.step === step?.id) };
  };
  const moved = await finalTorque();
  expect(moved.reading).toMatchObject({
    position: "1",
    value: "22.6",
    limits: { min: "23.4", max: "26.4" },
    verdict: "out_of_limits",
  });
  expect(moved.state.buyoffs.filter(({ status }) => status === "voided")).toHaveLength(1);

  await test.step("back to a value that makes it good again: not alone, and not without evidence", async () => {
    await correct("4.9", "2.6");
    await expect(dialog.getByText("A second person confirms it")).toBeVisible();
    const confirm = async (name: string) => {
      await player.scan(player.badgeOf(name).badge);
      await player.pin(name);
      await dialog.getByRole("button", { name: "Confirm" }).click();
    };
    await confirm("Dwayne Okafor");
    await expect(dialog.getByRole("alert")).toContainText("inspector or quality");
    await seen(page, "not confirmed by an operator");
    await confirm("Priya Raman");
    await expect(dialog.getByRole("alert")).toContainText("evidence");
    await seen(page, "not without evidence");
    await dialog.getByRole("button", { name: "Back", exact: true }).click();
    await dialog.getByRole("button", { name: "Cancel", exact: true }).click();
  });
  expect((await finalTorque()).reading).toMatchObject({ verdict: "out_of_limits" });
  expect(await told(unit.traveler, "reading.amended")).toHaveLength(1);
  expect(await expectSameDecisions(page)).toBeGreaterThan(1);
});

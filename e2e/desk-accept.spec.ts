import { expect, test } from "./fixtures.ts";
import { atDesk, logDefect, work } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { act } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

test("a complete unit is accepted by quality at one press; what stands against it is said", async ({
  page,
}) => {
  const unit = await aUnit({ instruction: "wi-harness-test-rev-01" });
  const desk = await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  await page.goto(`/travelers/${unit.traveler}`);
  await expect(page.getByRole("button", { name: "Accept this unit" })).toHaveCount(0);
  const packet = await work(desk, unit);
  const operator = await desk.crew.person("Marisol Reyes");
  const { verdict } = await act(desk.tablet, operator, packet, "completeTraveler", {});
  expect(verdict.verdict).toBe("applied");

  await page.reload();
  await expect(page.getByText("Complete", { exact: true }).first()).toBeVisible();
  await screens.look("complete");

  await test.step("a defect that came meanwhile keeps it from being accepted", async () => {
    await logDefect(desk, unit, { severity: "minor" });
    await page.getByRole("button", { name: "Accept this unit" }).click();
    await expect(page.getByRole("complementary").getByRole("alert")).toContainText(
      "The traveler is not complete.",
    );
    await screens.look("refused");
  });
  screens.expectNoOffence();
});

test("acceptance goes on the record with the name of who gave it", async ({ page }) => {
  const unit = await aUnit({ instruction: "wi-harness-test-rev-01" });
  const desk = await atDesk(page, { role: "quality" });
  const packet = await work(desk, unit);
  const operator = await desk.crew.person("Marisol Reyes");
  await act(desk.tablet, operator, packet, "completeTraveler", {});
  await page.goto(`/travelers/${unit.traveler}`);
  await page.getByRole("button", { name: "Accept this unit" }).click();
  await expect(page.getByText("Unit accepted")).toBeVisible();
  await expect(page.getByRole("button", { name: "Accept this unit" })).toBeHidden();
  await page.goto(`/travelers?q=${unit.unit}`);
  await expect(page.getByRole("row").filter({ hasText: unit.unit })).toContainText("Accepted");
});

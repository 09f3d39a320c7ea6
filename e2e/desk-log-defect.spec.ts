import { expect, test } from "./fixtures.ts";
import { atDesk, untilSo } from "./support/room.ts";
import { ncrsOf } from "./support/sandbox.ts";
import { screensOf } from "./support/screens.ts";
import { aUnit } from "./support/units.ts";

const long =
  "A scratch beside bolt 3, as long as the edge of the flange, felt with a fingernail and seen under two lights. ".repeat(
    4,
  );

test("a defect is logged at the desk: what is missing is said, what is refused stays typed, and its NCR comes back", async ({
  page,
}) => {
  const unit = await aUnit();
  const desk = await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  await page.goto(`/travelers?q=${unit.unit.slice(0, -1).toLowerCase()}`);
  await screens.look("travelers");
  await page.getByRole("link", { name: unit.unit }).click();
  await expect(page.getByRole("heading", { level: 1, name: unit.unit })).toBeVisible();
  await screens.look("record");

  await page.getByRole("button", { name: "Log a defect" }).click();
  const dialog = page.getByRole("dialog");
  const send = dialog.getByRole("button", { name: "Log the defect" });

  await test.step("what is missing or no number is said at its field", async () => {
    await dialog.getByLabel("Quantity affected").fill("one");
    await dialog.getByLabel("Comment").fill(long);
    await send.click();
    await expect(dialog.getByText("This is needed.")).toHaveCount(2);
    await expect(dialog.getByText("A number, with a point for decimals.")).toBeVisible();
    await screens.look("form with problems");
  });

  await test.step("closing it loses nothing that was typed", async () => {
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await page.getByRole("button", { name: "Log a defect" }).click();
    await expect(dialog.getByLabel("Comment")).toHaveValue(long);
  });

  await test.step("more than the unit has is refused in words, and stays typed", async () => {
    await dialog.getByLabel("Defect code").selectOption("FIN-01");
    await dialog.getByLabel("Severity").selectOption("critical");
    await dialog.getByLabel("Quantity affected").fill("2");
    await dialog.getByLabel("Place on the part").fill("flange, upper edge");
    await send.click();
    const refusal = dialog.getByRole("alert").filter({ hasText: "larger than the unit or lot" });
    await expect(refusal).toBeFocused();
    await expect(dialog.getByLabel("Comment")).toHaveValue(long);
    await screens.look("refused");
  });

  await dialog.getByLabel("Quantity affected").fill("1");
  await send.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("1 defect open", { exact: true })).toBeVisible();
  await expect(page.getByText("Hold: Nonconformance")).toBeVisible();

  const isNumbered = ({ state }: { state: { defects: readonly { qms: unknown }[] } }) =>
    state.defects[0]?.qms != null;
  const { state } = await untilSo(desk, unit, isNumbered);
  expect(state.defects).toHaveLength(1);
  expect(await ncrsOf(unit.unit)).toHaveLength(1);

  await test.step("its page says where the message stands, and each attempt", async () => {
    await page.goto(`/defects/${state.defects[0]?.id}`);
    await expect(page.getByText(state.defects[0]?.qms?.number ?? "").first()).toBeVisible();
    const delivery = page.getByRole("article", { name: "NCR" });
    await expect(delivery).toContainText("what was read back is what was sent");
    await delivery.getByText(/\d attempts/).click();
    await expect(delivery.getByText("Create ·")).toBeVisible();
    await screens.look("defect");
  });
  await page.goto("/defects");
  await expect(page.getByRole("link", { name: unit.unit })).toBeVisible();
  await screens.look("defects");
  screens.expectNoOffence();
});

import type { Locator } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { command } from "./support/desk.ts";
import { aPicture } from "./support/pictures.ts";
import { decide } from "./support/qms.ts";
import { atDesk, logDefect, ncrOf, untilSo, work } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { aUnit } from "./support/units.ts";

const scan = { name: "NCR page 1.png", mimeType: "image/png", buffer: aPicture.bytes };
const lineOf = (dialog: Locator, label: string, index: number) =>
  dialog.getByLabel(label).nth(index);

test("a disposition is typed in by hand: quantities add up, an authority is named, the document is there", async ({
  page,
}) => {
  const unit = await aUnit();
  const desk = await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  const defect = await logDefect(desk, unit, { severity: "minor" });
  const ncr = await ncrOf(desk, unit, defect);
  await page.goto(`/defects/${defect}`);
  await page.getByRole("button", { name: "Enter disposition by hand" }).click();
  const dialog = page.getByRole("dialog");
  const send = dialog.getByRole("button", { name: "Record the disposition" });
  await expect(dialog.getByLabel("NCR number")).toHaveValue(ncr);

  await test.step("what is missing is said at its field", async () => {
    await dialog.getByLabel("NCR number").fill("");
    await send.click();
    await expect(dialog.getByText("This is needed.")).toHaveCount(3);
    await expect(dialog.getByText("Attach the document.")).toBeVisible();
    await screens.look("disposition with problems");
    await dialog.getByLabel("NCR number").fill(ncr);
  });

  await test.step("quantities that do not add up are refused, and everything stays typed", async () => {
    await lineOf(dialog, "Decision", 0).selectOption("use_as_is");
    await dialog.getByLabel("Why it is typed in").fill("The QMS is being moved this week");
    await dialog.getByLabel("Disposition document").setInputFiles(scan);
    await expect(dialog.getByText("NCR page 1.png is stored")).toBeVisible();
    await dialog.getByRole("button", { name: /Split the 1/ }).click();
    await lineOf(dialog, "Decision", 1).selectOption("scrap");
    await lineOf(dialog, "Quantity", 1).fill("1");
    await send.click();
    await expect(dialog.getByRole("alert")).toContainText("do not add up: 2 of 1");
    await expect(lineOf(dialog, "Decision", 1)).toHaveValue("scrap");
    await dialog.getByRole("button", { name: "Remove line 2" }).click();
  });

  await test.step("use as is needs the authority's reference", async () => {
    await send.click();
    await expect(dialog.getByRole("alert")).toContainText("need a design-authority reference");
    await screens.look("disposition refused");
    await lineOf(dialog, "Design authority", 0).fill("DA-2026-118");
  });

  await send.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Entered by hand; to be reconciled with the QMS.")).toBeVisible();
  await expect(page.getByText("design authority DA-2026-118")).toBeVisible();
  await expect(page.getByRole("link", { name: /document it was typed from/ })).toBeVisible();

  await command(page, "Close with verification", "Close the defect", () =>
    page.getByLabel("How it was verified").fill("Compared with DA-2026-118, accepted as it is"),
  );
  await expect(page.getByText("This defect is settled.")).toBeVisible();
  await screens.look("settled");
  screens.expectNoOffence();
});

test("rework is started, completed and closed at the desk, each in its order and no earlier", async ({
  page,
}) => {
  const unit = await aUnit({ instruction: "wi-harness-test-rev-01" });
  const desk = await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  const { content } = await work(desk, unit, (next) => next.operation === "020");
  const step = content.operations[0]?.steps.find(({ number }) => number === "010.2");
  const defect = await logDefect(desk, unit, { step: step?.id ?? "", position: "P2" });
  const ncr = await ncrOf(desk, unit, defect);
  await decide(ncr, [{ decision: "rework", quantity: "1" }]);
  await untilSo(desk, unit, ({ state }) => state.defects[0]?.dispositions.length === 1);

  await page.goto(`/defects/${defect}`);
  await expect(page.getByText("Release the hold, then carry it out.")).toBeVisible();

  await test.step("nothing is reworked under its hold", async () => {
    await page.getByRole("button", { name: "Start rework" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Start the rework" }).click();
    await expect(dialog.getByText("Choose at least one step.")).toBeVisible();
    await dialog.getByRole("checkbox", { name: /^010\.2/ }).check();
    await expect(dialog.getByText(/Of these steps stand 2 readings/)).toBeVisible();
    await screens.look("rework");
    await dialog.getByRole("button", { name: "Start the rework" }).click();
    await expect(dialog.getByRole("alert")).toContainText("This is on hold; Quality releases it");
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  await command(page, "Release…", "Ask the QMS and release", () =>
    page.getByLabel("Why it may be released").fill(`Rework as ${ncr} says`),
  );
  await page.getByRole("button", { name: "Start rework" }).click();
  const rework = page.getByRole("dialog");
  // What was chosen before it was refused is chosen still.
  await expect(rework.getByRole("checkbox", { name: /^010\.2/ })).toBeChecked();
  await rework.getByRole("button", { name: "Start the rework" }).click();
  await expect(rework).toBeHidden();

  await test.step("it is not complete before its steps are done", async () => {
    await page.getByRole("button", { name: "Complete rework 010R1" }).click();
    await expect(page.getByRole("complementary").getByRole("alert")).toContainText(
      "Steps of the rework 010R1 are open: 1",
    );
    await screens.look("rework in hand");
    await page.getByRole("button", { name: "Close with verification" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("How it was verified").fill("Looked at P2 again");
    await dialog.getByRole("button", { name: "Close the defect" }).click();
    await expect(dialog.getByRole("alert")).toContainText("has not been carried out");
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  await work(desk, unit, (next) => next.operation === "020");
  await page.reload();
  await page.getByRole("button", { name: "Complete rework 010R1" }).click();
  await expect(page.getByRole("button", { name: "Complete rework 010R1" })).toBeHidden();
  await command(page, "Close with verification", "Close the defect", () =>
    page.getByLabel("How it was verified").fill("P2 seated, looked at by quality"),
  );
  await expect(page.getByText("This defect is settled.")).toBeVisible();
  await page.goto(`/travelers/${unit.traveler}?show=repeated`);
  await expect(page.getByText(/superseded by 010R1/).first()).toBeVisible();
  await screens.look("repeated");
  screens.expectNoOffence();
});

import { createHash } from "node:crypto";
import { expect, test } from "./fixtures.ts";
import { breakRecord, mend } from "./support/qms.ts";
import { atDesk, logDefect, ncrOf, untilSo } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { aUnit } from "./support/units.ts";

const pdf = Buffer.from(
  "%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n",
);
const file = (name: string, buffer: Buffer) => ({ name, mimeType: "application/pdf", buffer });

test.afterAll(mend);

test("a hold is released by hand while the QMS does not answer: with its number, the signed PDF and the reason", async ({
  page,
}) => {
  const unit = await aUnit();
  const desk = await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  const defect = await logDefect(desk, unit);
  const ncr = await ncrOf(desk, unit, defect);

  await page.goto("/holds");
  await screens.look("holds");
  const hold = page.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(hold).toContainText(ncr);
  await hold.getByRole("button", { name: "Release…" }).click();
  const dialog = page.getByRole("dialog");
  const ask = dialog.getByRole("button", { name: "Ask the QMS and release" });

  await test.step("without a reason nothing is asked", async () => {
    await ask.click();
    await expect(dialog.getByText("This is needed.")).toBeVisible();
  });

  await test.step("while the QMS can be asked, its word counts: no disposition, no release", async () => {
    await dialog.getByLabel("Why it may be released").fill("Looked at with the review board");
    await ask.click();
    await expect(dialog.getByRole("alert")).toContainText(
      `${ncr} has no disposition in the QMS yet`,
    );
    await expect(dialog.getByRole("button", { name: /release by hand/ })).toBeHidden();
  });

  await breakRecord(ncr);
  await ask.click();
  await expect(dialog.getByRole("alert")).toContainText("The QMS does not answer");
  await screens.look("the QMS does not answer");
  await dialog.getByRole("button", { name: /release by hand/ }).click();
  await expect(dialog.getByLabel("Why by hand")).toHaveValue("Looked at with the review board");
  const release = dialog.getByRole("button", { name: "Release by hand" });

  await test.step("the document is asked for, and is one", async () => {
    await release.click();
    await expect(dialog.getByText("Attach the document.")).toBeVisible();
    const page1 = Buffer.from("<!doctype html><script>alert(1)</script>");
    await dialog.getByLabel("Disposition document").setInputFiles(file("NCR.pdf", page1));
    await expect(dialog.getByText("This is not a whole PDF.")).toBeVisible();
    await screens.look("not a document");
    await dialog.getByLabel("Disposition document").setInputFiles(file("NCR signed.pdf", pdf));
    await expect(dialog.getByText("NCR signed.pdf is stored")).toBeVisible();
  });

  await test.step("another NCR's number is refused, and nothing typed is lost", async () => {
    await dialog.getByLabel("NCR number").fill("NCR-1999-00001");
    await release.click();
    await expect(dialog.getByRole("alert")).toContainText(`it is ${ncr}`);
    await expect(dialog.getByText("NCR signed.pdf is stored")).toBeVisible();
    await expect(dialog.getByLabel("Why by hand")).toHaveValue("Looked at with the review board");
  });

  await dialog.getByLabel("NCR number").fill(ncr);
  await release.click();
  await expect(dialog).toBeHidden();
  await expect(hold).toBeHidden();
  const { state } = await untilSo(desk, unit, ({ state }) => state.holds[0]?.released != null);
  expect(state.holds[0]?.released).toMatchObject({ basis: "hand" });

  await test.step("the document is there to be saved, and never opened at our address", async () => {
    await page.goto(`/defects/${defect}`);
    await expect(page.getByText("Released by hand, to be reconciled")).toBeVisible();
    await screens.look("released by hand");
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download the document of the release by hand" }).click();
    expect((await saved).suggestedFilename()).toMatch(/^[0-9a-f]{12}\.pdf$/);
    const sha256 = createHash("sha256").update(pdf).digest("hex");
    const answer = await page.request.get(`/api/blobs/${sha256}`);
    expect(Buffer.compare(await answer.body(), pdf)).toBe(0);
    expect(answer.headers()).toMatchObject({
      "content-type": "application/pdf",
      "content-disposition": expect.stringMatching(/^attachment; filename="[0-9a-f]{12}\.pdf"$/),
      "content-security-policy": expect.stringMatching(/sandbox$/),
      "x-content-type-options": "nosniff",
    });
  });
  screens.expectNoOffence();
});

test("a supervisor is not offered to release by hand, and may not", async ({ page }) => {
  const unit = await aUnit();
  const desk = await atDesk(page, "Ruth Calloway");
  const defect = await logDefect(desk, unit);
  await ncrOf(desk, unit, defect);
  await page.goto(`/defects/${defect}`);
  await page.getByRole("button", { name: "Release…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why it may be released").fill("It looks fine to me");
  await dialog.getByRole("button", { name: "Ask the QMS and release" }).click();
  await expect(dialog.getByRole("alert")).toContainText("belongs to another function: Quality");
  await expect(dialog.getByRole("button", { name: /release by hand/ })).toBeHidden();
  await expect(page.getByRole("button", { name: "Enter disposition by hand" })).toBeHidden();
});

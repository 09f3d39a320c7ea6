import { expect, test } from "./fixtures.ts";
import { atDesk, logDefect } from "./support/room.ts";
import { ncrsOf } from "./support/sandbox.ts";
import { seen } from "./support/sight.ts";
import { aUnit } from "./support/units.ts";

/** A code that no other story finds anything by. */
const code = "MAT-01";
const reason = "Agreed with the owners of the register";

test("failure 18: a code that nobody has mapped is seen before it is sent, stops its message by its name, and goes by itself once it is mapped", async ({
  page,
}) => {
  const desk = await atDesk(page, { role: "administrator" });
  const dialog = page.getByRole("dialog");
  const unit = await aUnit({});
  /** The newest stands first, and another story may have found something since. */
  const previewOf = async (serial: string) => {
    await page.goto("/feed/crosswalks/preview");
    await page.getByRole("link", { name: serial }).click();
    await expect(page.getByRole("heading", { level: 2, name: serial })).toBeVisible();
  };

  /** How a code stands for the sandbox; another spec may have added a system that knows none. */
  const coverageOf = async (of: string) => {
    await page.goto("/feed/crosswalks/coverage?show=all");
    await expect(page.getByRole("columnheader", { name: "QMS sandbox" })).toBeVisible();
    const headings = await page.getByRole("columnheader").allTextContents();
    const column = headings.indexOf("QMS sandbox");
    expect(column).toBeGreaterThan(0);
    return page.getByRole("row").filter({ hasText: of }).locator("th, td").nth(column);
  };

  await test.step("the coverage says which codes are missing, and how often they came up", async () => {
    await page.goto("/feed/crosswalks/coverage");
    const scale = page.getByRole("row").filter({ hasText: "SC-0019" });
    await expect(scale).toContainText("Missing");
    await seen(page, "coverage");
    await expect(await coverageOf(code)).toContainText("Q-9501");
    await page.goto("/feed/crosswalks/defect_code");
    const row = page.getByRole("row").filter({ hasText: code });
    await expect(row).toContainText("Q-9501");
    await row.getByRole("button", { name: "End", exact: true }).click();
    await dialog.getByLabel("Reason").fill("The register has another one from now on");
    await dialog.getByRole("button", { name: "End code" }).click();
    await expect(dialog).toBeHidden();
    await expect(row).toContainText("until");
    await expect(await coverageOf(code)).toContainText("Missing");
  });

  await test.step("a defect of it stops by its name; nothing is sent", async () => {
    await logDefect(desk, unit, { code });
    await expect(async () => {
      await page.goto("/feed/crosswalks/defect_code");
      await expect(
        page.getByRole("region", { name: "Messages wait for these codes" }),
      ).toContainText(code, { timeout: 10_000 });
    }).toPass();
    expect(await ncrsOf(unit.unit)).toEqual([]);
    await seen(page, "codes that are waited for");
    await previewOf(unit.unit);
    await expect(page.getByText(`no defect_code for "${code}"`)).toBeVisible();
    await seen(page, "preview of a message that would stop");
  });

  await test.step("mapped, it goes by itself and is there once", async () => {
    await page.goto("/feed/crosswalks/defect_code");
    await page.getByRole("button", { name: `Map ${code}` }).click();
    await dialog.getByLabel("Their code").fill("Q-9599");
    await dialog.getByRole("button", { name: "Add code" }).click();
    await expect(dialog.getByText("This is needed.")).toBeVisible();
    await dialog.getByLabel("Reason").fill(reason);
    await seen(page, "mapping a code");
    await dialog.getByRole("button", { name: "Add code" }).click();
    await expect(dialog).toBeHidden();
    await expect(async () => {
      expect((await ncrsOf(unit.unit)).map(({ fields }) => fields.defect_code)).toEqual(["Q-9599"]);
    }).toPass();
    await page.goto("/feed/crosswalks/defect_code");
    await expect(page.getByText("Messages wait for these codes")).toBeHidden();
    await expect(page.getByText(`“${reason}”`).first()).toBeVisible();
    await previewOf(unit.unit);
    await expect(page.getByRole("region", { name: "What would be sent" })).toContainText("Q-9599");
    await seen(page, "preview of a message");
  });
});

test("an ERP's list of thousands comes in as its spreadsheet saved it, and a line of it is found", async ({
  page,
}) => {
  await atDesk(page, { role: "administrator" });
  const dialog = page.getByRole("dialog");
  await page.goto("/feed/crosswalks/cause_code");
  await page.getByRole("button", { name: "Begin a list" }).click();
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: "Begin list" }).click();
  await expect(dialog).toBeHidden();
  const rows = Array.from(
    { length: 5_000 },
    (_, n) => `C-${n};${String(n).padStart(8, "0")};Señal ${n}, fuera de límite`,
  );
  await page.getByRole("button", { name: "Import a list" }).first().click();
  await dialog.getByLabel("CSV file").setInputFiles({
    name: "causes.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(["código;su código;nombre", ...rows].join("\r\n"), "latin1"),
  });
  await expect(dialog.getByText("5,000 rows are right and new.")).toBeVisible();
  await expect(dialog.getByText("200 rows are shown.")).toBeVisible();
  await dialog.getByLabel("Reason").fill(reason);
  await seen(page, "a long list before it is imported");
  await dialog.getByRole("button", { name: "Import 5,000 rows" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("200 of 5,000 lines are shown.")).toBeVisible();
  await page.getByRole("searchbox").fill("C-4711");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  const found = page.getByRole("row").filter({ hasText: "C-4711" });
  await expect(found).toContainText("00004711");
  await expect(found).toContainText("Señal 4711, fuera de límite");
  await expect(page.getByRole("row")).toHaveCount(2);
  await seen(page, "a line of a long list");
});

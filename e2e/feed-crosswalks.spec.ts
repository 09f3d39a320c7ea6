import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures.ts";
import { atDesk, logDefect } from "./support/room.ts";
import { ncrsOf } from "./support/sandbox.ts";
import { seen } from "./support/sight.ts";
import { aUnit } from "./support/units.ts";

test.describe.configure({ timeout: 300_000 });

/** A code that no other story finds anything by. */
const code = "MAT-01";
const reason = "Agreed with the owners of the register";

test("failure 18: a code that nobody has mapped is seen before it is sent, stops its message by its name, and goes by itself once it is mapped", async ({
  page,
}) => {
  const desk = await atDesk(page, { role: "administrator" });
  const dialog = page.getByRole("dialog");
  const unit = await aUnit({});

  await test.step("the coverage says which codes are missing, and how often they came up", async () => {
    await page.goto("/feed/crosswalks/coverage");
    const scale = page.getByRole("row").filter({ hasText: "SC-0019" });
    await expect(scale).toContainText("Missing");
    await expect(page.getByRole("row").filter({ hasText: code })).toHaveCount(0);
    await seen(page, "coverage");
    await page.goto("/feed/crosswalks/defect_code");
    const row = page.getByRole("row").filter({ hasText: code });
    await expect(row).toContainText("Q-9501");
    await row.getByRole("button", { name: "End", exact: true }).click();
    await dialog.getByLabel("Reason").fill("The register has another one from now on");
    await dialog.getByRole("button", { name: "End code" }).click();
    await expect(dialog).toBeHidden();
    await expect(row).toContainText("until");
    await page.goto("/feed/crosswalks/coverage");
    await expect(page.getByRole("row").filter({ hasText: code })).toContainText("Missing");
  });

  await test.step("a defect of it stops by its name; nothing is sent", async () => {
    await logDefect(desk, unit, { code });
    await expect(async () => {
      await page.goto("/feed/crosswalks/defect_code");
      await expect(
        page.getByRole("region", { name: "Messages wait for these codes" }),
      ).toContainText(code, { timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    expect(await ncrsOf(unit.unit)).toEqual([]);
    await seen(page, "codes that are waited for");
    await page.goto("/feed/crosswalks/preview");
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
    }).toPass({ timeout: 60_000 });
    await page.goto("/feed/crosswalks/defect_code");
    await expect(page.getByText("Messages wait for these codes")).toBeHidden();
    await expect(page.getByText(`“${reason}”`).first()).toBeVisible();
    await page.goto("/feed/crosswalks/preview");
    await expect(page.getByRole("region", { name: "What would be sent" })).toContainText("Q-9599");
    await seen(page, "preview of a message");
  });
});

test("a list is begun, filled from a file that is looked at first, changed, and read again as a file", async ({
  page,
}) => {
  await atDesk(page, { role: "administrator" });
  const dialog = page.getByRole("dialog");
  await page.goto("/feed/crosswalks");
  await seen(page, "kinds of code");
  await page.goto("/feed/crosswalks/order");
  await seen(page, "no list yet");
  await page.getByRole("button", { name: "Begin a list" }).click();
  await dialog.getByLabel("A code without a line").selectOption("default");
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: "Begin list" }).click();
  await expect(dialog.getByText("A default has its code, and nothing else has one.")).toBeVisible();
  await dialog.getByLabel("A code without a line").selectOption("park");
  await dialog.getByRole("button", { name: "Begin list" }).click();
  await expect(dialog).toBeHidden();

  const columns = "from,to,label,validFrom,validTo";
  const file = (rows: string[]) => ({
    name: "orders.csv",
    mimeType: "text/csv",
    buffer: Buffer.from([columns, ...rows].join("\n")),
  });
  await page.getByRole("button", { name: "Import a list" }).click();
  await dialog
    .getByLabel("CSV file")
    .setInputFiles(
      file([
        "WO-{n#6},{n#12},Work orders,,",
        "{a#}{b#2},{a}{b},,,",
        "4711,X,,2026-02-30,",
        "004711,Y,,,",
      ]),
    );
  await expect(dialog.getByText("3 of 4 rows have errors.")).toBeVisible();
  await expect(
    dialog.getByText("Where one field ends and the next begins is not clear"),
  ).toBeVisible();
  await expect(dialog.getByText("Stands twice in this file.")).toBeVisible();
  await seen(page, "a file of codes with errors");
  await dialog
    .getByLabel("CSV file")
    .setInputFiles(
      file(["WO-{n#6},{n#12},Work orders,,", '4711,"Q;1","Order, once",2026-02-28,2027-02-28']),
    );
  await dialog.getByRole("button", { name: "Import 2 rows" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("row").filter({ hasText: "WO-{n#6}" });
  await expect(row).toContainText("{n#12}");

  await row.getByRole("button", { name: "Change" }).click();
  await dialog.getByLabel("Their code").fill("{n#10}");
  await dialog.getByLabel("Since when").selectOption("start");
  await dialog.getByLabel("Reason").fill("It has ten digits there");
  await dialog.getByRole("button", { name: "Change code" }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toContainText("{n#10}");
  await expect(page.getByText("“It has ten digits there”")).toBeVisible();
  await seen(page, "a list with its history");

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download as CSV" }).click(),
  ]);
  const text = await readFile(await download.path(), "utf8");
  expect(text).toBe(
    `${columns}\r\n4711,"Q;1","Order, once",2026-02-28,2027-02-28\r\nWO-{n#6},{n#10},Work orders,,\r\n`,
  );
});

test("who only reads changes nothing: no form is offered, and a quality engineer sees what is missing", async ({
  page,
}) => {
  await atDesk(page, "Ingrid Maurer");
  await page.goto("/feed/crosswalks/gage");
  await expect(page.getByRole("heading", { level: 1, name: "Gages" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Begin a list" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Change" })).toHaveCount(0);
});

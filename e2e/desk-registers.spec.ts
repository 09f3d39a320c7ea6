import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { plantDay } from "./support/days.ts";
import { command } from "./support/desk.ts";
import { atDesk } from "./support/room.ts";
import { seen } from "./support/sight.ts";

const own = () => Date.now().toString(36).slice(-6).toUpperCase();

test("a qualification is granted, renewed and withdrawn; a stamp follows it, and rests once it came back", async ({
  page,
}) => {
  const [number, person] = [own(), `E-${own()}`];
  await atDesk(page, { role: "administrator" });
  const dialog = page.getByRole("dialog");
  await page.goto("/people");
  await command(page, "New person", "Enter person", async () => {
    await dialog.getByLabel("Employee number").fill(person);
    await dialog
      .getByLabel("Name")
      .fill("Wilhelmina Konstantinopoulos-Featherstonehaugh de la Fuente y Martínez");
    await dialog.getByLabel("Operator", { exact: true }).check();
  });
  await page
    .getByRole("link", { name: /^Wilhelmina/ })
    .last()
    .click();
  await expect(page.getByText("None held so far.")).toBeVisible();

  await test.step("no stamp for who is not certified, and none that is somebody else's", async () => {
    await page.getByRole("button", { name: "Issue a stamp" }).click();
    await dialog.getByLabel("Number").fill(`OP-${number}`);
    await dialog.getByRole("button", { name: "Issue stamp" }).click();
    await expect(dialog.getByRole("alert")).toContainText("goes to certified operators");
    await seen(page, "stamp refused");
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });
  await command(page, "Grant a qualification", "Grant", async () => {
    await dialog.getByLabel("Qualification").selectOption({ index: 1 });
    await dialog.getByLabel("Authority").fill("Torque school");
    await dialog.getByLabel("Evidence").fill("CERT-8841");
    await dialog.getByLabel("Valid until").fill(plantDay(20));
  });
  await expect(page.getByText("runs out soon")).toBeVisible();
  await page.getByRole("button", { name: "Issue a stamp" }).click();
  await dialog.getByRole("button", { name: "Issue stamp" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`OP-${number}`).first()).toBeVisible();
  await seen(page, "a person with stamp and qualification");

  await command(page, "Renew", "Renew", async () => {
    await dialog.getByLabel("Evidence").fill("CERT-9002");
    await dialog.getByLabel("Valid from").fill(plantDay(-1));
    await dialog.getByLabel("Valid until").fill(plantDay(400));
  });
  await expect(page.getByText("Qualification renewed")).toBeVisible();
  const renewed = page.getByRole("row").filter({ hasText: "CERT-9002" });
  await renewed.getByRole("button", { name: "Withdraw" }).click();
  await dialog.getByLabel("Authority").fill("Quality manager");
  await dialog.getByLabel("Reason").fill("failed the practical test");
  await dialog.getByRole("button", { name: "Withdraw" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("“failed the practical test”").first()).toBeVisible();

  await page.getByRole("link", { name: "People", exact: true }).first().click();
  await page.getByRole("link", { name: "Stamps", exact: true }).click();
  const row = page.getByRole("row").filter({ hasText: `OP-${number}` });
  await row.getByRole("button", { name: "Withdraw" }).click();
  await dialog.getByLabel("Reason").fill("left the cell");
  await dialog.getByRole("button", { name: "Withdraw" }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toContainText("resting");
  await expect(row).toContainText("“left the cell”");
  await seen(page, "stamps");
  await page.getByRole("button", { name: "Issue a stamp" }).click();
  await dialog.getByLabel("Holder").selectOption({ label: "Marisol Reyes · 20417" });
  await dialog.getByLabel("Number").fill(`OP-${number}`);
  await dialog.getByRole("button", { name: "Issue stamp" }).click();
  await expect(dialog.getByRole("alert")).toContainText(`Stamp OP-${number} was somebody else’s`);
  await seen(page, "stamp rests");
  await page.goto("/stamps?show=cooling");
  await expect(page.getByRole("row").filter({ hasText: `OP-${number}` })).toBeVisible();
  await page.goto("/qualifications?show=lapsed");
  await seen(page, "qualifications");
});

test("a lot is received, moved, held and released, by whom it is for, and its list comes as a file", async ({
  page,
}) => {
  const lot = `SHM-${own()}`;
  await atDesk(page, "Ingrid Maurer");
  await page.goto("/stock");
  await seen(page, "stock");
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Receive stock" }).click();
  await dialog.getByLabel("Part", { exact: true }).fill("NG-SHM-221");
  await dialog.getByLabel("Serial").fill("S-1");
  await dialog.getByLabel("Lot").fill(lot);
  await dialog.getByRole("button", { name: "Receive", exact: true }).click();
  await expect(dialog.getByText("Either a serial or a lot, and not both.")).toBeVisible();
  await seen(page, "stock form with an error");
  await dialog.getByLabel("Serial").fill("");
  await dialog.getByLabel("Use by").fill(plantDay(20));
  await dialog
    .getByLabel("Supplier")
    .fill("Sealants & Adhesives International (Aerospace) GmbH & Co. KG");
  await dialog.getByLabel("Certificate").fill("COC-5521");
  await dialog.getByRole("button", { name: "Receive", exact: true }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole("searchbox").fill(lot.toLowerCase());
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.getByRole("link", { name: lot }).click();
  await command(page, "Put on hold", "Put on hold", async () => {
    await dialog.getByLabel("Reason").fill("bag was open");
  });
  await expect(page.getByText("“bag was open”")).toBeVisible();
  await seen(page, "one lot on hold");
  await command(page, "Release", "Release", async () => {
    await dialog.getByLabel("Reason").fill("bag was whole");
  });
  await command(page, "Change", "Record change", async () => {
    await dialog.getByLabel("Use by").fill(plantDay(90));
    await dialog.getByLabel("Reason").fill("shelf life extended, LAB-77");
  });
  await expect(page.getByText("may be installed")).toBeVisible();
  await page.getByRole("link", { name: "Print label" }).click();
  await expect(page.getByRole("img", { name: `Code of ${lot}` })).toBeVisible();
  await seen(page, "the label of a lot");

  await page.goto("/stock");
  await page.getByRole("button", { name: "Import a list" }).click();
  const text = `part,serial,lot,revision,expiresOn,supplier,certificate,receivedOn\nNG-NUT-06L,,${lot}-N,,,Nuts,C-1,\nNG-NUT-06L,,${lot}-N,,x,Nuts,C-1,\n`;
  await dialog
    .getByLabel("CSV file")
    .setInputFiles({ name: "stock.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await expect(dialog.getByText("Stands twice in this file.")).toBeVisible();
  await seen(page, "stock list with errors");
});

test("labels and badges leave the printer alone on their paper; a tablet's scan is what they say", async ({
  page,
}) => {
  await atDesk(page, { role: "administrator" });
  const labels = page.locator(".label");
  // Somebody else of the run may be releasing units to the very order.
  await expect(async () => {
    const [order] = await rows<{ id: string; count: number }>(
      `select o.id, count(*)::int as count from work_orders o
         join travelers t on t.site_id = o.site_id and t.work_order = o.number
        where t.status <> 'cancelled' and o.number not like 'WO-E%' group by o.id order by 2 desc limit 1`,
    );
    await page.goto(`/labels?order=${order?.id}`);
    expect(await labels.count()).toBe(order?.count);
  }).toPass();
  await seen(page, "labels of an order");
  await page.pdf({ path: test.info().outputPath("labels.pdf"), preferCSSPageSize: true });
  await page.getByRole("button", { name: "Label printer" }).click();
  await page.pdf({ path: test.info().outputPath("labels-roll.pdf"), preferCSSPageSize: true });
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("navigation").first()).toBeHidden();
  await expect(labels.first()).toBeVisible();
  await page.emulateMedia({ media: null });

  await page.goto("/people");
  await page.getByRole("button", { name: "Print badges" }).click();
  const dialog = page.getByRole("dialog");
  await seen(page, "who gets a badge");
  for (const name of ["Marisol Reyes", "Dwayne Okafor", "Ruth Calloway"])
    await dialog.getByRole("checkbox", { name: new RegExp(name) }).check();
  await dialog.getByRole("button", { name: /^Issue \d+ badges/ }).click();
  await expect(page.locator(".badge-card").first()).toBeVisible();
  await seen(page, "a sheet of badges");
  await page.pdf({ path: test.info().outputPath("badges.pdf"), preferCSSPageSize: true });
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".badge-card").first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "People", includeHidden: true })).toBeHidden();
  await page.emulateMedia({ media: null });
});

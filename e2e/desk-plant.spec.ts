import { expect, test } from "./fixtures.ts";
import { command } from "./support/desk.ts";
import { atDesk } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";

const own = () => Date.now().toString(36).slice(-5).toUpperCase();

test("a gage is entered, calibrated, found out of tolerance, and its page tells all of it", async ({
  page,
}) => {
  const screens = screensOf(page);
  const code = `TW-${own()}`;
  await atDesk(page, "Ingrid Maurer");
  await page.goto("/travelers");
  await page.getByRole("link", { name: "Gages", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Gages" })).toBeVisible();
  await screens.look("gages");
  const dialog = page.getByRole("dialog");

  await test.step("what is wrong stands at its field, and nothing typed is lost", async () => {
    await page.getByRole("button", { name: "New gage" }).click();
    await dialog.getByLabel("Gage number").fill("TW 1");
    await dialog.getByLabel("Calibrated from").fill("60");
    await dialog.getByLabel("Calibrated to").fill("5");
    await dialog.getByRole("button", { name: "Enter gage" }).click();
    await expect(dialog.getByText("Letters, digits and . _ / - only")).toBeVisible();
    await screens.look("gage form with errors");
    await dialog.getByLabel("Gage number").fill(code);
    await dialog.getByLabel("Type").fill("torque_wrench");
    await dialog.getByLabel("Name").fill("Torque wrench 5–60 N·m, click type, assembly cell");
    await dialog.getByLabel("Unit").fill("N·m");
    await dialog.getByLabel("Resolution").fill("0.1");
    await dialog.getByLabel("Calibration due").fill("2099-03-31");
    await dialog.getByRole("button", { name: "Enter gage" }).click();
    await expect(dialog.getByText("The top of the range lies above its bottom.")).toBeVisible();
    await expect(dialog.getByLabel("Gage number")).toHaveValue(code);
    await dialog.getByLabel("Calibrated to").fill("600");
    await dialog.getByRole("button", { name: "Enter gage" }).click();
    await expect(dialog).toBeHidden();
  });

  await page.getByRole("link", { name: code }).click();
  await expect(page.getByText("Gage entered")).toBeVisible();
  await screens.look("one gage");
  await command(page, "Enter calibration", "Record calibration", async () => {
    await dialog.getByLabel("Certificate number").fill("K-2291");
    await dialog.getByLabel("Laboratory").fill("Metrology North");
    await dialog.getByLabel("Calibration due").fill("2099-06-30");
    await dialog.getByLabel("As found").selectOption({ label: "Out of tolerance" });
    await dialog.getByLabel("As left").selectOption({ label: "Quarantined" });
    await dialog.getByRole("button", { name: "Record calibration" }).click();
    await expect(dialog.getByText("This is needed.")).toBeVisible();
    await dialog.getByLabel("Findings").fill("Reads 4 % high at 40 N·m");
  });
  await expect(page.getByText("Found out of tolerance")).toBeVisible();
  await expect(page.getByText("“Reads 4 % high at 40 N·m”").first()).toBeVisible();
  await expect(page.getByText("by Ingrid Maurer").first()).toBeVisible();
  await command(page, "Change", "Record change", async () => {
    await dialog.getByLabel("State").selectOption({ label: "In service" });
    await dialog.getByLabel("Reason").fill("adjusted in house, certificate K-2292");
  });
  // Once as what it became, and once as what it no longer is.
  await expect(page.locator("span", { hasText: /^quarantined$/ })).toBeVisible();
  await expect(page.getByText("“adjusted in house, certificate K-2292”")).toBeVisible();
  screens.expectNoOffence();
});

test("a list comes in as CSV: seen first, row by row, all of it or nothing", async ({ page }) => {
  const screens = screensOf(page);
  const mark = own();
  await atDesk(page, "Mei Castellano");
  await page.goto("/stations");
  await page.getByRole("button", { name: "Import a list" }).click();
  const dialog = page.getByRole("dialog");
  const file = (text: string, savedAs: "utf8" | "latin1" = "utf8") => ({
    name: "stations.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(text, savedAs),
  });
  await dialog.getByLabel("CSV file").setInputFiles(file("code,name\nPNT-1,Paint\n"));
  await expect(dialog.getByRole("alert")).toContainText("Columns are missing: workCenter");
  const rows = `code;name;work center;notes\nPNT-${mark};Paint booth;PNT;x\nPNT 2;;PNT;\n`;
  await dialog.getByLabel("CSV file").setInputFiles(file(rows));
  await expect(dialog.getByText("1 of 2 rows have errors.")).toBeVisible();
  await expect(
    dialog.getByText("Not read, because nothing here is called so: notes."),
  ).toBeVisible();
  await expect(dialog.getByRole("button", { name: /^Import/ })).toBeDisabled();
  await screens.look("import with errors");
  // As a spreadsheet saves it where nothing is chosen.
  const rightRow = `código;nombre;centro de trabajo\nPNT-${mark};Paint, señal;PNT\n`;
  await dialog.getByLabel("CSV file").setInputFiles(file(rightRow, "latin1"));
  await expect(dialog.getByText("is read as Windows’ Western European letters")).toBeVisible();
  await dialog.getByRole("button", { name: "Import 1 row" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Paint, señal")).toBeVisible();
  await expect(page.getByRole("heading", { name: `PNT-${mark}` })).toBeVisible();
  await screens.look("stations");
  screens.expectNoOffence();
});

test("a forgotten PIN takes two others and the person", async ({ page, browser }) => {
  const screens = screensOf(page);
  const number = `9${Date.now().toString().slice(-7)}`;
  const name = `Visiting Fitter ${number}`;
  await atDesk(page, "Mei Castellano");
  await page.goto("/people");
  const dialog = page.getByRole("dialog");
  await command(page, "New person", "Enter person", async () => {
    await dialog.getByLabel("Employee number").fill(number);
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("Language").selectOption({ label: "English" });
    await dialog.getByRole("checkbox", { name: "Operator" }).check();
  });
  await screens.look("people");
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Issue a badge" }).click();
  await expect(dialog.getByRole("img", { name: "Code of the badge" })).toBeVisible();
  await screens.look("a badge to print");
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("Badge issued")).toBeVisible();
  await screens.look("one person");

  const other = await (await browser.newContext()).newPage();
  await atDesk(other, "Ruth Calloway");
  await other.goto(page.url());
  await command(other, "Ask for a new PIN", "Ask for it", async () => {
    await other.getByRole("dialog").getByLabel("Reason").fill("forgotten over the holidays");
  });
  await other.goto("/people");
  const waiting = other.getByRole("listitem").filter({ hasText: name });
  await expect(waiting).toContainText("Somebody else has to approve this.");
  await other.context().close();

  await page.goto("/people");
  // A slow answer: meanwhile the page is told of the approval and wants to take the line away.
  await page.route("**/people", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    const response = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await route.fulfill({ response });
  });
  await page
    .getByRole("listitem")
    .filter({ hasText: name })
    .getByRole("button", { name: "Approve" })
    .click();
  await expect(page.getByText("New PINs that wait")).toBeHidden();
  const code = await dialog.getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).textContent();
  await dialog.getByRole("button", { name: "Done" }).click();

  await page.goto("/new-pin");
  await screens.look("new PIN");
  await page.getByLabel("Employee number").fill(number);
  await page.getByLabel("Code", { exact: true }).fill(code ?? "");
  await page.getByLabel("New PIN", { exact: true }).fill("730518");
  await page.getByLabel("The PIN once more").fill("730519");
  await page.getByRole("button", { name: "Set PIN" }).click();
  await expect(page.getByText("The two PINs differ.")).toBeVisible();
  await page.getByLabel("The PIN once more").fill("730518");
  await page.getByRole("button", { name: "Set PIN" }).click();
  await expect(page.getByRole("status")).toContainText("Your new PIN is set");
  screens.expectNoOffence();
});

test("an order is entered, put on hold with a reason, and its units are held", async ({ page }) => {
  const screens = screensOf(page);
  const number = `WO-${own()}`;
  await atDesk(page, "Ruth Calloway");
  await page.goto("/orders");
  const dialog = page.getByRole("dialog");
  await command(page, "New order", "Enter order", async () => {
    await dialog.getByLabel("Order").fill(number);
    await dialog.getByLabel("Part", { exact: true }).fill("4471-2210-1");
    await dialog.getByLabel("Part revision").fill("C");
    await dialog.getByLabel("Quantity").fill("2");
  });
  await screens.look("orders");
  await page.getByRole("link", { name: number }).click();
  await command(page, "Change", "Record change", async () => {
    await dialog.getByLabel("State").selectOption({ label: "On hold" });
    await dialog.getByLabel("Reason").fill("customer stopped the line");
  });
  await expect(page.getByText("“customer stopped the line”")).toBeVisible();
  await screens.look("one order");
  screens.expectNoOffence();
});

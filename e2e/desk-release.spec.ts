import { demoSites } from "../prisma/seed/plant.ts";
import { seedOrder } from "../prisma/seed/reference.ts";
import { expect, test } from "./fixtures.ts";
import { atDesk } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { aSerial } from "./support/units.ts";

const harness = { part: "5520-1100-1", revision: "A" };

test("units are released from an order: no more than it has, nothing that is no serial number, each once", async ({
  page,
}) => {
  const mark = aSerial("");
  const order = { number: `WO-${mark}`, ...harness, quantity: "3" };
  await seedOrder(demoSites.ng1, new Date().toISOString(), order);
  const unit = (n: number) => `${mark}-${n}1`;
  await atDesk(page, "Ruth Calloway");
  const screens = screensOf(page);
  await page.goto("/orders");
  await screens.look("orders");
  const row = page.getByRole("row").filter({ hasText: order.number });
  await expect(row).toContainText("0 released, 0 finished");
  await row.getByRole("button", { name: "Release units" }).click();
  const dialog = page.getByRole("dialog");
  const serials = dialog.getByLabel("Serial numbers");
  const send = dialog.getByRole("button", { name: "Release to the floor" });

  await send.click();
  await expect(dialog.getByText("This is needed.")).toBeVisible();
  await serials.fill(`${unit(1)}\nFLÜGEL-7`);
  await send.click();
  await expect(dialog.getByRole("alert")).toContainText("“FLÜGEL-7” can’t be a serial number");
  const four = [1, 2, 3, 4].map(unit).join(", ");
  await serials.fill(four);
  await expect(dialog.getByText("4 serial numbers typed, 3 can still be released.")).toBeVisible();
  await send.click();
  await expect(dialog.getByRole("alert")).toContainText(
    "The order is for 3. 3 can still be released, 4 are typed.",
  );
  await expect(serials).toHaveValue(four);
  await screens.look("too many");

  await serials.fill(`${unit(1)}; ${unit(2)}\n${unit(1)}`);
  await send.click();
  await expect(dialog).toBeHidden();
  await expect(row.getByRole("status")).toHaveText("2 units released");
  await expect(row).toContainText("2 released, 0 finished");

  await row.getByRole("button", { name: "Release units" }).click();
  await expect(serials).toHaveValue("");
  await serials.fill(`${unit(2)}\n${unit(3)}`);
  await send.click();
  await expect(row.getByRole("status")).toHaveText("1 unit released, 1 was there before");
  await expect(row.getByRole("button", { name: "Release units" })).toBeHidden();

  await row.getByRole("link", { name: order.number }).click();
  await page.getByRole("link", { name: /released/ }).click();
  await expect(page.getByRole("row").filter({ hasText: unit(3) })).toContainText("Released");
  await expect(page.getByRole("row").filter({ hasText: mark })).toHaveCount(3);
  screens.expectNoOffence();
});

test("a unit of another order is not released twice, and who may not release is not asked to", async ({
  page,
}) => {
  const mark = aSerial("");
  const at = new Date().toISOString();
  const [first, second] = [`WO-${mark}-A`, `WO-${mark}-B`];
  for (const number of [first, second])
    await seedOrder(demoSites.ng1, at, { number, ...harness, quantity: "2" });
  await atDesk(page, "Owen Tracy");
  await page.goto("/orders");
  const release = async (order: string) => {
    const row = page.getByRole("row").filter({ hasText: order });
    await row.getByRole("button", { name: "Release units" }).click();
    await page.getByRole("dialog").getByLabel("Serial numbers").fill(`${mark}-11`);
    await page.getByRole("dialog").getByRole("button", { name: "Release to the floor" }).click();
  };
  await release(first);
  await expect(page.getByRole("dialog")).toBeHidden();
  await release(second);
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText(
    `${mark}-11 was released on order ${first}`,
  );

  await atDesk(page, "Priya Raman");
  await page.goto("/orders");
  await expect(page.getByRole("row").filter({ hasText: second })).toBeVisible();
  await expect(page.getByRole("button", { name: "Release units" })).toHaveCount(0);
});

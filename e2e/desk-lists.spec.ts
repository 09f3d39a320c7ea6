import { demoSites } from "../prisma/seed/plant.ts";
import { seedOrder } from "../prisma/seed/reference.ts";
import { expect, test } from "./fixtures.ts";
import { atDesk, logDefect, ncrOf } from "./support/room.ts";
import { run } from "./support/run.ts";
import { screensOf } from "./support/screens.ts";
import { expectNoneBeside, resized } from "./support/sight.ts";
import { aSerial, aUnit } from "./support/units.ts";

test("the list is searched by the beginning of a number and turned page by page, there and back", async ({
  page,
}) => {
  const mark = aSerial("");
  const number = `WO-${mark}`;
  const order = { number, part: "5520-1100-1", revision: "A", quantity: "60" };
  await seedOrder(demoSites.ng1, new Date().toISOString(), order);
  await atDesk(page, "Ruth Calloway");
  await page.goto("/orders");
  const row = page.getByRole("row").filter({ hasText: number });
  await row.getByRole("button", { name: "Release units" }).click();
  const serials = Array.from({ length: 60 }, (_, n) => `${mark}-${String(n).padStart(2, "0")}`);
  await page.getByRole("dialog").getByLabel("Serial numbers").fill(serials.join("\n"));
  await page.getByRole("dialog").getByRole("button", { name: "Release to the floor" }).click();
  await expect(row.getByRole("status")).toHaveText("60 units released");

  await page.goto("/travelers");
  await page.getByRole("searchbox").fill(number.toLowerCase());
  await page.getByRole("button", { name: "Find" }).click();
  const units = async (count: number) => {
    await expect(page.locator("tbody th")).toHaveCount(count);
    return page.locator("tbody th").allTextContents();
  };
  const top = page.locator("tbody th").first();
  const pages = page.getByRole("navigation", { name: "Further pages" });
  // Before it was searched, the list had as many.
  await expect(top).toContainText(mark);
  const first = await units(25);
  await pages.getByRole("link", { name: "Next" }).click();
  await expect(top).not.toHaveText(first[0] ?? "");
  const second = await units(25);
  await pages.getByRole("link", { name: "Next" }).click();
  await expect(top).not.toHaveText(second[0] ?? "");
  const third = await units(10);
  expect([...first, ...second, ...third].toSorted()).toEqual(serials);
  await expect(pages.getByRole("link", { name: "Next" })).toHaveCount(0);
  await pages.getByRole("link", { name: "Back" }).click();
  await expect(top).toHaveText(second[0] ?? "");
  await pages.getByRole("link", { name: "Back" }).click();
  await expect(top).toHaveText(first[0] ?? "");

  await page.getByRole("searchbox").fill("no-such-unit-%");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByText("Nothing begins with “no-such-unit-%”")).toBeVisible();
  await page.goto("/travelers?after=nonsense'--&show=all");
  await expect(top).toBeVisible();
});

test("every room reads well in Spanish, however wide, and nothing runs out of the page", async ({
  page,
}) => {
  const unit = await aUnit({ until: "010.4" });
  const desk = await atDesk(page, "Ruth Calloway");
  const defect = await logDefect(desk, unit, {
    comment: "Rayadura a lo largo del borde superior de la brida, sensible con la uña. ".repeat(6),
    location: "brida, borde superior, junto al taladro número tres, cara exterior del soporte",
  });
  await ncrOf(desk, unit, defect);
  await page.context().addCookies([{ name: "buyoff-locale", value: "es", url: run.origin }]);
  const screens = screensOf(page);
  const rooms = [
    "/travelers",
    "/buyoffs",
    "/holds",
    "/waivers",
    "/defects",
    "/orders",
    "/gages",
    "/people",
    "/stations",
  ];
  const record = `/travelers/${unit.traveler}`;
  for (const room of [...rooms, `/defects/${defect}`, record, `${record}/entries`]) {
    await page.goto(room);
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
    for (const width of [1440, 1180, 390]) {
      await resized(page, width, 820);
      await expectNoneBeside(page, `${room} at ${width}`);
    }
    // Wide, each room is looked at elsewhere.
    await screens.look(room);
  }
  screens.expectNoOffence();
});

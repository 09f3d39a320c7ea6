import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { atDesk } from "./support/room.ts";
import { screensOf } from "./support/screens.ts";
import { expectNoneBeside, resized, seen } from "./support/sight.ts";
import { act } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

const lapsed = "Tomás Herrera";
const why =
  "The refresher course of this quarter was moved to Thursday because the trainer is ill; he holds the qualification it refreshes, and has done this very work on six units.";

const sign = async (page: Page, badge: string, pin: string, send: string) => {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Badge").fill(badge);
  await dialog.getByLabel("PIN").fill(pin);
  await dialog.getByRole("button", { name: send }).click();
};

test("a waiver is asked for by a supervisor, granted by quality and revoked, each by name; both desks follow it", async ({
  page,
  desk,
}) => {
  const unit = await aUnit({ until: "010.4" });
  const { tablet, crew } = await atDesk(page, "Ruth Calloway");
  await atDesk(desk, "Ingrid Maurer");
  const screens = screensOf(page);
  /** Begins the next step as the person whose refresher has lapsed. */
  const begins = async () => {
    const packet = await tablet.packet(unit.traveler);
    const by = await crew.person(lapsed);
    const steps = packet.content.operations.flatMap((of) => of.steps);
    const step = steps.find(({ number }) => number === "010.4")?.id ?? "";
    await act(tablet, by, packet, "presentStep", { step, language: "en" });
    const { verdict } = await act(tablet, by, packet, "startStep", { step });
    return verdict.verdict === "recorded_not_applied" ? verdict.refusal.code : verdict.verdict;
  };
  expect(await begins()).toBe("not_qualified");

  await desk.goto("/waivers");
  await expect(desk.locator("[data-live=live]")).toBeVisible();
  await page.goto("/waivers");
  const dialog = page.getByRole("dialog");

  await test.step("what is missing is said at its field, and what is typed stays", async () => {
    await page.getByRole("button", { name: "Ask for a waiver…" }).click();
    await expect(dialog).toBeVisible();
    await dialog.getByLabel("On which unit").fill("no such unit");
    await dialog.getByRole("button", { name: "Next: read and sign" }).click();
    await expect(dialog.getByText("No unit on which work goes on is called so.")).toBeVisible();
    await expect(dialog.getByText("This is needed.")).toHaveCount(3);
    await seen(page, "a waiver with nothing filled in");
    await dialog.getByLabel("On which unit").fill(unit.unit.toLowerCase());
    const people = dialog.getByLabel("For whom");
    await expect(people.getByRole("option", { name: /Ruth Calloway/ })).toHaveCount(0);
    await people.selectOption({ label: await optionOf(people, lapsed) });
    const codes = dialog.getByLabel("What is waived");
    await expect(codes.getByRole("option", { name: /^Q-TRQ/ })).toHaveCount(0);
    await codes.selectOption("Q-ASM-R");
    await dialog.getByLabel("How long").selectOption("24");
    await dialog.getByLabel("Why", { exact: true }).fill(why);
    await dialog.getByRole("button", { name: "Next: read and sign" }).click();
  });

  await test.step("what is signed is read first; a wrong PIN signs nothing", async () => {
    await expect(dialog.getByRole("definition").filter({ hasText: why })).toBeVisible();
    await expect(dialog.getByText(unit.unit, { exact: true })).toBeVisible();
    await seen(page, "what the supervisor signs");
    const { badge, pin } = crew.badgeOf("Ruth Calloway");
    await sign(page, badge, "000111", "Sign and ask");
    await expect(dialog.getByRole("alert")).toBeVisible();
    await seen(page, "a waiver with a wrong PIN");
    await sign(page, badge, pin, "Sign and ask");
    await expect(dialog).toBeHidden();
  });

  const here = page.getByRole("listitem").filter({ hasText: unit.unit });
  const there = desk.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(here).toContainText("Waits for quality");
  await expect(here.getByRole("button", { name: "Grant…" })).toHaveCount(0);
  // Nobody reloads: the desk of quality has been told.
  await expect(there).toContainText(`for ${lapsed}`);
  await expect(there).toContainText(`Ruth Calloway asked`);
  await expect(there).toContainText(why);
  await expect(desk.getByRole("img", { name: /waiver.* for quality$/ })).toBeVisible();
  await seen(page, "a waiver waits");
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await resized(desk, width, height);
    await seen(desk, `a waiver to grant ${width}`);
    await expectNoneBeside(desk, `a waiver to grant ${width}`);
  }
  await resized(desk, 1180, 820);
  expect(await begins()).toBe("not_qualified");

  await desk.goto("/");
  const waiting = desk.locator("[data-section=waivers]");
  await expect(waiting.getByRole("listitem").filter({ hasText: unit.unit })).toContainText(lapsed);
  await waiting.getByRole("link", { name: "All waivers" }).click();

  await test.step("quality reads and signs the same; both desks show it in force", async () => {
    const { badge, pin } = crew.badgeOf("Ingrid Maurer");
    await there.getByRole("button", { name: "Grant…" }).click();
    await expect(desk.getByRole("dialog")).toContainText(why);
    await seen(desk, "what quality signs");
    await sign(desk, badge, pin, "Sign and grant");
    await expect(there).toBeHidden();
    await expect(here).toBeHidden();
    await page.getByRole("link", { name: /^In force/ }).click();
    await expect(here).toContainText("Ingrid Maurer granted it");
    await seen(page, "a waiver in force");
  });
  expect(await begins()).toBe("applied");

  await test.step("it is revoked with a reason, and stands there as that", async () => {
    await here.getByRole("button", { name: "Revoke…" }).click();
    await dialog.getByRole("button", { name: "Revoke the waiver" }).click();
    await expect(dialog.getByText("This is needed.")).toBeVisible();
    await dialog.getByLabel("Why", { exact: true }).fill("The course was held today after all");
    await dialog.getByRole("button", { name: "Revoke the waiver" }).click();
    await expect(here).toBeHidden();
    await page.getByRole("link", { name: "Over or revoked" }).click();
    await expect(here).toContainText("Ruth Calloway revoked it");
    await expect(here).toContainText("The course was held today after all");
    await expect(here.getByRole("button")).toHaveCount(0);
    await seen(page, "a waiver revoked");
  });

  await page.goto(`/travelers/${unit.traveler}?show=waivers`);
  await expect(page.getByRole("main")).toContainText("Q-ASM-R");
  await page.getByRole("button", { name: "Ask for a waiver…" }).click();
  await expect(dialog.getByLabel("On which unit")).toHaveValue(unit.unit);
  await screens.look("asked for from the record");
  const events = await rows<{ type: string; person: string }>(
    `select e.type, p.name as person from entries e join people p on p.id = e.person_id
      where e.stream_id = $1 and e.type like 'waiver.%' order by e.seq`,
    [unit.traveler],
  );
  expect(events).toEqual([
    { type: "waiver.requested", person: "Ruth Calloway" },
    { type: "waiver.granted", person: "Ingrid Maurer" },
    { type: "waiver.revoked", person: "Ruth Calloway" },
  ]);
  screens.expectNoOffence();
});

const optionOf = async (select: ReturnType<Page["getByLabel"]>, name: string) =>
  (await select.getByRole("option").filter({ hasText: name }).textContent()) ?? "";

test("whoever is no lead finds no waivers; an empty list says what would stand there", async ({
  page,
  desk,
}) => {
  await atDesk(page, { role: "inspector" });
  const answer = await page.request.get("/waivers");
  expect(answer.status()).toBe(404);
  await page.goto("/");
  await expect(page.getByRole("link", { name: /^Waivers/ })).toHaveCount(0);
  await atDesk(desk, "Ruth Calloway");
  await desk.goto("/waivers?show=ended&page=9");
  await expect(desk.getByText("No waiver has ended yet")).toBeVisible();
  await seen(desk, "no waivers");
});

import type { Page } from "@playwright/test";
import type { Packet } from "#lib/offline/wire.schema";
import { expect, test } from "../fixtures.ts";
import type { Unit } from "../support/crew.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { command, signInAtDesk } from "../support/desk.ts";
import { aPicture } from "../support/pictures.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { ncrsOf, openNcr } from "../support/sandbox.ts";
import { screensOf } from "../support/screens.ts";
import { aTablet, type Tablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

const running = { "060.1/1": "2.6", "060.1/2": "3.1", "060.1/3": "3.4", "060.1/4": "2.9" };

test("story 2: bolt 3 over torque becomes an NCR; its disposition comes back, rework and a new dual buyoff close it", async ({
  page,
  browser,
}) => {
  test.setTimeout(900_000);
  const unit = await aUnit({ until: "060.3", values: running });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  const screens = screensOf(page);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  const first = { player, observer, unit, values: { "060.3/1": "22.7" } };
  await workOnScreen(first, (next) => next.type === "recordReading" && next.body.position === "3");

  await test.step("the value is recorded out of its limits, and the defect with a photo", async () => {
    await expect(page.getByText("from 3.4")).toBeVisible();
    await player.record("27.2");
    await page.getByRole("button", { name: "Record 27.2, out of limits" }).click();
    await logOverTorque(page, screens.look);
    await expect(player.refusal().filter({ hasText: "On hold" })).toBeVisible();
    await screens.look("on hold");
  });

  const held = await waitFor(observer, unit, ({ state }) => state.defects[0]?.qms != null);
  const defect = held.state.defects[0];
  const ncr = defect?.qms?.number ?? "";
  expect(defect).toMatchObject({ code: "TRQ-01", position: "3" });
  expect(await ncrsOf(unit.unit)).toHaveLength(1);
  const numbered = player.refusal().filter({ hasText: ncr });
  await expect(numbered.first()).toBeVisible({ timeout: 60_000 });

  await test.step("a person decides rework on the QMS's own page", async () => {
    const qms = await browser.newPage();
    await openNcr(qms, ncr);
    await expect(qms.getByText("27.2")).toBeVisible();
    await qms.getByLabel("Decision").selectOption("rework");
    await qms.getByRole("button", { name: "Add disposition" }).click();
    await qms.getByLabel("Status").selectOption("dispositioned");
    await qms.getByRole("button", { name: "Set status" }).click();
    await qms.close();
  });
  await waitFor(observer, unit, ({ state }) => state.defects[0]?.dispositions.length === 1);

  const desk = await (await browser.newContext({ baseURL: run.origin })).newPage();
  await signInAtDesk(desk, "Ingrid Maurer");
  await desk.goto(`/defects/${defect?.id}`);
  await command(desk, "Release…", "Ask the QMS and release", () =>
    desk.getByLabel("Why it may be released").fill("Rework of bolt 3 as NCR says"),
  );
  await command(desk, "Start rework", "Start the rework", () => chooseRework(desk));
  const reworked = await waitFor(observer, unit, ({ state }) => state.reworks.length === 1);
  expect(reworked.state.reworks[0]?.label).toBe("060R1");

  await test.step("bolt 3 is done again and bought off by two people", async () => {
    await page.reload();
    await player.enterAgain("Marisol Reyes", unit);
    const values = { "060.1/3": "3.9", "060.3/3": "23.8" };
    const journey = { player, observer, unit, values, onScreen: screens.look };
    const { state } = await workOnScreen(journey, (next) => next.operation === "070");
    const last = state.readings.filter(({ position, gage }) => position === "3" && gage).at(-1);
    expect(last).toMatchObject({ value: "23.8", limits: { min: "22.4", max: "25.4" } });
    expect(state.buyoffs.filter(({ status }) => status === "voided").length).toBeGreaterThan(0);
    const dual = state.buyoffs.slice(-2);
    expect(dual.map(({ type, status }) => [type, status])).toEqual([
      ["operator", "signed"],
      ["inspection", "signed"],
    ]);
    expect(new Set(dual.map(({ person }) => person)).size).toBe(2);
  });

  await desk.reload();
  await desk.getByRole("button", { name: "Complete rework 060R1" }).click();
  await waitFor(observer, unit, ({ state }) => state.reworks[0]?.status === "complete");
  await desk.reload();
  await command(desk, "Close with verification", "Close the defect", () =>
    desk.getByLabel("How it was verified").fill("Bolt 3 torqued again, 23.8 N·m, QI-07"),
  );
  await waitFor(observer, unit, ({ state }) => state.defects[0]?.status === "closed");
  screens.expectNoOffence();
  expect(await expectSameDecisions(page)).toBeGreaterThan(30);
});

async function logOverTorque(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("27.2");
  await look("defect");
  await dialog.getByRole("button", { name: /TRQ-01/ }).click();
  const file = { name: "bolt.png", mimeType: "image/png", buffer: aPicture.bytes };
  await dialog.locator('input[type="file"]').setInputFiles(file);
  await expect(dialog.getByRole("img", { name: "Photo of the defect" })).toBeVisible();
  await dialog.getByRole("button", { name: /^Log TRQ-01/ }).click();
  await expect(dialog).toBeHidden();
}

/** New sealant, new hardware on bolt 3, both passes of bolt 3, and what accepts them. */
async function chooseRework(desk: Page): Promise<void> {
  const dialog = desk.getByRole("dialog");
  for (const step of ["050.1", "050.5", "060.1", "060.2", "060.3", "060.4", "060.5"]) {
    const choice = dialog.getByRole("checkbox", { name: new RegExp(`^${step}`) });
    if (await choice.count()) await choice.check();
  }
}

async function waitFor(
  observer: Tablet,
  unit: Unit,
  isSo: (packet: Packet) => boolean,
): Promise<Packet> {
  let packet = await observer.packet(unit.traveler);
  await expect(async () => {
    packet = await observer.packet(unit.traveler);
    expect(isSo(packet), JSON.stringify(packet.state.defects)).toBe(true);
  }).toPass({ timeout: 90_000, intervals: [500] });
  return packet;
}

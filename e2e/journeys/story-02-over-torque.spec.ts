import type { Page } from "@playwright/test";
import type { Packet } from "#lib/offline/wire.schema";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { componentFor, crewAt, kitFor, type Unit, workOn } from "../support/crew.ts";
import { entriesOf } from "../support/database.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { command, expectIntact } from "../support/desk.ts";
import { aPicture } from "../support/pictures.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { atDesk } from "../support/room.ts";
import { run } from "../support/run.ts";
import { ncrsOf, openNcr } from "../support/sandbox.ts";
import { type Known, seen } from "../support/sight.ts";
import { aTablet, type Tablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

const running = { "060.1/1": "2.6", "060.1/2": "3.1", "060.1/3": "3.4", "060.1/4": "2.9" };
/** Fresh sealant, new hardware at bolt 3, and both passes of bolt 3 once more. */
const reworked = ["050.1", "050.5", "060.1", "060.2", "060.3"];

test("story 2: an over-torqued bolt becomes one NCR, is reworked as the QMS decides, and bought off anew", async ({
  page,
  desk,
  browser,
}) => {
  const unit = await aUnit({ until: "060.3", values: running, quick: true });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  const onScreen = (name: string, known: Known = {}) => seen(page, name, known);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  const journey = { player, observer, unit, onScreen };
  await workOnScreen(
    journey,
    (next) => next.type === "recordReading" && next.body.position === "3",
  );

  const ncr =
    await test.step("the torque is recorded as read, and logged in four taps", async () => {
      await expect(page.getByText("from 3.4")).toBeVisible();
      await player.record("27.2");
      await seen(page, "out of limits");
      await page.getByRole("button", { name: "Record 27.2, out of limits" }).click();
      await logOverTorque(page);
      await expect(page.getByText(/^On hold: /)).toBeVisible();
      await seen(page, "on hold");
      const { state } = await until(observer, unit, ({ state }) => state.defects[0]?.qms != null);
      expect(state.status).toBe("on_hold");
      expect(state.readings.at(-1)).toMatchObject({
        position: "3",
        value: "27.2",
        limits: { min: "21.9", max: "24.9" },
        verdict: "out_of_limits",
      });
      const [defect] = state.defects;
      expect(defect).toMatchObject({ code: "TRQ-01", position: "3", severity: "major" });
      // As the tablet kept it: place and device are taken out of the picture.
      const photos = state.photos.filter((photo) => photo.defect === defect?.id);
      expect(photos).toHaveLength(1);
      return { number: defect?.qms?.number ?? "", photos: photos.map(({ sha256 }) => sha256) };
    });

  await test.step("the number comes back onto the tablet without a touch; there is one NCR, with its photo", async () => {
    await expect(page.getByText(/^On hold: /)).toContainText(ncr.number);
    await seen(page, "on hold with its number");
    await expect(async () => {
      const [only, ...others] = await ncrsOf(unit.unit);
      expect(others).toEqual([]);
      expect(only?.number).toBe(ncr.number);
      expect(only?.attachments.map(({ sha256 }) => sha256)).toEqual(ncr.photos);
    }).toPass();
  });

  await test.step("the hold stays while the QMS has decided nothing", async () => {
    await atDesk(desk, "Ingrid Maurer");
    await desk.goto("/defects");
    await seen(desk, "defects");
    await desk.getByRole("row").filter({ hasText: unit.unit }).getByRole("link").first().click();
    await expect(desk.getByRole("heading", { level: 1 })).toContainText("TRQ-01");
    await expect(desk.getByRole("main")).toContainText(ncr.number);
    await seen(desk, "defect");
    await desk.getByRole("button", { name: "Release…" }).click();
    await desk.getByLabel("Why it may be released").fill("The bolt looks good.");
    await desk.getByRole("button", { name: "Ask the QMS and release" }).click();
    const refusal = desk.getByRole("dialog").getByRole("alert");
    await expect(refusal).toContainText(`The NCR ${ncr.number} has no disposition in the QMS yet.`);
    await seen(desk, "release refused");
    await desk.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    const { state } = await observer.packet(unit.traveler);
    expect(state.holds.map(({ released }) => released)).toEqual([null]);
    expect(await told(unit.traveler, "command.not_applied")).toMatchObject([
      { body: { command: "releaseHold", refusal: "qms_not_dispositioned" } },
    ]);
  });

  await test.step("a person decides rework on the QMS's own page", async () => {
    const qms = await browser.newPage();
    await openNcr(qms, ncr.number);
    await expect(qms.getByText("27.2").first()).toBeVisible();
    await qms.getByLabel("Decision").selectOption("rework");
    await qms.getByRole("button", { name: "Add disposition" }).click();
    await qms.getByLabel("Status").selectOption("dispositioned");
    await qms.getByRole("button", { name: "Set status" }).click();
    await qms.close();
    const { state } = await until(
      observer,
      unit,
      ({ state }) => state.defects[0]?.dispositions.length === 1,
    );
    expect(state.defects[0]?.dispositions).toMatchObject([{ decision: "rework", quantity: "1" }]);
    const next = page.getByText("The disposition is there: quality releases the hold.");
    await expect(next).toBeVisible();
  });

  const ofQuality = page.getByText(/^On hold: Nonconformance · Quality releases it/);
  const ofEngineering = page.getByText("On hold: Engineering question · Engineering releases it");
  await test.step("somebody asks engineering: a second hold, with another owner, beside the first", async () => {
    await page.getByRole("button", { name: "Hold", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Engineering question/ }).click();
    await expect(dialog).toBeHidden();
    await expect(ofEngineering).toBeVisible();
    await expect(ofQuality).toContainText(ncr.number);
    await seen(page, "two holds, each with its owner");
  });

  await test.step("each function releases its own: the first release leaves the other", async () => {
    await desk.reload();
    await command(desk, "Release…", "Ask the QMS and release", () =>
      desk.getByLabel("Why it may be released").fill("Rework of bolt 3, as the NCR says"),
    );
    await expect(ofQuality).toBeHidden();
    await expect(ofEngineering).toBeVisible();
    const { state } = await observer.packet(unit.traveler);
    expect(state.status).toBe("on_hold");
    expect(state.holds.map(({ owner, released }) => [owner, released !== null])).toEqual([
      ["quality", true],
      ["engineering", false],
    ]);
    const asked = (at: Page) =>
      at
        .getByRole("listitem")
        .filter({ hasText: unit.unit })
        .filter({ hasText: "Engineering question" });
    const defect = desk.url();
    await desk.goto("/holds");
    await expect(asked(desk)).toBeVisible();
    await expect(asked(desk).getByRole("button", { name: "Release…" })).toHaveCount(0);
    const engineer = await (await browser.newContext()).newPage();
    await atDesk(engineer, "Owen Tracy");
    await engineer.goto("/holds");
    await asked(engineer).getByRole("button", { name: "Release…" }).click();
    await engineer.getByLabel("Why it may be released").fill("The wrench was right: 27.2 stands");
    await seen(engineer, "engineering releases its own hold");
    await engineer.getByRole("button", { name: "Release the hold" }).click();
    await expect(asked(engineer)).toHaveCount(0);
    await engineer.close();
    await desk.goto(defect);
  });

  await test.step("the rework is begun; the tablet says so by itself", async () => {
    await expect(page.getByText(/^On hold: /)).toBeHidden();
    // Nothing holds it any more: what is waited for is another act.
    const next = "The disposition is there: quality or a supervisor starts it at the desk.";
    await expect(page.getByText(next)).toBeVisible();
    await command(desk, "Start rework", "Start the rework", () => chooseSteps(desk));
    await expect(page.getByText(/^Rework 060R1 for TRQ-01/)).toBeVisible();
    await expect(page.getByRole("heading", { name: "Mix the sealant" })).toBeVisible();
    await expect(page.getByText("Do the whole step again.")).toBeVisible();
    await seen(page, "rework");
  });

  await test.step("new hardware, both passes, and two people sign again", async () => {
    const values = { "060.1/3": "3.9", "060.3/3": "23.8" };
    const again = { ...journey, values };
    await workOnScreen(again, (next) => next.step === "060.3" && next.type === "recordReading");
    await expect(page.getByText("Do again: position 3. The others stand.")).toBeVisible();
    const packet = await workOnScreen(again, (next) => next.operation === "070");
    expectReworked(packet);
    expect(await told(unit.traveler, "component.removed")).toHaveLength(4);
  });

  await test.step("quality closes the rework and the defect with its verification", async () => {
    await desk.reload();
    await desk.getByRole("button", { name: "Complete rework 060R1" }).click();
    await until(observer, unit, ({ state }) => state.reworks[0]?.status === "complete");
    await expect(page.getByText(/^Rework 060R1/)).toBeHidden();
    await expect(desk.getByText("Reworked. Verify it and close the defect")).toBeVisible();
  });

  await test.step("with all work done and the defect open, the unit is not complete", async () => {
    const crew = await crewAt(observer);
    const start = await observer.packet(unit.traveler);
    await workOn(observer, crew, kitFor(unit), start);
    await expect(page.getByText("Defect TRQ-01 is open")).toBeVisible();
    await expect(page.getByRole("button", { name: "Complete the unit" })).toBeDisabled();
    await seen(page, "defect still open");
    await command(desk, "Close with verification", "Close the defect", () =>
      desk.getByLabel("How it was verified").fill("Bolt 3 torqued again: 23.8 N·m, QI-07"),
    );
    await expect(desk.getByRole("heading", { level: 1 })).toContainText("Closed");
    await seen(desk, "defect closed");
    await page.getByRole("button", { name: "Complete the unit" }).click();
    await expect(page.getByText("This unit is complete.")).toBeVisible();
  });

  await test.step("the desk tells the whole story, and the record holds", async () => {
    await until(observer, unit, ({ state }) => state.status === "complete");
    await desk.goto(`/travelers/${unit.traveler}`);
    const history = desk.getByRole("main");
    for (const words of ["27.2", "23.8", "TRQ-01", ncr.number, "060R1", "on the QMS’s disposition"])
      await expect(history).toContainText(words);
    await expectIntact(desk, (await entriesOf(unit.traveler)).length);
    await seen(desk, "record");
    await desk.getByRole("link", { name: /line by line/ }).click();
    await expect(desk.getByRole("main")).toContainText("rework.completed");
    await seen(desk, "entries");
  });
  expect(await expectSameDecisions(page)).toBeGreaterThan(30);
});

/** Code, photo, keep it, log. */
async function logOverTorque(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("27.2");
  await dialog.getByRole("button", { name: /TRQ-01/ }).click();
  const file = { name: "bolt.png", mimeType: "image/png", buffer: aPicture.bytes };
  await dialog.locator('input[type="file"]').setInputFiles(file);
  await expect(dialog.getByRole("img", { name: "Photo of the defect" })).toBeVisible();
  await seen(page, "defect to log");
  await dialog.getByRole("button", { name: /^Log TRQ-01/ }).click();
  await expect(dialog).toBeHidden();
}

async function chooseSteps(desk: Page): Promise<void> {
  const dialog = desk.getByRole("dialog");
  for (const step of reworked) {
    await dialog.getByRole("checkbox", { name: new RegExp(`^${step}`) }).check();
  }
  // Operation 050 was signed once, over both of its steps.
  await expect(dialog).toContainText("and 1 buyoff;");
  await seen(desk, "rework to start");
}

/** Only position 3 was done again; the others stand as they were, and what covered them is signed anew. */
function expectReworked({ content, state }: Packet): void {
  const stepOf = (id: string) =>
    content.operations.flatMap(({ steps }) => steps).find((step) => step.id === id)?.number;
  expect(state.reworks.map(({ label }) => label)).toEqual(["060R1"]);
  const torques = state.readings.filter((reading) => stepOf(reading.step) === "060.3");
  expect(torques.map(({ position, attempt }) => `${position}/${attempt}`)).toEqual([
    "1/1",
    "3/1",
    "3/2",
    "2/1",
    "4/1",
  ]);
  expect(torques[2]).toMatchObject({
    value: "23.8",
    limits: { min: "22.4", max: "25.4" },
    verdict: "in_limits",
    gage: { code: "TW-0209" },
  });
  const removed = state.components.filter((one) => one.removed !== null);
  expect(removed.map(({ part, position }) => `${part} ${position}`)).toEqual([
    "PS-B2 1",
    "NG-BLT-06-14 3",
    "NG-NUT-06L 3",
    "NG-WSH-06 3",
  ]);
  const again = state.components.filter(({ attempt }) => attempt === 2);
  for (const { part, lot } of again) expect(lot, part).toBe(componentFor("", part).lot);
  expect(again.map(({ part }) => part)).toEqual(removed.map(({ part }) => part));
  const buyoffs = state.buyoffs.filter(({ operation }) =>
    content.operations.some(
      ({ id, number }) => id === operation && ["050", "060"].includes(number),
    ),
  );
  expect(buyoffs.map(({ type, status, stamp }) => [type, status, stamp])).toEqual([
    ["operator", "voided", null],
    ["operator", "signed", null],
    ["operator", "signed", null],
    ["inspection", "signed", "QI-07"],
  ]);
  const [operator, inspector] = buyoffs.slice(-2);
  expect(operator?.person).not.toBe(inspector?.person);
}

/** What the server holds, once it holds it. */
async function until(
  observer: Tablet,
  unit: Unit,
  isSo: (packet: Packet) => boolean,
): Promise<Packet> {
  let packet = await observer.packet(unit.traveler);
  await expect(async () => {
    packet = await observer.packet(unit.traveler);
    expect(isSo(packet), JSON.stringify(packet.state.defects)).toBe(true);
  }).toPass({ intervals: [500] });
  return packet;
}

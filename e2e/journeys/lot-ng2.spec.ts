import type { Page } from "@playwright/test";
import { uuidv7 } from "#lib/kit/ids";
import type { Packet } from "#lib/offline/wire.schema";
import { balanceOf } from "#lib/travelers/lot-balance.rules";
import type { Act } from "../../prisma/seed/plan.ts";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt, type Unit } from "../support/crew.ts";
import { entriesOf } from "../support/database.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { command, expectIntact } from "../support/desk.ts";
import { deskCookie } from "../support/doors.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { addCookie } from "../support/room.ts";
import { run } from "../support/run.ts";
import { openNcr } from "../support/sandbox.ts";
import { type Known, seen } from "../support/sight.ts";
import { act, aTablet, type Tablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

const instruction = "wi-4471-2213-rev-01";

/** Who does what at the machining plant. */
function who(next: Act): string {
  if (next.by.role === "quality") return "Ingrid Maurer";
  return next.operation === "030" ? "Priya Raman" : "Anneke Vos";
}

test("a lot at NG2: three pieces leave onto hold, their brother completes without them, and every piece is accounted for", async ({
  page,
  desk,
  browser,
}) => {
  test.setTimeout(900_000);
  const lot = await aUnit({ site: "NG2", instruction, quantity: "50" });
  const observer = await aTablet(run.origin, "MET-2");
  const crew = await crewAt(observer);
  await addCookie(desk, await deskCookie(observer, crew.badgeOf("Ingrid Maurer")));
  const player = new Player(page, run.origin);
  const onScreen = (name: string, known: Known = {}) => seen(page, name, known);
  const values = { "010.2/1": "H48213", "010.3/1": "50", "040.1/1": "47" };
  const journey = { player, observer, unit: lot, values, who, onScreen };
  await player.enrol("MCH-1");
  await player.signIn("Anneke Vos");
  await player.open(lot);

  await test.step("the head says how many pieces; an operator is told who splits a lot", async () => {
    await workOnScreen(journey, (next) => next.step === "020.2");
    await lotButton(page, "50 pcs").click();
    await expect(page.getByRole("dialog")).toContainText("A supervisor or quality splits");
    await expect(page.getByRole("dialog")).toContainText("This order has no other lot.");
    await seen(page, "lot for an operator");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  });

  const mistaken = await test.step("five are split off by mistake and merged again", async () => {
    await player.handOver("Hector Salinas");
    await lotButton(page, "50 pcs").click();
    await inDialog(page, "Split the lot");
    await type(page, "50");
    await choose(page, "Another machine or day");
    await inDialog(page, "Split off 50");
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("alert")).toContainText("50");
    await seen(page, "split refused");
    await dialog.getByRole("button", { name: "Delete last digit" }).click();
    await inDialog(page, "Split off 5");
    await expect(dialog).toContainText(`${lot.unit}-1`);
    await seen(page, "split off");
    await inDialog(page, "Stay at this lot");
    await expect(lotButton(page, "45 of 50 pcs")).toContainText("1 lot split off");
    const { state } = await observer.packet(lot.traveler);
    const child = { ...lot, traveler: state.splits[0]?.child ?? "", unit: `${lot.unit}-1` };
    await lotButton(page, "45 of 50 pcs").click();
    await inDialog(page, "Merge lots");
    await dialog.getByRole("button", { name: new RegExp(child.unit) }).click();
    await choose(page, "Split by mistake");
    await seen(page, "merge");
    await inDialog(page, "Merge 5 pieces in");
    await expect(dialog).toBeHidden();
    await expect(lotButton(page, "50 pcs")).toBeVisible();
    expect((await observer.packet(child.traveler)).state).toMatchObject({
      status: "cancelled",
      mergedInto: lot.traveler,
    });
    return child;
  });

  await test.step("the inspector finds three over their limit: the whole lot is on hold", async () => {
    await workOnScreen(journey, (next) => next.step === "030.2" && next.type === "recordReading");
    await page.getByRole("button", { name: "Log defect" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "One piece more" }).click();
    await dialog.getByRole("button", { name: "One piece more" }).click();
    await dialog.getByRole("button", { name: /DIM-01/ }).click();
    await seen(page, "defect of three pieces");
    await dialog.getByRole("button", { name: /^Log DIM-01/ }).click();
    await expect(page.getByText(/^On hold: /)).toBeVisible();
    const { state } = await until(observer, lot, ({ state }) => state.status === "on_hold");
    expect(state.defects).toMatchObject([{ code: "DIM-01", quantity: "3", status: "open" }]);
  });

  const child =
    await test.step("quality splits off the three with their defect and its hold", async () => {
      await player.handOver("Ingrid Maurer");
      await lotButton(page, "50 pcs").click();
      const dialog = page.getByRole("dialog");
      await inDialog(page, "Merge lots");
      await expect(dialog).toContainText("Nothing can join this lot now: on hold.");
      await seen(page, "merge not now");
      await inDialog(page, "Back");
      await inDialog(page, "Split the lot");
      await type(page, "3");
      await dialog.getByRole("button", { name: /DIM-01/ }).click();
      await choose(page, "To be judged by the MRB");
      await seen(page, "split with a defect");
      await inDialog(page, "Split off 3");
      await expect(dialog).toContainText(`${lot.unit}-2`);
      await inDialog(page, "Open the new lot");
      await expect(page.getByText(/^On hold: /)).toBeVisible();
      await expect(lotButton(page, "3 pcs")).toContainText(`from ${lot.unit}`);
      await seen(page, "child on hold");
      const { state } = await observer.packet(lot.traveler);
      expect(state.status).toBe("in_work");
      const traveler = state.splits[1]?.child ?? "";
      expect((await observer.packet(traveler)).state).toMatchObject({
        status: "on_hold",
        unit: { lot: `${lot.unit}-2`, quantity: "3" },
        origin: { traveler: lot.traveler },
      });
      return { ...lot, traveler, unit: `${lot.unit}-2` };
    });

  await test.step("the brother goes on while they are on hold, and is complete only when it adds up", async () => {
    await lotButton(page, "3 pcs").click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: `Open ${lot.unit}`, exact: true })
      .click();
    await expect(page.getByText(/^On hold: /)).toBeHidden();
    const done = await workOnScreen(journey);
    expect(done.state.status).toBe("in_work");
    await player.handOver("Ingrid Maurer");
    await expect(page.getByText("47 pieces are not accounted for")).toBeVisible();
    await expect(page.getByRole("button", { name: "Complete the unit" })).toBeDisabled();
    await refusedOverTheWire(observer, lot);
    await seen(page, "lot not counted");
    await page.getByRole("button", { name: "Count the pieces" }).click();
    const dialog = page.getByRole("dialog");
    await type(page, "46");
    await inDialog(page, "Record 46 accepted");
    await expect(dialog.getByRole("alert")).toContainText(
      "55 pieces came to this lot, and these add up to 54.",
    );
    await seen(page, "count refused");
    await dialog.getByRole("button", { name: "Delete last digit" }).click();
    await type(page, "7");
    await inDialog(page, "Record 47 accepted");
    await expect(dialog).toBeHidden();
    await page.getByRole("button", { name: "Complete the unit" }).click();
    await expect(page.getByText("This unit is complete.")).toBeVisible();
    await seen(page, "lot complete");
    expect((await observer.packet(child.traveler)).state.status).toBe("on_hold");
    const { state } = await observer.packet(lot.traveler);
    expect(balanceOf(state)).toMatchObject({ accepted: "47", transferredOut: "8", scrapped: "0" });
  });

  const ncr = await test.step("the MRB decides: one reworked, two scrapped", async () => {
    const numbered = await until(observer, child, ({ state }) => numberOf(state) !== "");
    const number = numberOf(numbered.state);
    const qms = await browser.newPage();
    await openNcr(qms, number);
    for (const [decision, quantity] of [
      ["rework", "1"],
      ["scrap", "2"],
    ] as const) {
      await qms.getByLabel("Decision").selectOption(decision);
      await qms.getByLabel("Quantity").fill(quantity);
      await qms.getByRole("button", { name: "Add disposition" }).click();
    }
    await qms.getByLabel("Status").selectOption("dispositioned");
    await qms.getByRole("button", { name: "Set status" }).click();
    await qms.close();
    await until(observer, child, ({ state }) => openDefect(state)?.dispositions.length === 2);
    return number;
  });

  await test.step("at the desk the hold is released, two are scrapped and tagged, one is reworked", async () => {
    await desk.goto("/defects");
    await desk.getByRole("row").filter({ hasText: child.unit }).getByRole("link").first().click();
    await expect(desk.getByRole("main")).toContainText(ncr);
    await command(desk, "Release…", "Ask the QMS and release", () =>
      desk.getByLabel("Why it may be released").fill("As the NCR says"),
    );
    await command(desk, "Scrap 2…", "Record the scrap", async () => {
      await desk.getByLabel("How the scrap is identified").fill("Red tag 118");
      await desk.getByLabel("Where it is kept apart").fill("MRB cage 2, locked");
      await seen(desk, "scrap at the desk");
    });
    await command(desk, "Start rework", "Start the rework", () =>
      desk
        .getByRole("dialog")
        .getByRole("checkbox", { name: /^030\.1/ })
        .check(),
    );
    expect(await told(child.traveler, "quantity.scrapped")).toMatchObject([
      { body: { quantity: "2", identification: "Red tag 118", segregation: "MRB cage 2, locked" } },
    ]);
  });

  await test.step("the reworked piece is done again, counted and completed", async () => {
    await toQueue(page);
    await player.open(child);
    await expect(lotButton(page, "1 of 3 pcs")).toBeVisible();
    await expect(page.getByText(/^Rework 030R1 for DIM-01/)).toBeVisible();
    const again = { ...journey, unit: child, values: { "040.1/1": "1" } };
    await workOnScreen(again, (next) => next.operation === "040");
    await desk.reload();
    await desk.getByRole("button", { name: "Complete rework 030R1" }).click();
    await until(observer, child, ({ state }) => state.reworks[0]?.status === "complete");
    await command(desk, "Close with verification", "Close the defect", () =>
      desk.getByLabel("How it was verified").fill("28.613, QI-07; two tagged in cage 2"),
    );
    await workOnScreen(again);
    await player.handOver("Ingrid Maurer");
    await page.getByRole("button", { name: "Count the pieces" }).click();
    await expect(page.getByRole("dialog")).toContainText("Red tag 118; MRB cage 2, locked");
    await type(page, "1");
    await inDialog(page, "Record 1 accepted");
    await page.getByRole("button", { name: "Complete the unit" }).click();
    await expect(page.getByText("This unit is complete.")).toBeVisible();
    await lotButton(page, "1 of 3 pcs").click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("3 started = 1 accepted + 2 scrapped");
    await expect(dialog).toContainText("1 of those here reworked");
    await seen(page, "child balance");
  });

  await test.step("serial numbers come later, one for each piece, and lead to the lot", async () => {
    await page
      .getByRole("dialog")
      .getByRole("button", { name: `Open ${lot.unit}`, exact: true })
      .click();
    await lotButton(page, "47 of 50 pcs").click();
    await expect(page.getByRole("dialog")).toContainText(
      "50 started + 5 joined = 47 accepted + 8 in other lots",
    );
    await seen(page, "lot balance");
    await inDialog(page, "Give serial numbers");
    const before = await entriesOf(lot.traveler);
    await page.getByLabel("First number").fill(`${lot.unit}/01`);
    await expect(page.getByRole("dialog")).toContainText(`${lot.unit}/01 … ${lot.unit}/47 (47)`);
    await seen(page, "serial numbers");
    await inDialog(page, "Give 47 numbers");
    await expect(page.getByRole("dialog")).toBeHidden();
    expect((await entriesOf(lot.traveler)).slice(0, before.length)).toEqual(before);
    await toQueue(page);
    await player.scan(`${lot.unit}/19`);
    await expect(page.getByRole("banner")).toContainText(lot.unit);
    await expect(lotButton(page, "47 of 50 pcs")).toBeVisible();
  });

  await test.step("each history leads to the other, and both records hold", async () => {
    await desk.goto(`/travelers/${lot.traveler}`);
    const quantity = desk.getByRole("region", { name: "Quantity" });
    await expect(quantity).toContainText("balanced");
    await expect(quantity.getByRole("link", { name: mistaken.unit }).first()).toBeVisible();
    // The three and their NCR are told where they are now.
    await expect(desk.getByRole("main")).toContainText("left with its pieces");
    await seen(desk, "record of the lot");
    await expectIntact(desk, (await entriesOf(lot.traveler)).length);
    await quantity.getByRole("link", { name: child.unit }).click();
    await expect(desk.getByRole("heading", { level: 1 })).toHaveText(child.unit);
    await expect(desk.getByRole("region", { name: "Quantity" })).toContainText(
      "1 accepted + 2 scrapped",
    );
    await expect(
      desk
        .getByRole("region", { name: "Quantity" })
        .getByRole("link", { name: lot.unit, exact: true }),
    ).toBeVisible();
    // What was done before the split stands in the child's history too.
    await expect(desk.getByRole("main")).toContainText("H48213");
    await seen(desk, "record of the child");
    await expectIntact(desk, (await entriesOf(child.traveler)).length);
  });
  expect(await expectSameDecisions(page)).toBeGreaterThan(25);
});

const lotButton = (page: Page, pieces: string) =>
  page.getByRole("button", { name: new RegExp(`^${pieces}`) });
/** From a lot that is complete: its panel has a button of its own for that. */
const toQueue = async (page: Page) => {
  await page.getByRole("button", { name: "Back to the queue", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
};
const inDialog = (page: Page, button: string) =>
  page
    .getByRole("dialog")
    .getByRole("button", { name: new RegExp(`^${button}`) })
    .click();
const type = async (page: Page, pieces: string) => {
  const keys = page.getByRole("dialog").getByRole("region", { name: "Keypad" });
  for (const key of pieces) await keys.getByRole("button", { name: key, exact: true }).click();
};
const choose = (page: Page, reason: string) =>
  page.getByRole("dialog").getByRole("button", { name: reason }).click();
const openDefect = (state: Packet["state"]) =>
  state.defects.find(({ status }) => status === "open");
const numberOf = (state: Packet["state"]): string => openDefect(state)?.qms?.number ?? "";

/** The screen offers it to nobody; who asks the server all the same is told what is open. */
async function refusedOverTheWire(observer: Tablet, lot: Unit): Promise<void> {
  const crew = await crewAt(observer);
  const packet = await observer.packet(lot.traveler);
  const quality = await crew.person("Ingrid Maurer");
  const { verdict } = await act(
    observer,
    quality,
    packet,
    "completeTraveler",
    {},
    { id: uuidv7() },
  );
  expect(verdict).toMatchObject({
    verdict: "recorded_not_applied",
    refusal: { code: "traveler_incomplete", params: { quantity: "47" } },
  });
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

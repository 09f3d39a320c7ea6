import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { kitFor, type Unit } from "./support/crew.ts";
import { entriesOf } from "./support/database.ts";
import { boxesIn, waitingIn, writeNote } from "./support/offline.ts";
import { Player } from "./support/player.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aTablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

// What a network that is gone makes the browser itself say.
test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED/ });

const marisol = "Marisol Reyes";
const wrongPin = "615084";

/** At the unit, which she has opened while there was a network; then it is gone. */
async function withoutNetwork(page: Page, unit: Unit, who = marisol): Promise<Player> {
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn(who);
  await player.open(unit);
  await expect(page.getByText("On-line")).toBeVisible();
  await page.context().setOffline(true);
  await writeNote(page, "Without a network");
  await page.keyboard.press("Escape");
  await expect(page.getByText(/^Off-line/)).toBeVisible();
  return player;
}

const openBuyoff = (page: Page) => page.getByRole("button", { name: "Open buyoff" }).click();
const isBackAtWork = (page: Page) =>
  expect(page.getByRole("region", { name: "Signature", exact: true })).toBeHidden();

/** The first value of the step that comes after the signature: work over it. */
async function goOn(player: Player, unit: Unit): Promise<void> {
  await player.scan(`GAG~${kitFor(unit).gage("dial_wrench_1_12")}`);
  await player.record("2.3");
  await expect(player.page.getByRole("complementary").getByText("2.3").first()).toBeVisible();
}

async function sendAll(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await expect.poll(() => waitingIn(page)).toEqual([]);
  await expect.poll(() => boxesIn(page)).toBe(0);
}

const types = async (unit: Unit) => (await entriesOf(unit.traveler)).map(({ type }) => type);

const stateOf = async (unit: Unit) =>
  (await (await aTablet(run.origin)).packet(unit.traveler)).state;

test("signed without a network, the work goes on, and it is verified when the network is back", async ({
  page,
  desk,
}) => {
  const unit = await aUnit({ untilBuyoff: "050" });
  const player = await withoutNetwork(page, unit);
  await openBuyoff(page);
  const signature = page.getByRole("region", { name: "Signature", exact: true });
  await expect(signature.getByRole("heading")).toHaveText("Marisol, badge and PIN twice");
  await player.expectSignedInAt(page.getByRole("main"), /^Off-line/);
  await seen(page, "signing without a network");

  await test.step("two entries that are not the same sign nothing", async () => {
    await player.scan(player.badgeOf(marisol).badge);
    await player.digits("111111");
    await signature.getByRole("button", { name: /^Next: the PIN once more/ }).click();
    await expect(signature.getByRole("heading")).toHaveText("The same PIN once more");
    await player.digits("111112");
    await signature.getByRole("button", { name: /^Accept and seal/ }).click();
    await expect(signature.getByRole("alert")).toContainText("The two PINs are not the same.");
    await seen(page, "two entries that differ");
    expect(await boxesIn(page)).toBe(0);
  });

  await player.seal(marisol);
  await isBackAtWork(page);
  await expect(page.getByText("1 signature to verify")).toBeVisible();
  await goOn(player, unit);
  await seen(page, "work over a pending signature");

  await test.step("it is pending where it was given, and among what is to be sent", async () => {
    await page.getByRole("button", { name: "What is sent, and what is not" }).click();
    const panel = page.getByRole("dialog", { name: "What this tablet has sent" });
    await expect(panel.getByRole("heading", { name: "Signatures to be verified" })).toBeVisible();
    await seen(page, "sync panel with a signature to verify");
    await panel.getByRole("button", { name: "Close" }).click();
    await page
      .getByRole("navigation", { name: "Steps of this operation" })
      .getByRole("button", { name: /^before/ })
      .click();
    await page.getByRole("button", { name: /Buyoff of the operation/ }).click();
    await expect(page.getByRole("img", { name: /verification pending/ }).first()).toBeVisible();
    await expect(
      page.getByText(/It is sent and verified when the connection is back/),
    ).toBeVisible();
    await seen(page, "pending stamp");
  });

  await sendAll(page);
  await expect(page.getByText("On-line")).toBeVisible();
  await expect(page.getByText("1 signature to verify")).toBeHidden();
  const told = await types(unit);
  expect(told.filter((type) => type === "buyoff.verified")).toHaveLength(1);
  // Everything that was done over it was heard of before it was verified.
  expect(told.lastIndexOf("reading.recorded")).toBeLessThan(told.indexOf("buyoff.verified"));
  const state = await stateOf(unit);
  const signed = state.buyoffs.at(-1);
  expect(signed).toMatchObject({ status: "signed", method: "badge_pin_offline" });
  expect((signed?.verifiedAt ?? "") > (signed?.at ?? "")).toBe(true);

  await test.step("the record says how and when it was signed, and when it was verified", async () => {
    await atDesk(desk, "Ingrid Maurer");
    await desk.goto(`/travelers/${unit.traveler}`);
    const marks = desk.getByRole("list", { name: "Buyoffs", exact: true }).getByRole("listitem");
    const mark = marks.filter({ hasText: "badge + PIN, without a network" });
    await expect(mark).toContainText(marisol);
    await expect(mark).toContainText("badge and PIN verified");
    await mark.scrollIntoViewIfNeeded();
    await seen(desk, "record with a signature given without a network");
  });
});

test("a network that comes back while a PIN is typed takes none of it away", async ({ page }) => {
  const unit = await aUnit({ untilBuyoff: "050" });
  const player = await withoutNetwork(page, unit);
  await openBuyoff(page);
  const signature = page.getByRole("region", { name: "Signature", exact: true });
  const { badge, pin } = player.badgeOf(marisol);
  await player.scan(badge);
  await player.digits(pin.slice(0, 3));
  const heard = page.waitForResponse((response) => response.url().includes("/head"));
  await page.context().setOffline(false);
  await heard;
  await expect(signature.getByRole("heading")).toHaveText("Badge read. Type your PIN");
  await player.digits(pin.slice(3));
  await signature.getByRole("button", { name: /^Next: the PIN once more/ }).click();
  await player.digits(pin);
  await signature.getByRole("button", { name: /^Accept and seal/ }).click();
  await isBackAtWork(page);
  await expect.poll(() => boxesIn(page)).toBe(0);
  expect((await stateOf(unit)).buyoffs.at(-1)).toMatchObject({
    status: "signed",
    method: "badge_pin_offline",
  });
});

test("a PIN that was wrong opens the signature again, and says so until somebody has seen it", async ({
  page,
}) => {
  const unit = await aUnit({ untilBuyoff: "050" });
  const player = await withoutNetwork(page, unit);
  await openBuyoff(page);
  await player.seal(marisol, wrongPin);
  await isBackAtWork(page);
  await page.getByRole("button", { name: `${marisol}:` }).click();
  await page.getByRole("button", { name: "Lock the screen" }).click();
  await expect(page.getByText("1 signature waits to be verified.")).toBeVisible();
  await seen(page, "lock screen with a signature to verify");
  await sendAll(page);
  expect(await types(unit)).toContain("buyoff.rejected");
  expect((await stateOf(unit)).holds).toEqual([]);
  await player.signIn(marisol);
  const dialog = page.getByRole("dialog", { name: "A signature failed its check" });
  await expect(dialog).toContainText("Badge and PIN of this signature were not right.");
  await seen(page, "a signature failed its check");
  await dialog.getByRole("button", { name: "I have seen it" }).click();
  await expect(dialog).toBeHidden();
  // It is due again, and given on line this time.
  await openBuyoff(page);
  await player.sign(marisol);
  await isBackAtWork(page);
  await expect
    .poll(async () => (await stateOf(unit)).buyoffs.slice(-2).map(({ status }) => status))
    .toEqual(["rejected", "signed"]);
});

test("a PIN that was wrong under work that went on puts the unit on hold for quality", async ({
  page,
  desk,
}) => {
  const unit = await aUnit({ untilBuyoff: "050" });
  const player = await withoutNetwork(page, unit);
  await openBuyoff(page);
  await player.seal(marisol, wrongPin);
  await isBackAtWork(page);
  await goOn(player, unit);
  await sendAll(page);
  const dialog = page.getByRole("dialog", { name: "A signature failed its check" });
  await expect(dialog).toContainText("work has gone on over it");
  await seen(page, "a signature failed its check under later work");
  await dialog.getByRole("button", { name: "I have seen it" }).click();
  await expect(
    page.getByText("On hold: A signature failed its check · Quality releases it"),
  ).toBeVisible();
  await seen(page, "on hold by a rejected signature");
  const state = await stateOf(unit);
  expect(state.status).toBe("on_hold");
  // What was measured meanwhile is not lost.
  expect(state.readings.at(-1)).toMatchObject({ value: "2.3" });

  await atDesk(desk, "Ingrid Maurer");
  await desk.goto("/holds");
  const hold = desk.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(hold).toContainText("A signature failed its check");
  await seen(desk, "holds with a rejected signature");
});

test("what may not wait says so before anybody tries: a hold point, and what the instruction keeps on line", async ({
  page,
}) => {
  await test.step("a hold point", async () => {
    const unit = await aUnit({ untilBuyoff: "020" });
    const player = await withoutNetwork(page, unit, "Priya Raman");
    const aside = page.getByRole("complementary");
    await expect(aside).toContainText("This is a hold point: its signature needs the connection.");
    await seen(page, "a hold point without a network");
    await openBuyoff(page);
    const signature = page.getByRole("region", { name: "Signature", exact: true });
    await expect(signature.getByRole("heading")).toHaveText("This signature needs the connection");
    await expect(signature).toContainText("Work does not pass it.");
    await expect(signature.getByRole("button", { name: /^Accept/ })).toBeDisabled();
    await expect(page.getByRole("region", { name: "PIN keys" })).toBeHidden();
    await player.scan(player.badgeOf("Priya Raman").badge);
    await seen(page, "signature that needs the connection");
    await page.context().setOffline(false);
    await expect(page.getByRole("region", { name: "PIN keys" })).toBeVisible();
    await player.expectSignedInAt(page.getByRole("main"), /^On-line/);
  });
});

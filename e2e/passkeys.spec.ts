import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import type { Unit } from "./support/crew.ts";
import { entriesOf } from "./support/database.ts";
import { boxesIn, waitingIn, writeNote } from "./support/offline.ts";
import {
  aSecurityKey,
  atTheTablet,
  confirmAs,
  enrolKey,
  openPasskeys,
  passkeys,
} from "./support/passkeys.ts";
import type { Player } from "./support/player.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aTablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

// What a network that is gone makes the browser itself say.
test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED/ });

const marisol = "Marisol Reyes";
/** Opened while there was a network; then it is gone. */
async function withoutNetwork(player: Player, unit: Unit): Promise<void> {
  const { page } = player;
  await player.open(unit);
  await expect(page.getByText("On-line")).toBeVisible();
  await page.context().setOffline(true);
  await writeNote(page, "Without a network");
  await page.keyboard.press("Escape");
  await expect(page.getByText(/^Off-line/)).toBeVisible();
  await page.getByRole("button", { name: "Open buyoff" }).click();
}

const signature = (page: Page) => page.getByRole("region", { name: "Signature", exact: true });
const accept = (page: Page) =>
  signature(page)
    .getByRole("button", { name: /^Accept with the passkey/ })
    .click();

async function sendAll(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await expect.poll(() => waitingIn(page)).toEqual([]);
  await expect.poll(() => boxesIn(page)).toBe(0);
}

const buyoffsOf = async (unit: Unit) =>
  (await (await aTablet(run.origin)).packet(unit.traveler)).state.buyoffs;

test("a security key is enrolled, signs without a network, and is verified when the network is back", async ({
  page,
  desk,
}) => {
  const key = await aSecurityKey(page);
  const player = await atTheTablet(page, marisol);
  await openPasskeys(page, marisol);
  await expect(passkeys(page)).toContainText("You have none yet.");
  await seen(page, "no passkey yet");
  await passkeys(page).getByRole("button", { name: "Close" }).click();
  await enrolKey(player, marisol);
  await seen(page, "a passkey is enrolled");
  await passkeys(page).getByRole("button", { name: "Close" }).click();

  const unit = await aUnit({ untilBuyoff: "050" });
  await withoutNetwork(player, unit);
  await expect(signature(page).getByRole("heading")).toHaveText("Marisol, your passkey signs");
  await seen(page, "signing with a passkey");

  await test.step("what its owner does not confirm signs nothing, and badge and PIN are the other way", async () => {
    await key.verifies(false);
    await accept(page);
    await expect(signature(page).getByRole("alert")).toContainText("The passkey was not given.");
    await seen(page, "passkey not given");
    expect(await boxesIn(page)).toBe(0);
    await signature(page).getByRole("button", { name: "Badge and PIN instead" }).click();
    await expect(signature(page).getByRole("heading")).toHaveText("Marisol, badge and PIN twice");
    await seen(page, "badge and PIN instead of a passkey");
    await signature(page).getByRole("button", { name: "Passkey instead" }).click();
    await key.verifies(true);
  });

  await accept(page);
  await expect(signature(page)).toBeHidden();
  await expect(page.getByText("1 signature to verify")).toBeVisible();
  await sendAll(page);
  await expect(page.getByText("1 signature to verify")).toBeHidden();
  const told = (await entriesOf(unit.traveler)).map(({ type }) => type);
  expect(told.filter((type) => type === "buyoff.verified")).toHaveLength(1);
  expect((await buyoffsOf(unit)).at(-1)).toMatchObject({
    status: "signed",
    method: "passkey_offline",
  });

  await test.step("the record says how it was signed, and the desk whose passkey it was", async () => {
    await atDesk(desk, "Ingrid Maurer");
    await desk.goto(`/travelers/${unit.traveler}`);
    const marks = desk.getByRole("list", { name: "Buyoffs", exact: true }).getByRole("listitem");
    const mark = marks.filter({ hasText: "passkey, without a network" });
    await expect(mark).toContainText("passkey verified");
    await mark.scrollIntoViewIfNeeded();
    await seen(desk, "record with a passkey's signature");
  });

  await test.step("its owner withdraws it with a reason, and signs with badge and PIN again", async () => {
    await openPasskeys(page, marisol);
    await passkeys(page).getByRole("button", { name: "Withdraw" }).click();
    await passkeys(page).getByRole("button", { name: "Lost" }).click();
    await passkeys(page).getByRole("button", { name: "Next: badge and PIN" }).click();
    await confirmAs(player, marisol);
    await expect(passkeys(page)).toContainText("You have none yet.");
  });
});

test("a key that counts as it has counted before is rejected, and the tablet says so", async ({
  page,
}) => {
  const key = await aSecurityKey(page);
  const player = await atTheTablet(page, marisol);
  await enrolKey(player, marisol);
  await passkeys(page).getByRole("button", { name: "Close" }).click();
  await key.countsFrom(0);
  const unit = await aUnit({ untilBuyoff: "050" });
  await withoutNetwork(player, unit);
  await accept(page);
  await expect(signature(page)).toBeHidden();
  await sendAll(page);
  const dialog = page.getByRole("dialog", { name: "A signature failed its check" });
  await expect(dialog).toContainText("The passkey’s signature was not right");
  await seen(page, "a passkey's signature failed its check");
  await dialog.getByRole("button", { name: "I have seen it" }).click();
  expect((await buyoffsOf(unit)).at(-1)).toMatchObject({ status: "rejected" });
  const rejected = (await entriesOf(unit.traveler)).find(({ type }) => type === "buyoff.rejected");
  expect(JSON.stringify(rejected)).toContain("passkey_copied");
});

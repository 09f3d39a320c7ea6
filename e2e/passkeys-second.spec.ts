import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import type { Unit } from "./support/crew.ts";
import { entriesOf } from "./support/database.ts";
import { boxesIn, waitingIn, writeNote } from "./support/offline.ts";
import { aSecurityKey, atTheTablet, enrolKey, passkeys } from "./support/passkeys.ts";
import type { Held, Player } from "./support/player.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aTablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

// What a network that is gone makes the browser itself say.
test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED/ });

const marisol = "Marisol Reyes";
const dwayne = "Dwayne Okafor";

const signature = (page: Page) => page.getByRole("region", { name: "Signature", exact: true });
const heading = (page: Page) => signature(page).getByRole("heading");
const accept = (page: Page) =>
  signature(page)
    .getByRole("button", { name: /^Accept with the passkey/ })
    .click();

/** The second enrols a key of their own and goes; the first is at a fit that both sign, and the network is gone. */
async function withoutNetwork(page: Page): Promise<[Player, Unit, Key]> {
  const key = await aSecurityKey(page);
  const player = await atTheTablet(page, dwayne);
  await enrolKey(player, dwayne);
  await passkeys(page).getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: `${dwayne}:` }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  const unit = await aUnit({ untilBuyoff: "030", mayWait: true });
  await player.signIn(marisol);
  await player.open(unit);
  await expect(page.getByText("On-line")).toBeVisible();
  await page.context().setOffline(true);
  await writeNote(page, "Without a network");
  await page.keyboard.press("Escape");
  await expect(page.getByText(/^Off-line/)).toBeVisible();
  await page.getByRole("button", { name: "Open buyoff" }).click();
  await player.seal(marisol);
  await expect(heading(page)).toHaveText("Second operator: who signs?");
  await signature(page).getByRole("button", { name: dwayne }).click();
  await expect(heading(page)).toHaveText("Dwayne, your passkey signs");
  return [player, unit, key];
}
type Key = Awaited<ReturnType<typeof aSecurityKey>>;

async function sendAll(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await expect.poll(() => waitingIn(page)).toEqual([]);
  await expect.poll(() => boxesIn(page)).toBe(0);
}

const buyoffsOf = async (unit: Unit) =>
  (await (await aTablet(run.origin)).packet(unit.traveler)).state.buyoffs.slice(-2);

test("a second person signs with their own passkey beside the first, and both are verified afterwards", async ({
  page,
  desk,
}) => {
  const [player, unit, key] = await withoutNetwork(page);
  await expect(signature(page)).toContainText("As second person; Marisol Reyes stays signed in.");
  await seen(page, "the second of two signs with a passkey");

  await test.step("what its owner does not confirm signs nothing; a badge means badge and PIN, and there is a way back", async () => {
    await key.verifies(false);
    await accept(page);
    await expect(signature(page).getByRole("alert")).toContainText("The passkey was not given.");
    await key.verifies(true);
    await player.scan("GAG~TW-0209");
    await expect(signature(page).getByRole("alert")).toContainText("is not a badge.");
    await player.scan(player.badgeOf(dwayne).badge);
    await expect(heading(page)).toHaveText("Badge read. Type your PIN");
    await signature(page).getByRole("button", { name: "Passkey instead" }).click();
    await expect(heading(page)).toHaveText("Dwayne, your passkey signs");
    expect(await boxesIn(page)).toBe(1);
  });

  await accept(page);
  await expect(signature(page)).toBeHidden();
  await expect(page.getByRole("button", { name: `${marisol}:` })).toBeVisible();
  await expect(page.getByText("2 signatures to verify")).toBeVisible();
  await sendAll(page);
  const [first, second] = await buyoffsOf(unit);
  expect(first).toMatchObject({ type: "operator", status: "signed", method: "badge_pin_offline" });
  expect(second).toMatchObject({
    type: "second_operator",
    status: "signed",
    method: "passkey_offline",
    over: [first?.id],
  });
  expect(second?.person).not.toBe(first?.person);

  await atDesk(desk, "Ingrid Maurer");
  await desk.goto(`/travelers/${unit.traveler}`);
  const marks = desk.getByRole("list", { name: "Buyoffs", exact: true }).getByRole("listitem");
  const mark = marks.filter({ hasText: "passkey, without a network" });
  await expect(mark).toContainText(dwayne);
  await expect(mark).toContainText("passkey verified");
  await expect(mark).toContainText("as second person at the tablet");
  await mark.scrollIntoViewIfNeeded();
  await seen(desk, "record with a second person's passkey");
});

/** At another tablet, with badge and PIN: this one has not heard of it. */
async function withdrawElsewhere({ badge, pin }: Held): Promise<void> {
  const other = await aTablet(run.origin);
  const { person } = await other.signIn({ badge, pin });
  for (const { id: passkey } of person.passkeys ?? []) {
    const of = { badge, pin, person: person.id, passkey, reason: "It was lost at the bench" };
    const { body } = await other.post("/api/floor/passkeys/withdraw", of);
    expect(body).toMatchObject({ ok: true });
  }
}

test("a second person's passkey that was withdrawn meanwhile takes their signature back alone, and says whose it was", async ({
  page,
}) => {
  const [player, unit] = await withoutNetwork(page);
  await withdrawElsewhere(player.badgeOf(dwayne));
  await accept(page);
  await expect(signature(page)).toBeHidden();
  await sendAll(page);
  const dialog = page.getByRole("dialog", { name: "A signature failed its check" });
  await expect(dialog).toContainText("The passkey’s signature was not right");
  await expect(dialog).toContainText(dwayne);
  await seen(page, "the second's passkey was withdrawn");
  const [first, second] = await buyoffsOf(unit);
  expect([first?.status, second?.status]).toEqual(["signed", "rejected"]);
  const rejected = (await entriesOf(unit.traveler)).filter(
    ({ type }) => type === "buyoff.rejected",
  );
  expect(rejected.map(({ line }) => JSON.parse(line).body.cause)).toEqual(["passkey_withdrawn"]);
});

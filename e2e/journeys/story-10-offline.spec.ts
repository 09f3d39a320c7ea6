import { expect, test } from "../fixtures.ts";
import { conflictCount, conflictsOf } from "../support/conflicts.ts";
import { kitFor, type Unit } from "../support/crew.ts";
import { linesOf } from "../support/meanwhile.ts";
import { boxesIn, waitingIn, writeNote } from "../support/offline.ts";
import { Player } from "../support/player.ts";
import { atDesk, logDefect } from "../support/room.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { units } from "../support/units.ts";

// What a network that is gone makes the browser itself say.
test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED/ });

const marisol = "Marisol Reyes";
const eventsOffline = 23;

// The forty-one minutes are a matter of clocks, and of lib/travelers/offline-signing.test.ts: here is what people see.
test("story 10: a tablet without a network, 23 acts, two signatures to verify, one conflict to review", async ({
  page,
  desk,
}) => {
  const serial = (n: number) => `S10-${process.pid}-${n}1`;
  const [first, second, third] = await units([
    { unit: serial(1), untilBuyoff: "050" },
    { unit: serial(2), untilBuyoff: "050" },
    { unit: serial(3), untilBuyoff: "050" },
  ]);
  if (!first || !second || !third) throw new Error("three units were asked for");
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn(marisol);
  await player.open(third);
  await page.getByRole("button", { name: "Open buyoff" }).click();
  await player.sign(marisol);
  await measured(player, third, "2.3", { isFirst: true });
  await player.goTo(second);
  await player.goTo(first);
  await expect(page.getByText("On-line")).toBeVisible();
  await page.context().setOffline(true);
  // A signature that was begun before the tablet knows that nobody answers is begun anew.
  await writeNote(page, "The network is gone");
  await page.keyboard.press("Escape");
  await expect(page.getByText(/^Off-line/)).toBeVisible();

  await test.step("meanwhile the third unit is put on hold at the desk", async () => {
    const quality = await atDesk(desk, "Ingrid Maurer");
    await logDefect(quality, third, { comment: "Scratch across the web, found at the desk" });
  });

  await test.step("two signatures, and the work goes on", async () => {
    await sealed(player);
    await measured(player, first, "2.3", { isFirst: true });
    await player.goTo(second);
    await sealed(player);
    await expect(page.getByText("2 signatures to verify")).toBeVisible();
  });
  await test.step("a value at the unit that is on hold, which the tablet can't know", async () => {
    await player.goTo(third);
    await measured(player, third, "2.6");
  });
  await player.goTo(first);
  for (let note = 1; (await waitingIn(page)).length < eventsOffline; note += 1) {
    await writeNote(page, `Without a network, note ${note}`);
    await page.keyboard.press("Escape");
  }
  await expect(page.getByText(`Off-line · ${eventsOffline} not yet sent`)).toBeVisible();
  await page.getByRole("button", { name: "What is sent, and what is not" }).click();
  const panel = page.getByRole("dialog", { name: "What this tablet has sent" });
  await expect(panel.getByRole("heading", { name: "Signatures to be verified" })).toBeVisible();
  await seen(page, "23 acts not yet sent");
  await panel.getByRole("button", { name: "Close" }).click();
  const acts = await waitingIn(page);
  expect(acts.filter(({ type }) => type === "signBuyoff")).toHaveLength(2);

  await page.context().setOffline(false);
  await expect.poll(() => waitingIn(page)).toEqual([]);
  await expect.poll(() => boxesIn(page)).toBe(0);
  await expect(page.getByText("On-line")).toBeVisible();

  await test.step("each act is there once, and says who did it and when", async () => {
    const entries = (await Promise.all([first, second, third].map(linesOf))).flat();
    const of = new Map(acts.map(({ id }) => [id, entries.filter(({ command }) => command === id)]));
    const refused = [...of.values()].flat().filter(({ type }) => type === "command.not_applied");
    expect([...of.values()].filter((told) => told.length === 0)).toEqual([]);
    expect(refused).toMatchObject([{ body: { refusal: "on_hold", conflict: true } }]);
    expect(entries.filter(({ type }) => type === "note.added").length).toBeGreaterThan(10);
    for (const unit of [first, second]) {
      const told = (await linesOf(unit)).map(({ type }) => type);
      expect(told.filter((type) => type === "buyoff.verified")).toHaveLength(1);
    }
    for (const { recordedAt, occurredAt } of [...of.values()].flat()) {
      expect(occurredAt < recordedAt).toBe(true);
    }
  });

  await test.step("the operator has seen what was not applied", async () => {
    const dialog = page.getByRole("dialog").filter({ hasText: third.unit });
    await expect(dialog).toBeVisible();
    await expect(dialog).toContainText("2.6");
    await seen(page, "what was not applied, story 10");
    await dialog.getByRole("button", { name: "I have seen it" }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step("quality reviews the one conflict, with both sides, and closes it", async () => {
    const card = await conflictsOf(desk, third);
    await expect(card).toHaveCount(1);
    await expect(card).toContainText(marisol);
    await expect(card).toContainText("on hold");
    await seen(desk, "the one conflict of story 10");
    await card.getByRole("button", { name: "Close" }).click();
    const dialog = desk.getByRole("dialog");
    await dialog.getByLabel("Why").fill("Recorded again once the hold is released");
    await dialog.getByRole("button", { name: "Close it" }).click();
    await expect(dialog).toBeHidden();
    for (const unit of [first, second, third]) {
      await expect.poll(() => conflictCount(desk, unit)).toBe(0);
    }
  });
});

async function sealed(player: Player): Promise<void> {
  const { page } = player;
  await page.getByRole("button", { name: "Open buyoff" }).click();
  await player.seal(marisol);
  await expect(page.getByRole("region", { name: "Signature", exact: true })).toBeHidden();
}

/** The running torque of the next bolt. */
async function measured(
  player: Player,
  unit: Unit,
  value: string,
  { isFirst } = { isFirst: false },
): Promise<void> {
  if (isFirst) await player.scan(`GAG~${kitFor(unit).gage("dial_wrench_1_12")}`);
  await player.record(value);
  await expect(player.page.getByRole("complementary").getByText(value).first()).toBeVisible();
}

import { uuidv7 } from "#lib/kit/ids";
import { decimalIn } from "#lib/messages/locales";
import { expect } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt } from "../support/crew.ts";
import { run } from "../support/run.ts";
import { act, aTablet } from "../support/tablet.ts";
import { aSerial, type UnitWanted } from "../support/units.ts";
import { type At, choose, dialog, type Faces, over, seen, tap, tapExactly } from "./at.ts";

export const comingUnits = (): UnitWanted[] => [
  { unit: aSerial(), until: "060.3", values: { "060.1/1": "2.6" } },
  { unit: aSerial(), untilBuyoff: "060" },
];

/** A value as it is written on its chip beside the step. */
const chip = ({ page, locale }: At, value: string) =>
  page
    .getByRole("complementary")
    .getByRole("button", { name: decimalIn(value, locale) })
    .first()
    .click();

/** From the first tablet of a station to the signature: what everybody meets on any day. */
export const coming: Faces = {
  "enrol-screen.tsx": async ({ page, say }, file) => {
    await page.goto("/floor?idle=3600");
    await expect(page.getByRole("heading", { name: say("floor.enrol.title") })).toBeVisible();
    await expect(page.getByRole("button", { name: "ASM-1" })).toBeVisible();
    await seen(page, file);
    await page.getByLabel(say("floor.enrol.code")).fill("7Q2M-NOT-A-CODE");
    await page.getByRole("button", { name: say("floor.enrol.enrol") }).click();
    await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
    await seen(page, `${file} a wrong code`);
    await page.getByRole("button", { name: "ASM-1" }).click();
  },
  "lock-screen.tsx": async ({ page, player, say }, file) => {
    await expect(page.getByRole("heading", { name: say("floor.lock.title") })).toBeVisible();
    await seen(page, file);
    await player.scan(player.badgeOf("Anneke Vos").badge);
    await player.pin("Dwayne Okafor");
    await page.getByRole("button", { name: say("floor.lock.enter"), exact: true }).click();
    await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
    await seen(page, `${file} a wrong PIN`);
  },
  "demo-drawer.tsx": (at, file) => over(at, file, () => tap(at, "floor.demo.open"), "common.close"),
  "work-screen.tsx": async ({ player }) => player.signIn("Marisol Reyes"),
  "queue-screen.tsx": async ({ page, player, say }, file) => {
    await expect(page.getByRole("heading", { name: say("floor.queue.title") })).toBeVisible();
    await expect(page.getByRole("main").getByRole("listitem").first()).toBeVisible();
    await seen(page, file);
    await player.scan("NOBODY-HAS-THIS-SERIAL-NUMBER-0000000000000");
    await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
    await seen(page, `${file} nothing is called so`);
    // A station at which nothing waits, as every one is on its first day.
    await page.route("**/api/floor/queue", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), travelers: [] } });
    });
    await expect(page.getByText(say("floor.queue.empty"))).toBeVisible();
    await seen(page, `${file} nothing waits`);
    await page.unroute("**/api/floor/queue");
  },
  "checkouts-dialog.tsx": (at, file) =>
    over(
      at,
      file,
      () => at.page.getByRole("button", { name: "Check out for work off-line" }).click(),
      "common.close",
    ),
  "player-screen.tsx": async ({ page, player, unit }, file) => {
    await player.open(unit(0));
    await seen(page, file);
  },
  "sync-panel.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.connection.open"), "common.close"),
  "person-menu.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.person.menu", { name: "Marisol Reyes" }), "common.close"),
  "passkeys-dialog.tsx": async (at, file) => {
    const { page } = at;
    await tap(at, "floor.person.menu", { name: "Marisol Reyes" });
    await tap(at, "floor.person.passkeys");
    // Under a number there are none, and it says so before anybody tries.
    await expect(dialog(at).getByText(at.say("floor.passkeys.why.other_address"))).toBeVisible();
    await seen(page, file);
    await choose(at, "common.close");
  },
  "hand-over.tsx": (at, file) =>
    over(at, file, () => at.player.scan(at.player.badgeOf("Dwayne Okafor").badge), "common.back"),
  "step-paper.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.player.zoom"), "common.close"),
  "defect-dialog.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.defect.open"), "common.cancel"),
  "hold-dialog.tsx": (at, file) =>
    over(at, file, () => tapExactly(at, "floor.hold.open"), "common.cancel"),
  "more-dialog.tsx": async (at, file) => {
    await over(at, file, () => tapExactly(at, "floor.more.open"), "common.close");
    await tapExactly(at, "floor.more.open");
    await tap(at, "floor.more.note");
    const note = dialog(at).getByRole("textbox");
    await note.fill("W".repeat(300));
    await seen(at.page, `${file} a note of one long word`);
    await note.fill("");
    await choose(at, "common.back");
    await choose(at, "common.close");
  },
  "checkout-entry.tsx": async (at, file) => {
    const { say } = at;
    await tapExactly(at, "floor.more.open");
    await choose(at, "floor.checkout.take");
    const giveBack = dialog(at).getByRole("button", { name: say("floor.checkout.giveBack") });
    await expect(giveBack).toBeVisible();
    await giveBack.scrollIntoViewIfNeeded();
    await seen(at.page, file);
    await giveBack.click();
    await expect(
      dialog(at).getByRole("button", { name: say("floor.checkout.take"), exact: true }),
    ).toBeVisible();
    await choose(at, "common.close");
  },
  "text-keys.tsx": (at, file) =>
    over(at, file, () => tap(at, "floor.gage.typeInstead"), "common.back"),
  "reading-dialog.tsx": async (at, file) => {
    await at.page.getByRole("button", { name: /^060\.1/ }).click();
    await over(at, file, () => chip(at, "2.6"), "common.close");
    await chip(at, "2.6");
    await tap(at, "floor.reading.amend");
    await expect(dialog(at)).toContainText(at.say("floor.reading.why"));
    await choose(at, "floor.reasons.own");
    await at.player.type("2");
    await seen(at.page, `${file} to amend`);
    await choose(at, "common.cancel");
  },
  "installation-dialog.tsx": async (at, file) => {
    // The operation before stands at the top of the rail, and leads to its first step.
    await at.page.getByRole("button", { name: / 050 · / }).click();
    await over(at, file, () => chip(at, "PSB-2291"), "common.close");
    await chip(at, "PSB-2291");
    await tap(at, "floor.installation.takeOut");
    await choose(at, "floor.reasons.own");
    await seen(at.page, `${file} to take out`);
    await choose(at, "common.back");
  },
  "buyoff-screen.tsx": async (at, file) => {
    const { page, player, say, unit } = at;
    await player.open(unit(1));
    await tap(at, "floor.entry.sign");
    const signature = page.getByRole("region", { name: say("floor.sign.signer"), exact: true });
    await expect(signature).toBeVisible();
    await seen(page, file);
    await player.scan(player.badgeOf("Laurent Dubois").badge);
    await player.pin("Laurent Dubois");
    await signature.getByRole("button", { name: say("floor.sign.accept") }).click();
    await expect(signature.getByRole("alert")).toBeVisible();
    await seen(page, `${file} refused`);
  },
  "decline-dialog.tsx": async (at, file) => {
    await over(at, file, () => tap(at, "floor.sign.decline"), "common.back");
    await tap(at, "common.back");
  },
  "refused-commands.tsx": refusedLater,
};

/** What the tablet accepted without the network, on a unit that somebody had put on hold meanwhile. */
async function refusedLater({ page, player, say, unit }: At, file: string): Promise<void> {
  const { traveler } = unit(0);
  await page.getByRole("button", { name: say("floor.player.toQueue") }).click();
  await player.open(unit(0));
  await expect(page.getByText(say("floor.gage.scanLead"))).toBeVisible();
  await page.context().setOffline(true);
  const elsewhere = await aTablet(run.origin);
  const crew = await crewAt(elsewhere);
  const packet = await elsewhere.packet(traveler);
  const { verdict } = await act(elsewhere, await crew.person("Priya Raman"), packet, "placeHold", {
    hold: uuidv7(),
    scope: { kind: "traveler" },
    reason: packet.policy.holdReasons[0]?.code ?? "",
    comment: null,
  });
  expect(verdict.verdict).toBe("applied");
  await player.scan("GAG~TW-0209");
  const inUse = say("floor.gage.change", { code: "TW-0209" });
  await expect(page.getByRole("button", { name: inUse })).toBeVisible();
  await seen(page, `${file} without the network`);
  await page.context().setOffline(false);
  const refusals = page.getByRole("dialog", { name: say("floor.refused.title") });
  await expect(refusals).toBeVisible();
  await seen(page, file);
  const refused = await told(traveler, "command.not_applied");
  expect(refused.map(({ body }) => [body.command, body.refusal])).toEqual([
    ["startStep", "on_hold"],
    ["selectGage", "on_hold"],
  ]);
  // One after the other, each with its own reason.
  for (const _ of refused) await refusals.getByRole("button").last().click();
  await expect(refusals).toBeHidden();
}

import type { Page } from "@playwright/test";
import { canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { plusMinutes } from "#lib/kit/time";
import { textHash } from "#lib/travelers/ruling.rules";
import { waiverContent } from "#lib/travelers/waivers.rules";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt } from "../support/crew.ts";
import { sinceTheSeed } from "../support/days.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player } from "../support/player.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { act, aTablet } from "../support/tablet.ts";
import { aUnit, units } from "../support/units.ts";

const lapsed = "Tomás Herrera";
const apprentice = "Jamal Whitfield";
const trainer = "Dwayne Okafor";
const supervisor = "Ruth Calloway";
const quality = "Ingrid Maurer";

/** Somebody at this tablet beside whoever is signed in. */
async function confirm(player: Player, name: string): Promise<void> {
  await player.scan(player.badgeOf(name).badge);
  await player.pin(name);
  await player.page.getByRole("button", { name: "Confirm", exact: true }).click();
}

const refusalOn = (page: Page) => page.getByRole("main").getByRole("alert");

test("story 5: lapsed Q-SEAL is refused, nobody may waive it, and who holds it now is named", async ({
  page,
}) => {
  const unit = await aUnit({ until: "050.3" });
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn(lapsed);
  await player.open(unit);
  await page.getByRole("button", { name: "Pass", exact: true }).click();
  const refusal = refusalOn(page);
  await expect(refusal).toContainText(`${lapsed} does not hold Q-SEAL; it lapsed on`);
  await expect(refusal).toContainText("Anneke Vos, Dwayne Okafor, Marisol Reyes can do it now.");
  await expect(refusal).toContainText("Waivable by: nobody.");
  await expect(page.getByRole("button", { name: /waiver/ })).toHaveCount(0);
  await seen(page, "sealing refused");

  const observer = await aTablet(run.origin);
  const crew = await crewAt(observer);
  const packet = await observer.packet(unit.traveler);
  const [refused] = await told(unit.traveler, "attempt.refused");
  expect(refused?.body).toMatchObject({
    command: "startStep",
    refusal: "not_qualified",
    params: { qualification: "Q-SEAL", person: lapsed, waivableBy: "nobody" },
  });
  expect(sinceTheSeed(-4)).toContain(refused?.body.params.since);

  // Past a tablet that offers none, a supervisor asks for the waiver all the same.
  const ruth = await crew.person(supervisor);
  const tomas = packet.people[refused?.person ?? ""];
  expect(tomas?.name).toBe(lapsed);
  const reason = "nobody else is here";
  const asked = {
    waiver: uuidv7(),
    person: refused?.person ?? "",
    qualification: "Q-SEAL",
    validUntil: plusMinutes(packet.serverTime, 60),
  };
  const shown = waiverContent(packet.state, { ...asked, reason: textHash(reason) });
  const contentSha256 = canonicalSha256(shown);
  const id = uuidv7();
  const { proof } = await observer.proof(ruth, crew.badgeOf(supervisor), {
    command: id,
    contentSha256,
  });
  const body = { ...asked, reason, contentSha256 };
  const answer = await act(observer, ruth, packet, "requestWaiver", body, { id, proof });
  expect(answer.verdict).toMatchObject({
    verdict: "recorded_not_applied",
    refusal: { code: "waiver_not_possible" },
  });

  await player.handOver(trainer);
  await page.getByRole("button", { name: "Pass", exact: true }).click();
  await expect(async () => {
    expect(await told(unit.traveler, "reading.recorded")).not.toEqual([]);
    const used = (await told(unit.traveler, "step.started")).at(-1);
    expect((await observer.packet(unit.traveler)).people[used?.person ?? ""]?.name).toBe(trainer);
  }).toPass();
  expect(await expectSameDecisions(page)).toBeGreaterThan(2);
});

test("story 5: lapsed Q-ASM-R is waived by supervisor and quality, with a reason, on this traveler alone", async ({
  page,
}) => {
  const [here, there] = await units([
    { unit: `A${Date.now()}1`, until: "010.4" },
    { unit: `B${Date.now()}1`, until: "010.4" },
  ]);
  if (!here || !there) throw new Error("no units were made");
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn(lapsed);
  await player.open(here);
  await player.record("14");
  const refusal = refusalOn(page);
  await expect(refusal).toContainText(`${lapsed} does not hold Q-ASM-R; it lapsed on`);
  await expect(refusal).toContainText("Waivable by: supervisor and quality.");
  await seen(page, "refresher refused");

  await page.getByRole("button", { name: "Ask for a waiver of Q-ASM-R" }).click();
  const dialog = page.getByRole("dialog", { name: `Waiver of Q-ASM-R for ${lapsed}` });
  await expect(dialog.getByRole("button", { name: "Next: badge and PIN" })).toBeDisabled();
  await dialog.getByRole("button", { name: "The course is booked" }).click();
  await seen(page, "waiver reason");
  await dialog.getByRole("button", { name: "Next: badge and PIN" }).click();
  await expect(dialog.getByText("A supervisor asks for it with badge and PIN.")).toBeVisible();
  await seen(page, "supervisor asked");
  await confirm(player, quality);
  await expect(dialog.getByRole("alert")).toContainText("Supervisor");
  await confirm(player, supervisor);
  await expect(dialog.getByText(`${supervisor} asked for it.`)).toBeVisible();
  await seen(page, "quality asked");
  await confirm(player, supervisor);
  await expect(dialog.getByRole("alert")).toContainText("Quality");
  await seen(page, "grant refused");
  await confirm(player, quality);
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Waiver of Q-ASM-R until")).toBeVisible();
  await expect(page.getByText(`Asked for by ${supervisor}, granted by ${quality}`)).toBeVisible();
  await seen(page, "waived");

  // What was typed is still there.
  await page.getByRole("button", { name: /^Record/ }).click();
  await page.getByRole("button", { name: "Step done" }).click();
  await expect(async () => {
    const used = (await told(here.traveler, "qualification.used")).at(-1);
    const [waiver] = await told(here.traveler, "waiver.requested");
    expect(used?.body.qualifications).toMatchObject([
      { code: "Q-ASM-R", result: "waived", waiver: waiver?.body.waiver },
    ]);
  }).toPass();
  const granted = await told(here.traveler, "waiver.granted");
  expect(granted).toHaveLength(1);

  await page.getByRole("button", { name: "More" }).click();
  const more = page.getByRole("dialog");
  await expect(more.getByText(`Q-ASM-R for ${lapsed}`)).toBeVisible();
  await seen(page, "waivers of the unit");
  await more.getByRole("button", { name: "Close" }).click();

  await player.open(there);
  await expect(page.getByText("Waiver of Q-ASM-R until")).toBeHidden();
  await player.record("14");
  await expect(refusal).toContainText(`${lapsed} does not hold Q-ASM-R`);
  const counted = await told(there.traveler, "reading.recorded");
  expect(counted.map(({ body }) => body.value)).not.toContain("14");
  await seen(page, "refused on another unit");
  expect(await expectSameDecisions(page)).toBeGreaterThan(4);
});

test("an apprentice works under a named trainer, who signs exactly what was recorded", async ({
  page,
}) => {
  const unit = await aUnit({ until: "060.1" });
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn(apprentice);
  await player.open(unit);
  await player.scan("GAG~DW-0066");
  const refusal = refusalOn(page);
  await expect(refusal).toContainText(`${apprentice} does not hold Q-TRQ.`);
  await expect(refusal).toContainText(`Or work under ${trainer}.`);
  await seen(page, "apprentice refused");

  await page.getByRole("button", { name: `Work under ${trainer}` }).click();
  const dialog = page.getByRole("dialog", { name: "Work under a trainer" });
  await expect(dialog.getByText(`you say that you stand beside ${apprentice}`)).toBeVisible();
  await seen(page, "trainer asked");
  await confirm(player, "Marisol Reyes");
  await expect(dialog.getByRole("alert")).toContainText("That is no trainer of");
  await seen(page, "not the trainer");
  await confirm(player, trainer);
  await expect(dialog).toBeHidden();
  const banner = page.getByText(`${apprentice} works under ${trainer} · Q-TRQ`);
  await expect(banner).toBeVisible();
  const before = (await told(unit.traveler, "reading.recorded")).length;
  await player.scan("GAG~DW-0066");
  for (const [index, value] of ["3.1", "3.2", "2.9", "3.3"].entries()) {
    await player.record(value);
    await expect(async () => {
      expect((await told(unit.traveler, "reading.recorded")).length).toBeGreaterThan(
        before + index,
      );
    }).toPass();
    await expect(banner).toBeVisible();
  }
  await expect(page.getByRole("button", { name: "Step done" })).toBeHidden();
  await expect(page.getByText(`${trainer} looks at it and signs`)).toBeVisible();
  await seen(page, "trainer is to sign");

  await page.getByRole("button", { name: "Trainer signs" }).click();
  const cosign = page.getByRole("dialog", { name: "The trainer signs step 060.1" });
  for (const value of ["3.1", "3.2", "2.9", "3.3"]) {
    await expect(cosign.getByText(`${value} `).first()).toBeVisible();
  }
  await seen(page, "what the trainer signs");
  await confirm(player, trainer);
  await expect(cosign).toBeHidden();
  await expect(page.getByText(`${trainer} has signed it as it stands.`)).toBeVisible();
  await seen(page, "co-signed");
  await page.getByRole("button", { name: "Step done" }).click();
  await expect(async () => {
    const used = (await told(unit.traveler, "qualification.used")).at(-1);
    expect(used?.body.qualifications).toMatchObject([{ code: "Q-TRQ", result: "supervised" }]);
  }).toPass();
  const cosigned = await told(unit.traveler, "step.cosigned");
  expect(cosigned).toHaveLength(1);
  expect(await expectSameDecisions(page)).toBeGreaterThan(8);
});

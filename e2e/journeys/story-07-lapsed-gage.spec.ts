import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt } from "../support/crew.ts";
import { sinceTheSeed } from "../support/days.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { act, aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

const lapsed = "TW-0198";
const good = "TW-0209";

test("story 7: the wrench whose calibration lapsed is refused, the good one is named and takes the reading", async ({
  page,
}) => {
  const unit = await aUnit({ until: "060.3" });
  const observer = await aTablet(run.origin);
  const { gages } = await observer.packet(unit.traveler);
  const dueOn = gages.find(({ code }) => code === lapsed)?.calibrationDueOn ?? "";
  // It lapsed yesterday, the demo's last day of work: valid through the day before.
  expect(sinceTheSeed(-2)).toContain(dueOn);

  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await expect(page.getByText("Scan the gage: Peak-hold wrench 10–50")).toBeVisible();
  await seen(page, "gage asked for");

  const refusal = page.getByRole("main").getByRole("alert");
  await player.scan(`GAG~${lapsed}`);
  await expect(refusal).toContainText(`The calibration of ${lapsed} lapsed on ${written(dueOn)}.`);
  await expect(refusal).toContainText(`Put it aside for calibration and take ${good}.`);
  await expect(page.getByRole("region", { name: "Keypad" })).toBeHidden();
  await seen(page, "lapsed gage refused");

  await typeGage(page, lapsed);
  await expect(refusal).toContainText(`The calibration of ${lapsed} lapsed on ${written(dueOn)}.`);
  await attemptsAre(unit.traveler, 2);

  await player.scan(`GAG~${good}`);
  const line = page.getByRole("button", {
    name: `Gage ${good}. Tap to use another`,
  });
  await expect(line).toBeVisible();
  await expect(refusal).toBeHidden();
  await seen(page, "good gage accepted");

  // Nor does it slip in later: scanned while the keys are there, or as another one for the operation.
  await player.scan(`GAG~${lapsed}`);
  await expect(refusal).toContainText(`take ${good}`);
  await attemptsAre(unit.traveler, 3);
  await seen(page, "lapsed gage refused beside the keys");
  await line.click();
  await expect(page.getByText("Scan the gage: Peak-hold wrench 10–50")).toBeVisible();
  await seen(page, "another gage asked for");
  await player.scan(lapsed);
  await attemptsAre(unit.traveler, 4);
  await expect(refusal).toContainText(`take ${good}`);
  await seen(page, "lapsed gage refused again");
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await expect(line).toBeVisible();

  const { state, content } = await workOnScreen(
    { player, observer, unit, onScreen: (name, known) => seen(page, name, known) },
    (next) => next.step !== "060.3",
  );
  const step = content.operations
    .flatMap(({ steps }) => steps)
    .find(({ number }) => number === "060.3");
  expect(state.steps[step?.id ?? ""]?.status).toBe("complete");
  const torques = state.readings.filter((reading) => reading.step === step?.id);
  expect(torques.map(({ gage }) => gage?.code)).toEqual([good, good, good, good]);

  const refused = await told(unit.traveler, "attempt.refused");
  expect(refused.map(({ body }) => body)).toEqual(
    Array(4).fill({
      command: "selectGage",
      refusal: "gage_calibration_lapsed",
      params: { gage: lapsed, dueOn, suitable: good },
    }),
  );
  const selected = (await told(unit.traveler, "gage.selected")).map(({ body }) => body.code);
  expect(selected.filter((code) => code.startsWith("TW-"))).toEqual([good]);
  expect(await told(unit.traveler, "command.not_applied")).toEqual([]);
  expect(await expectSameDecisions(page)).toBeGreaterThan(8);
});

test("story 7: past a tablet that asks no rules, the server refuses the lapsed wrench as well", async () => {
  const unit = await aUnit({ until: "060.3" });
  const tablet = await aTablet(run.origin);
  const crew = await crewAt(tablet);
  const marisol = await crew.person("Marisol Reyes");
  const start = await tablet.packet(unit.traveler);
  const operation = start.content.operations.find(({ number }) => number === "060")?.id ?? "";
  const pick = (gage: string) =>
    tablet
      .packet(unit.traveler)
      .then((packet) => act(tablet, marisol, packet, "selectGage", { operation, gage }));
  const refusedFor = { code: "gage_calibration_lapsed", params: { gage: lapsed, suitable: good } };
  expect((await pick(lapsed)).verdict).toMatchObject({
    verdict: "recorded_not_applied",
    refusal: refusedFor,
  });
  expect((await pick(good)).verdict).toMatchObject({
    verdict: "applied",
  });
  const refused = await told(unit.traveler, "command.not_applied");
  expect(refused).toMatchObject([
    {
      person: marisol.person.id,
      body: { command: "selectGage", refusal: refusedFor.code, params: refusedFor.params },
    },
  ]);
});

/** A gage whose label can't be read is typed; the number is checked as if it were scanned. */
async function typeGage(page: Page, code: string): Promise<void> {
  await page.getByRole("button", { name: "Type its number" }).click();
  const keys = page.getByRole("dialog", { name: "Gage number" });
  for (const key of code) await keys.getByRole("button", { name: key, exact: true }).click();
  await seen(page, "gage number typed");
  await keys.getByRole("button", { name: "Use it" }).click();
  await expect(keys).toBeHidden();
}

/** Each attempt is an entry of its own, also where the words on the screen are the same. */
const attemptsAre = (traveler: string, count: number): Promise<void> =>
  expect(async () => expect(await told(traveler, "attempt.refused")).toHaveLength(count)).toPass();

/** A day as people write it. */
const written = (day: string): string =>
  new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" }).format(new Date(day));

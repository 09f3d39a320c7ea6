import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt, kitFor, workOn } from "../support/crew.ts";
import { earlierToday, untilDayLasts } from "../support/days.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { act, aTablet } from "../support/tablet.ts";
import { aSerial, aUnit } from "../support/units.ts";

const operator = "Marisol Reyes";
const quality = "Ingrid Maurer";
const supervisor = "Ruth Calloway";

async function begin(page: Page, wanted: Parameters<typeof aUnit>[0], name = operator) {
  const unit = await aUnit(wanted);
  const observer = await aTablet(run.origin);
  const { content } = await observer.packet(unit.traveler);
  const steps = content.operations.flatMap((operation) => operation.steps);
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn(name);
  await player.open(unit);
  const dialog = page.getByRole("dialog");
  const idOf = (number: string) => steps.find((step) => step.number === number)?.id ?? "";
  const departures = async () => {
    await page.getByRole("button", { name: "More", exact: true }).click();
    await dialog.getByRole("button", { name: "Not as planned" }).click();
  };
  const approve = async (by: string) => {
    await expect(dialog.getByText("You stay signed in.")).toBeVisible();
    await player.scan(player.badgeOf(by).badge);
    await player.pin(by);
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("button", { name: `${name}:` })).toBeVisible();
  };
  return { unit, observer, player, dialog, idOf, departures, approve };
}

const eventually = (look: () => Promise<void>) => expect(look).toPass();

test("a part is left out only under a permit, approved beside the operator, who stays signed in", async ({
  page,
}) => {
  const journey = await begin(page, { until: "050.4" });
  const { unit, observer, player, dialog, idOf, departures, approve } = journey;
  await departures();
  await seen(page, "what is not as planned");
  await dialog.getByRole("button", { name: "Not for this unit" }).click();
  await dialog.getByRole("button", { name: "Not needed for this configuration" }).click();
  await dialog.getByRole("button", { name: "Not for this unit" }).click();
  await expect(dialog.getByRole("alert")).toContainText("only under a deviation permit");
  await seen(page, "without a permit");
  await dialog.getByLabel("Deviation permit (if any)").fill("DP-2026-014");
  await dialog.getByRole("button", { name: "Not for this unit" }).click();
  await expect(dialog.getByText("You stay signed in.")).toBeVisible();
  // A supervisor is not who the instruction names.
  await player.scan(player.badgeOf(supervisor).badge);
  await player.pin(supervisor);
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog.getByRole("alert")).toContainText("has to be approved");
  await seen(page, "approved by the wrong person");
  await approve(quality);

  await eventually(async () => {
    const [left] = await told(unit.traveler, "step.marked_not_applicable");
    expect(left?.body).toMatchObject({ step: idOf("050.4"), permit: "DP-2026-014" });
  });
  await page.getByRole("button", { name: /^050\.4/ }).click();
  const leftOut = page.getByRole("complementary").getByText("This step was left out.");
  await expect(leftOut).toBeVisible();
  await seen(page, "a step left out");
  await page.getByRole("button", { name: "Go on" }).click();
  const { state } = await workOnScreen({ player, observer, unit }, (next) => next.step !== "050.5");
  expect(state.signals.map(({ kind }) => kind)).toContain("not_applicable");
  expect(await expectSameDecisions(page)).toBeGreaterThan(3);
});

test("a deferred step is done later and blocks the operation that it was deferred to", async ({
  page,
}) => {
  const journey = await begin(page, { until: "090.1", quick: true });
  const { unit, observer, player, dialog, idOf, departures, approve } = journey;
  await departures();
  await dialog.getByRole("button", { name: "Do it at a later operation" }).click();
  await dialog.getByRole("button", { name: "Op 100" }).click();
  await dialog.getByRole("button", { name: "Tool or gage is missing" }).click();
  await seen(page, "deferral");
  await dialog.getByRole("button", { name: "Do it at a later operation" }).click();
  await approve(quality);
  await page.getByRole("button", { name: /^090\.1 → 100/ }).click();
  await expect(page.getByText("Is done before operation 100 is bought off")).toBeVisible();
  await seen(page, "a deferred step");
  await page.getByRole("button", { name: /^090\.2/ }).click();

  // The work goes on; what was deferred comes up again before the last signature of its gate.
  const at = await workOnScreen({ player, observer, unit }, (next) => next.step === "090.1");
  expect(at.state.steps[idOf("100.2")]?.status).toBe("complete");
  expect(at.state.steps[idOf("090.1")]?.status).toBe("not_started");
  await seen(page, "the deferred step is due");
  const gate = at.content.operations.at(-1)?.steps.at(-1);
  const requirement = gate?.buyoffs[0]?.id ?? "";
  const tablet = await aTablet(run.origin);
  const crew = await crewAt(tablet);
  const early = await act(
    tablet,
    await crew.person(quality),
    await tablet.packet(unit.traveler),
    "signBuyoff",
    {
      operation: at.content.operations.at(-1)?.id ?? "",
      step: gate?.id ?? "",
      requirement,
      contentSha256: "0".repeat(64),
    },
  );
  expect(early.verdict).toMatchObject({
    verdict: "recorded_not_applied",
    refusal: { code: "buyoff_not_due" },
  });
  const after = await workOnScreen({ player, observer, unit }, (next) => next.step === "100.3");
  expect(after.state.steps[idOf("090.1")]?.status).toBe("complete");
  // The deferred step was the operator's; the operation it was deferred to is quality's.
  await player.handOver(quality);
  const done = await workOnScreen({ player, observer, unit });
  const signed = done.state.buyoffs.find((buyoff) => buyoff.requirement === requirement);
  expect(signed?.covers.map(({ step }) => step)).toContain(idOf("090.1"));
});

test("work done earlier carries both times, and no time before the unit was released", async ({
  page,
}) => {
  await untilDayLasts(3);
  const journey = await begin(page, { until: "010.4" });
  const { unit, observer, player, dialog, idOf, departures } = journey;
  const { site } = await observer.packet(unit.traveler);
  const claim = async (at: Date) => {
    await departures();
    await dialog.getByRole("button", { name: "This was done earlier" }).click();
    const day = (of: Date) =>
      new Intl.DateTimeFormat("en-CA", { timeZone: site.timeZone }).format(of);
    const isToday = day(at) === day(new Date());
    await dialog.getByRole("button", { name: isToday ? "Today" : "Yesterday" }).click();
    await dialog.getByRole("button", { name: "The network was down" }).click();
    const clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: site.timeZone,
      hour: "2-digit",
      minute: "2-digit",
    }).format(at);
    // The keys of the step lie behind the dialog's own.
    const keys = dialog.getByRole("region", { name: "Keypad" });
    for (const digit of clock.replace(":", "")) {
      await keys.getByRole("button", { name: digit, exact: true }).click();
    }
  };
  // Twelve hours ago the unit wasn't there yet.
  await claim(new Date(Date.now() - 12 * 60 * 60_000));
  await seen(page, "the time and why");
  await dialog.getByRole("button", { name: "Use this time" }).click();
  await expect(page.getByRole("main")).toContainText("Recorded");
  await player.record("14");
  await expect(page.getByRole("main").getByRole("alert")).toContainText("was released on");
  await seen(page, "before the release");
  await page.getByRole("button", { name: "No longer earlier" }).click();

  const claimed = new Date(earlierToday());
  await claim(claimed);
  await dialog.getByRole("button", { name: "Use this time" }).click();
  await seen(page, "both times before recording");
  // What was typed before the refusal is still there.
  await page.getByRole("button", { name: /^Record/ }).click();
  await eventually(async () => {
    const [counted] = (await told(unit.traveler, "reading.recorded")).slice(-1);
    expect(counted?.body.step).toBe(idOf("010.4"));
  });
  await workOnScreen({ player, observer, unit }, (next) => next.step !== "010.4");
  await eventually(async () => {
    const late = await told(unit.traveler, "entry.late");
    expect(late.map(({ body }) => [body.act, body.claimedAt])).toEqual(
      ["startStep", "recordReading", "completeStep"].map((of) => [of, claimed.toISOString()]),
    );
  });
  await page.getByRole("button", { name: /^010\.4/ }).click();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await expect(dialog.getByText(/^Done .*entered later: The network was down/)).toBeVisible();
  await seen(page, "both times in the story");
  expect((await observer.packet(unit.traveler)).state.steps[idOf("010.4")]?.status).toBe(
    "complete",
  );
  expect(await expectSameDecisions(page)).toBeGreaterThan(3);
});

test("a step rests until somebody goes on, and one begins out of turn where its role lets it", async ({
  page,
}) => {
  const journey = await begin(page, { until: "090.2" });
  const { unit, player, dialog, idOf, departures, approve } = journey;
  await page.getByRole("button", { name: /^090\.3/ }).click();
  await player.photo();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("090.2");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await departures();
  await dialog.getByRole("button", { name: "Begin it out of turn" }).click();
  await dialog.getByRole("button", { name: "Another step has to come first" }).click();
  await dialog.getByRole("button", { name: "Begin it out of turn" }).click();
  await approve(supervisor);
  await expect(page.getByText("Begins out of turn")).toBeVisible();
  await page.getByRole("button", { name: "Keep this photo" }).click();
  await eventually(async () => {
    expect(await told(unit.traveler, "step.started")).toContainEqual(
      expect.objectContaining({ body: { step: idOf("090.3") } }),
    );
  });
  await seen(page, "begun out of turn");
  await departures();
  await dialog.getByRole("button", { name: "Pause the step" }).click();
  await seen(page, "why it is paused");
  await dialog.getByRole("button", { name: "Waiting for material" }).click();
  await expect(
    page.getByRole("complementary").getByText("Paused: Waiting for material"),
  ).toBeVisible();
  await seen(page, "paused");
  await page.getByRole("button", { name: "Go on with the step" }).click();
  await expect(page.getByRole("button", { name: "Go on with the step" })).toBeHidden();
  await eventually(async () => {
    expect(await told(unit.traveler, "step.resumed")).toHaveLength(1);
  });
});

test("what a step covers is looked at before it is covered", async ({ page }) => {
  const unit = await aUnit({ until: "050.3" });
  const tablet = await aTablet(run.origin);
  const crew = await crewAt(tablet);
  const packet = await tablet.packet(unit.traveler);
  const gap = packet.content.operations
    .flatMap(({ steps }) => steps)
    .find(({ number }) => number === "040.3");
  const reading = packet.state.readings.find(({ step }) => step === gap?.id);
  const value = reading?.value === "0.01" ? "0.02" : "0.01";
  const amended = await act(tablet, await crew.person("Priya Raman"), packet, "amendReading", {
    reading: reading?.id ?? "",
    value,
    reason: "read wrong",
    evidence: null,
  });
  expect(amended.verdict.verdict).toBe("applied");

  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn(operator);
  await player.open(unit);
  await page.getByRole("button", { name: /^next/ }).click();
  await page.getByRole("button", { name: /^050\.3/ }).click();
  await expect(page.getByText("Finish and buy off what this step covers first:")).toBeVisible();
  await seen(page, "covered work is open");

  await workOn(tablet, crew, kitFor(unit), amended.packet, (next) => next.step === "050.3");
  await expect(page.getByText("This step covers values that were corrected:")).toBeVisible();
  await page.getByRole("button", { name: "Pass", exact: true }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText(
    "covers values that were amended",
  );
  await seen(page, "covered values were corrected");
  await page.getByRole("button", { name: "I have looked" }).click();
  await page.getByRole("button", { name: "Pass", exact: true }).click();
  await eventually(async () => {
    const started = (await told(unit.traveler, "step.started")).at(-1);
    expect(started?.body.buried).toEqual([reading?.id]);
  });
});

test("a witness who was called and did not come is passed after the notice, by somebody, for a review", async ({
  page,
}) => {
  const journey = await begin(page, { unit: aSerial("7"), untilBuyoff: "070", quick: true });
  const { unit, player, observer, dialog } = journey;
  await workOnScreen({ player, observer, unit }, (next) => next.by.signs === "customer");
  // The screen is back at the step by itself: the customer has to be called first.
  await player.handOver(operator);
  await expect(page.getByText("Witness point: Customer.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Go on without the witness" })).toBeHidden();
  await page.getByRole("button", { name: "Call the customer" }).click();
  await expect(page.getByText(/^They have until/)).toBeVisible();
  await seen(page, "the notice runs");
  await page.getByRole("button", { name: "Go on without the witness" }).click();
  await eventually(async () => {
    const [passed] = await told(unit.traveler, "witness.passed");
    expect(passed?.body).toMatchObject({ type: "customer", noticeMinutes: 1 });
  });
  await expect(page.getByText("Fillet seal and its width").first()).toBeVisible();
  await seen(page, "the work goes on");
  const { state } = await observer.packet(unit.traveler);
  expect(state.signals.map(({ kind }) => kind)).toContain("witness_passed");
  await expect(dialog).toBeHidden();
});

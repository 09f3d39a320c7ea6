import type { Packet } from "#lib/offline/wire.schema";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { componentFor, gageFor } from "../support/crew.ts";
import { entriesOf } from "../support/database.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { expectIntact, signInAtDesk } from "../support/desk.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { type Known, seen } from "../support/sight.ts";
import { aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

test("story 1: a unit is built from the first scan to the last signature, and reads so at the desk", async ({
  page,
  desk,
}) => {
  const unit = await aUnit({ quick: true });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  await page.goto("/floor");
  await expect(
    page.getByRole("heading", { name: "Which station is this tablet at?" }),
  ).toBeVisible();
  await seen(page, "enrolment");
  await player.enrol();
  await seen(page, "lock");
  await player.signIn("Marisol Reyes");
  await expect(page.getByRole("heading", { name: "Waiting at this station" })).toBeVisible();
  await seen(page, "queue");
  await player.open(unit);

  const onScreen = (name: string, known: Known = {}) => seen(page, name, known);
  const packet = await workOnScreen({ player, observer, unit, onScreen });
  expectBuilt(packet);

  await expect(page.getByRole("button", { name: "Complete the unit" })).toBeVisible();
  // What was mixed is used, and runs in nobody's sight any more.
  await expect(page.getByRole("list", { name: "Running clocks" })).toBeHidden();
  await seen(page, "ready to complete");
  await page.getByRole("button", { name: "Complete the unit" }).click();
  await expect(page.getByText("This unit is complete.")).toBeVisible();
  await seen(page, "complete");
  await expect(async () =>
    expect(await told(unit.traveler, "traveler.completed")).toHaveLength(1),
  ).toPass();
  expect(await told(unit.traveler, "command.not_applied")).toEqual([]);
  expect(await told(unit.traveler, "attempt.refused")).toEqual([]);
  expect(await expectSameDecisions(page)).toBeGreaterThan(120);

  await test.step("quality reads how it was built, and verifies the record", async () => {
    await signInAtDesk(desk, "Ingrid Maurer");
    await desk.goto("/travelers?show=finished");
    await desk.getByRole("link", { name: unit.unit }).click();
    await expect(desk.getByRole("main")).toContainText("42 of 42 steps");
    await expect(desk.getByRole("main")).toContainText("Nothing open");
    await expectIntact(desk, (await entriesOf(unit.traveler)).length);
    await seen(desk, "record of the complete unit");
  });
});

/** Everything the instruction asks for is there, within its limits, with its gage, its lot and its signers. */
function expectBuilt({ content, state, people }: Packet): void {
  const steps = content.operations.flatMap((operation) => operation.steps);
  expect(steps).toHaveLength(42);
  for (const { id, number } of steps) expect(state.steps[id]?.status, number).toBe("complete");
  expect([state.defects, state.holds, state.reworks]).toEqual([[], [], []]);

  const fields = new Map(steps.flatMap((step) => step.fields).map((field) => [field.id, field]));
  const asked = [...fields.values()].filter(
    ({ kind }) => !["component", "photo", "gage", "batch_clock"].includes(kind),
  );
  expect(state.readings).toHaveLength(asked.flatMap(({ positions }) => positions).length);
  for (const { field, value, verdict, gage } of state.readings) {
    const of = fields.get(field);
    if (of?.kind !== "measurement") continue;
    expect(verdict, `${of.label.en} ${value}`).toBe("in_limits");
    expect(gage?.code, of.label.en).toBe(of.gageType && gageFor[of.gageType]);
  }
  const timed = state.readings.filter(({ field }) => {
    const kind = fields.get(field)?.kind;
    return kind === "timer" || kind === "clock_age";
  });
  expect(timed).toHaveLength(6);
  for (const { source, verdict, value } of timed) {
    expect(source).toBe("calculated");
    expect(["in_limits", "no_limits"], value).toContain(verdict);
  }
  expect(state.timers.filter(({ stoppedAt }) => stoppedAt === null)).toEqual([]);
  expect(
    state.clocks.map(({ clock, lot, joined, exceeded }) => ({ clock, lot, joined, exceeded })),
  ).toEqual([
    { clock: "EP-23", lot: "EPX-0711", joined: false },
    { clock: "PS-B2", lot: "PSB-2291", joined: false },
    { clock: "PS-B2 fillet", lot: "PSB-2291", joined: false },
  ]);
  expect(state.signals).toEqual([]);
  const torques = state.readings.filter(({ derivedFrom }) => derivedFrom !== null);
  expect(new Set(torques.map(({ limits }) => limits?.min)).size).toBeGreaterThan(1);

  const places = [...fields.values()].flatMap((field) =>
    field.kind === "component" ? field.positions.map(() => field.part) : [],
  );
  expect(state.components.map(({ part }) => part).sort()).toEqual(places.sort());
  for (const { part, serial, lot } of state.components)
    expect({ serial, lot }, part).toEqual(componentFor(state.unit.serial ?? "", part));
  expect(state.photos).toHaveLength(7);

  const signed = state.buyoffs.map(({ operation, type, person, stamp, status }) => {
    const { number } = content.operations.find(({ id }) => id === operation) ?? { number: "" };
    return `${number} ${type} ${people[person]?.name} ${stamp ?? "–"} ${status}`;
  });
  expect(signed).toEqual([
    "010 operator Marisol Reyes – signed",
    "020 inspection Priya Raman QI-07 signed",
    "030 operator Marisol Reyes – signed",
    "030 second_operator Dwayne Okafor – signed",
    "040 inspection Priya Raman QI-07 signed",
    "050 operator Marisol Reyes – signed",
    "060 operator Marisol Reyes – signed",
    "060 inspection Priya Raman QI-07 signed",
    "070 inspection Priya Raman QI-07 signed",
    "080 inspection Marisol Reyes OP-31 signed",
    "090 operator Marisol Reyes – signed",
    "100 quality Ingrid Maurer QA-02 signed",
  ]);
}

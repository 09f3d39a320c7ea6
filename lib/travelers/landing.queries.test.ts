import { beforeAll, describe, expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aDayThatLasts } from "#lib/db/test-day";
import {
  anInstruction,
  aPlant,
  firstStep,
  released,
  stateOf,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import { acceptBeyondLimit, reviewSignals } from "#lib/defects/commands";
import { uuidv7 } from "#lib/kit/ids";
import { blockedNow, callsOpen, processLimitsWaiting, standingStill } from "./landing.queries.ts";
import type { Command } from "./schema.ts";
import { signalsCounted, signalsFound } from "./signals.queries.ts";

/** The length's process limit is tighter than the drawing's 9.00 – 11.00; quality accepts beyond it. */
function tighter() {
  const content = anInstruction();
  for (const step of content.operations[0]?.steps ?? []) {
    for (const field of step.fields) {
      if (field.kind === "measurement") {
        Object.assign(field, { process: { min: "9.50", max: "10.50", acceptBy: "quality" } });
      }
    }
  }
  return content;
}

let plant: TestPlant;
let tablet: TestTablet;
beforeAll(async () => {
  plant = await aPlant(tighter());
  tablet = await plant.tablet();
});

const desk = (who: keyof TestPlant["people"] = "quality", of = plant) =>
  actorOfSeed(of.site, { ...of.people[who] });
const aUnit = async () => (await released(plant, `S-${uuidv7().slice(-8)}`))[0] ?? "";

async function send(traveler: string, ...commands: Pick<Command, "type" | "body">[]) {
  const person = plant.people.operator;
  const verdicts = await tablet.send(
    ...commands.map((command) => tablet.envelope(person, traveler, command)),
  );
  return verdicts.map(({ verdict }) => verdict);
}

const measured = (value: string): Pick<Command, "type" | "body">[] => {
  const operation = plant.content.operations[0];
  const step = operation?.steps[1];
  const field = step?.fields[0];
  if (!operation || !step || !field) throw new Error("nothing to measure");
  const reading = { step: step.id, field: field.id, position: "1", sample: 1, value };
  return [
    { type: "presentStep", body: { step: step.id, language: "en" } },
    { type: "startStep", body: { step: step.id } },
    { type: "selectGage", body: { operation: operation.id, gage: "CAL-1" } },
    { type: "recordReading", body: { ...reading, source: "keypad", confirmed: [] } },
  ] as Pick<Command, "type" | "body">[];
};

describe("what waits", () => {
  it("is a value beyond its process limit until the named role has accepted it", async () => {
    const traveler = await aUnit();
    await send(traveler, ...firstStep(plant));
    expect(await send(traveler, ...measured("10.75"))).not.toContain("recorded_not_applied");
    const own = async () =>
      (await processLimitsWaiting(desk())).filter((of) => of.traveler === traveler);
    const [waiting] = await own();
    expect(waiting).toMatchObject({ acceptBy: "quality", reading: { value: "10.75" } });
    const form = {
      command: uuidv7(),
      traveler,
      reading: waiting?.reading.id ?? "",
      reason: "seen",
    };
    const refused = await acceptBeyondLimit(desk("inspector"), { ...form, command: uuidv7() });
    expect(refused).toMatchObject({ ok: false, error: { code: "not_permitted" } });
    expect((await own()).length).toBe(1);
    expect((await acceptBeyondLimit(desk(), form)).ok).toBe(true);
    expect(await own()).toEqual([]);
    const elsewhere = await aPlant();
    expect(await processLimitsWaiting(desk("quality", elsewhere))).toEqual([]);
  });

  it("is whoever was refused and has not got on since, with why", async () => {
    const traveler = await aUnit();
    const third = plant.content.operations[0]?.steps[2];
    const body = { step: third?.id ?? "", late: undefined };
    const here = async () => (await blockedNow(desk())).filter((of) => of.traveler === traveler);
    expect(await send(traveler, { type: "completeStep", body })).toEqual(["recorded_not_applied"]);
    expect(await here()).toMatchObject([
      { person: "Olga", station: "ASM-1", refusal: { code: "step_not_in_work" } },
    ]);
    await send(traveler, ...firstStep(plant));
    expect(await here()).toEqual([]);
    const tomorrow = new Date(Date.now() + 24 * 3_600_000);
    await send(traveler, { type: "completeStep", body });
    expect((await blockedNow(desk(), tomorrow)).filter((of) => of.traveler === traveler)).toEqual(
      [],
    );
  });

  it("is an inspector who was called and is not there yet", async () => {
    const traveler = await aUnit();
    const operation = plant.content.operations[0]?.id ?? "";
    await send(traveler, ...firstStep(plant));
    expect(
      await send(traveler, {
        type: "callInspection",
        body: { call: uuidv7(), operation },
      } as never),
    ).toEqual(["applied"]);
    const here = async () => (await callsOpen(desk())).filter((of) => of.traveler === traveler);
    expect(await here()).toMatchObject([{ operation: "010", calledBy: "Olga" }]);
    const call = (await stateOf(plant, traveler)).calls[0]?.id;
    const arrived = tablet.envelope(plant.people.inspector, traveler, {
      type: "acknowledgeInspection",
      body: { call, arrived: true },
    } as never);
    expect((await tablet.send(arrived))[0]?.verdict).toBe("applied");
    expect(await here()).toEqual([]);
  });

  it("is a unit in work at which a day has gone by", async () => {
    const traveler = await aUnit();
    await send(traveler, ...firstStep(plant));
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000);
    const ids = async (now: Date) => (await standingStill(desk(), now)).map((of) => of.traveler);
    expect(await ids(at(23))).not.toContain(traveler);
    expect(await ids(at(25))).toContain(traveler);
    const untouched = await aUnit();
    expect(await ids(at(25))).not.toContain(untouched);
  });
});

describe("a review by exception", () => {
  it("finds what was refused, by kind, station and period, and takes it off the list with a note", async () => {
    await aDayThatLasts("America/Chicago");
    const traveler = await aUnit();
    // Decided by the server alone: whoever asked was told at once, and nothing was done on it.
    await send(traveler, { type: "completeTraveler", body: {} });
    const mine = async (filter: Partial<Parameters<typeof signalsFound>[1]> = {}, now?: Date) => {
      const all = { period: "all" as const, reviewed: false, ...filter };
      return (await signalsFound(desk(), all, 1, now)).lines.filter(
        (of) => of.traveler === traveler,
      );
    };
    expect(await mine()).toMatchObject([{ kind: "not_applied", reviewed: null }]);
    expect(await mine({ kind: "late_entry" })).toEqual([]);
    expect(await mine({ station: "ASM-1" })).toHaveLength(1);
    expect(await mine({ station: "ASM-2" })).toEqual([]);
    expect(await mine({ period: "today" })).toHaveLength(1);
    expect(await mine({ period: "today" }, new Date(Date.now() + 30 * 3_600_000))).toEqual([]);

    const before = (await signalsCounted(desk())).find(({ kind }) => kind === "not_applied");
    const [{ seq } = { seq: 0 }] = await mine();
    const form = { command: uuidv7(), traveler, signals: [seq], note: "Wrong step opened" };
    expect(await reviewSignals(desk("inspector"), { ...form, command: uuidv7() })).toMatchObject({
      ok: false,
      error: { code: "not_permitted" },
    });
    expect((await reviewSignals(desk(), form)).ok).toBe(true);
    expect(await mine({ kind: "not_applied" })).toMatchObject(
      // The inspector's attempt to review was refused as well, and is one more to look at.
      [{ entry: { person: plant.people.inspector.id } }],
    );
    expect(await mine({ reviewed: true })).toMatchObject([
      { seq, reviewed: { by: "Quentin", note: "Wrong step opened" } },
    ]);
    const after = (await signalsCounted(desk())).find(({ kind }) => kind === "not_applied");
    expect(after?.count).toBe(before?.count);
    const row = await forSite(plant.site).signal.findMany({ where: { travelerId: traveler, seq } });
    expect(row[0]?.reviewedBy).toBe(plant.people.quality.id);
  });

  it("shows nothing of another plant", async () => {
    const elsewhere = await aPlant();
    const all = { period: "all" as const, reviewed: false };
    expect((await signalsFound(desk("quality", elsewhere), all)).lines).toEqual([]);
    expect(await signalsCounted(desk("quality", elsewhere))).toEqual([]);
  });
});

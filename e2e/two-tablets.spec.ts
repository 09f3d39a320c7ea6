import { expect, test } from "@playwright/test";
import { nextAct } from "../prisma/seed/plan.ts";
import { crewAt, kitFor } from "./support/crew.ts";
import { entriesOf } from "./support/database.ts";
import { run } from "./support/run.ts";
import { aTablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

test("two tablets on one step: exactly one starts it", async () => {
  const unit = await aUnit({ until: "010.2" });
  const [first, second] = await Promise.all([aTablet(run.origin), aTablet(run.origin, "KIT-1")]);
  const [atFirst, atSecond] = await Promise.all([crewAt(first), crewAt(second)]);
  const packet = await first.packet(unit.traveler);
  const next = nextAct(packet.state, packet.content, kitFor(unit));
  const step = next && "step" in next.body ? next.body.step : null;
  expect(step).not.toBeNull();
  const marisol = await atFirst.person("Marisol Reyes");
  const dwayne = await atSecond.person("Dwayne Okafor");
  const present = { step, language: "en" };
  const shown = [
    await first.send([first.envelope(marisol, packet, "presentStep", present)]),
    await second.send([second.envelope(dwayne, packet, "presentStep", present)]),
  ].flat();
  expect(shown.map(({ verdict }) => verdict)).toEqual(["applied", "applied"]);
  const start = [
    first.envelope(marisol, packet, "startStep", { step }),
    second.envelope(dwayne, packet, "startStep", { step }),
  ] as const;
  const verdicts = (await Promise.all([first.send([start[0]]), second.send([start[1]])])).flat();
  expect(verdicts.map(({ verdict }) => verdict).sort()).toEqual([
    "applied",
    "recorded_not_applied",
  ]);
  const entries = await entriesOf(unit.traveler, packet.state.seq);
  expect(entries.filter(({ type }) => type === "step.started")).toHaveLength(1);
});

test("a reply that was lost is asked for again and acts once", async () => {
  const unit = await aUnit({ until: "010.2" });
  const tablet = await aTablet(run.origin);
  const crew = await crewAt(tablet);
  const packet = await tablet.packet(unit.traveler);
  const marisol = await crew.person("Marisol Reyes");
  const note = tablet.envelope(marisol, packet, "addNote", { step: null, text: "label was wet" });
  const verdicts = (await Promise.all(Array.from({ length: 6 }, () => tablet.send([note])))).flat();
  for (const verdict of verdicts) expect(verdict).toEqual(verdicts[0]);
  expect(verdicts[0]).toMatchObject({ verdict: "applied" });
  const entries = await entriesOf(unit.traveler, packet.state.seq);
  expect(entries.filter(({ type }) => type === "note.added")).toHaveLength(1);

  const other = { ...note, body: { step: null, text: "label was dry" } };
  const [refused] = await tablet.send([other]);
  expect(refused).toMatchObject({ verdict: "recorded_not_applied" });
  const after = await entriesOf(unit.traveler, packet.state.seq);
  expect(after.filter(({ type }) => type === "note.added")).toHaveLength(1);
});

import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { db, forSite } from "#lib/db/client";
import { aDayThatLasts } from "#lib/db/test-day";
import { aPerson, aSite, type TestSite, valueIn } from "#lib/db/test-plant";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import { askNothing, loadForCommand } from "#lib/record/load.queries";
import { streamOf } from "#lib/record/streams.rules";
import { personFacts } from "#lib/travelers/acts.rules";
import { personAtSite } from "./queries.ts";
import { endTrainer, nameTrainer } from "./trainers.commands.ts";
import { couldTrain, trainingOf } from "./trainers.queries.ts";

const today = await aDayThatLasts("America/Chicago");
const daysOn = (days: number) =>
  instant(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).slice(0, 10);
const codeOf = async (done: Promise<{ ok: boolean; error?: { code: string } }>) => {
  const result = await done;
  return result.ok ? "done" : result.error?.code;
};
const form = (of: { person: string; trainer: string }, more: object = {}) => ({
  command: uuidv7(),
  ...of,
  qualification: "",
  validFrom: today,
  validUntil: "",
  ...more,
});
async function aKind(holder: string) {
  const code = `Q-${randomUUID().slice(0, 8)}`;
  await db.qualification.create({
    data: { code, name: { en: "Torque" }, waivableBy: "nobody" },
  });
  await db.personQualification.create({
    data: {
      id: uuidv7(),
      personId: holder,
      code,
      authority: "school",
      evidence: "C-1",
      validFrom: new Date(daysOn(-9)),
      validUntil: new Date(daysOn(9)),
    },
  });
  return code;
}
/** As the rules see whoever acts, by the statement that every decision is loaded with. */
async function trainersSeen(site: TestSite, person: string) {
  const loaded = await loadForCommand(site.id, { ...askNothing, people: [person] });
  return personFacts(loaded.people[person], null, today)?.trainers;
}

test("a trainer is named by a third, for what they hold, and the rules and the tablet know it", async () => {
  const site = await aSite();
  const [jim, ana, max] = [await aPerson(site), await aPerson(site), await aPerson(site)];
  const code = await aKind(ana.id);
  const actor = actorOfSeed(site.id);
  const named = form({ person: jim.id, trainer: ana.id }, { qualification: code });
  for (const own of [jim, ana]) {
    const as = actorOfSeed(site.id, { id: own.id, name: own.name });
    expect(await codeOf(nameTrainer(as, named))).toBe("own_trainer");
  }
  const self = form({ person: jim.id, trainer: jim.id });
  expect(await codeOf(nameTrainer(actor, self))).toBe("own_trainer");
  const lacks = form({ person: jim.id, trainer: max.id }, { qualification: code });
  expect(await codeOf(nameTrainer(actor, lacks))).toBe("trainer_lacks");
  const unheard = { ...named, qualification: "Q-NONE" };
  expect(await codeOf(nameTrainer(actor, unheard))).toBe("qualification_unknown");

  expect(await codeOf(nameTrainer(actor, named))).toBe("done");
  expect(await codeOf(nameTrainer(actor, { ...named, command: uuidv7() }))).toBe("trainer_named");
  const trainers = [{ id: ana.id, name: ana.name, qualification: code }];
  expect(await trainersSeen(site, jim.id)).toEqual(trainers);
  expect((await personAtSite(jim.id, site.id))?.trainers).toEqual(trainers);
  expect(await trainingOf(ana.id)).toMatchObject([{ as: "trainer", other: { id: jim.id } }]);
  expect((await couldTrain(actor, jim.id)).map(({ id }) => id).sort()).toEqual(
    [ana.id, max.id].sort(),
  );
});

test("nobody is apprentice and trainer together, and whoever has left trains nobody", async () => {
  const site = await aSite();
  const [jim, ana, max] = [await aPerson(site), await aPerson(site), await aPerson(site)];
  const actor = actorOfSeed(site.id);
  valueIn(await nameTrainer(actor, form({ person: jim.id, trainer: ana.id })));
  const by = form({ person: max.id, trainer: jim.id });
  expect(await codeOf(nameTrainer(actor, by))).toBe("trainer_learns");
  const of = form({ person: ana.id, trainer: max.id });
  expect(await codeOf(nameTrainer(actor, of))).toBe("apprentice_trains");
  await db.person.update({ where: { id: max.id }, data: { status: "inactive" } });
  const gone = form({ person: jim.id, trainer: max.id });
  expect(await codeOf(nameTrainer(actor, gone))).toBe("trainer_unknown");
  const elsewhere = await aPerson(await aSite());
  const far = form({ person: jim.id, trainer: elsewhere.id });
  expect(await codeOf(nameTrainer(actor, far))).toBe("trainer_unknown");
  const theirs = form({ person: elsewhere.id, trainer: ana.id });
  expect(await codeOf(nameTrainer(actor, theirs))).toBe("person_unknown");
});

test("a trainer's time begins and ends by the plant's day, and both stand on the record with the reason", async () => {
  const site = await aSite();
  const [jim, ana] = [await aPerson(site), await aPerson(site)];
  const actor = actorOfSeed(site.id);
  const later = form({ person: jim.id, trainer: ana.id }, { validFrom: daysOn(1) });
  valueIn(await nameTrainer(actor, later));
  expect(await trainersSeen(site, jim.id)).toEqual([]);
  const shown = async () => (await personAtSite(jim.id, site.id))?.trainers;
  expect(await shown()).toEqual([]);
  const now = form({ person: jim.id, trainer: ana.id }, { validUntil: today });
  expect(await codeOf(nameTrainer(actor, now))).toBe("trainer_named");
  const end = { command: uuidv7(), training: later.command, endsOn: today, reason: "has learned" };
  const own = actorOfSeed(site.id, { id: jim.id, name: jim.name });
  expect(await codeOf(endTrainer(own, end))).toBe("own_trainer");
  expect(await codeOf(endTrainer(actor, { ...end, endsOn: daysOn(1) }))).toBe("trainer_ends_later");
  expect(await codeOf(endTrainer(actor, end))).toBe("done");
  expect(await codeOf(endTrainer(actor, end))).toBe("trainer_ended");

  valueIn(await nameTrainer(actor, { ...now, command: uuidv7() }));
  expect(await trainersSeen(site, jim.id)).toMatchObject([{ id: ana.id, qualification: null }]);
  // Once: what has ended is shown no more.
  expect(await shown()).toEqual([{ id: ana.id, name: ana.name, qualification: null }]);
  const rows = await forSite(site.id).entry.findMany({
    where: { streamId: streamOf("person", jim.id, site.id), type: { startsWith: "trainer." } },
    orderBy: { seq: "asc" },
  });
  expect(rows.map(({ type }) => type)).toEqual(["trainer.named", "trainer.ended", "trainer.named"]);
  expect(JSON.parse(rows[1]?.line ?? "{}").body).toMatchObject({
    person: jim.id,
    trainer: ana.id,
    changes: { validUntil: { before: null, after: daysOn(-1) } },
  });
});

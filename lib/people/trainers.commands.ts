import "server-only";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { dateIn, instant } from "#lib/kit/time";
import { recorded } from "#lib/record/recorded.commands";
import type { When } from "./commands.ts";
import type { Actor } from "./schema.ts";
import type { EndTrainerForm, NameTrainerForm } from "./trainers.schema.ts";

export type TrainerRefusal = {
  code:
    | "person_unknown"
    | "qualification_unknown"
    | "own_trainer"
    | "trainer_unknown"
    | "trainer_lacks"
    | "trainer_learns"
    | "apprentice_trains"
    | "trainer_named"
    | "trainer_ended"
    | "trainer_ends_later";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ person: string }, TrainerRefusal>>;
const refused = (code: TrainerRefusal["code"], params: TrainerRefusal["params"] = {}) =>
  err<TrainerRefusal>({ code, params });

const onDay = (day: string): Date => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
const dayBefore = (day: string): string => dayOf(new Date(onDay(day).getTime() - 86_400_000));

async function worksHere(tx: Tx, actor: Actor, id: string): Promise<boolean> {
  const [person, role] = await Promise.all([
    tx.person.findUnique({ where: { id }, select: { status: true } }),
    tx.personRole.findFirst({ where: { personId: id, siteId: actor.site } }),
  ]);
  return person?.status === "active" && role !== null;
}

/** In force on this day or later. */
const standing = (day: string) => ({
  OR: [{ validUntil: null }, { validUntil: { gte: onDay(day) } }],
});

/**
 * Under whom somebody may do what they don't hold yet. By a third: neither learns nor trains by their own
 * word. Whoever trains holds it, and needs no trainer for anything.
 */
export function nameTrainer(actor: Actor, form: NameTrainerForm, when: When = {}): Outcome {
  const { person, trainer, validFrom } = form;
  const qualification = form.qualification === "" ? null : form.qualification;
  const validUntil = form.validUntil === "" ? null : form.validUntil;
  return recorded(actor, async (tx) => {
    // Two who name somebody at once take turns: nobody becomes apprentice and trainer together.
    await tx.$queryRaw`select id from people where id in (${person}::uuid, ${trainer}::uuid)
      order by id for update`;
    if (!(await worksHere(tx, actor, person))) return refused("person_unknown");
    if (actor.id === person || actor.id === trainer || person === trainer) {
      return refused("own_trainer");
    }
    if (!(await worksHere(tx, actor, trainer))) return refused("trainer_unknown");
    const able = await mayTrain(tx, actor, { trainer, qualification, validFrom });
    if (!able.ok) return able;
    const trains = await tx.trainer.findFirst({
      where: { trainerId: person, ...standing(validFrom) },
    });
    if (trains) return refused("apprentice_trains");
    const named = await tx.trainer.findFirst({
      where: { personId: person, trainerId: trainer, qualification, ...standing(validFrom) },
    });
    if (named) return refused("trainer_named");
    await tx.trainer.create({
      data: {
        id: form.command,
        personId: person,
        trainerId: trainer,
        qualification,
        validFrom: onDay(validFrom),
        validUntil: validUntil && onDay(validUntil),
      },
    });
    const body = {
      person,
      training: form.command,
      trainer,
      code: qualification,
      validFrom,
      validUntil,
    };
    const event = { kind: "person", stream: person, type: "trainer.named", body, ...when } as const;
    return ok({ value: { person }, events: [event] });
  });
}

async function mayTrain(
  tx: Tx,
  actor: Actor,
  of: { trainer: string; qualification: string | null; validFrom: string },
): Promise<Result<true, TrainerRefusal>> {
  const learns = await tx.trainer.findFirst({
    where: { personId: of.trainer, ...standing(of.validFrom) },
  });
  if (learns) return refused("trainer_learns");
  const { qualification: code } = of;
  if (code === null) return ok(true);
  if (!(await tx.qualification.findUnique({ where: { code } }))) {
    return refused("qualification_unknown");
  }
  const day = onDay(await today(tx, actor));
  const held = await tx.personQualification.findFirst({
    where: {
      personId: of.trainer,
      code,
      validFrom: { lte: day },
      OR: [{ validUntil: null }, { validUntil: { gte: day } }],
    },
  });
  return held ? ok(true) : refused("trainer_lacks", { code });
}

async function today(tx: Tx, actor: Actor): Promise<string> {
  const site = await tx.site.findUniqueOrThrow({ where: { id: actor.site } });
  return dateIn(site.timeZone, instant(Date.now()));
}

/** From its day on the apprentice works alone or not at all. What the trainer signed stays signed. */
export function endTrainer(actor: Actor, form: EndTrainerForm): Outcome {
  const { endsOn } = form;
  const reason = sha256Hex(form.reason);
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from trainers where id = ${form.training}::uuid for update`;
    const row = await tx.trainer.findUnique({ where: { id: form.training } });
    if (!row || !(await worksHere(tx, actor, row.personId))) return refused("trainer_ended");
    const { personId: person, trainerId: trainer, qualification: code } = row;
    if (actor.id === person || actor.id === trainer) return refused("own_trainer");
    const before = row.validUntil && dayOf(row.validUntil);
    if (before !== null && before < endsOn) return refused("trainer_ended");
    const day = await today(tx, actor);
    if (endsOn > day) return refused("trainer_ends_later", { today: day });
    const after = dayBefore(endsOn);
    await tx.trainer.update({ where: { id: row.id }, data: { validUntil: onDay(after) } });
    const changes = { validUntil: { before, after } };
    const body = { person, training: row.id, trainer, code, changes, reason };
    const event = { kind: "person", stream: person, type: "trainer.ended", body } as const;
    return ok({ value: { person }, events: [{ ...event, texts: [form.reason] }] });
  });
}

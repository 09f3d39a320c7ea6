import { Secret } from "otpauth";
import { actorOfSeed } from "#lib/boundary/actor";
import { db } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import type { Result } from "#lib/kit/result";
import { type Instant, instant } from "#lib/kit/time";
import {
  createPerson,
  giveQualification,
  giveRole,
  issueBadge,
  issueStamp,
  setPassword,
  setPin,
} from "#lib/people/commands";
import { nameTrainer } from "#lib/people/trainers.commands";
import { idOf } from "./identity.ts";
import { type DemoPerson, demoPeople, demoQualifications } from "./people.ts";
import { demoSites } from "./plant.ts";
import { dayAfter } from "./reference.ts";

const home = demoSites.ng1;
export const personId = (of: Pick<DemoPerson, "employeeNumber">): string =>
  idOf(`person/${of.employeeNumber}`);

export async function done<T, E extends { code: string }>(
  outcome: Promise<Result<T, E>>,
): Promise<T> {
  const result = await outcome;
  if (!result.ok) throw new Error(`the seed was refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

export async function seedPeople(anchor: Instant): Promise<void> {
  await db.qualification.createMany({ data: demoQualifications.map((of) => ({ ...of })) });
  for (const person of demoPeople) await seedPerson(person, anchor);
  for (const person of demoPeople) await seedTrainer(person, anchor);
}

const apprenticedDays = 60;

async function seedTrainer(person: DemoPerson, anchor: Instant): Promise<void> {
  const trainer = demoPeople.find(({ name }) => name === person.trainer);
  if (!trainer) return;
  const day = dayAfter(anchor, home.timeZone, -apprenticedDays);
  const then = instant(day.getTime());
  const form = {
    command: idOf(`${person.employeeNumber}/trainer`),
    person: personId(person),
    trainer: personId(trainer),
    qualification: "",
    validFrom: then.slice(0, 10),
    validUntil: "",
  };
  await done(nameTrainer(actorOfSeed(home.id), form, { at: then, recordedAt: then }));
}

async function seedPerson(person: DemoPerson, anchor: Instant): Promise<void> {
  const seed = actorOfSeed(home.id);
  const id = personId(person);
  const day = (days: number) => dayAfter(anchor, home.timeZone, days);
  const dayText = (days: number) => day(days).toISOString().slice(0, 10);
  const then = instant(day(-400).getTime());
  const when = { at: then, recordedAt: then };
  const { employeeNumber, name, locale } = person;
  await done(createPerson(seed, { id, employeeNumber, name, locale }, when));
  for (const badge of person.badges) await done(issueBadge(seed, id, badge, when));
  await done(setPin(seed, id, person.pin, when));
  if (person.password) {
    const totpSecret = totpOf(person);
    await done(setPassword(seed, id, person.password, { ...when, totpSecret }));
  }
  for (const site of person.alsoAtNg2 ? Object.values(demoSites) : [home]) {
    for (const role of person.roles) await done(giveRole(actorOfSeed(site.id), id, role, when));
  }
  for (const stamp of person.stamps) {
    await done(issueStamp(seed, id, { ...stamp, issuedOn: dayText(-400) }, when));
  }
  for (const [code, days] of Object.entries(person.qualifications)) {
    const given = {
      code,
      authority: "Northgate training",
      evidence: `TR-${employeeNumber}-${code}`,
      validFrom: dayText(Math.min(days, 0) - 365),
      validUntil: dayText(days),
    };
    const qualification = { ...when, id: idOf(`${employeeNumber}/${code}`) };
    await done(giveQualification(seed, id, given, qualification));
  }
}

/** The authenticator's secret of a demo account, the same at every seed. */
export const totpOf = (person: Pick<DemoPerson, "employeeNumber">): string =>
  Secret.fromHex(sha256Hex(`demo totp ${person.employeeNumber}`).slice(0, 40)).base32;

import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { db, forSite } from "#lib/db/client";
import { aDayThatLasts } from "#lib/db/test-day";
import { aPerson, aSite, type TestSite, valueIn } from "#lib/db/test-plant";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import { streamOf } from "#lib/record/streams.rules";
import { giveQualification } from "./commands.ts";
import { personAtSite } from "./queries.ts";
import type { Actor } from "./schema.ts";
import { changeCoolDown, issueStampByForm, withdrawStamp } from "./stamps.commands.ts";
import { stampRegister } from "./stamps.queries.ts";
import type { StampForm } from "./stamps.schema.ts";

const as = (site: TestSite, person: { id: string; name: string }): Actor =>
  actorOfSeed(site.id, { id: person.id, name: person.name });
const today = await aDayThatLasts("America/Chicago");
const daysAgo = (days: number) =>
  instant(Date.parse(`${today}T00:00:00Z`) - days * 86_400_000).slice(0, 10);
const anIssue = (person: string, more: Partial<StampForm> = {}): StampForm => ({
  command: uuidv7(),
  person,
  number: `N-${randomUUID()}`,
  kind: "operator",
  issuedOn: daysAgo(2),
  ...more,
});
const codeOf = async (done: Promise<{ ok: boolean; error?: { code: string } }>) => {
  const result = await done;
  return result.ok ? "done" : result.error?.code;
};
const entriesOf = async (site: TestSite, stream: string) => {
  const rows = await forSite(site.id).entry.findMany({
    where: { streamId: stream },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ type, line }) => ({ type, body: JSON.parse(line).body }));
};
const certified = async (site: TestSite, person: string) => {
  const code = `Q-${randomUUID().slice(0, 8)}`;
  await db.qualification.create({ data: { code, name: { en: code }, waivableBy: "nobody" } });
  const given = { code, authority: "School", evidence: "C-1", validFrom: "2020-01-01" };
  valueIn(await giveQualification(actorOfSeed(site.id), person, { ...given, validUntil: null }));
};

test("a stamp goes to a certified operator, by somebody else, and is an entry of theirs", async () => {
  const site = await aSite();
  const ana = await aPerson(site);
  const boss = await aPerson(site, { roles: ["quality"], name: "Quinn Boss" });
  const actor = as(site, boss);
  const form = anIssue(ana.id);
  expect(await codeOf(issueStampByForm(actor, form))).toBe("stamp_not_certified");
  await certified(site, ana.id);
  expect(await codeOf(issueStampByForm(as(site, ana), form))).toBe("own_stamp");
  expect(await codeOf(issueStampByForm(actor, { ...form, kind: "inspection" }))).toBe("stamp_role");
  expect(await codeOf(issueStampByForm(actor, form))).toBe("done");
  expect((await entriesOf(site, streamOf("person", ana.id, site.id))).at(-1)).toEqual({
    type: "stamp.issued",
    body: { person: ana.id, number: form.number, kind: "operator", issuedOn: form.issuedOn },
  });
});

test("a withdrawn number is refused to another until its cool-down has passed, with the day; its holder has it back", async () => {
  const site = await aSite();
  const [ana, max] = [await aPerson(site), await aPerson(site, { name: "Max Lind" })];
  for (const { id } of [ana, max]) await certified(site, id);
  const actor = actorOfSeed(site.id);
  const form = anIssue(ana.id, { issuedOn: daysAgo(400) });
  valueIn(await issueStampByForm(actor, form));
  const { number } = form;
  const again = anIssue(max.id, { number, issuedOn: today });
  expect(await codeOf(issueStampByForm(actor, again))).toBe("stamp_in_use");
  const back = { command: uuidv7(), number, withdrawnOn: daysAgo(30), reason: "left the cell" };
  const numbers = async () =>
    (await personAtSite(ana.id, site.id))?.stamps.map((stamp) => stamp.number);
  expect(await numbers()).toContain(number);
  valueIn(await withdrawStamp(actor, back));
  expect(await numbers()).not.toContain(number);
  expect(await codeOf(withdrawStamp(actor, back))).toBe("stamp_unknown");
  expect(await issueStampByForm(actor, again)).toMatchObject({
    ok: false,
    error: { code: "stamp_cooling", params: { number } },
  });

  // One month here, by a site whose procedure says so.
  const shorter = { command: uuidv7(), months: "0", reason: "QP-12 rev 4" };
  valueIn(await changeCoolDown(actor, shorter));
  expect(await codeOf(changeCoolDown(actor, shorter))).toBe("nothing_changed");
  expect((await entriesOf(site, site.id)).at(-1)).toEqual({
    type: "site.changed",
    body: {
      changes: { stampCoolDownMonths: { before: 12, after: 0 } },
      reason: sha256Hex("QP-12 rev 4"),
    },
  });
  valueIn(await issueStampByForm(actor, again));

  const { stamps } = await stampRegister(actor, today);
  const mine = stamps.filter((of) => of.number === number);
  expect(mine).toMatchObject([
    { person: max.id, issuedOn: today, withdrawnOn: null, state: "in_use" },
    {
      person: ana.id,
      issuedOn: form.issuedOn,
      withdrawnOn: back.withdrawnOn,
      reason: "left the cell",
      state: "free",
      freeFrom: null,
    },
  ]);
});

test("the register says whose kind no longer fits", async () => {
  const site = await aSite();
  const ivy = await aPerson(site, { roles: ["inspector"], name: "Ivy Park" });
  const actor = actorOfSeed(site.id);
  const form = anIssue(ivy.id, { kind: "inspection" });
  valueIn(await issueStampByForm(actor, form));
  const stateOf = async () => {
    const { stamps } = await stampRegister(actor, today);
    return stamps.find(({ number }) => number === form.number)?.state;
  };
  expect(await stateOf()).toBe("in_use");
  const roles = { personId: ivy.id, siteId: site.id };
  await forSite(site.id).personRole.createMany({ data: [{ ...roles, role: "operator" }] });
  await forSite(site.id).personRole.deleteMany({ where: { ...roles, role: "inspector" } });
  expect(await stateOf()).toBe("does_not_fit");
});

test("of two who issue a number at once one does, and the database itself gives it one holder", async () => {
  const site = await aSite();
  const people = [await aPerson(site), await aPerson(site, { name: "Max Lind" })];
  for (const { id } of people) await certified(site, id);
  const number = `N-${randomUUID()}`;
  const codes = await Promise.all(
    people.map(({ id }) => codeOf(issueStampByForm(actorOfSeed(site.id), anIssue(id, { number })))),
  );
  expect(codes.sort()).toEqual(["done", "stamp_in_use"]);
  const row = { number, personId: people[0]?.id ?? "", kind: "operator", issuedOn: new Date() };
  await expect(db.stamp.create({ data: row })).rejects.toThrow(/unique/i);
});

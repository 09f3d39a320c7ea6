import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { db, forSite } from "#lib/db/client";
import { aDayThatLasts } from "#lib/db/test-day";
import { aPerson, aSite, type TestSite, valueIn } from "#lib/db/test-plant";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import { previewImport, runImport } from "#lib/plant/import.commands";
import { streamOf } from "#lib/record/streams.rules";
import {
  changeQualification,
  createQualification,
  grantQualification,
  renewQualification,
  withdrawQualification,
} from "./qualifications.commands.ts";
import { qualificationsHeld } from "./qualifications.queries.ts";
import { personAtSite } from "./queries.ts";

const today = await aDayThatLasts("America/Chicago");
const daysOn = (days: number) =>
  instant(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).slice(0, 10);
const codeOf = async (done: Promise<{ ok: boolean; error?: { code: string } }>) => {
  const result = await done;
  return result.ok ? "done" : result.error?.code;
};
const aKind = async (site: TestSite) => {
  const code = `Q-${randomUUID().slice(0, 8)}`;
  const form = { command: uuidv7(), code, nameEn: "Torque", nameEs: "", waivableBy: "nobody" };
  valueIn(await createQualification(actorOfSeed(site.id), { ...form, waivableBy: "nobody" }));
  return code;
};
const given = (code: string, more: object = {}) => ({
  command: uuidv7(),
  code,
  authority: "Torque school",
  evidence: "CERT-8841",
  validFrom: daysOn(-30),
  validUntil: daysOn(300),
  ...more,
});
const entriesOf = async (site: TestSite, person: string) => {
  const rows = await forSite(site.id).entry.findMany({
    where: { streamId: streamOf("person", person, site.id) },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ type, line }) => ({ type, body: JSON.parse(line).body }));
};
const inForce = async (site: TestSite, person: string, code: string) => {
  const found = await personAtSite(person, site.id);
  return (found?.qualifications ?? []).some(
    (of) => of.code === code && of.validFrom <= today && (of.validUntil ?? today) >= today,
  );
};

test("a qualification is granted with authority and evidence, by somebody else, once", async () => {
  const site = await aSite();
  const ana = await aPerson(site);
  const code = await aKind(site);
  const actor = actorOfSeed(site.id);
  const form = { ...given(code), person: ana.id };
  const own = actorOfSeed(site.id, { id: ana.id, name: "Ana" });
  expect(await codeOf(grantQualification(own, form))).toBe("own_qualifications");
  expect(await codeOf(grantQualification(actor, { ...form, code: "Q-NONE" }))).toBe(
    "qualification_unknown",
  );
  expect(await codeOf(grantQualification(actor, { ...form, person: uuidv7() }))).toBe(
    "person_unknown",
  );
  expect(await codeOf(grantQualification(actor, form))).toBe("done");
  const again = { ...form, command: uuidv7() };
  expect(await codeOf(grantQualification(actor, again))).toBe("qualification_held");
  expect(await inForce(site, ana.id, code)).toBe(true);
  expect((await entriesOf(site, ana.id)).at(-1)).toMatchObject({
    type: "qualification.given",
    body: { person: ana.id, code, authority: "Torque school", evidence: "CERT-8841" },
  });
});

test("renewed, the old one stays as it was and the new one names it", async () => {
  const site = await aSite();
  const ana = await aPerson(site);
  const code = await aKind(site);
  const actor = actorOfSeed(site.id);
  const form = { ...given(code, { validUntil: daysOn(-1) }), person: ana.id };
  valueIn(await grantQualification(actor, form));
  expect(await inForce(site, ana.id, code)).toBe(false);
  const { code: _, ...rest } = given(code, { validFrom: today, evidence: "CERT-9001" });
  valueIn(await renewQualification(actor, { ...rest, qualification: form.command }));
  expect(await inForce(site, ana.id, code)).toBe(true);
  const held = await qualificationsHeld(actor, ana.id);
  expect(held.map(({ evidence, validUntil }) => [evidence, validUntil])).toEqual([
    ["CERT-9001", daysOn(300)],
    ["CERT-8841", daysOn(-1)],
  ]);
  expect((await entriesOf(site, ana.id)).at(-1)).toMatchObject({
    type: "qualification.renewed",
    body: { renews: form.command },
  });
});

test("withdrawn, it holds from that day on for no rule, and says by whom and why", async () => {
  const site = await aSite();
  const ana = await aPerson(site);
  const code = await aKind(site);
  const actor = actorOfSeed(site.id);
  const form = { ...given(code), person: ana.id };
  valueIn(await grantQualification(actor, form));
  const withdrawal = {
    command: uuidv7(),
    qualification: form.command,
    withdrawnOn: today,
    authority: "Quality manager",
    reason: "failed the practical test",
  };
  expect(
    await codeOf(withdrawQualification(actor, { ...withdrawal, withdrawnOn: daysOn(1) })),
  ).toBe("withdrawn_in_future");
  expect(await codeOf(withdrawQualification(actor, withdrawal))).toBe("done");
  expect(await codeOf(withdrawQualification(actor, withdrawal))).toBe("qualification_not_held");
  expect(await inForce(site, ana.id, code)).toBe(false);
  expect((await entriesOf(site, ana.id)).at(-1)).toEqual({
    type: "qualification.withdrawn",
    body: {
      person: ana.id,
      qualification: form.command,
      code,
      withdrawnOn: today,
      authority: "Quality manager",
      changes: { validUntil: { before: daysOn(300), after: daysOn(-1) } },
      reason: sha256Hex("failed the practical test"),
    },
  });
  expect(await qualificationsHeld(actor, ana.id)).toMatchObject([
    { withdrawnOn: today, reason: "failed the practical test" },
  ]);
  // It may be granted again, from a day of its own.
  const anew = { ...given(code, { validFrom: today }), person: ana.id };
  expect(await codeOf(grantQualification(actor, anew))).toBe("done");
});

test("another site's people are not this site's to qualify", async () => {
  const [here, there] = [await aSite(), await aSite()];
  const max = await aPerson(there, { name: "Max Lind" });
  const code = await aKind(here);
  const form = { ...given(code), person: max.id };
  expect(await codeOf(grantQualification(actorOfSeed(here.id), form))).toBe("person_unknown");
  valueIn(await grantQualification(actorOfSeed(there.id), form));
  const withdrawal = {
    command: uuidv7(),
    qualification: form.command,
    withdrawnOn: today,
    authority: "Quality",
    reason: "moved",
  };
  expect(await codeOf(withdrawQualification(actorOfSeed(here.id), withdrawal))).toBe(
    "qualification_not_held",
  );
});

test("the company's list changes with before, after and why", async () => {
  const site = await aSite();
  const code = await aKind(site);
  const actor = actorOfSeed(site.id);
  const form = {
    command: uuidv7(),
    code,
    nameEn: "Torque",
    nameEs: "Par de apriete",
    waivableBy: "quality" as const,
    reason: "procedure QP-7",
  };
  expect(await codeOf(createQualification(actor, form))).toBe("qualification_taken");
  expect(await codeOf(changeQualification(actor, form))).toBe("done");
  expect(await codeOf(changeQualification(actor, form))).toBe("nothing_changed");
  const [last] = await forSite(site.id).entry.findMany({
    where: { streamId: site.id },
    orderBy: { seq: "desc" },
    take: 1,
  });
  expect(JSON.parse(last?.line ?? "{}").body).toEqual({
    code,
    changes: {
      nameEs: { before: "", after: "Par de apriete" },
      waivableBy: { before: "nobody", after: "quality" },
    },
    reason: sha256Hex("procedure QP-7"),
  });
});

test("a list of qualifications is looked at row by row, and enters whole or not at all", async () => {
  const site = await aSite();
  const ana = await aPerson(site);
  const actor = actorOfSeed(site.id);
  const [code, other] = [await aKind(site), await aKind(site)];
  const { employeeNumber } = await db.person.findUniqueOrThrow({ where: { id: ana.id } });
  const heading = "employee number;code;authority;evidence;valid from;valid until";
  const row = (number: string, of: string, until = daysOn(90)) =>
    `${number};${of};School;C-1;${today};${until}`;
  const file = [
    heading,
    row(employeeNumber, code),
    row(employeeNumber, code),
    row("nobody-7", code),
    row(employeeNumber, "Q-NONE"),
    row(employeeNumber, other, daysOn(-2)),
  ].join("\n");
  const preview = valueIn(await previewImport(actor, "qualifications", { text: file }));
  expect(preview.rows.map(({ problems }) => problems)).toEqual([
    [],
    [{ column: "employeeNumber", code: "twice_in_file" }],
    [{ column: "employeeNumber", code: "person_not_known" }],
    [{ column: "code", code: "qualification_not_known" }],
    [{ column: "validUntil", code: "ends_before_start" }],
  ]);
  const form = { command: uuidv7(), text: file };
  expect(await codeOf(runImport(actor, "qualifications", form))).toBe("file_has_errors");
  expect(await qualificationsHeld(actor, ana.id)).toEqual([]);
  const good = [heading, row(employeeNumber, code), row(employeeNumber, other)].join("\n");
  valueIn(await runImport(actor, "qualifications", { ...form, text: good }));
  expect(await inForce(site, ana.id, code)).toBe(true);
  const seen = valueIn(await previewImport(actor, "qualifications", { text: good }));
  expect(seen.rows[0]?.problems).toEqual([{ column: "employeeNumber", code: "known_already" }]);
});

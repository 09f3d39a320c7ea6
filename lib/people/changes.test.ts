import { expect, test } from "vitest";
import { actorOfPresence, actorOfSeed } from "#lib/boundary/actor";
import { db, forSite, inTransaction } from "#lib/db/client";
import { aPerson, aSite, type TestSite, valueIn } from "#lib/db/test-plant";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { isSecret } from "#lib/kit/secrets";
import { plusMinutes } from "#lib/kit/time";
import { streamOf } from "#lib/record/streams.rules";
import { issueBadges } from "./badges.commands.ts";
import { changePerson, withdrawBadge } from "./changes.commands.ts";
import type { PersonChangeForm } from "./changes.schema.ts";
import { approvePinReset, askPinReset, chooseNewPin } from "./pin-resets.commands.ts";
import type { Actor } from "./schema.ts";
import { withdrawStamp } from "./stamps.commands.ts";

const as = (site: TestSite, person: { id: string; name: string }): Actor =>
  actorOfSeed(site.id, { id: person.id, name: person.name });
const change = (person: string, more: Partial<PersonChangeForm> = {}): PersonChangeForm => ({
  command: uuidv7(),
  person,
  name: "Ana Ruiz",
  locale: "en",
  status: "active",
  roles: ["operator"],
  reason: "moved to inspection",
  ...more,
});
const refusalOf = async (done: Promise<{ ok: boolean; error?: { code: string } }>) => {
  const result = await done;
  return result.ok ? "done" : result.error?.code;
};
const entriesOf = async (site: TestSite, person: string) => {
  const streamId = streamOf("person", person, site.id);
  const rows = await forSite(site.id).entry.findMany({
    where: { streamId },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ type, line }) => ({ type, body: JSON.parse(line).body }));
};

test("roles given and taken are entries of their own, with who and why", async () => {
  const site = await aSite();
  const ana = await aPerson(site);
  const boss = await aPerson(site, { roles: ["administrator"], name: "Ada Boss" });
  valueIn(await changePerson(as(site, boss), change(ana.id, { roles: ["inspector"] })));
  expect((await entriesOf(site, ana.id)).slice(-2)).toEqual([
    {
      type: "role.given",
      body: { person: ana.id, role: "inspector", reason: sha256Hex("moved to inspection") },
    },
    {
      type: "role.withdrawn",
      body: { person: ana.id, role: "operator", reason: sha256Hex("moved to inspection") },
    },
  ]);
  const same = change(ana.id, { roles: ["inspector"] });
  expect(await refusalOf(changePerson(as(site, boss), same))).toBe("nothing_changed");
});

test("nobody changes their own roles, and a site keeps an administrator", async () => {
  const site = await aSite();
  const boss = await aPerson(site, { roles: ["administrator"], name: "Ada Boss" });
  const own = change(boss.id, { name: "Ada Boss", roles: ["administrator", "quality"] });
  expect(await refusalOf(changePerson(as(site, boss), own))).toBe("own_roles");
  const seed = actorOfSeed(site.id);
  const last = change(boss.id, { name: "Ada Boss", roles: ["quality"] });
  expect(await refusalOf(changePerson(seed, last))).toBe("last_administrator");
  const gone = change(boss.id, { name: "Ada Boss", roles: ["administrator"], status: "inactive" });
  expect(await refusalOf(changePerson(seed, gone))).toBe("last_administrator");
  await aPerson(site, { roles: ["administrator"], name: "Eve Next" });
  expect(await refusalOf(changePerson(seed, last))).toBe("done");
});

test("two administrators who remove each other at once leave one", async () => {
  const site = await aSite();
  const one = await aPerson(site, { roles: ["administrator"], name: "Ada One" });
  const two = await aPerson(site, { roles: ["administrator"], name: "Eve Two" });
  // Both are held back at their first write: whoever has looked by then has looked too early.
  const changes = await inTransaction(async (tx) => {
    await tx.$queryRaw`select id from people where id in (${one.id}::uuid, ${two.id}::uuid) for update`;
    const begun = [
      changePerson(as(site, one), change(two.id, { name: "Eve Two", roles: ["quality"] })),
      changePerson(as(site, two), change(one.id, { name: "Ada One", roles: ["quality"] })),
    ];
    await new Promise((resolve) => setTimeout(resolve, 800));
    return { begun };
  });
  const done = await Promise.all(changes.begun);
  expect(done.filter(({ ok }) => ok)).toHaveLength(1);
  const left = await forSite(site.id).personRole.count({
    where: { siteId: site.id, role: "administrator" },
  });
  expect(left).toBe(1);
});

test("a sheet of badges is made for people who work here, all of them or none, and only hashes stay", async () => {
  const site = await aSite();
  const [ana, max] = [await aPerson(site), await aPerson(site, { name: "Max Lind" })];
  const actor = actorOfSeed(site.id);
  const before = await db.badge.count();
  const stranger = await aPerson(await aSite(), { name: "Eve Away" });
  const away = { command: uuidv7(), people: [ana.id, stranger.id] };
  expect(await refusalOf(issueBadges(actor, away))).toBe("person_unknown");
  expect(await db.badge.count()).toBe(before + 1);
  const form = { command: uuidv7(), people: [ana.id, max.id, ana.id] };
  const sheet = valueIn(await issueBadges(actor, form));
  expect(sheet.map(({ name }) => name).sort()).toEqual(["Ana Ruiz", "Max Lind"]);
  for (const { badge, svg } of sheet) {
    const [, id = "", secret = ""] = badge.split("~");
    const row = await db.badge.findUniqueOrThrow({ where: { id } });
    expect(await isSecret(row.secretHash, secret)).toBe(true);
    expect(row.secretHash).not.toContain(secret);
    expect(svg).toMatch(/^<svg/);
  }
  expect((await entriesOf(site, max.id)).at(-1)?.type).toBe("badge.issued");
  const gone = change(max.id, { name: "Max Lind", status: "inactive" });
  valueIn(await changePerson(actor, gone));
  expect(await refusalOf(issueBadges(actor, { ...form, people: [max.id] }))).toBe("person_unknown");
});

test("a withdrawn badge and stamp say why and are withdrawn once", async () => {
  const site = await aSite();
  const ana = await aPerson(site);
  const actor = actorOfSeed(site.id);
  const badge = ana.badge.split("~")[1] ?? "";
  const lost = { command: uuidv7(), badge, reason: "lost" };
  valueIn(await withdrawBadge(actor, lost));
  expect(await refusalOf(withdrawBadge(actor, lost))).toBe("badge_unknown");
  const worn = { command: uuidv7(), number: ana.stamp, withdrawnOn: "2026-03-02", reason: "worn" };
  valueIn(await withdrawStamp(actor, worn));
  expect(await refusalOf(withdrawStamp(actor, worn))).toBe("stamp_unknown");
  expect((await entriesOf(site, ana.id)).slice(-2).map(({ type }) => type)).toEqual([
    "badge.withdrawn",
    "stamp.withdrawn",
  ]);
});

async function resetting() {
  const site = await aSite();
  const ana = await aPerson(site);
  const sup = await aPerson(site, { roles: ["supervisor"], name: "Sam Lead" });
  const boss = await aPerson(site, { roles: ["administrator"], name: "Ada Boss" });
  const ask = () => ({ command: uuidv7(), person: ana.id, reason: "forgotten" });
  return { site, ana, sup, boss, ask };
}

test("a PIN is reset by two others and chosen by its owner, once", async () => {
  const { site, ana, sup, boss, ask } = await resetting();
  expect(await refusalOf(askPinReset(as(site, ana), ask()))).toBe("own_pin");
  const { reset } = valueIn(await askPinReset(as(site, sup), ask()));
  expect(await refusalOf(askPinReset(as(site, boss), ask()))).toBe("reset_waiting");
  const form = { command: uuidv7(), reset };
  expect(await refusalOf(approvePinReset(as(site, sup), form))).toBe("reset_needs_another");
  expect(await refusalOf(approvePinReset(as(site, ana), form))).toBe("own_pin");
  const { code } = valueIn(await approvePinReset(as(site, boss), form));
  expect(await refusalOf(approvePinReset(as(site, boss), form))).toBe("reset_unknown");
  const choice = { employeeNumber: ana.employeeNumber, code, pin: "730518", again: "730518" };
  const choose = (more = {}) => chooseNewPin({ ...choice, ...more }, actorOfPresence);
  expect(await refusalOf(choose({ pin: "123456" }))).toBe("pin_too_simple");
  expect(await refusalOf(choose({ employeeNumber: sup.employeeNumber }))).toBe("reset_code_wrong");
  expect(await refusalOf(choose({ code: "AAAA-BBBB-CCCC" }))).toBe("reset_code_wrong");
  expect(await refusalOf(choose())).toBe("done");
  expect(await refusalOf(choose({ pin: "918273" }))).toBe("reset_code_wrong");
  const credential = await db.credential.findUniqueOrThrow({ where: { personId: ana.id } });
  expect(await isSecret(credential.pinHash, "730518")).toBe(true);
  const told = await entriesOf(site, ana.id);
  expect(told.slice(-3).map(({ type }) => type)).toEqual([
    "pin_reset.asked",
    "pin_reset.approved",
    "pin.set",
  ]);
  expect(JSON.stringify(told)).not.toContain("730518");
  expect(JSON.stringify(told)).not.toContain(code);
});

test("a code that nobody used in half an hour is worth nothing", async () => {
  const { site, ana, sup, boss, ask } = await resetting();
  const at = "2026-03-02T13:00:00.000Z";
  const { reset } = valueIn(await askPinReset(as(site, sup), ask(), at));
  const { code } = valueIn(await approvePinReset(as(site, boss), { command: uuidv7(), reset }, at));
  const choice = { employeeNumber: ana.employeeNumber, code, pin: "730518", again: "730518" };
  const late = chooseNewPin(choice, actorOfPresence, plusMinutes(at, 31));
  expect(await refusalOf(late)).toBe("reset_code_wrong");
});

test("the database itself wants two others", async () => {
  const { ana, sup } = await resetting();
  const row = { id: uuidv7(), personId: ana.id, askedAt: new Date(), reasonSha256: "a".repeat(64) };
  const ownRow = db.pinReset.create({ data: { ...row, askedBy: ana.id } });
  await expect(ownRow).rejects.toThrow(/pin_resets_by_another/);
  await db.pinReset.create({ data: { ...row, askedBy: sup.id } });
  const alone = db.pinReset.update({
    where: { id: row.id },
    data: {
      approvedBy: sup.id,
      approvedAt: new Date(),
      codeHash: uuidv7(),
      expiresAt: new Date(),
    },
  });
  await expect(alone).rejects.toThrow(/pin_resets_by_two/);
});

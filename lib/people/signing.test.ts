import { randomUUID } from "node:crypto";
import pg from "pg";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { db, forSite, inTransaction } from "#lib/db/client";
import { aPerson, aSite, aTablet, type TestSite, valueIn } from "#lib/db/test-plant";
import { untilSomebodyWaits } from "#lib/db/test-record-plant";
import { sha256Hex } from "#lib/kit/canonical";
import { instant, plusMinutes } from "#lib/kit/time";
import { endOpenPeriod, endPeriod, lockTablet } from "./periods.commands.ts";
import { signInAtTablet } from "./sign-in.commands.ts";
import { proveSignature } from "./signing.commands.ts";

let site: TestSite;
beforeAll(async () => {
  site = await aSite();
});

const now = instant(Date.now());
const later = (minutes: number) => plusMinutes(now, minutes);
const content = sha256Hex("what was shown");
const toSign = () => ({ command: randomUUID(), contentSha256: content });

type Signer = { id: string; badge: string; pin: string };
const byBadge = ({ id, badge, pin }: Signer) => ({ ...toSign(), person: id, badge, pin });
const byPin = ({ id, pin }: Signer) => ({ ...toSign(), person: id, pin });
const said = (result: { ok: boolean; value?: { method: string }; error?: { code: string } }) =>
  result.ok ? result.value?.method : result.error?.code;

async function aSignedInTablet() {
  const [person, tablet] = [await aPerson(site), await aTablet(site)];
  valueIn(await signInAtTablet(tablet.actor, person, now));
  return { person, tablet: tablet.actor, id: tablet.id };
}

describe("the two components of a signature (21 CFR 11.200)", () => {
  it("asks for both at the first signing of a period and for the PIN afterwards", async () => {
    const { person, tablet } = await aSignedInTablet();
    expect(said(await proveSignature(tablet, byPin(person), now))).toBe("badge_needed");
    expect(said(await proveSignature(tablet, byBadge(person), now))).toBe("badge_pin");
    expect(said(await proveSignature(tablet, byPin(person), later(1)))).toBe("pin");
    expect(said(await proveSignature(tablet, byPin(person), later(2.9)))).toBe("pin");
  });

  it("asks for both again after two idle minutes, and goes on from there", async () => {
    const { person, tablet } = await aSignedInTablet();
    valueIn(await proveSignature(tablet, byBadge(person), now));
    expect(said(await proveSignature(tablet, byPin(person), later(2)))).toBe("pin");
    expect(said(await proveSignature(tablet, byPin(person), later(4.01)))).toBe("badge_needed");
    expect(said(await proveSignature(tablet, byBadge(person), later(4.01)))).toBe("badge_pin");
    expect(said(await proveSignature(tablet, byPin(person), later(5)))).toBe("pin");
  });

  it("asks for both again after a lock, and ends twelve hours after it began however busy it was", async () => {
    const { person, tablet } = await aSignedInTablet();
    valueIn(await proveSignature(tablet, byBadge(person), now));
    await endPeriod(tablet, "lock", later(0.5));
    expect(said(await proveSignature(tablet, byPin(person), later(0.6)))).toBe("badge_needed");

    const busy = await aSignedInTablet();
    valueIn(await proveSignature(busy.tablet, byBadge(busy.person), now));
    await forSite(site.id).signingPeriod.updateMany({
      where: { deviceId: busy.id },
      data: { usedAt: new Date(later(720)) },
    });
    expect(said(await proveSignature(busy.tablet, byPin(busy.person), later(720)))).toBe("pin");
    expect(said(await proveSignature(busy.tablet, byPin(busy.person), later(720.1)))).toBe(
      "badge_needed",
    );
  });

  it("lets a second signer sign by both, signs nobody in and ends the first one's period", async () => {
    const { person, tablet, id } = await aSignedInTablet();
    const inspector = await aPerson(site, { roles: ["inspector"] });
    valueIn(await proveSignature(tablet, byBadge(person), now));
    expect(said(await proveSignature(tablet, byPin(inspector), now))).toBe("badge_needed");
    expect(said(await proveSignature(tablet, byBadge(inspector), now))).toBe("badge_pin");
    expect(said(await proveSignature(tablet, byPin(inspector), now))).toBe("badge_needed");
    expect(said(await proveSignature(tablet, byPin(person), now))).toBe("badge_needed");
    const periods = await forSite(site.id).signingPeriod.findMany({ where: { deviceId: id } });
    expect(periods.map(({ personId, endedBy }) => [personId, endedBy])).toEqual([
      [person.id, "other_signature"],
    ]);
  });

  it("begins no period for somebody who has signed out or handed over", async () => {
    for (const why of ["sign_out", "hand_over"] as const) {
      const { person, tablet } = await aSignedInTablet();
      await endPeriod(tablet, why, now);
      expect(said(await proveSignature(tablet, byBadge(person), now))).toBe("badge_pin");
      expect(said(await proveSignature(tablet, byPin(person), now))).toBe("badge_needed");
    }
  });

  it("gives no proof where the period ended while the PIN was checked, and clears the attempt", async () => {
    const { person, tablet, id } = await aSignedInTablet();
    valueIn(await proveSignature(tablet, byBadge(person), now));
    const asked = byPin(person);
    let signing: ReturnType<typeof proveSignature> | undefined;
    await inTransaction(async (tx) => {
      await lockTablet(tx, id);
      signing = proveSignature(tablet, asked, now);
      // Its PIN was right by now, and it waits for the tablet.
      await untilSomebodyWaits("give_proof");
      await endOpenPeriod(tx, id, "lock", now);
    }, site.id);
    expect(await signing).toMatchObject({ ok: false, error: { code: "badge_needed" } });
    const proofs = await forSite(site.id).signProof.count({ where: { commandId: asked.command } });
    expect(proofs).toBe(0);
    const failures = await db.credentialFailure.findMany({ where: { key: { contains: id } } });
    expect(failures.map(({ key, count }) => [key, count])).toEqual([[`tablet/${id}`, 0]]);
  });

  it("goes on in a period that somebody's work has moved on meanwhile", async () => {
    const { person, tablet, id } = await aSignedInTablet();
    valueIn(await proveSignature(tablet, byBadge(person), now));
    let signing: ReturnType<typeof proveSignature> | undefined;
    await inTransaction(async (tx) => {
      await lockTablet(tx, id);
      signing = proveSignature(tablet, byPin(person), later(1));
      await untilSomebodyWaits("give_proof");
      const usedAt = new Date(later(0.5));
      await tx.signingPeriod.updateMany({ where: { deviceId: id }, data: { usedAt } });
    }, site.id);
    expect(said((await signing) ?? { ok: false })).toBe("pin");
    const [period] = await forSite(site.id).signingPeriod.findMany({ where: { deviceId: id } });
    expect(period).toMatchObject({ usedAt: new Date(later(1)), signedAt: new Date(now) });
  });

  it("asks the database three things around the check of a PIN", async () => {
    const { person, tablet } = await aSignedInTablet();
    valueIn(await proveSignature(tablet, byBadge(person), now));
    const query = vi.spyOn(pg.Client.prototype, "query");
    const signed = await proveSignature(tablet, byPin(person), now);
    const asked = query.mock.calls.map(([statement]) => (statement as { name?: string }).name);
    query.mockRestore();
    expect(said(signed)).toBe("pin");
    expect(asked).toEqual(["presented_at_tablet", "count_attempt", "give_proof"]);
  });

  it("knows the second signer by the badge alone", async () => {
    const { tablet } = await aSignedInTablet();
    const inspector = await aPerson(site, { roles: ["inspector"], name: "Priya Nair" });
    const { person: _unnamed, ...signed } = byBadge(inspector);
    const { person } = valueIn(await proveSignature(tablet, signed, now));
    expect(person).toMatchObject({ id: inspector.id, name: "Priya Nair", initials: "PN" });
    expect(person.stamps).toEqual([{ number: inspector.stamp, kind: "operator" }]);
  });
});

describe("a proof", () => {
  it("names person, tablet, command, content and method, and ends in ten minutes", async () => {
    const { person, tablet, id } = await aSignedInTablet();
    const asked = byBadge(person);
    const { proof } = valueIn(await proveSignature(tablet, asked, now));
    const row = await forSite(site.id).signProof.findUniqueOrThrow({ where: { id: proof } });
    expect(row).toMatchObject({
      siteId: site.id,
      personId: person.id,
      deviceId: id,
      commandId: asked.command,
      contentSha256: content,
      method: "badge_pin",
      usedAt: null,
      expiresAt: new Date(later(10)),
    });
  });

  it("is never given in somebody else's name, whatever is right about the credentials", async () => {
    const { person, tablet } = await aSignedInTablet();
    const other = await aPerson(site, { pin: "604938" });
    valueIn(await proveSignature(tablet, byBadge(person), now));
    const wrongs = [
      { ...byBadge(other), person: person.id },
      { ...byBadge(person), person: other.id },
      { ...byBadge(person), pin: other.pin },
      { ...byPin(person), pin: other.pin },
    ];
    for (const wrong of wrongs) {
      expect(said(await proveSignature(tablet, wrong, now))).toBe("credentials_wrong");
    }
    const proofs = await forSite(site.id).signProof.findMany({ where: { personId: other.id } });
    expect(proofs).toEqual([]);
  });

  it("is spent once: a second use is refused by the database", async () => {
    const { person, tablet } = await aSignedInTablet();
    const { proof } = valueIn(await proveSignature(tablet, byBadge(person), now));
    const spend = (usedAt: Date | null) =>
      forSite(site.id).signProof.update({ where: { id: proof }, data: { usedAt } });
    await spend(new Date());
    await expect(spend(new Date())).rejects.toThrow(/used before/);
    await expect(spend(null)).rejects.toThrow(/used before/);
  });

  it("shares its lockout with sign-in, and each wrong one is on the tablet's stream", async () => {
    const { person, tablet, id } = await aSignedInTablet();
    valueIn(await proveSignature(tablet, byBadge(person), now));
    for (let turn = 0; turn < 5; turn += 1) {
      const guess = { ...byPin(person), pin: `00000${turn}` };
      expect(said(await proveSignature(tablet, guess, now))).toBe("credentials_wrong");
    }
    expect(said(await proveSignature(tablet, byPin(person), now))).toBe("credentials_locked");
    expect((await signInAtTablet(tablet, person, now)).ok).toBe(false);
    const entries = await forSite(site.id).entry.findMany({
      where: { streamId: id, type: "signing.refused" },
    });
    expect(entries).toHaveLength(6);
  });

  it("is refused with 429's code when a machine asks", async () => {
    const { tablet } = await aSignedInTablet();
    const answers: (string | undefined)[] = [];
    for (let turn = 0; turn < 62; turn += 1) {
      const asked = { ...toSign(), person: randomUUID(), pin: "1" };
      answers.push(said(await proveSignature(tablet, asked, now)));
    }
    expect(answers.at(-1)).toBe("too_many_attempts");
    const { tablet: another, person } = await aSignedInTablet();
    expect(said(await proveSignature(another, byBadge(person), now))).toBe("badge_pin");
  });
});

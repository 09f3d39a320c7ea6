import pg from "pg";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { actorOfDevice, actorOfPresence, actorOfSeed, actorOfSession } from "#lib/boundary/actor";
import { deviceCookie } from "#lib/boundary/cookies";
import { db, forSite } from "#lib/db/client";
import { aKeyPair, aPerson, aSite, aTablet, type TestSite, valueIn } from "#lib/db/test-plant";
import { instant, millis, plusMinutes } from "#lib/kit/time";
import { deactivatePerson, giveRole, issueBadge, setPassword, withdrawBadge } from "./commands.ts";
import { signInAtDesk } from "./desk.commands.ts";
import {
  challenge,
  enrolDevice,
  makeEnrolmentCode,
  openDeviceSession,
  revokeDevice,
} from "./devices.commands.ts";
import { tabletOfSession } from "./devices.queries.ts";
import { lastPeriod } from "./periods.commands.ts";
import { signInAtTablet } from "./sign-in.commands.ts";
import { totpNow } from "./totp.commands.ts";

const deviceOfSession = async (token: string, at: string) => {
  const found = await tabletOfSession(token, at);
  return found && !found.isRevoked ? found.device : null;
};

let site: TestSite;
beforeAll(async () => {
  site = await aSite();
});

const now = instant(Date.now());
const wrong = { ok: false, error: { code: "credentials_wrong", params: {} } };
const codeOf = (result: { ok: boolean; error?: { code: string } }) =>
  result.ok ? "ok" : result.error?.code;

const entriesOf = (device: string) =>
  forSite(site.id).entry.findMany({ where: { streamId: device }, orderBy: { seq: "asc" } });

describe("sign-in at a tablet", () => {
  it("takes badge and PIN together, and the person's roles at this site", async () => {
    const [person, tablet] = [await aPerson(site), await aTablet(site)];
    const { value } = (await signInAtTablet(tablet.actor, person)) as never as {
      value: { person: { id: string; roles: string[]; initials: string }; notAfter: string };
    };
    expect(value.person).toMatchObject({ id: person.id, roles: ["operator"], initials: "AR" });
    expect(value.notAfter > now).toBe(true);
  });

  it("answers an unknown badge, a wrong secret, a wrong PIN, a withdrawn badge and a person who left alike", async () => {
    const person = await aPerson(site);
    const [id = ""] = person.badge.split("~").slice(1);
    const gone = await aPerson(site);
    valueIn(await deactivatePerson(actorOfSeed(site.id), gone.id));
    const lost = await aPerson(site);
    valueIn(await withdrawBadge(actorOfSeed(site.id), lost.badge.split("~")[1] ?? ""));
    const elsewhere = await aPerson(await aSite());
    for (const [badge, pin] of [
      ["BDG~NOBODY~SECRET", "482917"],
      ["not a badge", "482917"],
      [`BDG~${id}~WRONGWRONG`, person.pin],
      [person.badge, "000000"],
      [gone.badge, gone.pin],
      [lost.badge, lost.pin],
      [elsewhere.badge, elsewhere.pin],
    ] as const) {
      const tablet = await aTablet(site);
      expect(await signInAtTablet(tablet.actor, { badge, pin }), badge).toEqual(wrong);
    }
  });

  it("locks a person out at this tablet after five wrong attempts, for a minute, and nowhere else", async () => {
    const person = await aPerson(site);
    const [here, there] = [await aTablet(site), await aTablet(site)];
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await signInAtTablet(here.actor, { badge: person.badge, pin: "0" }, now)).toEqual(
        wrong,
      );
    }
    const locked = await signInAtTablet(here.actor, person, plusMinutes(now, 0.5));
    expect(locked).toMatchObject({
      error: { code: "credentials_locked", params: { seconds: "30" } },
    });
    expect(codeOf(await signInAtTablet(there.actor, person, plusMinutes(now, 0.5)))).toBe("ok");
    expect(codeOf(await signInAtTablet(here.actor, person, plusMinutes(now, 1.1)))).toBe("ok");
  });

  it("locks an unknown badge out as it locks a known one", async () => {
    const tablet = await aTablet(site);
    const unknown = { badge: "BDG~NEVER~SEEN", pin: "482917" };
    for (let turn = 0; turn < 5; turn += 1) await signInAtTablet(tablet.actor, unknown, now);
    expect(codeOf(await signInAtTablet(tablet.actor, unknown, now))).toBe("credentials_locked");
  });

  it("counts a person's second badge with the first", async () => {
    const person = await aPerson(site);
    const second = valueIn(await issueBadge(actorOfSeed(site.id), person.id));
    const tablet = await aTablet(site);
    for (const badge of [person.badge, second, person.badge, second, second]) {
      expect(await signInAtTablet(tablet.actor, { badge, pin: "1" }, now)).toEqual(wrong);
    }
    expect(codeOf(await signInAtTablet(tablet.actor, person, now))).toBe("credentials_locked");
  });

  it("lets no more than five guesses through when they are sent at once", async () => {
    const person = await aPerson(site);
    const tablet = await aTablet(site);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        signInAtTablet(tablet.actor, { badge: person.badge, pin: "123" }, now),
      ),
    );
    expect(answers.filter((answer) => codeOf(answer) === "credentials_wrong")).toHaveLength(5);
    expect(answers.filter((answer) => codeOf(answer) === "credentials_locked")).toHaveLength(3);
  });

  it("locks a tablet at which many badges are tried", async () => {
    const tablet = await aTablet(site);
    for (let turn = 0; turn < 15; turn += 1) {
      await signInAtTablet(tablet.actor, { badge: `BDG~GUESS${turn}~X`, pin: "123456" }, now);
    }
    const person = await aPerson(site);
    expect(codeOf(await signInAtTablet(tablet.actor, person, now))).toBe("credentials_locked");
    expect(codeOf(await signInAtTablet(tablet.actor, person, plusMinutes(now, 2)))).toBe("ok");
  });

  it("writes each attempt on the tablet's stream, without badge secret or PIN", async () => {
    const [person, tablet] = [await aPerson(site, { pin: "739164" }), await aTablet(site)];
    await signInAtTablet(tablet.actor, { badge: person.badge, pin: "918273" });
    await signInAtTablet(tablet.actor, person);
    const entries = await entriesOf(tablet.id);
    expect(entries.map(({ type }) => type)).toEqual([
      "device.enrolled",
      "sign_in.refused",
      "sign_in.accepted",
    ]);
    const lines = entries.map(({ line }) => line).join();
    for (const secret of ["739164", "918273", person.badge.split("~")[2] ?? ""]) {
      expect(lines).not.toContain(secret);
    }
  });

  it("ends the period of whoever was signed in before", async () => {
    const [first, second, tablet] = [await aPerson(site), await aPerson(site), await aTablet(site)];
    await signInAtTablet(tablet.actor, first, now);
    await signInAtTablet(tablet.actor, second, plusMinutes(now, 1));
    const periods = await forSite(site.id).signingPeriod.findMany({
      where: { deviceId: tablet.id },
      orderBy: { startedAt: "asc" },
    });
    expect(periods.map(({ endedBy }) => endedBy)).toEqual(["other_sign_in", null]);
    const open = await db.$transaction(async (tx) => {
      await tx.$executeRaw`select set_config('buyoff.site', ${site.id}, true)`;
      return lastPeriod(tx, tablet.id, now);
    });
    expect(open?.person).toBe(second.id);
  });
});

describe("a tablet's session", () => {
  it("opens for whoever holds the private key, once per challenge", async () => {
    const tablet = await aTablet(site);
    const nonce = challenge(tablet.id);
    const asked = { device: tablet.id, nonce, signature: tablet.keys.signs(nonce) };
    const opened = valueIn(await openDeviceSession(asked));
    expect((await deviceOfSession(opened.token, now))?.id).toBe(tablet.id);
    expect(codeOf(await openDeviceSession(asked))).toBe("device_unknown");
  });

  it("stays closed to another key, another tablet's challenge, an old one and a made-up one", async () => {
    const [tablet, other] = [await aTablet(site), await aTablet(site)];
    const at = instant(Date.now());
    const own = challenge(tablet.id, at);
    const foreign = challenge(other.id, at);
    const made = `${own.slice(0, -3)}AAA`;
    for (const [nonce, keys, when] of [
      [own, other.keys, at],
      [foreign, tablet.keys, at],
      [own, tablet.keys, instant(millis(at) + 61_000)],
      [made, tablet.keys, at],
    ] as const) {
      const asked = { device: tablet.id, nonce, signature: keys.signs(nonce) };
      expect(codeOf(await openDeviceSession(asked, when))).toBe("device_unknown");
    }
  });

  it("is over on the next request after the tablet was revoked", async () => {
    const tablet = await aTablet(site);
    expect(await deviceOfSession(tablet.token, now)).not.toBeNull();
    valueIn(await revokeDevice(actorOfSeed(site.id), tablet.id));
    expect(await deviceOfSession(tablet.token, now)).toBeNull();
    const nonce = challenge(tablet.id);
    const asked = { device: tablet.id, nonce, signature: tablet.keys.signs(nonce) };
    // Its key still proves it, for handing over what it has; every other door stays shut.
    const handing = valueIn(await openDeviceSession(asked));
    expect(handing.at).toBeNull();
    const headers = new Headers({ cookie: `${deviceCookie.name}=${handing.token}` });
    expect(await actorOfDevice({ headers })).toBeNull();
    expect((await actorOfDevice({ headers }, { evenRevoked: true }))?.id).toBe(tablet.id);
  });
});

it("knows no session of a revoked tablet, even one that was left open", async () => {
  const tablet = await aTablet(site);
  const revokedAt = new Date();
  await forSite(site.id).device.update({ where: { id: tablet.id }, data: { revokedAt } });
  expect(await deviceOfSession(tablet.token, now)).toBeNull();
});

it("knows no session that was ended or is over", async () => {
  const tablet = await aTablet(site);
  const later = plusMinutes(now, 60 * 24 * 400);
  expect(await deviceOfSession(tablet.token, later)).toBeNull();
  await forSite(site.id).deviceSession.updateMany({
    where: { deviceId: tablet.id },
    data: { endedAt: new Date() },
  });
  expect(await deviceOfSession(tablet.token, now)).toBeNull();
});

it("asks who a tablet is in one round trip, because everything that it sends begins with that", async () => {
  const tablet = await aTablet(site);
  const query = vi.spyOn(pg.Client.prototype, "query");
  const device = await deviceOfSession(tablet.token, now);
  const asked = query.mock.calls.length;
  query.mockRestore();
  const { id, code, name, workCenter } = site.station;
  expect(device).toEqual({
    id: tablet.id,
    name: expect.stringMatching(/^Tablet 1( \d+)?$/),
    station: { id, code, name, workCenter },
    site: { id: site.id, code: site.code, name: site.name, timeZone: site.timeZone },
  });
  expect(asked).toBe(1);
});

describe("an enrolment code", () => {
  const keys = aKeyPair();
  const enrol = async (code: string, at = now) =>
    codeOf(await enrolDevice({ code, publicKey: keys.publicKey, name: "T" }, actorOfPresence, at));
  const make = async () =>
    valueIn(await makeEnrolmentCode(actorOfSeed(site.id), site.station.id, now)).code;

  it("enrols one tablet, however many ask at once, and is typed in any case", async () => {
    const code = await make();
    const answers = await Promise.all([1, 2, 3].map(() => enrol(code.toLowerCase())));
    expect(answers.sort()).toEqual(["enrolment_code_wrong", "enrolment_code_wrong", "ok"]);
    expect(await enrol(code)).toBe("enrolment_code_wrong");
  });

  it("gives each tablet of a station a name of its own: it is said from which one a unit is taken over", async () => {
    const names = [];
    for (const _ of [1, 2, 3]) {
      const asked = { code: await make(), publicKey: keys.publicKey, name: "Tablet" };
      const { at } = valueIn(await enrolDevice(asked, actorOfPresence, now));
      names.push(at.name);
    }
    expect(names).toEqual(["Tablet", "Tablet 2", "Tablet 3"]);
  });

  it("ends after a quarter of an hour, and a made-up one enrols nothing", async () => {
    expect(await enrol(await make(), plusMinutes(now, 15.1))).toBe("enrolment_code_wrong");
    expect(await enrol("ABCD-EFGH-JKMN")).toBe("enrolment_code_wrong");
  });
});

describe("sign-in at the desk", () => {
  const byPassword = (employeeNumber: string, password: string, code: string) => ({
    way: "password" as const,
    employeeNumber,
    password,
    code,
  });

  it("takes password and one-time code, each code once", async () => {
    const person = await aPerson(site, { roles: ["quality"] });
    valueIn(await setPassword(actorOfSeed(site.id), person.id, "correct horse battery"));
    const { totpSecret } = await db.credential.findUniqueOrThrow({
      where: { personId: person.id },
    });
    const code = totpNow(person.id, totpSecret ?? "", now) ?? "";
    const right = byPassword(person.employeeNumber, "correct horse battery", code);
    const signedIn = valueIn(await signInAtDesk(right, null, actorOfPresence, now));
    expect(await actorOfSession(signedIn.token, now)).toMatchObject({
      id: person.id,
      roles: ["quality"],
      site: site.id,
    });
    expect(await signInAtDesk(right, null, actorOfPresence, now)).toEqual(wrong);
    const later = plusMinutes(now, 1);
    const noCode = byPassword(person.employeeNumber, "correct horse battery", "000000");
    expect(await signInAtDesk(noCode, null, actorOfPresence, later)).toEqual(wrong);
    const nobody = byPassword("no such number", "correct horse battery", code);
    expect(await signInAtDesk(nobody, null, actorOfPresence, later)).toEqual(wrong);
  });

  it("takes a badge and PIN only on an enrolled tablet", async () => {
    const [person, tablet] = [await aPerson(site), await aTablet(site)];
    const input = { way: "badge" as const, badge: person.badge, pin: person.pin };
    expect(codeOf(await signInAtDesk(input, null, actorOfPresence))).toBe("tablet_needed");
    const session = valueIn(await signInAtDesk(input, tablet.actor, actorOfPresence));
    expect(await actorOfSession(session.token)).toMatchObject({ id: person.id });
  });

  it("is at the plant of the tablet for whoever works at several, and never at one that isn't theirs", async () => {
    const person = await aPerson(site, { roles: ["quality"] });
    const [other, foreign] = [await aSite(), await aSite()];
    valueIn(await giveRole(actorOfSeed(other.id), person.id, "quality"));
    valueIn(await setPassword(actorOfSeed(site.id), person.id, "correct horse battery"));
    const { totpSecret } = await db.credential.findUniqueOrThrow({
      where: { personId: person.id },
    });
    const siteAt = async (of: TestSite | null, minutes: number) => {
      const at = plusMinutes(now, minutes);
      const code = totpNow(person.id, totpSecret ?? "", at) ?? "";
      const input = byPassword(person.employeeNumber, "correct horse battery", code);
      const tablet = of === null ? null : (await aTablet(of)).actor;
      return valueIn(await signInAtDesk(input, tablet, actorOfPresence, at)).site;
    };
    expect(await siteAt(site, 0)).toBe(site.id);
    expect(await siteAt(other, 2)).toBe(other.id);
    const first = await siteAt(null, 4);
    expect([site.id, other.id]).toContain(first);
    expect(await siteAt(foreign, 6)).toBe(first);
  });

  it("asks whose session it is in one round trip, because every page of the desk begins with that", async () => {
    const [person, tablet] = [await aPerson(site, { roles: ["quality"] }), await aTablet(site)];
    const input = { way: "badge" as const, badge: person.badge, pin: person.pin };
    const session = valueIn(await signInAtDesk(input, tablet.actor, actorOfPresence, now));
    const query = vi.spyOn(pg.Client.prototype, "query");
    const actor = await actorOfSession(session.token, now);
    const asked = query.mock.calls.length;
    query.mockRestore();
    expect(actor).toMatchObject({ id: person.id, site: site.id, roles: ["quality"] });
    expect(asked).toBe(1);
  });

  it("is over when idle, after twelve hours, and as soon as the person or the tablet is gone", async () => {
    const input = (of: { badge: string; pin: string }) => ({ way: "badge" as const, ...of });
    const [person, tablet] = [await aPerson(site), await aTablet(site)];
    const at = instant(Date.now());
    const open = async () =>
      valueIn(await signInAtDesk(input(person), tablet.actor, actorOfPresence, at)).token;
    const idle = await open();
    expect(await actorOfSession(idle, plusMinutes(at, 29))).not.toBeNull();
    expect(await actorOfSession(idle, plusMinutes(at, 58))).not.toBeNull();
    expect(await actorOfSession(idle, plusMinutes(at, 89))).toBeNull();
    const long = await open();
    for (let minutes = 25; minutes < 720; minutes += 25) {
      expect(await actorOfSession(long, plusMinutes(at, minutes)), `${minutes}`).not.toBeNull();
    }
    expect(await actorOfSession(long, plusMinutes(at, 721))).toBeNull();
    const last = await open();
    valueIn(await revokeDevice(actorOfSeed(site.id), tablet.id));
    expect(await actorOfSession(last, at)).toBeNull();
  });
});

it("keeps no PIN, badge secret, password or token anywhere in the database", async () => {
  const person = await aPerson(site, { pin: "648205" });
  const tablet = await aTablet(site);
  const password = "planted office secret";
  const { totpSecret } = valueIn(await setPassword(actorOfSeed(site.id), person.id, password));
  await signInAtTablet(tablet.actor, { badge: person.badge, pin: "903716" });
  await signInAtTablet(tablet.actor, person);
  const planted = [
    "648205",
    "903716",
    person.badge.split("~")[2] ?? "",
    password,
    totpSecret,
    tablet.token,
  ];
  const client = new pg.Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    expect(tables.length).toBeGreaterThan(40);
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(
        `select t::text as row from "${name}" t`,
      );
      const text = rows.map(({ row }) => row).join("\n");
      for (const secret of planted) {
        // Digits can stand in a hash by chance: only as a word of their own.
        const found = new RegExp(`(?<![0-9A-Za-z])${secret}(?![0-9A-Za-z])`).exec(text);
        expect(found, `${secret} in ${name}`).toBeNull();
      }
    }
    const { rows: hashes } = await client.query<{ hash: string }>(
      `select pin_hash as hash from credentials where pin_hash is not null
       union all select password_hash from credentials where password_hash is not null
       union all select secret_hash from badges`,
    );
    for (const { hash } of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  } finally {
    await client.end();
  }
});

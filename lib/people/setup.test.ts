import { expect, it } from "vitest";
import { actorOfPresence, actorOfSeed, actorOfSession } from "#lib/boundary/actor";
import { db, forSite, inTransaction } from "#lib/db/client";
import { valueIn } from "#lib/db/test-plant";
import { tokenHash } from "#lib/kit/secrets";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import { signInAtDesk } from "./desk.commands.ts";
import { makeSetupToken, needsSetup, useSetupToken } from "./setup.commands.ts";
import { totpNow } from "./totp.commands.ts";

const administrator = {
  name: "Ines Castillo",
  employeeNumber: "10001",
  password: "a long and quiet sentence",
  site: { code: "P1", name: "First plant", timeZone: "Europe/Madrid" },
};
const actorAt = (site: string) => actorOfSeed(site);

// In order: the first test meets the database as an installation leaves it.
it("starts with nobody, and only a token makes the first administrator, once", async () => {
  expect(await db.person.count()).toBe(0);
  expect(await db.credential.count()).toBe(0);
  expect(await needsSetup()).toBe(true);
  const token = await makeSetupToken();
  const codeOf = async (token: string, input: typeof administrator, at?: string) => {
    const result = await useSetupToken(token, input, actorAt, at);
    return result.ok ? "ok" : result.error.code;
  };

  expect(await codeOf("guess", administrator)).toBe("setup_token_wrong");
  expect(await codeOf(token, { ...administrator, password: "password1" })).toBe(
    "password_too_simple",
  );
  expect(await codeOf(token, { ...administrator, password: "short" })).toBe("password_too_simple");
  const nowhere = { ...administrator, site: { ...administrator.site, timeZone: "Mars/Olympus" } };
  expect(await codeOf(token, nowhere)).toBe("time_zone_unknown");
  expect(await db.person.count()).toBe(0);

  const { totpSecret } = valueIn(await useSetupToken(token, administrator, actorAt));
  expect(totpSecret).toMatch(/^[A-Z2-7]{32}$/);
  expect(await needsSetup(), "until somebody has signed in").toBe(true);
  const second = { ...administrator, employeeNumber: "10002" };
  expect(await codeOf(token, second)).toBe("setup_differs");

  const old = await makeSetupToken(plusMinutes(instant(Date.now()), -24 * 60 - 1));
  expect(await codeOf(old, second)).toBe("setup_token_wrong");
});

it("shows the same secret again to whoever sends the same again, until somebody has signed in with it", async () => {
  await db.setupToken.updateMany({ data: { personId: null } });
  const token = await makeSetupToken();
  const first = { ...administrator, employeeNumber: "10003" };
  const codeOf = async (input: typeof administrator, given = token, at?: Instant) => {
    const result = await useSetupToken(given, input, actorAt, at);
    return result.ok ? result.value.totpSecret : result.error.code;
  };
  const made = await codeOf(first);
  expect(await needsSetup(), "nobody has signed in yet").toBe(true);
  const people = await db.person.count();

  // The reply is lost: sent again, by a hand that typed another name, it makes nobody.
  expect(await codeOf(first)).toBe(made);
  expect(await codeOf({ ...first, name: "Inés Castillo" })).toBe(made);
  expect(await db.person.count()).toBe(people);
  const { id: site } = await db.site.findFirstOrThrow();
  const shown = await forSite(site).entry.count({ where: { type: "authenticator.shown" } });
  expect(shown, "that it was shown again is on the record").toBe(2);

  expect(await codeOf({ ...first, password: "another quiet sentence" })).toBe("setup_differs");
  expect(await codeOf({ ...first, employeeNumber: "10004" })).toBe("setup_differs");
  expect(await codeOf(first, "guess")).toBe("setup_token_wrong");
  const tomorrow = plusMinutes(instant(Date.now()), 24 * 60 + 1);
  expect(await codeOf(first, token, tomorrow)).toBe("setup_token_wrong");

  const { id } = await db.person.findUniqueOrThrow({ where: { employeeNumber: "10003" } });
  const { totpSecret } = await db.credential.findUniqueOrThrow({ where: { personId: id } });
  const at = instant(Date.now());
  const code = totpNow(id, totpSecret ?? "", at) ?? "";
  const { password, employeeNumber } = first;
  valueIn(
    await signInAtDesk(
      { way: "password", employeeNumber, password, code },
      null,
      actorOfPresence,
      at,
    ),
  );
  expect(await codeOf(first), "it has been used").toBe("setup_token_wrong");
  expect(await needsSetup()).toBe(false);
});

it("leaves no half of an administrator: a number that is taken spends nothing", async () => {
  const token = await makeSetupToken();
  const taken = await useSetupToken(token, { ...administrator, employeeNumber: "10003" }, actorAt);
  expect(taken).toMatchObject({ ok: false, error: { code: "employee_number_taken" } });
  const free = await useSetupToken(token, { ...administrator, employeeNumber: "10005" }, actorAt);
  expect(free.ok).toBe(true);
});

it("lets one of those who use the token at once make an administrator", async () => {
  const token = await makeSetupToken();
  // All are held back at the token: whoever has looked at it by then has looked too early.
  const { begun } = await inTransaction(async (tx) => {
    await tx.$queryRaw`select hash from setup_tokens where hash = ${tokenHash(token)} for update`;
    const begun = ["20001", "20002", "20003"].map((employeeNumber) =>
      useSetupToken(token, { ...administrator, employeeNumber }, actorAt),
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return { begun };
  });
  const results = await Promise.all(begun);
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  const made = { employeeNumber: { in: ["20001", "20002", "20003"] } };
  expect(await db.person.count({ where: made })).toBe(1);
});

it("gives an account that signs in with password and one-time code", async () => {
  const person = await db.person.findUniqueOrThrow({ where: { employeeNumber: "10001" } });
  const credential = await db.credential.findUniqueOrThrow({ where: { personId: person.id } });
  const at = instant(Date.now());
  const code = totpNow(person.id, credential.totpSecret ?? "", at) ?? "";
  const input = {
    way: "password" as const,
    employeeNumber: "10001",
    password: administrator.password,
    code,
  };
  const session = valueIn(await signInAtDesk(input, null, actorOfPresence, at));
  expect(await actorOfSession(session.token, at)).toMatchObject({ roles: ["administrator"] });
});

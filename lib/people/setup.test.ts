import { expect, it } from "vitest";
import { actorOfPresence, actorOfSeed, actorOfSession } from "#lib/boundary/actor";
import { db } from "#lib/db/client";
import { valueIn } from "#lib/db/test-plant";
import { instant, plusMinutes } from "#lib/kit/time";
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
  expect(await needsSetup()).toBe(false);
  const second = { ...administrator, employeeNumber: "10002" };
  expect(await codeOf(token, second)).toBe("setup_token_wrong");

  const old = await makeSetupToken(plusMinutes(instant(Date.now()), -24 * 60 - 1));
  expect(await codeOf(old, second)).toBe("setup_token_wrong");
});

it("lets one of two who use the token at once make an administrator", async () => {
  const token = await makeSetupToken();
  const results = await Promise.all(
    ["20001", "20002", "20003"].map((employeeNumber) =>
      useSetupToken(token, { ...administrator, employeeNumber }, actorAt),
    ),
  );
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
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

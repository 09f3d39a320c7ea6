import "server-only";
import { db, inTransaction } from "#lib/db/client";
import { uuidv7 } from "#lib/kit/ids";
import { err, type Result } from "#lib/kit/result";
import { newToken, tokenHash } from "#lib/kit/secrets";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { createPerson, giveRole, type PeopleRefusal, setPassword } from "./commands.ts";
import { overRate } from "./lockout.commands.ts";
import { isPasswordAcceptable } from "./passwords.rules.ts";
import type { Actor } from "./schema.ts";
import type { FirstAdministrator } from "./setup.schema.ts";

const tokenHours = 24;

export type SetupRefusal =
  | PeopleRefusal
  | {
      code: "setup_token_wrong" | "site_needed" | "time_zone_unknown" | "too_many_attempts";
      params: Readonly<Record<string, string>>;
    };
const refused = (code: SetupRefusal["code"]) => err<SetupRefusal>({ code, params: {} });

/** For an installation without people: printed once at its start, good once and for a day. */
export async function makeSetupToken(at: Instant = instant(Date.now())): Promise<string> {
  const token = newToken();
  await db.setupToken.create({
    data: { hash: tokenHash(token), expiresAt: new Date(plusMinutes(at, tokenHours * 60)) },
  });
  return token;
}

/** Is there nobody yet who could administer this installation? */
export async function needsSetup(): Promise<boolean> {
  return (await db.person.count()) === 0;
}

/** Is there a plant already, that the first administrator belongs to? */
export async function hasSite(): Promise<boolean> {
  return (await db.site.count()) > 0;
}

/**
 * Makes the first administrator, and the first plant where there is none. The token is spent by the
 * statement that finds it unspent. Returns the secret for one-time passwords, shown once.
 */
export async function useSetupToken(
  token: string,
  administrator: FirstAdministrator,
  actorAt: (site: string) => Actor,
  at: Instant = instant(Date.now()),
): Promise<Result<{ totpUri: string; totpSecret: string }, SetupRefusal>> {
  if ((await overRate("setup", 20, 60, at)) !== null) return refused("too_many_attempts");
  // What the person can correct is said before the token is spent.
  if (!isPasswordAcceptable(administrator.password)) return refused("password_too_simple");
  const known = await db.site.findFirst({ orderBy: { code: "asc" }, select: { id: true } });
  if (!known && !administrator.site) return refused("site_needed");
  if (administrator.site && !isTimeZone(administrator.site.timeZone)) {
    return refused("time_zone_unknown");
  }
  const { employeeNumber, name } = administrator;
  const taken = await db.person.findUnique({ where: { employeeNumber } });
  if (!(await spendToken(token, at))) return refused("setup_token_wrong");
  if (taken) return refused("employee_number_taken");

  const site = known?.id ?? (await createFirstSite(administrator.site));
  const actor = actorAt(site);
  const person = await createPerson(actor, { employeeNumber, name });
  if (!person.ok) return person;
  const role = await giveRole(actor, person.value, "administrator");
  if (!role.ok) return role;
  return setPassword(actor, person.value, administrator.password);
}

async function spendToken(token: string, at: Instant): Promise<boolean> {
  const { count } = await db.setupToken.updateMany({
    where: { hash: tokenHash(token), usedAt: null, expiresAt: { gt: new Date(at) } },
    data: { usedAt: new Date(at) },
  });
  return count === 1;
}

async function createFirstSite(of: FirstAdministrator["site"]): Promise<string> {
  if (!of) throw new Error("the first site was not described");
  const id = uuidv7();
  await inTransaction(
    (tx) => tx.site.create({ data: { id, ...of, policy: firstPolicy, shifts: firstShifts } }),
    id,
  );
  return id;
}

/** What a plant starts with; quality adds its own codes. */
const firstPolicy = {
  defectCodes: [
    { code: "GEN-01", label: { en: "Nonconforming", es: "No conforme" }, holdReason: "quality" },
  ],
  holdSeverities: ["major", "critical"],
  holdReasons: [{ code: "quality", label: { en: "Quality", es: "Calidad" }, owner: "quality" }],
  lateAfterMinutes: 15,
} satisfies PlantPolicy;

const firstShifts = [
  {
    validFrom: "2020-01-01",
    shifts: [
      { code: "1", from: "06:00", to: "14:00" },
      { code: "2", from: "14:00", to: "22:00" },
      { code: "3", from: "22:00", to: "06:00" },
    ],
  },
];

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

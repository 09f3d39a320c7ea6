import "server-only";
import { db, type Tx } from "#lib/db/client";
import { installDefaultRules } from "#lib/feed/default-rules.commands";
import { uuidv7 } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { hashSecret, isSecret, newToken, tokenHash } from "#lib/kit/secrets";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { sitesOf } from "./devices.queries.ts";
import { overRate } from "./lockout.commands.ts";
import { isPasswordAcceptable } from "./passwords.rules.ts";
import type { Actor } from "./schema.ts";
import type { FirstAdministrator } from "./setup.schema.ts";
import { knownTotp, newTotp } from "./totp.commands.ts";

const tokenHours = 24;

export type SetupRefusal = {
  code:
    | "setup_token_wrong"
    | "setup_differs"
    | "site_needed"
    | "time_zone_unknown"
    | "too_many_attempts"
    | "employee_number_taken"
    | "password_too_simple";
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

/**
 * Is there nobody yet who could administer this installation? Whoever was made by a token and has never
 * signed in doesn't count: the secret they need may have been lost on the way.
 */
export async function needsSetup(): Promise<boolean> {
  if ((await db.person.count()) === 0) return true;
  const made = await db.setupToken.findMany({
    where: { personId: { not: null } },
    select: { personId: true },
  });
  const people = made.flatMap(({ personId }) => personId ?? []);
  if (people.length === 0) return false;
  const where = { personId: { in: people }, totpStep: { not: null } };
  return (await db.credential.count({ where })) === 0;
}

/** Is there a plant already, that the first administrator belongs to? */
export async function hasSite(): Promise<boolean> {
  return (await db.site.count()) > 0;
}

type Made = { totpUri: string; totpSecret: string };

/**
 * Makes the first administrator, and the first plant where there is none: all of it in one transaction
 * with the token, or nothing. Sent again under the same token by whoever knows the password, it gives
 * the same secret and makes nobody.
 */
export async function useSetupToken(
  token: string,
  administrator: FirstAdministrator,
  actorAt: (site: string) => Actor,
  at: Instant = instant(Date.now()),
): Promise<Result<Made, SetupRefusal>> {
  if ((await overRate("setup", { limit: 20, seconds: 60 }, at)) !== null)
    return refused("too_many_attempts");
  // What the person can correct is said before the token is looked at.
  const { employeeNumber, name, password } = administrator;
  if (!isPasswordAcceptable(password)) return refused("password_too_simple");
  const known = await db.site.findFirst({ orderBy: { code: "asc" }, select: { id: true } });
  if (!known && !administrator.site) return refused("site_needed");
  if (administrator.site && !isTimeZone(administrator.site.timeZone)) {
    return refused("time_zone_unknown");
  }
  const [site, person] = [known?.id ?? uuidv7(), uuidv7()];
  const passwordHash = await hashSecret(password.normalize("NFKC"));
  const totp = newTotp(person, employeeNumber);
  const made = await recorded<Made | null, SetupRefusal>(actorAt(site), async (tx) => {
    if (!(await isUnspent(tx, token, at))) return ok({ value: null, events: [] });
    if (await tx.person.findUnique({ where: { employeeNumber } })) {
      return refused("employee_number_taken");
    }
    if (!(await isSpentNow(tx, token, person, at))) return ok({ value: null, events: [] });
    if (!known) await createFirstSite(tx, site, administrator.site);
    const rules = await installDefaultRules(tx, site, { inForce: false, at });
    await tx.person.create({ data: { id: person, employeeNumber, name: name.normalize("NFC") } });
    await tx.personRole.create({ data: { personId: person, siteId: site, role: "administrator" } });
    await tx.credential.create({
      data: { personId: person, passwordHash, totpSecret: totp.sealed, changedAt: new Date(at) },
    });
    const told = (type: Happening["type"], body: object) => ({
      kind: "person" as const,
      stream: person,
      type,
      body: { person, ...body },
    });
    return ok({
      value: { totpUri: totp.uri, totpSecret: totp.secret },
      events: [
        told("person.created", {}),
        told("role.given", { role: "administrator" }),
        told("password.set", {}),
        ...rules,
      ],
    });
  });
  if (!made.ok) return made;
  return made.value === null ? shownAgain(token, administrator, actorAt, at) : ok(made.value);
}

async function isUnspent(tx: Tx, token: string, at: Instant): Promise<boolean> {
  const where = { hash: tokenHash(token), usedAt: null, expiresAt: { gt: new Date(at) } };
  return (await tx.setupToken.findFirst({ where })) !== null;
}

/** Spent by the statement that finds it unspent: of two who send it at once, one makes somebody. */
async function isSpentNow(tx: Tx, token: string, person: string, at: Instant): Promise<boolean> {
  const { count } = await tx.setupToken.updateMany({
    where: { hash: tokenHash(token), usedAt: null },
    data: { usedAt: new Date(at), personId: person },
  });
  return count === 1;
}

/**
 * The reply was lost: the same secret, to whoever holds the token and types the same number and
 * password, until somebody has signed in with it. That it was shown again is on the record.
 */
async function shownAgain(
  token: string,
  { employeeNumber, password }: FirstAdministrator,
  actorAt: (site: string) => Actor,
  at: Instant,
): Promise<Result<Made, SetupRefusal>> {
  const spent = await db.setupToken.findUnique({ where: { hash: tokenHash(token) } });
  const person = spent?.personId
    ? await db.person.findUnique({ where: { id: spent.personId } })
    : null;
  if (!spent || !person || spent.expiresAt <= new Date(at)) return refused("setup_token_wrong");
  const credential = await db.credential.findUnique({ where: { personId: person.id } });
  if (credential?.totpStep !== null) return refused("setup_token_wrong");
  const isSame =
    person.employeeNumber === employeeNumber &&
    (await isSecret(credential.passwordHash, password.normalize("NFKC")));
  if (!isSame) return refused("setup_differs");
  const shown = knownTotp(person.id, employeeNumber, credential.totpSecret);
  const [site] = await sitesOf("person", person.id);
  if (!shown || !site) return refused("setup_token_wrong");
  return recorded(actorAt(site), async () => {
    const body = { person: person.id };
    const event = { kind: "person", stream: person.id, type: "authenticator.shown", body } as const;
    return ok({ value: { totpUri: shown.uri, totpSecret: shown.secret }, events: [event] });
  });
}

async function createFirstSite(tx: Tx, id: string, of: FirstAdministrator["site"]): Promise<void> {
  if (!of) throw new Error("the first site was not described");
  await tx.site.create({ data: { id, ...of, policy: firstPolicy, shifts: firstShifts } });
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

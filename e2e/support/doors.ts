import { actorOfSeed } from "#lib/boundary/actor";
import { expectedAt, routeRules } from "#lib/boundary/routes";
import type { Role } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import { createPerson, giveRole, issueBadge, setPin } from "#lib/people/commands";
import { demoPeople } from "../../prisma/seed/people.ts";
import { demoSites } from "../../prisma/seed/plant.ts";
import type { Tablet } from "./tablet.ts";

export type Meets = "in" | "not_signed_in" | "not_permitted";
export type Door = {
  /** As the table of routes calls it. */
  way: string;
  method: string;
  path: string;
  isPage: boolean;
  isOwn: boolean;
  /** For another system's token: cookies and pages of ours count for nothing there. */
  isForTokens: boolean;
  isPublic: boolean;
  expected: Readonly<Record<string, Meets>>;
};

/** What stands where a route has a parameter: things that are really there. */
export type Named = {
  traveler: string;
  defect: string;
  sha256: string;
  gage: string;
  order: string;
  person: string;
  stock: string;
  station: string;
  /** A buyoff that the traveler asks for. */
  requirement: string;
  /** Anything that was sent to another system. */
  message: string;
  connector: string;
  rule: string;
  reconciliation: string;
  validation: string;
  drop: string;
};

/** Every page and handler of the table, with an address to knock at. Actions have none of their own. */
export function doorsOf({ traveler, defect, sha256, ...plant }: Named): Door[] {
  const idIn = (route: string): string => {
    if (route.startsWith("/defects/")) return defect;
    if (route.startsWith("/feed/messages/")) return plant.message;
    if (route.startsWith("/feed/connectors/")) return plant.connector;
    if (route.startsWith("/feed/rules/")) return plant.rule;
    if (route.startsWith("/feed/reconciliation/")) return plant.reconciliation;
    if (route.startsWith("/feed/validation/")) return plant.validation;
    if (route.startsWith("/feed/drops/")) return plant.drop;
    if (route.startsWith("/gages/")) return plant.gage;
    if (route.startsWith("/orders/")) return plant.order;
    if (route.startsWith("/stock/")) return plant.stock;
    if (route.startsWith("/stations/")) return plant.station;
    return route.startsWith("/people/") ? plant.person : traveler;
  };
  return Object.entries(routeRules).flatMap(([way, rule]) => {
    const [kind = "", route = ""] = way.split(" ");
    if (kind === "ACTION") return [];
    const path = route
      .replace("[sha256]", sha256)
      .replace("[connector]", "qms-sandbox")
      .replace("[file]", "defect.logged.v1.json")
      .replace("[...nextauth]", "session")
      .replace("[...missing]", "no-such-room")
      .replace("[requirement]", plant.requirement)
      .replace("[kind]", "defect_code")
      .replace("[number]", "4711")
      .replace("[delivery]", "01890000-0000-7000-8000-000000000001")
      .replace("[id]", idIn(route));
    if (/[[\]]/.test(path)) throw new Error(`${way}: no address for its parameter`);
    const isPage = kind === "PAGE";
    return {
      way,
      method: isPage ? "GET" : kind,
      path,
      isPage,
      isOwn: rule.who === "own",
      isForTokens: rule.who === "token",
      isPublic: rule.who === "public",
      expected: expectedAt(rule),
    };
  });
}

export type DeskPerson = { badge: string; pin: string };

/** Somebody who holds this role and no other; where the demo has nobody, a person of the test's own. */
export async function holderOf(role: Role, site: string = demoSites.ng1.id): Promise<DeskPerson> {
  const isElsewhere = site !== demoSites.ng1.id;
  const known = isElsewhere
    ? undefined
    : demoPeople.find(({ roles }) => roles.length === 1 && roles[0] === role);
  const [badge] = known?.badges ?? [];
  if (known && badge) return { badge: `BDG~${badge.id}~${badge.secret}`, pin: known.pin };
  const seed = actorOfSeed(site);
  const id = uuidv7();
  const employeeNumber = `E-${id.slice(-12)}`;
  const pin = "819204";
  const made = [
    await createPerson(seed, { id, employeeNumber, name: `Test ${role}` }),
    await giveRole(seed, id, role),
    await setPin(seed, id, pin),
  ];
  const issued = await issueBadge(seed, id);
  if (!issued.ok || made.some(({ ok }) => !ok)) throw new Error(`nobody could be made ${role}`);
  return { badge: issued.value, pin };
}

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((set) => set.split(";")[0])
    .join("; ");

/** Signs in at the desk as a browser does through next-auth; gives the session's cookie alone. */
export async function deskCookie(tablet: Tablet, { badge, pin }: DeskPerson): Promise<string> {
  const { session } = await deskSignIn(tablet, { badge, pin });
  if (!session) throw new Error("nobody was signed in at the desk");
  return session;
}

export async function deskSignIn(
  tablet: Tablet,
  { badge, pin }: DeskPerson,
  change: { csrfToken?: string } = {},
): Promise<{ session: string | null; setCookies: string[] }> {
  const { origin, cookie } = tablet;
  const asked = await fetch(`${origin}/api/auth/csrf`);
  const { csrfToken } = (await asked.json()) as { csrfToken: string };
  const body = new URLSearchParams({
    way: "badge",
    badge,
    pin,
    csrfToken,
    json: "true",
    ...change,
  });
  const answer = await fetch(`${origin}/api/auth/callback/credentials`, {
    method: "POST",
    headers: { cookie: `${cookie}; ${cookiesOf(asked)}`, origin },
    body,
    redirect: "manual",
  });
  const setCookies = [...asked.headers.getSetCookie(), ...answer.headers.getSetCookie()];
  const found = setCookies.find((set) => /^(__Host-)?buyoff-desk=[^;]+/.test(set));
  return { session: found?.split(";")[0] ?? null, setCookies };
}

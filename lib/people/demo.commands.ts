import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Role } from "#lib/instructions/schema";
import { env } from "#lib/kit/env";
import { type Instant, instant } from "#lib/kit/time";
import { makeEnrolmentCode } from "./devices.commands.ts";
import type { Actor } from "./schema.ts";
import { totpNow } from "./totp.commands.ts";

/** A person of the demo plant as its seed tells of them, credentials included. */
export type DemoCredentials = {
  employeeNumber: string;
  name: string;
  roles: readonly Role[];
  badges: readonly { id: string; secret: string }[];
  pin: string;
  password: string | null;
  stamps: readonly { number: string }[];
  about?: string;
};

const codeMinutes = 60;

/**
 * What a newcomer needs who has neither scanner nor badge: every badge to tap, barcodes, and a code
 * for each station. Exists only where the demo plant does, and none of its secrets is anywhere else.
 */
export async function demoKit(
  actor: Actor,
  people: readonly DemoCredentials[],
  /** The plants whose stations the tablet may still become one of. */
  plants: readonly Actor[],
  at: Instant = instant(Date.now()),
) {
  if (!env.BUYOFF_DEMO) throw new Error("the demo's drawer outside the demo");
  const scoped = forSite(actor.site);
  const [gages, stock, travelers] = await Promise.all([
    scoped.gage.findMany({ select: { code: true, name: true }, orderBy: { code: "asc" } }),
    scoped.stock.findMany({
      select: { part: true, serial: true, lot: true },
      orderBy: [{ part: "asc" }, { lot: "asc" }, { serial: "asc" }],
    }),
    scoped.traveler.findMany({
      where: { status: { notIn: ["accepted", "cancelled", "scrapped"] } },
      select: { id: true, serial: true, lot: true, workOrder: true },
      orderBy: [{ workOrder: "asc" }, { serial: "asc" }],
      take: 40,
    }),
  ]);
  const stations: Awaited<ReturnType<typeof codesFor>> = [];
  for (const plant of plants) stations.push(...(await codesFor(plant, at)));
  return {
    badges: people.flatMap(({ badges, pin, name, roles, stamps, about }) =>
      badges.map(({ id, secret }) => ({
        badge: `BDG~${id}~${secret}`,
        pin,
        name,
        role: roles[0] ?? "operator",
        stamps: stamps.map(({ number }) => number),
        about: about ?? "",
      })),
    ),
    barcodes: [
      ...travelers.map(({ id, serial, lot, workOrder }) => ({
        label: `${serial ?? lot ?? ""} · ${workOrder}`,
        code: `TRV~${id}`,
        kind: "traveler",
      })),
      ...gages.map(({ code, name }) => ({
        label: `${code} · ${name}`,
        code: `GAG~${code}`,
        kind: "gage",
      })),
      ...stock.map(({ part, serial, lot }) => ({
        label: `${part} · ${serial ?? lot ?? ""}`,
        code: serial ? `CMP~${part}~S~${serial}` : `CMP~${part}~L~${lot}`,
        kind: "component",
      })),
    ],
    stations,
    desk: await deskAccounts(people, at),
  };
}

async function codesFor(actor: Actor, at: Instant) {
  const stations = await forSite(actor.site).station.findMany({
    select: { id: true, code: true, name: true },
    orderBy: { code: "asc" },
  });
  const codes: { code: string; name: string; enrolmentCode: string }[] = [];
  // One after the other: they all stand in the site's own stream.
  for (const { id, code, name } of stations) {
    const made = await makeEnrolmentCode(actor, id, at, codeMinutes);
    if (made.ok) codes.push({ code, name, enrolmentCode: made.value.code });
  }
  return codes;
}

async function deskAccounts(people: readonly DemoCredentials[], at: Instant) {
  const withPassword = people.filter(({ password }) => password !== null);
  const rows = await db.person.findMany({
    where: { employeeNumber: { in: withPassword.map(({ employeeNumber }) => employeeNumber) } },
    select: { id: true, employeeNumber: true },
  });
  const credentials = await db.credential.findMany({
    where: { personId: { in: rows.map(({ id }) => id) } },
    select: { personId: true, totpSecret: true },
  });
  return withPassword.map(({ employeeNumber, name, roles, password }) => {
    const person = rows.find((row) => row.employeeNumber === employeeNumber)?.id ?? "";
    const sealed = credentials.find(({ personId }) => personId === person)?.totpSecret;
    const code = sealed ? totpNow(person, sealed, at) : null;
    return { employeeNumber, name, role: roles[0] ?? "operator", password, code };
  });
}

import "server-only";
import { db, forSite } from "#lib/db/client";
import { type Role, roles } from "#lib/instructions/schema";
import type { Actor } from "./schema.ts";
import { freeFrom, roleOfStamp, type StampKind, stampKinds } from "./stamps.rules.ts";

export type StampEntry = {
  id: string;
  number: string;
  kind: StampKind;
  person: string;
  name: string;
  issuedOn: string;
  withdrawnOn: string | null;
  /** Null: none was given, or it is another site's, or retention has disposed of it. */
  reason: string | null;
  /** In use, in use by somebody whose kind it no longer is, resting until a day, or free again. */
  state: "in_use" | "does_not_fit" | "cooling" | "free";
  /** For a number that rests or is free: since or from when. */
  freeFrom: string | null;
};

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
const isRole = (role: string): role is Role => (roles as readonly string[]).includes(role);

/** Every number that was ever issued, to whom and for how long (AS9100 8.5.2): the company's, with the site's cool-down. */
export async function stampRegister(
  actor: Actor,
  today: string,
): Promise<{ coolDownMonths: number; stamps: StampEntry[] }> {
  const scoped = forSite(actor.site);
  const [site, stamps] = await Promise.all([
    db.site.findUniqueOrThrow({
      where: { id: actor.site },
      select: { stampCoolDownMonths: true },
    }),
    db.stamp.findMany({ orderBy: [{ number: "asc" }, { issuedOn: "desc" }] }),
  ]);
  const people = [...new Set(stamps.map(({ personId }) => personId))];
  const hashes = stamps.flatMap(({ withdrawnReasonSha256 }) => withdrawnReasonSha256 ?? []);
  const [names, held, texts] = await Promise.all([
    db.person.findMany({
      where: { id: { in: people } },
      select: { id: true, name: true, status: true },
    }),
    scoped.personRole.findMany({ where: { siteId: actor.site, personId: { in: people } } }),
    scoped.textBlob.findMany({ where: { siteId: actor.site, sha256: { in: hashes } } }),
  ]);
  const inUse = new Set(
    stamps.filter(({ withdrawnOn }) => withdrawnOn === null).map(({ number }) => number),
  );
  const entries = stamps.map((stamp): StampEntry => {
    const kind = stampKinds.find((one) => one === stamp.kind) ?? "operator";
    const holder = names.find(({ id }) => id === stamp.personId);
    const theirs = held.filter(({ personId }) => personId === stamp.personId);
    const rolesHeld = theirs.map(({ role }) => role).filter(isRole);
    // Who works at another site alone is for that site to judge.
    const isHere = rolesHeld.length > 0;
    const fits = holder?.status === "active" && (!isHere || rolesHeld.includes(roleOfStamp[kind]));
    const free = stamp.withdrawnOn && freeFrom(dayOf(stamp.withdrawnOn), site.stampCoolDownMonths);
    return {
      id: stamp.id,
      number: stamp.number,
      kind,
      person: stamp.personId,
      name: holder?.name ?? stamp.personId,
      issuedOn: dayOf(stamp.issuedOn),
      withdrawnOn: stamp.withdrawnOn && dayOf(stamp.withdrawnOn),
      reason: texts.find(({ sha256 }) => sha256 === stamp.withdrawnReasonSha256)?.text ?? null,
      state:
        stamp.withdrawnOn === null
          ? fits
            ? "in_use"
            : "does_not_fit"
          : free !== null && free > today
            ? "cooling"
            : "free",
      freeFrom: inUse.has(stamp.number) ? null : free,
    };
  });
  const inOrder = new Intl.Collator("en", { numeric: true });
  return {
    coolDownMonths: site.stampCoolDownMonths,
    stamps: entries.toSorted((a, b) => inOrder.compare(a.number, b.number)),
  };
}

import "server-only";
import { db, forSite, inTransaction } from "#lib/db/client";
import { tokenHash } from "#lib/kit/secrets";
import { type Instant, millis } from "#lib/kit/time";
import type { Actor } from "./schema.ts";
import { type Scope, scopes } from "./tokens.schema.ts";

export type TokenOfCall = { id: string; site: string; name: string; scopes: readonly Scope[] };
type Found = Omit<TokenOfCall, "scopes"> & {
  scopes: readonly string[];
  revokedAt: Instant | null;
  lastUsedAt: Instant | null;
};

const form = /^by_[A-Za-z0-9]{4,8}_[A-Za-z0-9_-]{20,100}$/;
const isScope = (text: string): text is Scope => scopes.some((scope) => scope === text);
/** A call is not to be slowed by a write that nobody reads to the second. */
const usedEveryMs = 60_000;

/** The token that a call presents, unless it was revoked; its use is noted, to the minute. */
export async function tokenOfCall(presented: string, at: Instant): Promise<TokenOfCall | null> {
  if (!form.test(presented)) return null;
  const [row] = await db.$queryRaw<{ found: Found | null }[]>`
    select api_token_of(${tokenHash(presented)}) as found`;
  const found = row?.found;
  if (!found || found.revokedAt) return null;
  const { id, site, name, lastUsedAt } = found;
  if (lastUsedAt === null || millis(at) - millis(lastUsedAt) > usedEveryMs) {
    const data = { lastUsedAt: new Date(at) };
    await inTransaction((tx) => tx.apiToken.updateMany({ where: { id }, data }), site);
  }
  return { id, site, name, scopes: found.scopes.filter(isScope) };
}

export type TokenLine = {
  id: string;
  name: string;
  prefix: string;
  scopes: readonly string[];
  madeBy: string;
  madeAt: Date;
  revokedBy: string | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
};

/** Those in force first, then those that were revoked; the newest of each first. */
export async function tokensAtSite(actor: Actor): Promise<TokenLine[]> {
  const rows = await forSite(actor.site).apiToken.findMany({
    where: { siteId: actor.site },
    orderBy: [{ revokedAt: { sort: "desc", nulls: "first" } }, { madeAt: "desc" }],
    take: 200,
    select: {
      id: true,
      name: true,
      prefix: true,
      scopes: true,
      madeBy: true,
      madeAt: true,
      revokedBy: true,
      revokedAt: true,
      lastUsedAt: true,
    },
  });
  const ids = rows.flatMap(({ madeBy, revokedBy }) => [madeBy, ...(revokedBy ? [revokedBy] : [])]);
  const people = await db.person.findMany({
    where: { id: { in: ids } },
    select: { id: true, name: true },
  });
  const nameOf = (id: string) => people.find((of) => of.id === id)?.name ?? "";
  return rows.map((row) => ({
    ...row,
    madeBy: nameOf(row.madeBy),
    revokedBy: row.revokedBy === null ? null : nameOf(row.revokedBy),
  }));
}

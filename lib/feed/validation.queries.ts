import "server-only";
import { forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { Actor } from "#lib/people/schema";
import { fingerprint } from "./flow.schema.ts";
import {
  type CaseOutcome,
  caseFound,
  type ResultShown,
  type ValidationShown,
} from "./validation.schema.ts";
import { type CaseVersion, casesOf } from "./validation-cases.rules.ts";
import { caseContent } from "./validation-cases.schema.ts";

type Row = Omit<ValidationShown, "fingerprint" | "signed"> & {
  fingerprint: unknown;
  signedBy: string | null;
  signedAt: Date | null;
  meaning: string | null;
};

const runsMax = 50;

const runsWhere = (actor: Actor, which: Prisma.Sql) => forSite(actor.site).$queryRaw<Row[]>`
    select n.id::text, jsonb_build_object('id', c.id, 'name', c.name, 'code', c.code) as connector, n.process, n.mode,
      n.state, n.cases, p.name as "askedBy", n.asked_by::text as "askedById", n.asked_at as "askedAt",
      n.ended_at as "endedAt", n.note, n.fingerprint, n.result_sha256 as "resultSha256",
      coalesce(s.name, n.signed_by::text) as "signedBy", n.signed_at as "signedAt", n.signature->>'meaning' as meaning,
      (select count(*)::int from validation_results r where r.run_id = n.id and r.outcome = 'passed') as passed,
      (select count(*)::int from validation_results r where r.run_id = n.id and r.outcome = 'failed') as failed,
      (select count(*)::int from validation_results r where r.run_id = n.id and r.outcome = 'not_run') as "notRun"
    from validation_runs n
    join connectors c on c.id = n.connector_id
    left join people p on p.id = n.asked_by
    left join people s on s.id = n.signed_by
    where n.site_id = ${actor.site}::uuid and ${which}
    order by n.asked_at desc limit ${runsMax}`;

function runOf({ signedBy, signedAt, meaning, fingerprint: of, ...row }: Row): ValidationShown {
  const known = fingerprint.safeParse(of);
  return {
    ...row,
    fingerprint: known.success ? known.data : null,
    signed: signedBy && signedAt ? { by: signedBy, at: signedAt, meaning: meaning ?? "" } : null,
  };
}

/** The newest first. */
export const validationRuns = async (actor: Actor): Promise<ValidationShown[]> =>
  (await runsWhere(actor, Prisma.sql`true`)).map(runOf);

export async function validationRun(actor: Actor, id: string): Promise<ValidationShown | null> {
  const [row] = await runsWhere(actor, Prisma.sql`n.id = ${id}::uuid`);
  return row ? runOf(row) : null;
}

export async function resultsOf(actor: Actor, run: string): Promise<ResultShown[]> {
  const rows = await forSite(actor.site).validationResult.findMany({
    where: { siteId: actor.site, runId: run },
    orderBy: { place: "asc" },
  });
  return rows.map(({ code, version, contentSha256, content, outcome, steps }) => ({
    code,
    version,
    sha256: contentSha256,
    content: caseContent.parse(JSON.parse(content)),
    outcome: outcome as CaseOutcome,
    ...caseFound.parse(steps),
  }));
}

export type CaseShown = CaseVersion & { author: string | null; madeAt: Date | null };

/** Every case of the site as it is now, those out of use as well. */
export async function casesAtSite(actor: Actor): Promise<CaseShown[]> {
  const from = forSite(actor.site);
  const rows = await from.validationCase.findMany({
    where: { siteId: actor.site },
    orderBy: [{ code: "asc" }, { version: "desc" }],
    distinct: ["code"],
  });
  const people = await from.person.findMany({
    where: { id: { in: rows.map(({ authorId }) => authorId) } },
    select: { id: true, name: true },
  });
  const own = rows.map((row) => ({
    code: row.code,
    version: row.version,
    sha256: row.contentSha256,
    content: caseContent.parse(JSON.parse(row.content)),
  }));
  return casesOf(own).map((of) => {
    const row = rows.find(({ code }) => code === of.code);
    return {
      ...of,
      author: people.find(({ id }) => id === row?.authorId)?.name ?? null,
      madeAt: row?.madeAt ?? null,
    };
  });
}

import "server-only";
import { type Db, forSite, inTransaction, type Tx } from "#lib/db/client";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { type DryRun, dryRun } from "./dry-run.schema.ts";
import { type FeedProcess, processOfConfig } from "./processes.schema.ts";
import { contentOfRule } from "./routing.queries.ts";
import {
  problemsOf,
  type RuleProblem,
  type RuleVersion,
  type RuleWorld,
  standing,
  stateAt,
} from "./rules.rules.ts";
import { type RuleContent, type RuleState, ruleContent } from "./rules.schema.ts";
import { type NewerShipped, newerShipped } from "./shipped-rules.rules.ts";

export type VersionShown = RuleVersion & {
  content: RuleContent;
  state: RuleState;
  author: string | null;
  authorId: string | null;
  changedAt: Instant;
  approver: string | null;
};
export type RuleShown = {
  id: string;
  code: string;
  process: FeedProcess;
  versions: VersionShown[];
  /** Events that it could not decide on in the last week. */
  errors: number;
  /** The product brings it in another form by now than it did here. */
  newer: NewerShipped | null;
};

const isoOf = (at: Date | null): Instant | null => at?.toISOString() ?? null;

async function rulesShown(actor: Actor, where: { id?: string }): Promise<RuleShown[]> {
  const site = forSite(actor.site);
  const now = instant(Date.now());
  const [rules, versions, runs, errors] = await Promise.all([
    site.routingRule.findMany({
      where: { ...where, siteId: actor.site },
      orderBy: { code: "asc" },
    }),
    site.routingRuleVersion.findMany({
      where: { siteId: actor.site, ...(where.id ? { ruleId: where.id } : {}) },
      orderBy: { version: "asc" },
    }),
    site.routingDryRun.findMany({
      where: { siteId: actor.site },
      select: { ruleId: true, contentSha256: true },
    }),
    site.routingEvaluation.groupBy({
      by: ["rule"],
      where: {
        siteId: actor.site,
        outcome: "error",
        at: { gt: new Date(plusMinutes(now, -7 * 24 * 60)) },
      },
      _count: { _all: true },
    }),
  ]);
  const people = await site.person.findMany({
    where: {
      id: {
        in: versions.flatMap(({ authorId, approvedBy }) =>
          [authorId, approvedBy].filter((id) => id !== null),
        ),
      },
    },
    select: { id: true, name: true },
  });
  const nameOf = (id: string | null) => people.find((one) => one.id === id)?.name ?? null;
  return rules.map(({ id, code }) => {
    const own = versions
      .filter(({ ruleId }) => ruleId === id)
      .map((row) => ({
        version: row.version,
        contentSha256: row.contentSha256,
        content: contentOfRule(row.contentSha256, row.content),
        isTested: runs.some((run) => run.ruleId === id && run.contentSha256 === row.contentSha256),
        approvedAt: isoOf(row.approvedAt),
        effectiveFrom: isoOf(row.effectiveFrom),
        retiredAt: isoOf(row.retiredAt),
        author: nameOf(row.authorId),
        authorId: row.authorId,
        changedAt: row.changedAt.toISOString(),
        approver: nameOf(row.approvedBy),
      }));
    const rows = versions.filter(({ ruleId }) => ruleId === id);
    const shown = own.map((one) => ({ ...one, state: stateAt(one, own, now) }));
    return {
      id,
      code,
      process: shown.at(-1)?.content.process ?? "NCR",
      versions: shown,
      errors: errors.find(({ rule }) => rule === code)?._count._all ?? 0,
      newer: newerOf(code, rows),
    };
  });
}

type Made = { contentSha256: string; content: string; shipped: string | null };

/** What the product would bring to a rule of which these are the versions, the oldest first. */
export function newerOf(code: string, versions: readonly Made[]): NewerShipped | null {
  const base = versions.findLast(({ shipped }) => shipped !== null)?.shipped;
  const last = versions.at(-1);
  if (!base || !last) return null;
  const own = contentOfRule(last.contentSha256, last.content);
  return newerShipped(code, ruleContent.parse(JSON.parse(base)), own);
}

export const rulesAtSite = (actor: Actor): Promise<RuleShown[]> => rulesShown(actor, {});

export async function ruleAtSite(actor: Actor, id: string): Promise<RuleShown | null> {
  return (await rulesShown(actor, { id }))[0] ?? null;
}

/** What of the site a rule is checked against; `rule` itself stands in its own way nowhere. */
export async function worldOf(
  from: Pick<Db | Tx, "connector" | "site" | "routingRule" | "routingRuleVersion">,
  siteId: string,
  rule: string,
): Promise<RuleWorld> {
  const now = instant(Date.now());
  const connectors = await from.connector.findMany({
    where: { siteId, status: { not: "retired" } },
    select: { code: true, config: true },
    orderBy: { code: "asc" },
  });
  const site = await from.site.findUniqueOrThrow({
    where: { id: siteId },
    select: { policy: true },
  });
  const rules = await from.routingRule.findMany({ where: { siteId, id: { not: rule } } });
  const rows = await from.routingRuleVersion.findMany({
    where: { siteId, ruleId: { not: rule }, approvedAt: { not: null } },
  });
  const others = rules.flatMap(({ id, code }) => {
    const own = rows
      .filter(({ ruleId }) => ruleId === id)
      .map((row) => ({
        version: row.version,
        contentSha256: row.contentSha256,
        isTested: true,
        approvedAt: isoOf(row.approvedAt),
        effectiveFrom: isoOf(row.effectiveFrom),
        retiredAt: isoOf(row.retiredAt),
        content: contentOfRule(row.contentSha256, row.content),
      }));
    return standing(own, now).map(({ content: { process, connector } }) => ({
      code,
      process,
      connector,
    }));
  });
  return {
    connectors: connectors.map(({ code, config }) => {
      const process = processOfConfig(config);
      return { code, processes: process ? [process] : null };
    }),
    others,
    holdReasons: (site.policy as unknown as PlantPolicy).holdReasons.map(({ code }) => code),
  };
}

export type DryRunShown = {
  id: string;
  at: Instant;
  by: string;
  result: DryRun;
  resultSha256: string;
};

/** Who wrote any of a version: drafting it and each change of it are entries. Nobody approves what they wrote a part of. */
export async function hasWritten(
  from: Pick<Tx, "$queryRaw">,
  by: { person: string; rule: string; version: number },
): Promise<boolean> {
  const [found] = await from.$queryRaw<{ has: boolean }[]>`
    select exists (select from entries where stream_id = ${by.rule}::uuid and person_id = ${by.person}::uuid
      and type in ('rule.drafted', 'rule.changed')
      and line::jsonb->'body'->>'version' = ${String(by.version)}) as has`;
  return found?.has ?? false;
}

export type RuleToDecide = {
  /** The reader wrote a part of it. */
  isOwn: boolean;
  problems: RuleProblem[];
  connectors: readonly string[];
  dryRun: DryRunShown | null;
};

/** What stands against approving a version, and the last dry run of exactly what it says. */
export async function ruleToDecide(
  actor: Actor,
  rule: RuleShown,
  version: VersionShown,
): Promise<RuleToDecide> {
  const { world, isOwn } = await inTransaction(
    async (tx) => ({
      world: await worldOf(tx, actor.site, rule.id),
      isOwn: await hasWritten(tx, {
        person: actor.id,
        rule: rule.id,
        version: version.version,
      }),
    }),
    actor.site,
  );
  const site = forSite(actor.site);
  const run = await site.routingDryRun.findFirst({
    where: { siteId: actor.site, ruleId: rule.id, contentSha256: version.contentSha256 },
    orderBy: { at: "desc" },
  });
  const by = run
    ? await site.person.findUnique({ where: { id: run.byId }, select: { name: true } })
    : null;
  return {
    isOwn,
    problems: problemsOf(version.content, world),
    connectors: world.connectors
      .filter(({ processes }) => processes === null || processes.includes(rule.process))
      .map(({ code }) => code),
    dryRun: run && {
      id: run.id,
      at: run.at.toISOString(),
      by: by?.name ?? "",
      result: dryRun.parse(run.result),
      resultSha256: run.resultSha256,
    },
  };
}

export type EvaluationShown = {
  stream: string;
  seq: number;
  event: string;
  rule: string;
  ruleId: string | null;
  version: number;
  outcome: "matched" | "not_matched" | "error";
  detail: string | null;
  at: Instant;
  inputsSha256: string | null;
  /** What it became. */
  delivery: { state: string; number: string | null; process: string; externalKey: string } | null;
};

const evaluation = {
  streamId: true,
  seq: true,
  event: true,
  rule: true,
  ruleVersion: true,
  outcome: true,
  detail: true,
  at: true,
  inputsSha256: true,
} as const;

/** Why did this become something, or nothing: what every rule made of the events of a traveler, or what failed of late. */
export async function evaluationsOf(
  actor: Actor,
  of: { traveler: string } | { failedSince: Instant },
): Promise<EvaluationShown[]> {
  const site = forSite(actor.site);
  const rows = await site.routingEvaluation.findMany({
    where: {
      siteId: actor.site,
      ...("traveler" in of
        ? // Before rules were configuration, entries were evaluated that no event was made of.
          { streamId: of.traveler, OR: [{ event: { not: "" } }, { outcome: "error" }] }
        : { outcome: "error", at: { gt: new Date(of.failedSince) } }),
    },
    select: evaluation,
    orderBy: "traveler" in of ? [{ seq: "asc" }, { rule: "asc" }] : [{ at: "desc" }],
    take: "traveler" in of ? 2_000 : 50,
  });
  const streams = [...new Set(rows.map(({ streamId }) => streamId))];
  const [carried, rules] = await Promise.all([
    site.deliveryEvent.findMany({ where: { siteId: actor.site, streamId: { in: streams } } }),
    site.routingRule.findMany({ where: { siteId: actor.site } }),
  ]);
  const deliveries = await site.delivery.findMany({
    where: { id: { in: carried.map(({ deliveryId }) => deliveryId) } },
    select: {
      id: true,
      rule: true,
      state: true,
      externalNumber: true,
      process: true,
      externalKey: true,
    },
  });
  return rows.map(({ streamId, ruleVersion, at, ...row }) => {
    const ids = carried
      .filter((one) => one.streamId === streamId && one.seq === row.seq)
      .map(({ deliveryId }) => deliveryId);
    const delivery = deliveries.find(({ id, rule }) => ids.includes(id) && rule === row.rule);
    return {
      ...row,
      stream: streamId,
      version: ruleVersion,
      ruleId: rules.find(({ code }) => code === row.rule)?.id ?? null,
      outcome: row.outcome as EvaluationShown["outcome"],
      at: at.toISOString(),
      delivery: delivery
        ? {
            state: delivery.state,
            number: delivery.externalNumber,
            process: delivery.process,
            externalKey: delivery.externalKey,
          }
        : null,
    };
  });
}

export type UnitFound = { id: string; unit: string; order: string };

/** Units by serial, lot, order or NCR number, for "why did this not become an NCR?". */
export async function unitsFound(actor: Actor, words: string): Promise<UnitFound[]> {
  const asked = words.trim();
  if (asked === "") return [];
  const site = forSite(actor.site);
  const named = await site.delivery.findMany({
    where: { siteId: actor.site, OR: [{ externalNumber: asked }, { externalKey: asked }] },
    select: { travelerId: true },
    take: 20,
  });
  const is = { equals: asked, mode: "insensitive" } as const;
  const rows = await site.traveler.findMany({
    where: {
      siteId: actor.site,
      OR: [
        { serial: is },
        { lot: is },
        { workOrder: is },
        { id: { in: named.flatMap(({ travelerId }) => travelerId ?? []) } },
      ],
    },
    select: { id: true, serial: true, lot: true, workOrder: true },
    orderBy: { serial: "asc" },
    take: 20,
  });
  return rows.map(({ id, serial, lot, workOrder }) => ({
    id,
    unit: serial ?? lot ?? "",
    order: workOrder,
  }));
}

import "server-only";
import type { Tx } from "#lib/db/client";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { type Instant, instant } from "#lib/kit/time";
import type { Happening } from "#lib/record/commands";
import { defaultRules } from "./default-rules.rules.ts";
import { processOfConfig } from "./processes.schema.ts";
import { fromTheBeginning } from "./rules.rules.ts";

export const ruleId = (site: string, code: string): string => derivedId(site, `rule/${code}`);

/** Which connector of a site a process goes to; none: an empty text. */
export async function connectorsByProcess(tx: Tx, site: string) {
  const connectors = await tx.connector.findMany({
    where: { siteId: site, status: { not: "retired" } },
    select: { code: true, config: true },
    orderBy: { code: "asc" },
  });
  return (process: string): string =>
    connectors.find(({ config }) => processOfConfig(config) === process)?.code ?? "";
}

/**
 * The rules that a site starts with, as drafts; where it has none yet. `inForce`: those whose process has its
 * connector here already are in force from the beginning, as the constant was that they were before.
 */
export async function installDefaultRules(
  tx: Tx,
  site: string,
  { inForce, at = instant(Date.now()) }: { inForce: boolean; at?: Instant },
): Promise<Happening[]> {
  // Of several workers that start at once, one installs them.
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtext(${`rules/${site}`}))`;
  if ((await tx.routingRule.count({ where: { siteId: site } })) > 0) return [];
  const connectorOf = await connectorsByProcess(tx, site);
  const events: Happening[] = [];
  for (const [code, { process, content }] of Object.entries(defaultRules)) {
    const connector = connectorOf(process);
    const text = canonicalJson(content(connector) as unknown as Canonical);
    const contentSha256 = sha256Hex(text);
    const id = ruleId(site, code);
    const isInForce = inForce && connector !== "";
    await tx.routingRule.create({ data: { id, siteId: site, code, createdAt: new Date(at) } });
    await tx.routingRuleVersion.create({
      data: {
        ruleId: id,
        version: 1,
        siteId: site,
        content: text,
        shipped: text,
        contentSha256,
        changedAt: new Date(at),
        ...(isInForce
          ? { approvedAt: new Date(at), effectiveFrom: new Date(fromTheBeginning) }
          : {}),
      },
    });
    const told = { rule: code, version: 1, process, contentSha256, cameWith: "the product" };
    events.push({ kind: "feed", stream: id, type: "rule.drafted", body: told, at, recordedAt: at });
    if (!isInForce) continue;
    const body = { ...told, connector, effectiveFrom: fromTheBeginning };
    events.push({ kind: "feed", stream: id, type: "rule.approved", body, at, recordedAt: at });
  }
  return events;
}

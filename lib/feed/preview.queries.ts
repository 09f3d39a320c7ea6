import "server-only";
import { forSite } from "#lib/db/client";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { asDescribed } from "./connectors/openapi/checked.gateway.ts";
import { apiContract } from "./connectors/openapi/contract.schema.ts";
import { fitted, type Length } from "./connectors/rest/fitting.rules.ts";
import { evaluate } from "./connectors/rest/mapping.rules.ts";
import { restConnectorConfig } from "./connectors/rest/schema.ts";
import { bookAt } from "./crosswalk-book.queries.ts";
import type { CodeMissing, CodeUsed } from "./crosswalks.schema.ts";

export type Example = { id: string; title: string; connector: string; state: string; at: string };

/** Recent records of this plant that a mapping can be looked at with. */
export async function examplesFor(actor: Actor): Promise<Example[]> {
  return forSite(actor.site).$queryRaw<Example[]>`
    select d.id, coalesce(d.payload->>'title', d.external_key) as title, c.code as connector,
           d.state::text as state,
           to_char(d.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from deliveries d join connectors c on c.id = d.connector_id
     where d.site_id = ${actor.site}::uuid and d.operation = 'create' and c.status <> 'retired'
       and c.config->>'kind' = 'rest'
     order by d.position desc limit 30`;
}

export type MappingPreview = {
  title: string;
  connector: string;
  /** When it happened: the codes are those of that time. */
  eventAt: string;
  /** What would be sent now; null with a problem. */
  body: unknown;
  problem: string | null;
  used: readonly CodeUsed[];
  missing: readonly CodeMissing[];
  lengths: readonly Length[];
  /** Texts that would be attached, because their field is too short. */
  files: readonly { name: string; length: number }[];
};

/** What a record would be sent as by the mapping and the codes as they are now. Sends nothing, writes nothing. */
export async function mappingPreview(actor: Actor, id: string): Promise<MappingPreview | null> {
  const delivery = await forSite(actor.site).delivery.findFirst({
    where: { id, siteId: actor.site, operation: "create" },
    select: { connectorId: true, externalKey: true, payload: true, createdAt: true },
  });
  if (!delivery) return null;
  const connector = await forSite(actor.site).connector.findFirst({
    where: { id: delivery.connectorId, siteId: actor.site },
    select: { code: true, config: true, apiContract: true },
  });
  const config = connector && restConnectorConfig.safeParse(connector.config);
  if (!connector || !config?.success) return null;
  const eventAt = (await happenedAt(actor, id)) ?? delivery.createdAt;
  const asking = { site: actor.site, connector: connector.code, delivery: id };
  const book = bookAt(asking, () => instant(eventAt.getTime()));
  const budget = { now: () => Date.now(), milliseconds: 1_000, depth: 1_000 };
  const key = { key: delivery.externalKey };
  const { create, fields = [] } = config.data;
  const made = await evaluate(create.body, delivery.payload, key, budget, book);
  const fit = made.ok ? fitted(made.value, fields) : null;
  const contract = apiContract.safeParse(connector.apiContract);
  // What an envelope makes of it is seen by whoever sends it.
  const isBare = fit?.ok && config.data.envelope === undefined;
  const described =
    isBare && contract.success ? await asDescribed(contract.data, "create", fit.body) : [];
  const { title } = delivery.payload as { title?: string };
  return {
    title: title ?? delivery.externalKey,
    connector: connector.code,
    eventAt: eventAt.toISOString(),
    body: fit?.ok ? fit.body : null,
    problem: made.ok
      ? fit?.ok === false
        ? fit.problem
        : described.join("; ") || null
      : made.problem,
    used: book.used(),
    missing: book.missing(),
    lengths: fit?.lengths ?? [],
    files: fit?.ok ? fit.files.map(({ name, text }) => ({ name, length: text.length })) : [],
  };
}

async function happenedAt(actor: Actor, delivery: string): Promise<Date | null> {
  const [row] = await forSite(actor.site).$queryRaw<{ at: Date | null }[]>`
    select min(e.occurred_at) as at from delivery_events v
      join entries e on e.stream_id = v.stream_id and e.seq = v.seq
     where v.delivery_id = ${delivery}::uuid`;
  return row?.at ?? null;
}

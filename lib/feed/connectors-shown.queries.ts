import "server-only";
import { forSite, inTransaction } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";
import { keptSetUp } from "./connector.queries.ts";
import { type SchemaCheck, schemaCheck, schemaSample } from "./connector-schema.schema.ts";
import { fingerprintOf } from "./connector-setup.rules.ts";
import { type Capabilities, capabilitiesOf } from "./connectors/capabilities.rules.ts";
import type { ConnectorKind } from "./connectors/fields.rules.ts";
import {
  type ApiCheck,
  type ApiContract,
  type ApiPart,
  apiCheck,
  apiContract,
  apiParts,
} from "./connectors/openapi/contract.schema.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { connectorConfig, keepsRecords } from "./connectors/schema.ts";
import { type AnySecretName, addressOf } from "./connectors/secrets.rules.ts";
import { typedOf } from "./connectors/typed.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";

/** A connector as it stands, without any secret. */
export type ConnectorShown = {
  id: string;
  code: string;
  name: string;
  kind: ConnectorKind;
  process: FeedProcess;
  address: string;
  status: string;
  statusNote: string | null;
  /** Who paused it and when; null where it stopped by itself. */
  pausedBy: { name: string; at: Date } | null;
  /** It asked us to wait, or its circuit is open: asked again then. */
  waitsUntil: Date | null;
  doesNotAnswer: boolean;
  failuresInRow: number;
  lastDoneAt: Date | null;
  capabilities: Capabilities;
  /** Of which record its fields were learned, and when; null: never, or the mapping is newer. */
  learned: { externalId: string; at: Date; fields: number } | null;
  /** What the last look at them found. */
  schema: SchemaCheck | null;
  /** Their API's document as it was approved. */
  contract: ApiShown | null;
  contractCheck: ApiCheck | null;
};

export type ApiShown = Pick<
  ApiContract,
  "sha256" | "address" | "title" | "version" | "openapi" | "readAt"
> & {
  /** Each part of the configuration, with the operation that it asks for; null: the document knows none. */
  parts: { part: ApiPart; operation: string | null; isChecked: boolean }[];
};

type Row = Omit<
  ConnectorShown,
  | "kind"
  | "process"
  | "address"
  | "capabilities"
  | "pausedBy"
  | "learned"
  | "schema"
  | "contract"
  | "contractCheck"
> & {
  config: unknown;
  sample: unknown;
  check: unknown;
  api: unknown;
  apiChecked: unknown;
  pausedAt: Date | null;
  pausedByName: string | null;
};

/** All of the site, the retired ones last; of `only` that one. */
export async function connectorsShown(actor: Actor, only?: string): Promise<ConnectorShown[]> {
  const rows = await forSite(actor.site).$queryRaw<Row[]>`
    select c.id, c.code, c.name, c.config, c.status, c.status_note as "statusNote",
      case when greatest(c.paused_until, c.open_until) > clock_timestamp()
        then greatest(c.paused_until, c.open_until) end as "waitsUntil",
      c.open_until is not null as "doesNotAnswer", c.failures_in_row as "failuresInRow",
      c.schema_sample as sample, c.schema_check as "check",
      c.api_contract as api, c.api_check as "apiChecked", d.done_at as "lastDoneAt", p.at as "pausedAt", p.name as "pausedByName"
    from connectors c
    left join lateral (
      select d.done_at from deliveries d
      where d.site_id = c.site_id and d.connector_id = c.id and d.done_at is not null
        and d.state not in ('cancelled', 'superseded')
      order by d.done_at desc limit 1) d on true
    left join lateral (
      select e.recorded_at as at, coalesce(n.name, '') as name, e.type from entries e
      left join people n on n.id = e.person_id
      where e.stream_id = c.id and e.type in ('connector.paused', 'connector.resumed')
      order by e.seq desc limit 1) p on c.status = 'paused' and p.type = 'connector.paused'
    where c.site_id = ${actor.site}::uuid and (${only ?? null}::uuid is null or c.id = ${only ?? null}::uuid)
    order by c.status = 'retired', c.name, c.id`;
  return rows.map(
    ({ config: stored, pausedAt, pausedByName, sample, check, api, apiChecked, ...row }) => {
      const config = connectorConfig.parse(stored);
      return {
        ...row,
        kind: config.kind,
        process: config.process,
        address: addressOf(config),
        capabilities: capabilitiesOf(config),
        learned: learnedOf(sample),
        schema: check === null ? null : schemaCheck.parse(check),
        contract: keepsRecords(config) ? apiShown(config, api) : null,
        contractCheck: apiChecked === null ? null : apiCheck.parse(apiChecked),
        pausedBy: pausedAt === null ? null : { name: pausedByName ?? "", at: pausedAt },
      };
    },
  );
}

function apiShown(config: RestConnectorConfig, stored: unknown): ApiShown | null {
  if (stored === null) return null;
  const { operations, names: _, ...contract } = apiContract.parse(stored);
  return {
    ...contract,
    parts: apiParts
      .filter((part) => config[part])
      .map((part) => {
        const of = operations[part];
        const operation = of ? `${of.method} ${of.path}` : null;
        return { part, operation, isChecked: (of?.request ?? null) !== null };
      }),
  };
}

function learnedOf(stored: unknown): ConnectorShown["learned"] {
  if (stored === null) return null;
  const { externalId, at, shape } = schemaSample.parse(stored);
  return { externalId, at: new Date(at), fields: Object.keys(shape).length };
}

/** What its form begins with: its configuration as it is typed, and which secrets it has. */
export type ConnectorAsTyped = {
  id: string;
  code: string;
  name: string;
  kind: ConnectorKind;
  was: string;
  typed: Record<string, string>;
  has: AnySecretName[];
};

export async function connectorAsTyped(actor: Actor, id: string): Promise<ConnectorAsTyped | null> {
  const kept = await inTransaction((tx) => keptSetUp(tx, actor, id), actor.site);
  if (!kept) return null;
  const { code, name, config, secrets } = kept;
  return {
    id,
    code,
    name,
    kind: config.kind,
    was: fingerprintOf(kept),
    typed: typedOf(config),
    has: Object.keys(secrets) as AnySecretName[],
  };
}

import "server-only";
import { type Db, db, forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";
import { schemaCheck, schemaSample } from "./connector-schema.schema.ts";
import { apiCheck, apiContract } from "./connectors/openapi/contract.schema.ts";
import {
  type FlowConfiguration,
  type FlowStand,
  fingerprintOf,
  flowSha256,
  type SignedCase,
  standOf,
} from "./flow.rules.ts";
import { type Fingerprint, fingerprint, type Validation } from "./flow.schema.ts";
import type { FeedProcess } from "./processes.schema.ts";
import { asInForce, type CaseVersion, casesOf, inForce } from "./validation-cases.rules.ts";
import { caseContent } from "./validation-cases.schema.ts";

/** A process on its way to a system: what is validated as a whole. */
export type Flow = { site: string; connector: string; process: FeedProcess };

export type FlowShown = FlowStand & { fingerprint: Fingerprint; sha256: string };
type Reading = Pick<Db, "$queryRaw">;

type Row = {
  config: FlowConfiguration["config"];
  sample: unknown;
  check: unknown;
  contract: unknown;
  contractCheck: unknown;
  rules: FlowConfiguration["rules"];
  crosswalks: FlowConfiguration["crosswalks"];
  own: { code: string; version: number; content: string; sha256: string }[];
  signed: (Omit<SignedCase, "fingerprint"> & { fingerprint: unknown })[];
};

/** Everything that a flow's validation depends on, as it is now, in one look. Null: there is no such connector. */
async function readFlow(from: Reading, flow: Flow): Promise<Row | null> {
  const { site, connector, process } = flow;
  const [row] = await from.$queryRaw<Row[]>`
    select c.config, c.schema_sample as sample, c.schema_check as check,
      c.api_contract as contract, c.api_check as "contractCheck",
      coalesce((select jsonb_agg(jsonb_build_object('code', r.code, 'version', v.version, 'contentSha256', v.content_sha256))
         from (select distinct on (rule_id) * from routing_rule_versions
                where site_id = c.site_id and approved_at is not null and effective_from <= clock_timestamp()
                order by rule_id, effective_from desc, version desc) v
         join routing_rules r on r.id = v.rule_id
        where (v.retired_at is null or v.retired_at > clock_timestamp())
          and v.content::jsonb->>'process' = ${process} and v.content::jsonb->>'connector' = c.code), '[]') as rules,
      coalesce((select jsonb_agg(jsonb_build_object('id', w.id, 'version', w.version)) from crosswalks w
        where (w.site_id = c.site_id or w.site_id is null)
          and (w.connector = c.code or w.connector is null)), '[]') as crosswalks,
      coalesce((select jsonb_agg(jsonb_build_object('code', k.code, 'version', k.version, 'content', k.content,
          'sha256', k.content_sha256))
         from (select distinct on (code) * from validation_cases where site_id = c.site_id
                order by code, version desc) k), '[]') as own,
      coalesce((select jsonb_agg(jsonb_build_object('code', s.code, 'sha256', s.content_sha256, 'run', s.run_id,
          'mode', s.mode, 'signedAt', utc_text(s.signed_at), 'fingerprint', s.fingerprint))
         from (select distinct on (e.code) e.code, e.content_sha256, e.run_id, n.mode, n.signed_at, n.fingerprint
                 from validation_runs n join validation_results e on e.run_id = n.id
                where n.connector_id = c.id and n.process = ${process} and n.signed_at is not null
                order by e.code, n.signed_at desc) s), '[]') as signed
    from connectors c where c.id = ${connector}::uuid and c.site_id = ${site}::uuid`;
  return row ?? null;
}

const ownCases = (rows: Row["own"]): CaseVersion[] =>
  rows.map(({ code, version, content, sha256 }) => ({
    code,
    version,
    sha256,
    content: caseContent.parse(JSON.parse(content)),
  }));

export type FlowRead = { cases: CaseVersion[]; keepsRecords: boolean; now: FlowShown };

/** How a flow stands now, with the cases that it rests on. */
export async function flowRead(from: Reading, flow: Flow): Promise<FlowRead | null> {
  const row = await readFlow(from, flow);
  if (!row) return null;
  const keepsRecords = row.config.kind === "rest";
  const cases = inForce(casesOf(ownCases(row.own)), keepsRecords);
  const sample = schemaSample.safeParse(row.sample);
  const check = schemaCheck.safeParse(row.check);
  const contract = apiContract.safeParse(row.contract);
  const contractCheck = apiCheck.safeParse(row.contractCheck);
  const now = fingerprintOf({
    rules: row.rules,
    config: row.config,
    crosswalks: row.crosswalks,
    sample: sample.success ? sample.data : null,
    check: check.success ? check.data : null,
    contract: contract.success ? contract.data : null,
    contractCheck: contractCheck.success ? contractCheck.data : null,
  });
  const signed = row.signed.map((one) => ({
    ...one,
    fingerprint: fingerprint.parse(one.fingerprint),
  }));
  const stand = standOf(now, cases.map(asInForce), signed);
  return { cases, keepsRecords, now: { ...stand, fingerprint: now, sha256: flowSha256(now) } };
}

/** What stands with a message when it is sent. */
export type FlowNow = { validation: Validation; run: string | null; sha256: string };

/** The flows of one batch: each is looked at once, at the moment in which the batch is sent. */
export function flowsNow(): (flow: Flow) => Promise<FlowNow> {
  const read = new Map<string, Promise<FlowNow>>();
  return (flow) => {
    const key = `${flow.connector} ${flow.process}`;
    const known = read.get(key) ?? flowNow(flow);
    read.set(key, known);
    return known;
  };
}

async function flowNow(flow: Flow): Promise<FlowNow> {
  const read = await flowRead(db, flow);
  if (!read) throw new Error(`connector ${flow.connector} is gone`);
  const { validation, run, sha256 } = read.now;
  return { validation, run, sha256 };
}

export type FlowListed = Flow & {
  connectorName: string;
  connectorCode: string;
  rules: string[];
  keepsRecords: boolean;
  now: FlowShown;
};

/** Every flow of the site that a rule in force makes, or of which there is a run. */
export async function flowsAtSite(
  actor: Actor,
  only: { connector?: string } = {},
): Promise<FlowListed[]> {
  const from = forSite(actor.site);
  const rows = await from.$queryRaw<Omit<FlowListed, "site" | "keepsRecords" | "now">[]>`
    select c.id::text as connector, f.process, c.name as "connectorName", c.code as "connectorCode",
      array_remove(array_agg(distinct f.rule), null) as rules
    from connectors c
    join (
      select v.content::jsonb->>'connector' as code, v.content::jsonb->>'process' as process, r.code as rule
        from (select distinct on (rule_id) * from routing_rule_versions
               where site_id = ${actor.site}::uuid and approved_at is not null and effective_from <= clock_timestamp()
               order by rule_id, effective_from desc, version desc) v
        join routing_rules r on r.id = v.rule_id
       where v.retired_at is null or v.retired_at > clock_timestamp()
      union all
      select k.code, n.process, null from validation_runs n join connectors k on k.id = n.connector_id
       where n.site_id = ${actor.site}::uuid) f on f.code = c.code
    where c.site_id = ${actor.site}::uuid and c.status <> 'retired'
      and (${only.connector ?? null}::uuid is null or c.id = ${only.connector ?? null}::uuid)
    group by c.id, c.name, c.code, f.process order by c.name, f.process`;
  const flows: FlowListed[] = [];
  for (const row of rows) {
    const read = await flowRead(from, { ...row, site: actor.site });
    if (read)
      flows.push({ ...row, site: actor.site, keepsRecords: read.keepsRecords, now: read.now });
  }
  return flows;
}

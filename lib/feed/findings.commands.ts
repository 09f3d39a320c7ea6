import "server-only";
import { db, inTransaction, type Tx } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import { sha256Hex } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { recorded } from "#lib/record/recorded.commands";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { connectorById, isRecordsConnector, type OpenConnector } from "./connector.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { type ReadRecord, readBack } from "./connectors/rest/talk.gateway.ts";
import { keepExternal } from "./external.commands.ts";
import type { FindingRefusal, LinkFindingForm } from "./findings.schema.ts";
import type { FeedPorts } from "./ports.schema.ts";
import { namedTraveler } from "./reconcile.queries.ts";
import { textOf } from "./reconcile.rules.ts";

type Records = OpenConnector<RestConnectorConfig>;

/**
 * A record that was raised there on something we build, kept beside the traveler that it names. It names one
 * unit, or it is left to a reconciliation: no unit is held for another's sake.
 */
export async function keepFinding(
  connector: Records,
  { asked, record }: ReadRecord,
): Promise<boolean> {
  const isOurs = record.key?.startsWith("buyoff:") ?? false;
  if (isOurs || !record.about || record.externalId !== asked) return false;
  const named = await namedTraveler(
    { site: connector.site, connector: connector.id },
    record.about,
    null,
  );
  if (!named?.isOne) return false;
  const isOver = record.status === "void" || record.status === "merged";
  const reason = isOver || named.isOver ? null : await holdReasonOf(connector);
  const kept = await db.$executeRaw`
    insert into external_findings (connector_id, external_id, site_id, traveler_id, number, title, status, version, url,
      found_at, seen_at, hold_state, hold_reason, hold_at)
    select ${connector.id}::uuid, ${asked}, ${connector.site}::uuid, ${named.traveler}::uuid, ${record.number},
      ${titleOf(record.about.title)}, ${record.status ?? "unmapped"}, ${record.version}, ${record.url}, clock_timestamp(),
      clock_timestamp(), ${reason === null ? "none" : "pending"}, ${reason}, clock_timestamp()
     where not ${isOver} or exists (select from external_findings
       where connector_id = ${connector.id}::uuid and external_id = ${asked})
    on conflict (connector_id, external_id) do update
      set number = excluded.number, title = excluded.title, status = excluded.status, version = excluded.version,
          url = excluded.url, seen_at = excluded.seen_at`;
  return kept === 1;
}

const titleOf = (title: string | null | undefined): string | null =>
  title ? textOf(title).slice(0, 300) : null;

/** As the connector's configuration says; where it says nothing, the first reason that is quality's. */
async function holdReasonOf({ site, config }: Records): Promise<string | null> {
  if (config.raisedThere) return config.raisedThere.hold;
  const { policy } = await db.site.findUniqueOrThrow({
    where: { id: site },
    select: { policy: true },
  });
  const { holdReasons } = policy as unknown as PlantPolicy;
  return holdReasons.find(({ owner }) => owner === "quality")?.code ?? null;
}

type ToHold = {
  connector: string;
  code: string;
  site: string;
  externalId: string;
  traveler: string;
  number: string;
  title: string | null;
  reason: string;
};

const dueToHold = {
  name: "findings_to_hold",
  text: `
    select f.connector_id::text as connector, c.code, f.site_id::text as site, f.external_id as "externalId",
      f.traveler_id::text as traveler, f.number, f.title, f.hold_reason as reason
    from external_findings f join connectors c on c.id = f.connector_id
    where f.hold_state = 'pending' and f.hold_at <= clock_timestamp()
    order by f.found_at limit $1::int`,
};

/** Holds the unit of each that was found, once: its command's id follows from the record. */
export async function holdFindings(ports: FeedPorts, limit = 10): Promise<number> {
  const due = await direct<ToHold>(dueToHold, [String(limit)]);
  for (const one of due) await hold(one, ports);
  return due.length;
}

async function hold(of: ToHold, ports: FeedPorts): Promise<void> {
  const from = `${of.connector}/${of.externalId}`;
  const actor = ports.actorOfRule(of.site, derivedId(of.connector, "raised there"), of.code);
  const said = `Raised in ${of.code}: ${of.number}${of.title === null ? "" : `, ${of.title}`}`;
  const verdict = await ports.applyCommand(actor, {
    traveler: of.traveler,
    command: {
      id: derivedId(from, "placeHold"),
      type: "placeHold",
      body: {
        hold: derivedId(from, "hold"),
        scope: { kind: "traveler" },
        reason: of.reason,
        comment: textOf(said),
      },
    },
  });
  if (verdict.verdict === "retry_later") {
    await db.$executeRaw`
      update external_findings set hold_at = clock_timestamp() + ${Math.round(verdict.afterMs)}::int * interval '1 millisecond'
       where connector_id = ${of.connector}::uuid and external_id = ${of.externalId}`;
    return;
  }
  const isPlaced = verdict.verdict === "applied";
  const note =
    verdict.verdict === "recorded_not_applied"
      ? verdict.refusal.code
      : verdict.verdict === "malformed"
        ? verdict.problem
        : null;
  if (!isPlaced) ports.log.warn({ ...of, note }, "the hold for a record raised there was refused");
  await db.$executeRaw`
    update external_findings set hold_state = ${isPlaced ? "placed" : "refused"}, hold_note = ${note}
     where connector_id = ${of.connector}::uuid and external_id = ${of.externalId} and hold_state = 'pending'`;
}

const refused = (code: FindingRefusal["code"], params: Record<string, string> = {}) =>
  err<FindingRefusal>({ code, params });

type Finding = { traveler: string; number: string; isLinked: boolean };

async function findingOf(tx: Tx, actor: Actor, form: LinkFindingForm): Promise<Finding | null> {
  const [found] = await tx.$queryRaw<Finding[]>`
    select traveler_id::text as traveler, number, defect_id is not null as "isLinked" from external_findings
     where connector_id = ${form.connector}::uuid and external_id = ${form.externalId}
       and site_id = ${actor.site}::uuid for update`;
  return found ?? null;
}

/**
 * One action: the record that was raised there is this defect's. What was to be sent for the defect is that
 * record from here on; what may be on its way, or there already, is not crossed.
 */
export async function linkFinding(
  actor: Actor,
  form: LinkFindingForm,
): Promise<Result<null, FindingRefusal>> {
  const connector = await inTransaction((tx) => connectorById(tx, form.connector), actor.site);
  if (!connector || !isRecordsConnector(connector) || connector.site !== actor.site)
    return refused("finding_unknown");
  const read = await readBack(connector, form.externalId, { onSend: async () => undefined });
  if (read.kind === "not_found") return refused("record_not_found");
  if (read.kind !== "done") return refused("record_unreachable", { reason: read.reason });
  const linked = await recorded<{ traveler: string }, FindingRefusal>(actor, async (tx) => {
    const finding = await findingOf(tx, actor, form);
    if (!finding) return refused("finding_unknown");
    if (finding.isLinked) return refused("finding_linked", { number: finding.number });
    const crossed = await crossing(tx, actor, form, finding);
    if (crossed) return crossed;
    const reason = sha256Hex(form.reason);
    await tx.externalFinding.update({
      where: {
        connectorId_externalId: { connectorId: form.connector, externalId: form.externalId },
      },
      data: {
        defectId: form.defect,
        linkedBy: actor.id,
        linkedAt: new Date(),
        reasonSha256: reason,
      },
      select: { externalId: true },
    });
    const { traveler, number } = finding;
    const body = { externalId: form.externalId, number, traveler, defect: form.defect, reason };
    const event = { kind: "feed" as const, stream: form.connector, type: "record.linked" as const };
    return ok({ value: { traveler }, events: [{ ...event, body, texts: [form.reason] }] });
  });
  if (!linked.ok) return linked;
  // The traveler is told by the worker, as of any record.
  await keepExternal(connector, { ...linked.value, defect: form.defect }, read.value);
  return ok(null);
}

type Sent = { id: string; state: string; number: string | null };

/** Why the two can't be one; null where they can, and then nothing more is sent for the defect. */
async function crossing(tx: Tx, actor: Actor, form: LinkFindingForm, finding: Finding) {
  const [defect] = await tx.$queryRaw<{ code: string; status: string; ncr: string | null }[]>`
    select code, status, ncr_number as ncr from defects
     where id = ${form.defect}::uuid and site_id = ${actor.site}::uuid and traveler_id = ${finding.traveler}::uuid`;
  if (defect?.status !== "open") return refused("finding_defect_not_open");
  const sent = await tx.$queryRaw<Sent[]>`
    select id::text, state::text, external_number as number from deliveries
     where site_id = ${actor.site}::uuid and defect_id = ${form.defect}::uuid and operation = 'create'
       and process = 'NCR' and state not in ('cancelled', 'superseded') for update`;
  const there = sent.find(({ number }) => number !== null)?.number ?? defect.ncr;
  if (there !== null) return refused("finding_defect_has_record", { number: there });
  if (sent.some(({ state }) => state === "sending" || state === "outcome_unknown"))
    return refused("finding_defect_in_doubt");
  for (const { id } of sent) {
    await tx.$executeRaw`
      update deliveries set state = 'tracking', external_id = ${form.externalId}, external_number = ${finding.number},
        attempts = 0, lookups = 0, last_result = 'linked by hand', fence = fence + 1, leased_until = null,
        updated_at = clock_timestamp()
       where id = ${id}::uuid`;
  }
  return null;
}

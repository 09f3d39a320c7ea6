import "server-only";
import { forSite, inTransaction } from "#lib/db/client";
import { ok, type Result } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { recorded } from "#lib/record/recorded.commands";
import { keptSetUp } from "./connector.queries.ts";
import {
  type CheckSchemaForm,
  type SchemaCheck,
  type SchemaSample,
  schemaSample,
} from "./connector-schema.schema.ts";
import { type ConnectorRefusal, fingerprintOf, refused } from "./connector-setup.rules.ts";
import { type Codes, evaluate } from "./connectors/rest/mapping.rules.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { driftOf, namesRead, type Shape, shapeOf } from "./connectors/rest/shape.rules.ts";
import { type ReadRecord, readBack } from "./connectors/rest/talk.gateway.ts";
import { keepsRecords } from "./connectors/schema.ts";
import { bookAt } from "./crosswalk-book.queries.ts";

const budget = { now: () => Date.now(), milliseconds: 1_000, depth: 1_000 };
const unreadable = "the answer can't be read";

/**
 * Reads one record again and compares what the mapping sees of it with what it saw when it was learned. The same
 * record, because another one may lack a field for reasons of its own.
 */
export async function checkSchema(
  actor: Actor,
  form: CheckSchemaForm,
): Promise<Result<SchemaCheck, ConnectorRefusal>> {
  const kept = await inTransaction((tx) => keptSetUp(tx, actor, form.connector), actor.site);
  if (!kept) return refused("connector_not_here");
  const { config } = kept;
  if (!keepsRecords(config)) return refused("connector_keeps_no_records");
  const known = await knownOf(actor, kept.id);
  const externalId = form.externalId || known.sample?.externalId || known.newest;
  if (!externalId) return refused("connector_no_sample");
  const codes = bookAt({ site: actor.site, connector: kept.code }, () => instant(Date.now()));
  const target = { config, secret: kept.secrets.secret ?? "", codes };
  const read = await readBack(target, externalId, { onSend: async () => undefined });
  const at = new Date().toISOString();
  const before = known.sample?.externalId === externalId && !form.externalId ? known.sample : null;
  const isBroken = read.kind !== "done" && read.reason.startsWith(unreadable);
  if (read.kind !== "done" && !(isBroken && before)) {
    return refused("connector_record_unread", { record: externalId, answer: read.reason });
  }
  const seen = read.kind === "done" ? await seenIn(config, codes, read.value) : null;
  const sample: SchemaSample | null = before ?? (seen && { externalId, at, shape: seen });
  const check: SchemaCheck = {
    at,
    externalId,
    ...(before && seen ? driftOf(before.shape, seen) : { gone: [], changed: [] }),
    problem: read.kind === "done" ? null : read.reason.slice(0, 300),
  };
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from connectors where id = ${kept.id}::uuid for update`;
    const now = await keptSetUp(tx, actor, kept.id);
    if (!now || fingerprintOf(now) !== fingerprintOf(kept))
      return refused("connector_changed_meanwhile");
    await tx.connector.update({
      where: { id: kept.id },
      data: { schemaCheck: check, ...(sample && { schemaSample: sample }) },
    });
    const body = {
      code: kept.code,
      record: externalId,
      learned: before === null,
      gone: check.gone.join(", ") || null,
      retyped:
        check.changed.map(({ path, was, is }) => `${path}: ${was} → ${is}`).join(", ") || null,
      problem: check.problem,
    };
    return ok({
      value: check,
      events: [{ kind: "feed", stream: kept.id, type: "connector.schema_checked", body }],
    });
  });
}

async function knownOf(actor: Actor, connector: string) {
  const from = forSite(actor.site);
  const [row, newest] = await Promise.all([
    from.connector.findFirst({
      where: { id: connector, siteId: actor.site },
      select: { schemaSample: true },
    }),
    from.externalRecord.findFirst({
      where: { connectorId: connector, siteId: actor.site },
      select: { externalId: true },
      orderBy: { seenAt: "desc" },
    }),
  ]);
  const sample = schemaSample.safeParse(row?.schemaSample);
  return { sample: sample.success ? sample.data : null, newest: newest?.externalId ?? null };
}

/** Their members that the mapping names, and what it makes of them: a custom field in a list has no path of its own. */
export async function seenIn(
  config: RestConnectorConfig,
  codes: Codes,
  { record, raw }: ReadRecord,
): Promise<Shape> {
  const actual = await evaluate(
    config.verify.actual,
    raw,
    { key: record.key ?? "" },
    budget,
    codes,
  );
  const compared = actual.ok && typeof actual.value === "object" ? actual.value : {};
  const made = Object.entries({ ...compared }).map(([member, value]) => [
    `verify: ${member}`,
    value === null ? "nothing" : typeof value,
  ]);
  return { ...shapeOf(raw, namesRead(config)), ...Object.fromEntries(made) };
}

import { photo } from "#lib/blobs/queries";
import { actorOfSeed } from "#lib/boundary/actor";
import { db, inTransaction } from "#lib/db/client";
import { qmsSandboxConfig } from "#lib/feed/connectors/qms-sandbox/rules";
import { evaluate } from "#lib/feed/connectors/rest/mapping.rules";
import { bookAt } from "#lib/feed/crosswalk-book.queries";
import { routeQueued } from "#lib/feed/routing.commands";
import { approvedRules } from "#lib/feed/routing.queries";
import { namesHeard } from "#lib/feed/routing.rules";
import { ncrPhoto } from "#lib/feed/schema";
import { env } from "#lib/kit/env";
import type { StreamKind } from "#lib/record/schema";
import type { Defect } from "#lib/travelers/state.schema";
import { demoSites } from "./plant.ts";
import { qmsCode } from "./qms.ts";
import { sandbox } from "./sandbox.ts";
import { tellTime } from "./told-time.ts";

/**
 * The plant's past as its QMS has it. The router has made of the record what it always makes, messages that
 * wait; the register of the demo's QMS is begun with the NCRs that the record names. So the worker finds
 * each of them there, under its key and with all that it has to say, and sends nothing twice.
 */

type Sent = {
  site: string;
  at: Date;
  operation: "create" | "update" | "attach";
  key: string;
  of: string;
  payload: Record<string, unknown>;
  defect: Defect | null;
};

if (!sandbox) throw new Error("the demo has no QMS");
await routeInTime();

const sent = await db.$queryRaw<Sent[]>`
  select d.site_id as site, d.created_at as at, d.operation, d.external_key as key, d.ordering_key as of, d.payload,
         -- Told by the unit that has it now: of a lot that was split, a defect leaves with its pieces.
         (select of.defect from travelers t cross join jsonb_array_elements(t.state->'defects') as of(defect)
           where t.site_id = d.site_id and of.defect->>'id' in (
             select d.defect_id::text union
             select m.to_defect::text from defect_moves m where m.from_defect = d.defect_id)
           order by (of.defect->>'qms') is null limit 1) as defect
    from deliveries d where d.state = 'pending' order by d.created_at, d.external_key`;
for (const create of sent.filter(({ operation }) => operation === "create")) {
  const numbered = create.defect?.qms;
  if (numbered) {
    const added = sent.filter(({ of, operation }) => of === create.of && operation !== "create");
    await carryOver(numbered.number, await recordOf(create, added), added);
  }
}
process.exit(0);

/** Each message is made when what it tells of was recorded: the router is told the time of whatever a rule listens to. */
async function routeInTime(): Promise<void> {
  const sites = Object.values(demoSites).map(({ id }) => id);
  const rules = [...(await inTransaction((tx) => approvedRules(tx, sites))).values()].flat(2);
  const listened = new Set(rules.flatMap(({ content }) => [...content.on, ...content.follow]));
  const waiting = await db.$queryRaw<{ kind: StreamKind; type: string; at: string }[]>`
    select s.kind::text as kind, e.type, utc_text(e.recorded_at) as at
      from routing_queue q join entries e on e.stream_id = q.stream_id and e.seq = q.seq
      join streams s on s.id = q.stream_id order by q.id`;
  const isHeard = ({ kind, type }: (typeof waiting)[number]) =>
    namesHeard(kind, type).some((name) => listened.has(name));
  const from = waiting.flatMap((entry, index) => (index === 0 || isHeard(entry) ? [index] : []));
  for (const [turn, index] of from.entries()) {
    await tellTime(waiting[index]?.at ?? "");
    let left = (from[turn + 1] ?? waiting.length) - index;
    while (left > 0) left -= await routeQueued(env.BUYOFF_ORIGIN, Math.min(left, 500));
  }
}

async function recordOf({ site, at, key, payload, defect }: Sent, added: readonly Sent[]) {
  const { body } = qmsSandboxConfig(sandbox?.url ?? "").create;
  const budget = { now: Date.now, milliseconds: 5_000, depth: 1_000 };
  const codes = bookAt({ site, connector: qmsCode }, () => at.toISOString());
  const mapped = await evaluate(body, payload, { key }, budget, codes);
  if (!mapped.ok) throw new Error(mapped.problem);
  const { external_key: _, ...fields } = mapped.value as Record<string, string | null>;
  const updates = added.filter(({ operation }) => operation === "update");
  const photos = added.filter(({ operation }) => operation === "attach");
  return {
    external_key: key,
    status: defect?.qms?.status,
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)),
    dispositions: (defect?.dispositions ?? []).map(
      ({ decision, quantity, designAuthority, concession }) => ({
        decision,
        quantity,
        design_authority: designAuthority,
        concession,
      }),
    ),
    comments: updates.map((update, index) => ({
      number: index + 1,
      external_key: update.key,
      author: update.payload.by,
      text: `${update.payload.text} [${update.key}]`,
      created_at: update.payload.at,
    })),
    attachments: photos.map((attached) => {
      const { sha256, name, mediaType, bytes } = ncrPhoto.parse(attached.payload);
      const at = String(attached.payload.at);
      return { sha256, name, media_type: mediaType, size: bytes, received_at: at };
    }),
    version: Number(defect?.qms?.version),
    created_at: payload.recordedAt,
    updated_at: defect?.qms?.at,
  };
}

/** The files after the record that they belong to; the record once more, as it stood when all was there. */
async function carryOver(
  number: string,
  record: Awaited<ReturnType<typeof recordOf>>,
  added: readonly Sent[],
): Promise<void> {
  await put(`ncrs/${number}`, JSON.stringify({ ...record, attachments: [] }), "application/json");
  for (const { payload } of added.filter(({ operation }) => operation === "attach")) {
    const { sha256, mediaType } = ncrPhoto.parse(payload);
    const kept = await photo(actorOfSeed(demoSites.ng1.id), sha256);
    if (!kept) throw new Error(`no photo ${sha256}`);
    await put(`ncrs/${number}/attachments/${sha256}`, kept.bytes, mediaType);
  }
  await put(`ncrs/${number}`, JSON.stringify(record), "application/json");
}

async function put(to: string, body: string | Uint8Array, mediaType: string): Promise<void> {
  const answer = await fetch(`${sandbox?.url}/api/${to}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${sandbox?.token}`, "content-type": mediaType },
    body: typeof body === "string" ? body : new Uint8Array(body),
  });
  if (!answer.ok) throw new Error(`${to}: ${answer.status} ${await answer.text()}`);
}

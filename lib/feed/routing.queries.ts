import "server-only";
import type { Tx } from "#lib/db/client";
import { type InstructionContent, instructionContent } from "#lib/instructions/schema";
import { type EntryLine, entryLine, type StreamKind } from "#lib/record/schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { eventBodies, parseEvent } from "#lib/travelers/schema";
import { defectOf, type EntryFacts, externalKeyOf, isHeard, textsNamed } from "./routing.rules.ts";

export type Queued = {
  id: bigint;
  site: string;
  stream: string;
  kind: StreamKind;
  seq: number;
  hash: string;
  line: string;
  type: string;
};

/** In the order of the record. Only the router that holds the lock reads here, so no row is skipped. */
export const queued = (tx: Tx, limit: number): Promise<Queued[]> =>
  tx.$queryRaw<Queued[]>`
    select q.id, q.site_id as site, q.stream_id as stream, s.kind::text as kind, q.seq, e.hash,
           e.line, e.type
      from routing_queue q
      join entries e on e.stream_id = q.stream_id and e.seq = q.seq
      join streams s on s.id = q.stream_id
     order by q.id
     limit ${limit}`;

/** What the rule needs to know that the entry only names. All of it by hash or from the record itself. */
export async function factsFor(
  tx: Tx,
  of: Queued,
  entry: EntryLine,
  origin: string,
): Promise<EntryFacts> {
  const site = await tx.site.findUniqueOrThrow({
    where: { id: of.site },
    select: { id: true, code: true, policy: true },
  });
  const facts: EntryFacts = {
    entryHash: of.hash,
    origin,
    site: { id: site.id, code: site.code, policy: site.policy as unknown as PlantPolicy },
    person: null,
    content: null,
    texts: {},
    holdDefect: null,
    defectKey: null,
  };
  if (!isHeard(entry)) return facts;
  facts.person = await cardOf(tx, entry.card);
  facts.content = await contentOf(tx, entry.instruction?.sha256 ?? null);
  const event = parseEvent(entry.type, entry.body);
  if (event.type === "hold.released")
    facts.holdDefect = await defectOfHold(tx, entry.stream, event.body.hold);
  facts.texts = await textsOf(tx, of.site, textsNamed(event));
  const defect = defectOf(event, facts.holdDefect);
  if (defect) facts.defectKey = await keyOfDefect(tx, entry.stream, defect);
  return facts;
}

type NamedCard = { name: string; employeeNumber: string; stamps: readonly string[] };

/** The card that an entry names, as it was. */
export async function cardOf(tx: Tx, card: string | null): Promise<NamedCard | null> {
  if (card === null) return null;
  const row = await tx.personCard.findUnique({ where: { hash: card }, select: { card: true } });
  return row ? (JSON.parse(row.card) as NamedCard) : null;
}

/** Content never changes under its hash, so it is read once per process. */
const contents = new Map<string, InstructionContent>();

export async function contentOf(tx: Tx, sha256: string | null): Promise<InstructionContent | null> {
  if (sha256 === null) return null;
  const known = contents.get(sha256);
  if (known) return known;
  const row = await tx.instructionRevision.findUnique({
    where: { contentSha256: sha256 },
    select: { content: true },
  });
  if (!row) return null;
  const content = instructionContent.parse(JSON.parse(row.content));
  contents.set(sha256, content);
  return content;
}

export async function textsOf(
  tx: Tx,
  site: string,
  hashes: readonly string[],
): Promise<Record<string, string>> {
  if (hashes.length === 0) return {};
  const rows = await tx.textBlob.findMany({
    where: { siteId: site, sha256: { in: [...hashes] } },
    select: { sha256: true, text: true },
  });
  return Object.fromEntries(
    rows.flatMap(({ sha256, text }) => (text === null ? [] : [[sha256, text]])),
  );
}

async function defectOfHold(tx: Tx, stream: string, hold: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ defect: string | null }[]>`
    select line::jsonb->'body'->>'defect' as defect from entries
     where stream_id = ${stream}::uuid and type = 'hold.placed' and line::jsonb->'body'->>'hold' = ${hold}`;
  return row?.defect ?? null;
}

/** By the entry that logged it, in the lot that it was logged in. */
async function keyOfDefect(tx: Tx, stream: string, defect: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ line: string }[]>`
    with first as (
      select i.defect, coalesce(
        (select m.from_traveler from defect_moves m where m.from_defect = i.defect), ${stream}::uuid) as stream
        from defect_ids(${defect}::uuid) i order by i.step desc limit 1)
    select e.line from entries e join first on e.stream_id = first.stream
     where e.type = 'defect.logged' and e.line::jsonb->'body'->>'defect' = first.defect::text`;
  if (!row) return null;
  const entry = entryLine.parse(JSON.parse(row.line));
  return externalKeyOf(entry, eventBodies["defect.logged"].parse(entry.body));
}

import "server-only";
import { forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { InstructionContent } from "#lib/instructions/schema";
import { type Instant, plusMinutes } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { type PersonName, peopleOf, textsOf } from "#lib/record/history.queries";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { streamOf } from "#lib/record/streams.rules";
import { type Deed, deedOf } from "./deeds.rules.ts";
import { recordedEvent } from "./history.queries.ts";
import { type MeetingKind, meetingKinds, type TravelerState } from "./state.schema.ts";
import { type StoryLine, tell } from "./story.rules.ts";
import { contentsUnder } from "./waiting.queries.ts";

export type Told = { entry: EntryLine; story: StoryLine };

/** An act of a tablet and what it met at the plant. */
export type Conflict = {
  traveler: string;
  seq: number;
  unit: string;
  workOrder: string;
  kind: MeetingKind;
  entry: EntryLine;
  /** What was done, as far as it was kept. */
  deed: Deed | null;
  /** What others recorded on the unit since the tablet last knew it, the newest first. */
  meanwhile: readonly Told[];
  /** What was taken from the person since. */
  taken: readonly EntryLine[];
  /** Since when the revision is out of use; null: it isn't. */
  revision: { status: string; since: Date } | null;
};

export type DeviceLine = { entry: EntryLine; seq: number; device: string; name: string };

export type ConflictsFound = {
  conflicts: readonly Conflict[];
  devices: readonly DeviceLine[];
  people: Readonly<Record<string, PersonName>>;
  texts: Readonly<Record<string, string | null>>;
  contents: readonly InstructionContent[];
  more: boolean;
};

export const CONFLICTS_PER_PAGE = 25;
const meanwhileMost = 6;

type Row = {
  traveler: string;
  seq: number;
  kind: MeetingKind;
  line: string;
  serial: string | null;
  lot: string | null;
  workOrder: string;
  contentSha256: string;
  state: TravelerState;
  status: string;
  statusAt: Date | null;
};

/** What a reviewer looks at: the longest wait first, acts in quarantine before all others. */
export async function conflictsFound(actor: Actor, page = 1): Promise<ConflictsFound> {
  const [rows, devices] = await Promise.all([conflictRows(actor, page), devicesToReview(actor)]);
  const shown = rows.slice(0, CONFLICTS_PER_PAGE);
  const contents = await contentsUnder(shown.map(({ contentSha256 }) => contentSha256));
  const conflicts = (
    await Promise.all(
      shown.map(async (row) => {
        const content = contents.get(row.contentSha256);
        return content ? [await conflictOf(actor, row, content)] : [];
      }),
    )
  ).flat();
  const entries = [
    ...conflicts.flatMap(({ entry, meanwhile, taken }) => [
      entry,
      ...meanwhile.map((of) => of.entry),
      ...taken,
    ]),
    ...devices.map(({ entry }) => entry),
  ];
  const deeds = conflicts.map(({ deed }) => ({ body: deed }) as unknown as EntryLine);
  const [people, texts] = await Promise.all([
    peopleOf(
      entries,
      conflicts.flatMap(({ deed }) => deed?.person ?? []),
    ),
    textsOf(actor, [...entries, ...deeds]),
  ]);
  return {
    conflicts,
    devices,
    people,
    texts,
    contents: [...contents.values()],
    more: rows.length > CONFLICTS_PER_PAGE,
  };
}

function conflictRows(actor: Actor, page: number): Promise<Row[]> {
  return forSite(actor.site).$queryRaw<Row[]>`
    select s.traveler_id::text as traveler, s.seq, s.kind, e.line, t.serial, t.lot,
           t.work_order as "workOrder", t.content_sha256 as "contentSha256", t.state,
           r.status::text as status, r.status_at as "statusAt"
      from signals s
      join travelers t on t.id = s.traveler_id
      join entries e on e.stream_id = s.traveler_id and e.seq = s.seq
      join instruction_revisions r on r.content_sha256 = t.content_sha256
     where s.site_id = ${actor.site}::uuid and s.reviewed_at is null
       and s.kind in (${Prisma.join([...meetingKinds])})
     order by s.kind = 'quarantined' desc, e.recorded_at, s.traveler_id, s.seq
     limit ${CONFLICTS_PER_PAGE + 1} offset ${(page - 1) * CONFLICTS_PER_PAGE}`;
}

const knewAtIn = (entry: EntryLine): Instant => {
  const { knewAt } = entry.body as { knewAt?: Instant };
  return knewAt ?? entry.clock?.lastServerContact ?? entry.occurredAt;
};

async function conflictOf(actor: Actor, row: Row, content: InstructionContent): Promise<Conflict> {
  const { traveler, seq, kind, serial, lot, workOrder, state, status, statusAt } = row;
  const entry = entryLine.parse(JSON.parse(row.line));
  const knewAt = knewAtIn(entry);
  const deed = await deedDone(actor, entry, kind);
  const [meanwhile, taken] = await Promise.all([
    othersSince(actor, traveler, entry, knewAt),
    takenSince(actor, entry.person ?? deed?.person ?? null, knewAt),
  ]);
  const isOut = statusAt !== null && ["superseded", "withdrawn"].includes(status);
  return {
    traveler,
    seq,
    unit: serial ?? lot ?? "",
    workOrder,
    kind,
    entry,
    deed,
    meanwhile: meanwhile.map((other) => ({
      entry: other,
      story: tell(recordedEvent(other), state, content),
    })),
    taken,
    revision: isOut && statusAt.toISOString() > knewAt ? { status, since: statusAt } : null,
  };
}

/** Of an act in quarantine all that was sent; of another what its receipt keeps. */
async function deedDone(actor: Actor, entry: EntryLine, kind: MeetingKind): Promise<Deed | null> {
  const site = forSite(actor.site);
  if (kind === "quarantined") {
    const { commandSha256: sha256 } = entry.body as { commandSha256: string };
    const kept = await site.textBlob.findFirst({ where: { siteId: actor.site, sha256 } });
    return kept?.text ? deedOf(JSON.parse(kept.text)) : null;
  }
  if (entry.command === null) return null;
  const receipt = await site.receipt.findUnique({
    where: { commandId: entry.command },
    select: { said: true, personId: true },
  });
  if (!receipt?.said) return null;
  return deedOf({ ...JSON.parse(receipt.said), person: receipt.personId });
}

async function linesOf(actor: Actor, where: Prisma.EntryWhereInput): Promise<EntryLine[]> {
  const rows = await forSite(actor.site).entry.findMany({
    where: { siteId: actor.site, ...where },
    select: { line: true },
    orderBy: { seq: "desc" },
    take: meanwhileMost,
  });
  return rows.map(({ line }) => entryLine.parse(JSON.parse(line)));
}

const unsaid = ["step.presented", "qualification.used", "command.not_applied", "clock.skewed"];

const othersSince = (actor: Actor, traveler: string, { seq, device }: EntryLine, since: Instant) =>
  linesOf(actor, {
    streamId: traveler,
    seq: { lt: seq },
    recordedAt: { gt: new Date(since) },
    type: { notIn: unsaid },
    ...(device !== null && { OR: [{ deviceId: null }, { deviceId: { not: device } }] }),
  });

const taking = ["badge.withdrawn", "qualification.withdrawn", "role.withdrawn"];

async function takenSince(actor: Actor, person: string | null, since: Instant) {
  if (person === null) return [];
  // A badge opened its period before the tablet last knew the unit.
  const from = plusMinutes(since, -24 * 60);
  return linesOf(actor, {
    streamId: streamOf("person", person, actor.site),
    type: { in: taking },
    recordedAt: { gt: new Date(from) },
  });
}

/** Gaps in the count of a tablet, and what it sent that no unit's record could take, not looked at yet. */
async function devicesToReview(actor: Actor): Promise<DeviceLine[]> {
  const rows = await forSite(actor.site).$queryRaw<
    { line: string; seq: number; device: string; name: string }[]
  >`
    select e.line, e.seq, d.id::text as device, d.name
      from entries e join devices d on d.id = e.stream_id
     where e.site_id = ${actor.site}::uuid and e.type in ('device.gap', 'command.not_applied')
       and not exists (select from entries r
         where r.stream_id = e.stream_id and r.type = 'device.reviewed'
           and (r.line::jsonb->'body'->>'entry')::int = e.seq)
     order by e.recorded_at limit 100`;
  return rows.map(({ line, ...of }) => ({ ...of, entry: entryLine.parse(JSON.parse(line)) }));
}

export type MeetingCounts = Readonly<Record<MeetingKind, number>>;
export type ConflictCounts = MeetingCounts & { readonly devices: number };

/** Acts that nobody has looked at yet, on all pages. */
export async function meetingsCounted(actor: Actor): Promise<MeetingCounts> {
  const counts = await forSite(actor.site).signal.groupBy({
    by: ["kind"],
    where: { siteId: actor.site, reviewedAt: null, kind: { in: [...meetingKinds] } },
    _count: { _all: true },
  });
  const of = (kind: MeetingKind) => counts.find((one) => one.kind === kind)?._count._all ?? 0;
  return {
    quarantined: of("quarantined"),
    conflict: of("conflict"),
    superseded_revision: of("superseded_revision"),
  };
}

export async function conflictsCounted(actor: Actor): Promise<ConflictCounts> {
  const [meetings, devices] = await Promise.all([meetingsCounted(actor), devicesToReview(actor)]);
  return { ...meetings, devices: devices.length };
}

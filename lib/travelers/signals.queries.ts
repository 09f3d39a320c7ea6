import "server-only";
import { forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { InstructionContent } from "#lib/instructions/schema";
import type { Actor } from "#lib/people/schema";
import { type PersonName, peopleOf, textsOf } from "#lib/record/history.queries";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { recordedEvent } from "./history.queries.ts";
import type { ReviewPeriod, SignalFilter } from "./signals.schema.ts";
import { meetingKinds, type SignalKind, signalKinds, type TravelerState } from "./state.schema.ts";
import { type StoryLine, tell } from "./story.rules.ts";
import { contentsUnder } from "./waiting.queries.ts";

/** How many of each kind nobody has reviewed yet; kinds without any are left out. */
export async function signalsCounted(actor: Actor): Promise<{ kind: SignalKind; count: number }[]> {
  const counts = await forSite(actor.site).signal.groupBy({
    by: ["kind"],
    where: { siteId: actor.site, reviewedAt: null, kind: { notIn: [...meetingKinds] } },
    _count: { _all: true },
  });
  return signalKinds.flatMap((kind) => {
    const count = counts.find((of) => of.kind === kind)?._count._all ?? 0;
    return count === 0 ? [] : [{ kind, count }];
  });
}

export type SignalLine = {
  traveler: string;
  seq: number;
  unit: string;
  workOrder: string;
  kind: SignalKind;
  entry: EntryLine;
  story: StoryLine;
  reviewed: { by: string; at: Date; note: string | null } | null;
};

export type SignalsFound = {
  lines: SignalLine[];
  stations: string[];
  people: Readonly<Record<string, PersonName>>;
  texts: Readonly<Record<string, string | null>>;
  /** The instructions that the units were built by. */
  contents: readonly InstructionContent[];
  more: boolean;
};

export const SIGNALS_PER_PAGE = 50;
const days: Readonly<Record<ReviewPeriod, number | null>> = {
  today: 1,
  week: 7,
  month: 31,
  all: null,
};

type Row = {
  traveler: string;
  seq: number;
  kind: SignalKind;
  line: string;
  serial: string | null;
  lot: string | null;
  workOrder: string;
  contentSha256: string;
  state: TravelerState;
  reviewedBy: string | null;
  reviewedAt: Date | null;
};

/** What a reviewer looks at, the newest first, each with the entry that says it. */
export async function signalsFound(
  actor: Actor,
  filter: SignalFilter,
  page = 1,
  now = new Date(),
): Promise<SignalsFound> {
  const [rows, stations] = await Promise.all([
    signalRows(actor, filter, page, now),
    forSite(actor.site).station.findMany({
      where: { siteId: actor.site },
      select: { code: true },
      orderBy: { code: "asc" },
    }),
  ]);
  const shown = rows.slice(0, SIGNALS_PER_PAGE);
  const contents = await contentsUnder(shown.map(({ contentSha256 }) => contentSha256));
  const entries = shown.map(({ line }) => entryLine.parse(JSON.parse(line)));
  const notes = shown.flatMap(noteOf);
  const [texts, people] = await Promise.all([
    textsOf(actor, [...entries, ...notes.map((body) => ({ body }) as EntryLine)]),
    peopleOf([
      ...entries,
      ...shown.map(({ reviewedBy: person }) => ({ person, second: null, card: null }) as EntryLine),
    ]),
  ]);
  return {
    lines: shown.flatMap((row, index) => {
      const content = contents.get(row.contentSha256);
      const entry = entries[index];
      return content && entry ? lineOf(row, entry, content, people, texts) : [];
    }),
    stations: stations.map(({ code }) => code),
    people,
    texts,
    contents: [...contents.values()],
    more: rows.length > SIGNALS_PER_PAGE,
  };
}

const noteOf = ({ state, seq }: Row): string[] => {
  const note = state.signals.find((of) => of.seq === seq)?.reviewed?.note;
  return note ? [note] : [];
};

function lineOf(
  row: Row,
  entry: EntryLine,
  content: InstructionContent,
  people: Readonly<Record<string, PersonName>>,
  texts: Readonly<Record<string, string | null>>,
): SignalLine {
  const { traveler, seq, kind, serial, lot, workOrder, reviewedBy, reviewedAt } = row;
  const [note] = noteOf(row);
  return {
    traveler,
    seq,
    unit: serial ?? lot ?? "",
    workOrder,
    kind,
    entry,
    story: tell(recordedEvent(entry), row.state, content),
    reviewed: reviewedAt && {
      by: people[reviewedBy ?? ""]?.name ?? "",
      at: reviewedAt,
      note: note === undefined ? null : (texts[note] ?? null),
    },
  };
}

function signalRows(
  actor: Actor,
  { kind, station, period, reviewed }: SignalFilter,
  page: number,
  now: Date,
): Promise<Row[]> {
  const back = days[period];
  const since = back === null ? null : new Date(now.getTime() - back * 24 * 60 * 60_000);
  return forSite(actor.site).$queryRaw<Row[]>`
    select s.traveler_id::text as traveler, s.seq, s.kind, e.line, t.serial, t.lot,
           t.work_order as "workOrder", t.content_sha256 as "contentSha256", t.state,
           s.reviewed_by::text as "reviewedBy", s.reviewed_at as "reviewedAt"
      from signals s
      join travelers t on t.id = s.traveler_id
      join entries e on e.stream_id = s.traveler_id and e.seq = s.seq
     where s.site_id = ${actor.site}::uuid
       and ${reviewed ? Prisma.sql`s.reviewed_at is not null` : Prisma.sql`s.reviewed_at is null`}
       and s.kind not in (${Prisma.join([...meetingKinds])})
       and ${kind ? Prisma.sql`s.kind = ${kind}` : Prisma.sql`true`}
       and ${since ? Prisma.sql`s.occurred_at > ${since}` : Prisma.sql`true`}
       and ${station ? Prisma.sql`e.line::jsonb->>'station' = ${station}` : Prisma.sql`true`}
     order by s.occurred_at desc, s.traveler_id, s.seq
     limit ${SIGNALS_PER_PAGE + 1} offset ${(page - 1) * SIGNALS_PER_PAGE}`;
}

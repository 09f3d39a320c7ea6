import "server-only";
import { db, forSite } from "#lib/db/client";
import type { InstructionContent } from "#lib/instructions/schema";
import type { Actor } from "#lib/people/schema";
import { entryLine } from "#lib/record/schema";
import { type BuyoffDue, buyoffsDue } from "./buyoffs.rules.ts";
import { type ProcessLimitOpen, processLimitsOpen } from "./process-limits.rules.ts";
import type { InspectionCall, TravelerState } from "./state.schema.ts";
import { contentsUnder, travelersWithBuyoffsDue } from "./waiting.queries.ts";

/** A unit, as every line of a list begins. */
export type UnitLine = { traveler: string; unit: string; workOrder: string };
type WithState = UnitLine & { state: TravelerState; content: InstructionContent };

export type BuyoffWaiting = UnitLine & { content: InstructionContent; buyoff: BuyoffDue };

/** Buyoffs that could be given now, those that can be given from the desk first. */
export async function buyoffsWaiting(actor: Actor): Promise<BuyoffWaiting[]> {
  const waiting = await travelersWithBuyoffsDue(actor);
  return waiting
    .flatMap(({ id, unit, workOrder, state, content }) =>
      buyoffsDue(state, content).map((buyoff) => ({
        traveler: id,
        unit,
        workOrder,
        content,
        buyoff,
      })),
    )
    .toSorted(
      (a, b) =>
        Number(a.buyoff.requirement.presence !== "remote") -
        Number(b.buyoff.requirement.presence !== "remote"),
    );
}

export type ProcessLimitWaiting = UnitLine & ProcessLimitOpen & { content: InstructionContent };

/** Values beyond a process limit that wait for somebody to accept them, the longest first. */
export async function processLimitsWaiting(actor: Actor): Promise<ProcessLimitWaiting[]> {
  const beyond = await forSite(actor.site).reading.findMany({
    where: { siteId: actor.site, verdict: "out_of_process_limits" },
    select: { travelerId: true },
    distinct: ["travelerId"],
    orderBy: { occurredAt: "desc" },
    take: 300,
  });
  const travelers = await withState(
    actor,
    beyond.map(({ travelerId }) => travelerId),
  );
  return travelers
    .flatMap(({ traveler, unit, workOrder, state, content }) =>
      processLimitsOpen(state, content).map((open) => ({
        traveler,
        unit,
        workOrder,
        content,
        ...open,
      })),
    )
    .toSorted((a, b) => (a.reading.at < b.reading.at ? -1 : 1));
}

async function withState(actor: Actor, ids: readonly string[]): Promise<WithState[]> {
  const rows = await forSite(actor.site).traveler.findMany({
    where: { siteId: actor.site, id: { in: [...ids] } },
    select: {
      id: true,
      serial: true,
      lot: true,
      workOrder: true,
      contentSha256: true,
      state: true,
    },
  });
  const contents = await contentsUnder(rows.map(({ contentSha256 }) => contentSha256));
  return rows.flatMap((row) => {
    const content = contents.get(row.contentSha256);
    return content
      ? { ...unitLine(row), state: row.state as unknown as TravelerState, content }
      : [];
  });
}

type UnitRow = { id: string; serial: string | null; lot: string | null; workOrder: string };
const unitLine = ({ id, serial, lot, workOrder }: UnitRow): UnitLine => ({
  traveler: id,
  unit: serial ?? lot ?? "",
  workOrder,
});

export type CallOpen = UnitLine & { call: InspectionCall; operation: string; calledBy: string };

/** Inspectors who were called and are not at the unit yet, the longest wait first. */
export async function callsOpen(actor: Actor): Promise<CallOpen[]> {
  const called = await forSite(actor.site).$queryRaw<{ id: string }[]>`
    select id::text from travelers
     where site_id = ${actor.site}::uuid and status in ('released', 'in_work', 'on_hold')
       and jsonb_path_exists(state, '$.calls[*] ? (@.arrivedAt == null)')
     limit 200`;
  const travelers = await withState(
    actor,
    called.map(({ id }) => id),
  );
  const open = travelers.flatMap(({ state, content: _, ...line }) =>
    state.calls
      .filter(({ arrivedAt }) => arrivedAt === null)
      .map((call) => ({
        ...line,
        call,
        operation: state.operations.find(({ id }) => id === call.operation)?.number ?? "",
      })),
  );
  const names = await namesOf(open.map(({ call }) => call.person));
  return open
    .map((of) => ({ ...of, calledBy: names.get(of.call.person) ?? "" }))
    .toSorted((a, b) => (a.call.at < b.call.at ? -1 : 1));
}

export type Blocked = UnitLine & {
  person: string;
  at: Date;
  station: string | null;
  refusal: { code: string; params: Readonly<Record<string, string>> };
};

/**
 * Who was refused something in the last twelve hours and has not got on at that unit since: the last word
 * of a person at a unit is a no.
 */
export async function blockedNow(actor: Actor, now = new Date()): Promise<Blocked[]> {
  const since = new Date(now.getTime() - 12 * 60 * 60_000);
  const rows = await forSite(actor.site).$queryRaw<{ line: string; stream: string }[]>`
    select distinct on (e.stream_id, e.person_id) e.line, e.stream_id::text as stream
      from entries e
     where e.site_id = ${actor.site}::uuid and e.type = 'command.not_applied'
       and e.recorded_at > ${since} and e.person_id is not null
       and not exists (select from entries later
         where later.stream_id = e.stream_id and later.seq > e.seq and later.person_id = e.person_id
           and later.type not in ('command.not_applied', 'step.presented'))
     order by e.stream_id, e.person_id, e.seq desc
     limit 200`;
  const units = await unitsOf(
    actor,
    rows.map(({ stream }) => stream),
  );
  const lines = rows.flatMap(({ line, stream }) => {
    const entry = entryLine.safeParse(JSON.parse(line));
    const unit = units.get(stream);
    return entry.success && unit ? [{ entry: entry.data, unit }] : [];
  });
  const names = await namesOf(lines.flatMap(({ entry }) => entry.second ?? entry.person ?? []));
  return lines
    .map(({ entry, unit }) => {
      const body = entry.body as { refusal: string; params?: Record<string, string> };
      return {
        ...unit,
        person: names.get(entry.second ?? entry.person ?? "") ?? "",
        at: new Date(entry.recordedAt),
        station: entry.station,
        refusal: { code: body.refusal, params: body.params ?? {} },
      };
    })
    .toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

async function unitsOf(actor: Actor, ids: readonly string[]): Promise<Map<string, UnitLine>> {
  const rows = await forSite(actor.site).traveler.findMany({
    where: { siteId: actor.site, id: { in: [...ids] } },
    select: { id: true, serial: true, lot: true, workOrder: true },
  });
  return new Map(rows.map((row) => [row.id, unitLine(row)]));
}

async function namesOf(ids: readonly string[]): Promise<Map<string, string>> {
  const people = await db.person.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(people.map(({ id, name }) => [id, name]));
}

export type StandingStill = UnitLine & {
  status: string;
  operation: string | null;
  lastAt: Date;
};

/** Begun, and nobody has recorded anything for a day; those that stand longest first. */
export async function standingStill(actor: Actor, now = new Date()): Promise<StandingStill[]> {
  const before = new Date(now.getTime() - 24 * 60 * 60_000);
  const rows = await forSite(actor.site).$queryRaw<
    (UnitRow & { status: string; operation: string | null; last: Date })[]
  >`
    select t.id::text, t.serial, t.lot, t.work_order as "workOrder", t.status, t.operation,
           e.recorded_at as last
      from travelers t
      join streams s on s.id = t.id
      join entries e on e.stream_id = s.id and e.seq = s.seq
     where t.site_id = ${actor.site}::uuid and t.status in ('in_work', 'on_hold')
       and e.recorded_at < ${before}
     order by e.recorded_at limit 100`;
  return rows.map(({ status, operation, last, ...row }) => ({
    ...unitLine(row),
    status,
    operation,
    lastAt: last,
  }));
}

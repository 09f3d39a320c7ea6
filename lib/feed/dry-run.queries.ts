import "server-only";
import { namesOf, plantNamesOf } from "#lib/catalogue/catalogue.rules";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { inTransaction, type Tx } from "#lib/db/client";
import { type Instant, instant, plusMinutes } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { entryLine, type StreamKind } from "#lib/record/schema";
import { type Counts, countNames, type DryRun, type DryRunLine } from "./dry-run.schema.ts";
import { type EventReads, readsTogether } from "./event-reads.queries.ts";
import { defectIn, nameOf, unitIn } from "./heard.rules.ts";
import { aLedger, type Ledger } from "./ledger.rules.ts";
import { eventsOrWhy, originOf } from "./routing.commands.ts";
import { approvedRules, loggingEntry } from "./routing.queries.ts";
import {
  isListening,
  namesHeard,
  type Routed,
  type RuleInForce,
  routeEvent,
} from "./routing.rules.ts";
import { contentSha256, inForceAt } from "./rules.rules.ts";
import type { RuleContent } from "./rules.schema.ts";

const entriesMax = 5_000;
const linesMax = 60;
/** So many at a time, so that no transaction is long. */
const atOnce = 100;

type Row = {
  stream: string;
  seq: number;
  hash: string;
  line: string;
  type: string;
  kind: StreamKind;
};
type Asked = { rule: string; code: string; content: RuleContent; days: number; origin: string };
/** A rule with what it would have opened. */
type Tried = { rule: RuleInForce; ledger: Ledger; lines: Map<string, DryRunLine> };

/**
 * What a content would have made of the last days, and what the version in force would have: nothing is sent and
 * nothing is written. Records begin with the days: what was opened before is not known here.
 */
export async function dryRunOf(actor: Actor, asked: Asked): Promise<DryRun> {
  const to = instant(Date.now());
  const from = plusMinutes(to, -asked.days * 24 * 60);
  const { current, connector } = await inTransaction(async (tx) => {
    const rules = await approvedRules(tx, [actor.site]);
    const versions = (rules.get(actor.site) ?? []).find((of) => of[0]?.id === asked.rule);
    const found = await tx.connector.findFirst({
      where: { siteId: actor.site, code: asked.content.connector, status: { not: "retired" } },
      select: { id: true },
    });
    return { current: versions ? inForceAt(versions, to) : null, connector: found?.id ?? null };
  }, actor.site);
  const draft: RuleInForce = {
    id: asked.rule,
    code: asked.code,
    version: 0,
    contentSha256: contentSha256(asked.content),
    content: asked.content,
    connector,
  };
  const tried = trying(draft);
  const before = current ? trying(current) : null;
  const rows = await entriesFor(actor, [tried, ...(before ? [before] : [])], from, to);
  const isCut = rows.length > entriesMax;
  const taken = isCut ? rows.slice(-entriesMax) : rows;
  for (let at = 0; at < taken.length; at += atOnce) {
    await inTransaction(async (tx) => {
      const some = taken.slice(at, at + atOnce);
      const read = await readsTogether(
        tx,
        some.map(({ line }) => ({ site: actor.site, line })),
      );
      const from = { origin: asked.origin, read };
      for (const row of some) {
        const heard = eventsOf(tx, actor.site, row, from);
        for (const one of before ? [tried, before] : [tried])
          await tryOn(tx, actor.site, row, one, { ...from, heard });
      }
    }, actor.site);
  }
  return told({
    asked,
    from,
    to,
    entries: taken.length,
    isCut,
    tried,
    before,
    version: current?.version ?? 0,
  });
}

const trying = (rule: RuleInForce): Tried => ({ rule, ledger: aLedger(), lines: new Map() });

function entriesFor(
  actor: Actor,
  tried: readonly Tried[],
  from: Instant,
  to: Instant,
): Promise<Row[]> {
  const known = [
    ...Object.keys(namesOf).map((type) => ({ kind: "traveler" as const, type })),
    ...Object.keys(plantNamesOf).map((type) => ({ kind: "site" as const, type })),
  ];
  const types = known
    .filter(({ kind, type }) =>
      tried.some(({ rule }) => isListening(rule.content, namesHeard(kind, type))),
    )
    .map(({ type }) => type);
  // One more than is looked at: whether there were more is said.
  return inTransaction(
    (tx) => tx.$queryRaw<Row[]>`
      select * from (
        select e.stream_id::text as stream, e.seq, e.hash, e.line, e.type, s.kind::text as kind, e.recorded_at
          from entries e join streams s on s.id = e.stream_id
         where e.site_id = ${actor.site}::uuid and e.type = any(${types}::text[])
           and e.recorded_at >= ${from}::timestamptz and e.recorded_at <= ${to}::timestamptz
         order by e.recorded_at desc, e.stream_id desc, e.seq desc limit ${entriesMax + 1}) as last
       order by recorded_at, stream, seq`,
    actor.site,
  );
}

/** What events are made from, of many entries together: one by one it took three times as long. */
type From = { origin: string; read: EventReads };
type EventsHeard = (rule: RuleInForce) => Promise<readonly CloudEvent[] | string>;

/** The events of an entry, made once for two rules that may disclose the same; a string says why there are none. */
function eventsOf(tx: Tx, site: string, row: Row, { origin, read }: From): EventsHeard {
  const made = new Map<string, readonly CloudEvent[] | string>();
  return async ({ content: { discloses } }) => {
    const key = JSON.stringify(discloses);
    const known = made.get(key);
    if (known !== undefined) return known;
    const entry = entryLine.safeParse(JSON.parse(row.line));
    const events = entry.success
      ? await eventsOrWhy(tx, { site, hash: row.hash }, entry.data, { origin, discloses }, read)
      : "the entry's line can't be read";
    made.set(key, events);
    return events;
  };
}

async function tryOn(
  tx: Tx,
  site: string,
  row: Row,
  tried: Tried,
  { origin, read, heard }: From & { heard: EventsHeard },
): Promise<void> {
  const { rule } = tried;
  if (!isListening(rule.content, namesHeard(row.kind, row.type))) return;
  const events = await heard(rule);
  if (typeof events === "string") {
    keep(tried, row, null, { outcome: "error", detail: events });
    return;
  }
  for (const event of events.filter((one) => isListening(rule.content, [nameOf(one)]))) {
    const logging = (stream: string, defect: string) => loggingEntry(tx, stream, defect);
    const of = { site, stream: row.stream };
    const from = await originOf(tx, of, event, rule, origin, { read, logging });
    const routed: Routed = from
      ? await routeEvent({
          event,
          origin: from,
          rule,
          site,
          latest: tried.ledger.latest,
          ofLot: tried.ledger.ofLot,
          now: Date.now,
        })
      : { outcome: "error", detail: `no entry logs defect ${defectIn(event)}` };
    tried.ledger.keep(routed, event);
    keep(tried, row, event, routed);
  }
}

function keep({ lines }: Tried, row: Row, event: CloudEvent | null, routed: Routed): void {
  const name = event ? nameOf(event) : row.type;
  lines.set(`${row.stream}/${row.seq}/${name}`, {
    stream: row.stream,
    seq: row.seq,
    event: name,
    unit: event ? (unitIn(event) ?? "") : "",
    at: event?.recordedtime ?? "",
    does: doesWhat(routed),
    detail: routed.detail,
  });
}

function doesWhat(routed: Routed): keyof Counts {
  if (routed.outcome === "error") return "error";
  if (routed.outcome !== "matched") return "notMatched";
  if (routed.cancels) return "withdrawn";
  const [delivery] = routed.deliveries;
  if (!delivery) return "joined";
  return delivery.state === "gated" ? "gated" : delivery.operation;
}

const countsOf = ({ lines }: Tried): Counts => {
  const zero = Object.fromEntries(countNames.map((name) => [name, 0])) as Counts;
  for (const { does } of lines.values()) zero[does] += 1;
  return zero;
};

const isNothing = (line: DryRunLine | undefined): boolean =>
  line === undefined || line.does === "notMatched" || line.does === "error";

function told(of: {
  asked: Asked;
  from: Instant;
  to: Instant;
  entries: number;
  isCut: boolean;
  tried: Tried;
  before: Tried | null;
  version: number;
}): DryRun {
  const { tried, before } = of;
  const lines = [...tried.lines.entries()];
  const was = (key: string) => before?.lines.get(key);
  const some = (found: readonly DryRunLine[]) => ({
    count: found.length,
    lines: found.slice(0, linesMax),
  });
  const problems = Map.groupBy(
    lines.filter(([, { does }]) => does === "error"),
    ([, { detail }]) => detail ?? "",
  );
  return {
    v: 1,
    days: of.asked.days,
    from: of.from,
    to: of.to,
    entries: of.entries,
    isCut: of.isCut,
    counts: countsOf(tried),
    inForce: before ? { version: of.version, counts: countsOf(before) } : null,
    more: some(
      lines.flatMap(([key, line]) =>
        before && !isNothing(line) && isNothing(was(key)) ? [line] : [],
      ),
    ),
    less: some(
      before
        ? [...before.lines.entries()].flatMap(([key, line]) =>
            !isNothing(line) && isNothing(tried.lines.get(key)) ? [line] : [],
          )
        : [],
    ),
    other: some(
      lines.flatMap(([key, line]) =>
        !isNothing(line) && !isNothing(was(key)) && was(key)?.does !== line.does ? [line] : [],
      ),
    ),
    problems: [...problems].map(([detail, found]) => ({ detail, count: found.length })),
    lines: lines
      .flatMap(([, line]) => (line.does === "notMatched" ? [] : [line]))
      .slice(0, linesMax),
  };
}

import "server-only";
import type { CloudEvent, EventName } from "#lib/catalogue/data.schema";
import { inTransaction, type Tx } from "#lib/db/client";
import { feedRuleErrors } from "#lib/kit/metrics";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { type EventReads, readsTogether } from "./event-reads.queries.ts";
import { eventsFor } from "./events.queries.ts";
import { defectIn, nameOf } from "./heard.rules.ts";
import { tellLive } from "./live.commands.ts";
import { changesBySite } from "./live.rules.ts";
import {
  type ApprovedRule,
  approvedRules,
  evaluatedBefore,
  evaluationKey,
  isAnythingQueued,
  latestRecord,
  loggingEntries,
  loggingEntry,
  type Queued,
  queued,
  recordsOfLot,
} from "./routing.queries.ts";
import {
  effectsOf,
  inputsSha256,
  isListening,
  namesHeard,
  type Routed,
  type RuleInForce,
  routeEvent,
} from "./routing.rules.ts";
import { type Evaluation, newWrites, type RoutingWrites } from "./routing-writes.commands.ts";
import { inForceAt } from "./rules.rules.ts";

/** Any constant will do; routers take turns by it, so that deliveries of one key keep the record's order. */
export const routerLock = 20_260_302;

/** An entry with the rules that listen to it, in force when it was recorded. */
type Heard = { of: Queued; rules: readonly RuleInForce[] };

/** What a turn reads for all of its entries, and writes for many of them. */
type RouterTurn = {
  tx: Tx;
  origin: string;
  read: EventReads;
  logging: Logging;
  writes: RoutingWrites;
};
type Logging = (stream: string, defect: string) => Promise<{ line: string; hash: string } | null>;

/**
 * Takes the next entries, and writes what the rules made of each, the deliveries and the end of their
 * place in the queue together: an entry is evaluated once, or is still in the queue. Returns how many.
 * Nine of ten entries are of a kind that no rule listens to: nothing is made of those, nor read for them. A turn
 * that takes long ends with what it has done: on a busy machine all of it might outlast its transaction, each time anew.
 */
export async function routeQueued(origin: string, limit = 200, turnMs = 5_000): Promise<number> {
  return (await isAnythingQueued()) ? routeTurn(origin, limit, turnMs) : 0;
}

function routeTurn(origin: string, limit: number, turnMs: number): Promise<number> {
  return inTransaction(async (tx) => {
    const [lock] = await tx.$queryRaw<{ mine: boolean }[]>`
      select pg_try_advisory_xact_lock(${routerLock}) as mine`;
    if (!lock?.mine) return 0;
    const entries = await queued(tx, limit);
    if (entries.length === 0) return 0;
    const rules = await approvedRules(tx, [...new Set(entries.map(({ site }) => site))]);
    const heard = entries.flatMap((of) => listenersTo(of, rules.get(of.site) ?? []));
    const before =
      heard.length > 0
        ? await evaluatedBefore(
            tx,
            heard.map(({ of }) => of),
          )
        : new Set<string>();
    const endsAt = performance.now() + turnMs;
    const logging = await loggingOf(tx, heard);
    const lines = [...heard.map(({ of }) => of), ...logging.known];
    const read = await readsTogether(tx, lines);
    const turn = { tx, origin, read, logging: logging.find, writes: newWrites(tx) };
    let rest: Queued | undefined;
    for (const one of heard) {
      if (one !== heard[0] && performance.now() >= endsAt) {
        rest = one.of;
        break;
      }
      turn.writes.evaluated(await routeOne(turn, one, before));
    }
    await turn.writes.flush();
    const done = rest ? entries.slice(0, entries.indexOf(rest)) : entries;
    await tx.routingQueue.deleteMany({ where: { id: { in: done.map(({ id }) => id) } } });
    for (const [site, change] of changesBySite(done)) await tellLive(tx, site, change);
    return done.length;
  });
}

function listenersTo(of: Queued, rules: readonly ApprovedRule[][]): Heard[] {
  const names = namesHeard(of.kind, of.type);
  if (names.length === 0) return [];
  const listening = rules.flatMap((versions) => {
    const inForce = inForceAt(versions, of.recordedAt);
    return inForce && isListening(inForce.content, names) ? [inForce] : [];
  });
  return listening.length > 0 ? [{ of, rules: listening }] : [];
}

/** An entry that can't be read is an error on record of each rule that listens, never "no match", and holds up nobody else. */
async function routeOne(
  turn: RouterTurn,
  { of, rules }: Heard,
  before: ReadonlySet<string>,
): Promise<Evaluation[]> {
  const { tx, origin, read, logging, writes } = turn;
  const made: Evaluation[] = [];
  const entry = entryLine.safeParse(JSON.parse(of.line));
  const heard = disclosed(turn, of);
  for (const rule of rules) {
    const note = (
      event: string,
      { outcome, detail }: Pick<Routed, "outcome" | "detail">,
      inputs: string | null,
    ) => {
      if (outcome === "error") feedRuleErrors.inc({ rule: rule.code });
      made.push({
        stream: of.stream,
        seq: of.seq,
        event,
        rule: rule.code,
        version: rule.version,
        site: of.site,
        outcome,
        detail,
        inputs,
      });
    };
    const isDone = (event: string) =>
      before.has(evaluationKey(of.stream, of.seq, event, rule.code));
    if (!entry.success) {
      if (!isDone(""))
        note("", { outcome: "error", detail: "the entry's line can't be read" }, null);
      continue;
    }
    const events = await heard(entry.data, rule);
    if (typeof events === "string") {
      if (!isDone("")) note("", { outcome: "error", detail: events }, null);
      continue;
    }
    for (const event of events.filter((one) => isListening(rule.content, [nameOf(one)]))) {
      if (isDone(nameOf(event))) continue;
      const from = await originOf(tx, of, event, rule, origin, { read, logging });
      if (!from) {
        note(
          nameOf(event),
          { outcome: "error", detail: `no entry logs defect ${defectIn(event)}` },
          null,
        );
        continue;
      }
      const routed = await routeEvent({
        event,
        origin: from,
        rule,
        site: of.site,
        latest: async (correlation) => {
          await writes.settledFor(correlation);
          return latestRecord(tx, of.site, correlation);
        },
        ofLot: async (at) => {
          await writes.flush();
          return recordsOfLot(tx, of.site, rule.code, at);
        },
        now: Date.now,
      });
      for (const effect of effectsOf(rule, event, routed)) writes.effect(of, rule, event, effect);
      await writes.routed(of, rule, routed);
      note(nameOf(event), routed, inputsSha256({ event, origin: from, rule }));
    }
  }
  return made;
}

/**
 * The events of an entry, or why there are none. A record that can't be read is an error of its own entries; where
 * it was the database that failed, the transaction fails with the next statement and is done again.
 */
export async function eventsOrWhy(
  tx: Tx,
  of: Pick<Queued, "site" | "hash">,
  entry: EntryLine,
  to: Parameters<typeof eventsFor>[3],
  read?: EventReads,
): Promise<readonly CloudEvent[] | string> {
  try {
    const events = await eventsFor(tx, of, entry, to, read);
    return events.ok ? events.value : events.error.detail;
  } catch (problem) {
    return `no event can be made of it: ${String(problem)}`;
  }
}

/** The events of an entry, once for each that receivers may have of people and words. */
function disclosed({ tx, origin, read }: RouterTurn, of: Queued) {
  const made = new Map<string, readonly CloudEvent[] | string>();
  return async (
    entry: EntryLine,
    { content }: RuleInForce,
  ): Promise<readonly CloudEvent[] | string> => {
    const key = JSON.stringify(content.discloses);
    const known = made.get(key);
    if (known) return known;
    const to = { origin, discloses: content.discloses };
    const events = await eventsOrWhy(tx, of, entry, to, read);
    made.set(key, events);
    return events;
  };
}

/** What an event that names a defect is about: the event that logged it. Any other event is about itself. */
export async function originOf(
  tx: Tx,
  of: Pick<Queued, "site" | "stream">,
  event: CloudEvent,
  rule: Pick<RuleInForce, "content">,
  origin: string,
  together?: { read: EventReads; logging: Logging },
): Promise<CloudEvent | null> {
  const defect = defectIn(event);
  const name: EventName = nameOf(event);
  if (defect === null || name === "defect.logged" || rule.content.process === "EVENTS")
    return event;
  const row = await (together?.logging(of.stream, defect) ?? loggingEntry(tx, of.stream, defect));
  const entry = row ? entryLine.safeParse(JSON.parse(row.line)) : null;
  if (!row || !entry?.success) return null;
  const to = { origin, discloses: rule.content.discloses };
  const logged = { site: of.site, hash: row.hash };
  const events = await eventsOrWhy(tx, logged, entry.data, to, together?.read);
  return typeof events === "string"
    ? null
    : (events.find((one) => nameOf(one) === "defect.logged") ?? null);
}

/** The entries that logged what these are about, read together as far as that can be told from the entries alone. */
async function loggingOf(
  tx: Tx,
  heard: readonly Heard[],
): Promise<{ known: { site: string; line: string }[]; find: Logging }> {
  const asked = new Map<string, { site: string; stream: string; defect: string }>();
  for (const { of } of heard) {
    const defect = of.type === "defect.logged" ? null : defectNamed(of.line);
    if (defect) asked.set(`${of.stream}/${defect}`, { site: of.site, stream: of.stream, defect });
  }
  const rows = await loggingEntries(tx, [...asked.values()]);
  const found = new Map(rows.map((row) => [`${row.stream}/${row.defect}`, row]));
  return {
    known: [...found].map(([key, { line }]) => ({ site: asked.get(key)?.site ?? "", line })),
    find: async (stream, defect) =>
      found.get(`${stream}/${defect}`) ?? loggingEntry(tx, stream, defect),
  };
}

const aUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function defectNamed(line: string): string | null {
  const { body } = JSON.parse(line) as { body?: { defect?: unknown } };
  const defect = body?.defect;
  return typeof defect === "string" && aUuid.test(defect) ? defect : null;
}

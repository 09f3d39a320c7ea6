import "server-only";
import { db } from "#lib/db/client";
import { canonicalSha256 } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import type { Facts } from "#lib/travelers/facts.schema";
import type { Command, CommandBody, CommandVerdict } from "#lib/travelers/schema";
import { connectorById, isRecordsConnector, type OpenConnector } from "./connector.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import { pauseConnectorIn } from "./delivery.commands.ts";
import { isAnothers, isLater } from "./delivery.rules.ts";
import { keepExternal, markGone, markTold, tellLater } from "./external.commands.ts";
import { hasLeft, knownOf, type Owner, ownerOf, type ToTell, toTell } from "./external.queries.ts";
import { keepFinding } from "./findings.commands.ts";
import { duePolls, noticeHandled, noticeLater, notices, polled } from "./poll.queries.ts";
import type { FeedPorts } from "./ports.schema.ts";

type Records = OpenConnector<RestConnectorConfig>;
const quiet: rest.Tell = { onSend: async () => undefined };
const noticeRetryMs = 1_000;
const noticeAgeMaxMs = 10 * 60_000;

/**
 * Tells travelers what their QMS records say by now: number and status, then the dispositions. What one connector says
 * of one traveler is decided and written together.
 */
export async function tellTravelers(ports: FeedPorts, limit = 40): Promise<number> {
  const due = await toTell(limit);
  const together = Map.groupBy(due, ({ connector, traveler }) => `${connector}/${traveler}`);
  for (const records of together.values()) await tell(records, ports);
  return due.length;
}

async function tell(records: readonly ToTell[], ports: FeedPorts): Promise<void> {
  const [first] = records;
  if (!first) return;
  const said = records.map((one) => ({ one, commands: commandsFor(one) }));
  const verdicts = await ports.applyCommands(
    ports.actorOf(first.site, first.connector, first.code),
    first.traveler,
    said.flatMap(({ one, commands }) =>
      commands.map((command) => ({ command, qms: qmsFacts(one) })),
    ),
  );
  const verdictOf = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  for (const { one, commands } of said) {
    const answers = commands.map(({ id, type }) => ({ type, verdict: verdictOf.get(id) }));
    await settle(one, answers, ports);
  }
}

async function settle(
  one: ToTell,
  answers: readonly { type: string; verdict: CommandVerdict | undefined }[],
  ports: FeedPorts,
): Promise<void> {
  const about = { externalId: one.externalId, version: one.version, traveler: one.traveler };
  const notes: string[] = [];
  for (const { type, verdict } of answers) {
    if (!verdict || verdict.verdict === "retry_later")
      return tellLater(one.connector, one.externalId, verdict?.afterMs ?? 0);
    if (verdict.verdict === "recorded_not_applied") notes.push(`${type}: ${verdict.refusal.code}`);
    if (verdict.verdict === "malformed") notes.push(`${type}: ${verdict.problem}`);
  }
  if (notes.length > 0 && (await hasLeft(one))) {
    return tellLater(one.connector, one.externalId, 0);
  }
  if (one.status === "unmapped") notes.push("its status is not mapped");
  for (const word of one.missingWords ?? []) notes.push(`no disposition for "${word}"`);
  if (isOpenAgain(one) && one.travelerStatus === "accepted") notes.push(acceptedBefore);
  if (notes.length > 0)
    ports.log.warn({ ...about, notes }, "the traveler did not take what the QMS says");
  else ports.log.info({ ...about, status: one.status }, "the traveler was told");
  await markTold(one.connector, one.externalId, one.version, notes.join("; ") || null);
}

/** A unit that was accepted may have left the plant: nothing is held any more, somebody has to look (failure 50). */
const acceptedBefore = "open again after the unit was accepted";

/** What was decided there is not decided any more. */
const isOpenAgain = ({ status, told }: ToTell): boolean =>
  (status === "open" || status === "contained") &&
  (told?.qms?.status === "dispositioned" || told?.qms?.status === "closed");

/**
 * A later version of which nothing is shown that was not told before is no news: most are of what we added ourselves,
 * and would be an entry for each of our own comments.
 */
function isKnown({ told, status, number, externalId, url }: ToTell): boolean {
  const { qms } = told ?? {};
  if (!qms) return false;
  return (
    qms.status === status &&
    qms.number === number &&
    qms.externalId === externalId &&
    qms.url === url
  );
}

/** The same version gives the same ids: told twice, it is applied once. */
function commandsFor(one: ToTell): Command[] {
  const commands: Command[] = [];
  const said = one.mergedInto === null ? one.externalId : `${one.externalId}>${one.mergedInto}`;
  const told = `${one.connector}/${said}/${one.version}`;
  const from = one.hasMoved ? `${told}/${one.defect}` : told;
  if (one.status !== "unmapped" && !isKnown(one)) {
    const status = one.status as CommandBody<"linkQmsRecord">["status"];
    commands.push({
      id: derivedId(from, "linkQmsRecord"),
      type: "linkQmsRecord",
      body: {
        defect: one.defect,
        process: "NCR",
        connector: one.code,
        externalId: one.externalId,
        number: one.number,
        status,
        url: one.url,
        version: one.version,
      },
    });
  }
  const changed =
    canonicalSha256(one.dispositions) !== canonicalSha256(one.told?.dispositions ?? []);
  if (one.dispositions.length > 0 && changed) {
    commands.push({
      id: derivedId(from, "receiveDisposition"),
      type: "receiveDisposition",
      body: {
        defect: one.defect,
        from: "qms",
        ncr: one.number,
        dispositions: [...one.dispositions],
        evidence: null,
        reason: null,
      },
    });
  }
  return commands;
}

const qmsFacts = (one: ToTell): Facts["qms"] =>
  one.status === "unmapped"
    ? null
    : {
        defect: one.defect,
        record: {
          process: "NCR",
          connector: one.code,
          externalId: one.externalId,
          number: one.number,
          status: one.status as CommandBody<"linkQmsRecord">["status"],
          url: one.url,
          version: one.version,
          at: one.seenAt.toISOString(),
        },
        dispositions: one.dispositions,
      };

/** Asks each system that is due what has changed, with the overlap that its configuration gives. */
export async function pollDue(ports: FeedPorts): Promise<number> {
  const due = await duePolls();
  for (const id of due) {
    const connector = await connectorById(db, id);
    if (connector && isRecordsConnector(connector) && connector.config.changes)
      await poll(connector, connector.config.changes.everyMs, ports);
    else await polled(id, null, 60_000);
  }
  return due.length;
}

async function poll(connector: Records, everyMs: number, ports: FeedPorts): Promise<void> {
  const page = await rest.changesSince(connector, connector.cursor, quiet);
  if (page.kind !== "done") {
    await unheard(connector, page, ports);
    return polled(
      connector.id,
      null,
      Math.max(everyMs, page.kind === "rate_limited" ? page.waitMs : everyMs),
    );
  }
  const latest = new Map<string, string>();
  for (const { externalId, version } of page.value.items) {
    if (isLater(version, latest.get(externalId) ?? null)) latest.set(externalId, version);
  }
  const known = await knownOf(connector.id, [...latest.keys()]);
  let isMore = false;
  for (const [externalId, version] of latest) {
    const of = known.get(externalId);
    if (!isLater(version, of?.version ?? null)) continue;
    isMore = page.value.cursor !== connector.cursor;
    const fetched = await fetchOurs(connector, externalId, of?.owner ?? null);
    // The cursor stays where it was, so this change is seen again.
    if (fetched === "unheard") return polled(connector.id, null, everyMs);
    for (const merged of of?.merged ?? []) await fetchOurs(connector, merged);
  }
  // A page that has brought something has perhaps another one behind it: it is asked for at once, not a period later.
  await polled(connector.id, page.value.cursor, isMore ? 0 : everyMs);
}

async function unheard(
  connector: OpenConnector,
  page: { kind: string; reason: string },
  ports: FeedPorts,
): Promise<void> {
  ports.log.warn(
    { connector: connector.code, kind: page.kind, reason: page.reason },
    "the poll was not answered",
  );
  if (page.kind === "unauthorized") await pauseConnectorIn(db, connector.id, page.reason);
}

/** Thin, then fetch: what a record says is read from the record. */
async function fetchOurs(
  connector: Records,
  externalId: string,
  known?: Owner | null,
): Promise<"kept" | "found" | "not_ours" | "not_saved_yet" | "gone" | "unheard"> {
  const saved = known === undefined ? await ownerOf(connector.id, externalId, null) : known;
  const read = await rest.readBack(connector, externalId, quiet);
  if (read.kind === "not_found") {
    if (saved) await markGone(connector.id, externalId);
    return saved ? "gone" : "not_ours";
  }
  if (read.kind !== "done") return "unheard";
  const { record } = read.value;
  const owner = saved ?? (await ownerOf(connector.id, externalId, record.key));
  if (!owner) return (await keepFinding(connector, read.value)) ? "found" : "not_ours";
  if (!owner.saved) return "not_saved_yet";
  if (record.externalId === externalId && isAnothers(owner.key, record.key)) {
    await markGone(connector.id, externalId);
    return "gone";
  }
  await keepExternal(connector, owner, read.value);
  return "kept";
}

/** Follows up the webhooks that were taken: each names a record, which is fetched. */
export async function followNotices(limit = 10): Promise<number> {
  const due = await notices(limit);
  for (const notice of due) {
    const connector = await connectorById(db, notice.connector);
    const fetched =
      connector && isRecordsConnector(connector)
        ? await fetchOurs(connector, notice.subject)
        : "not_ours";
    // It came before our create was saved, or the system is away: kept, and followed up afterwards.
    const waits = fetched === "not_saved_yet" || fetched === "unheard";
    if (waits && notice.ageMs < noticeAgeMaxMs) await noticeLater(notice, noticeRetryMs);
    else await noticeHandled(notice, fetched);
  }
  return due.length;
}

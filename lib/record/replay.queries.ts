import "server-only";
import { namedIn } from "#lib/travelers/decided.rules";
import { decide as presentRules } from "#lib/travelers/rules";
import {
  type Decide,
  type Difference,
  replayed,
  type StoredReceipt,
  statesOf,
} from "./replay.rules.ts";
import { type EntryLine, entryLine } from "./schema.ts";
import { atOneMoment, contentFor, linesOf, type Reader, stateBefore } from "./verify.queries.ts";
import { recordedEvent } from "./verify.rules.ts";

export type ReplayedRecord = {
  travelers: number;
  /** Decided again, with the same outcome. */
  same: number;
  /** Refused before any rule was asked. */
  turnedAway: number;
  /** From before receipts kept what was decided on. */
  older: number;
  /** Retention disposed of words or names that they need. */
  disposed: number;
  different: number;
  /** The first of them. */
  differences: Difference[];
};

const travelersPerPage = 200;
const differencesShown = 20;

/** Every command of a site, or of all for the role that sees all, decided again by the present rules. */
export async function replayRecord(
  site: string | null = null,
  decide: Decide = presentRules,
): Promise<ReplayedRecord> {
  const found: ReplayedRecord = {
    travelers: 0,
    same: 0,
    turnedAway: 0,
    older: 0,
    disposed: 0,
    different: 0,
    differences: [],
  };
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const page = await atOneMoment(site, (reader) => travelersAfter(reader, after));
    for (const { id } of page) {
      await atOneMoment(site, (reader) => replayTraveler(reader, id, decide, found));
    }
    const last = page.at(-1);
    if (!last) return found;
    after = last.id;
  }
}

const travelersAfter = (reader: Reader, after: string): Promise<{ id: string }[]> =>
  reader.$queryRaw<{ id: string }[]>`
    select distinct traveler_id::text as id from receipts where traveler_id > ${after}::uuid
    union select id::text from streams where kind = 'traveler' and id > ${after}::uuid
    order by id limit ${travelersPerPage}`;

async function replayTraveler(
  reader: Reader,
  id: string,
  decide: Decide,
  found: ReplayedRecord,
): Promise<void> {
  const receipts = await receiptsOf(reader, id);
  const entries = await linesOf(reader, id);
  const [first] = entries;
  const states = statesOf(entries, await stateBefore(reader, first && recordedEvent(first)));
  const pinned = [...states.values()].at(-1)?.revision.contentSha256;
  const content = pinned ? await contentFor(reader, pinned) : null;
  const texts = await textsFor(reader, id, receipts);
  const elsewhere = await writtenElsewhere(reader, id, receipts);
  found.travelers += 1;
  for (const receipt of receipts) {
    const outcome = replayed(receipt, { states, content, entries, elsewhere, texts, decide });
    if (outcome.kind === "same") found.same += 1;
    if (outcome.kind === "turned_away") found.turnedAway += 1;
    if (outcome.kind === "older") found.older += 1;
    if (outcome.kind === "disposed") found.disposed += 1;
    if (outcome.kind === "differs") tell(found, outcome.difference);
  }
  const given = await receivedElsewhere(reader, id, entries);
  for (const difference of unreceipted(entries, [...receipts, ...given])) tell(found, difference);
}

function tell(found: ReplayedRecord, difference: Difference): void {
  found.different += 1;
  if (found.differences.length < differencesShown) found.differences.push(difference);
}

/** Entries of commands that nobody has a receipt for. A release is no command, and has none. */
function unreceipted(
  entries: readonly EntryLine[],
  receipts: readonly Pick<StoredReceipt, "command">[],
): Difference[] {
  const known = new Set(receipts.map(({ command }) => command));
  return entries
    .filter(({ seq, command }) => seq > 1 && !known.has(command ?? ""))
    .map(({ command, type }) => ({
      command: command ?? "",
      type,
      why: "recorded without a receipt",
      was: "",
      is: "",
    }));
}

const receiptsOf = (reader: Reader, traveler: string): Promise<StoredReceipt[]> =>
  reader.$queryRaw<StoredReceipt[]>`
    select command_id::text as command, verdict, said, facts, decided_at as "decidedAt"
    from receipts where traveler_id = ${traveler}::uuid
    order by decided_at nulls last, command_id`;

/** What commands that were given to this traveler wrote for others: lots split off, or merged into it. */
async function writtenElsewhere(
  reader: Reader,
  traveler: string,
  receipts: readonly StoredReceipt[],
): Promise<EntryLine[]> {
  const family = receipts.flatMap(({ command, verdict }) =>
    verdict.verdict === "applied" && verdict.others ? [command] : [],
  );
  if (family.length === 0) return [];
  const rows = await reader.$queryRaw<{ line: string }[]>`
    select line from entries
    where command_id::text = any(${family}) and stream_id <> ${traveler}::uuid
      and type in ('traveler.split_off', 'traveler.merged_into', 'hold.placed')
    order by stream_id, seq`;
  return rows.map(({ line }) => entryLine.parse(JSON.parse(line)));
}

/** Commands of this traveler's entries that were given to another: its receipt is there. */
async function receivedElsewhere(
  reader: Reader,
  traveler: string,
  entries: readonly EntryLine[],
): Promise<{ command: string }[]> {
  // A lot that was split off onto hold has that hold by the act that split it off.
  const [first] = entries;
  const splitBy = first?.type === "traveler.split_off" ? first.command : null;
  const commands = entries.flatMap(({ type, command }) =>
    command !== null && (type === "traveler.merged_into" || command === splitBy) ? [command] : [],
  );
  if (commands.length === 0) return [];
  return reader.$queryRaw<{ command: string }[]>`
    select command_id::text as command from receipts
    where command_id::text = any(${commands}) and traveler_id <> ${traveler}::uuid`;
}

const namesOf = ({ said, facts }: StoredReceipt): string[] =>
  said === null || facts === null ? [] : namedIn(said, facts);

/** By hash; null: disposed of. */
async function textsFor(
  reader: Reader,
  traveler: string,
  receipts: readonly StoredReceipt[],
): Promise<Map<string, string | null>> {
  const wanted = JSON.stringify([...new Set(receipts.flatMap(namesOf))]);
  const rows = await reader.$queryRaw<{ sha256: string; text: string | null }[]>`
    with wanted as (
      select jsonb_array_elements_text(${wanted}::jsonb) as sha256
    ), at_site as (
      select distinct site_id from receipts where traveler_id = ${traveler}::uuid
    )
    select f.sha256, f.text from fact_blobs f
      join at_site using (site_id) join wanted using (sha256)
    union
    select t.sha256, t.text from text_blobs t
      join at_site using (site_id) join wanted using (sha256)`;
  return new Map(rows.map(({ sha256, text }) => [sha256, text]));
}

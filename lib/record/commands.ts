import "server-only";
import type { Tx } from "#lib/db/client";
import type { Canonical } from "#lib/kit/canonical";
import { sha256Hex } from "#lib/kit/canonical";
import { dateIn, type Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { append } from "./append.commands.ts";
import { cardOn } from "./cards.rules.ts";
import { chained, outsideTravelers } from "./chain.rules.ts";
import type { HappeningType } from "./happenings.schema.ts";
import { askNothing, headOf, type Loaded, loadForCommand } from "./load.queries.ts";
import type { StreamKind } from "./schema.ts";
import { shiftAt } from "./shifts.rules.ts";
import { streamOf } from "./streams.rules.ts";

/** Something that happened to a person, gage, device, order, feed or the site itself. */
export type Happening = {
  kind: Exclude<StreamKind, "traveler">;
  /** The id of what it happened to; its stream follows from it. */
  stream: string;
  type: HappeningType;
  body: Canonical;
  /** When it was done; the database's clock where it isn't said. */
  at?: Instant;
  /** Only the seed, whose clock is simulated, says when it was recorded. */
  recordedAt?: Instant;
  /** Reasons and comments whose SHA-256 stands in the body. */
  texts?: readonly string[];
  /** Rows that change with it, such as the gage that was calibrated: `gages` and `stock`. */
  rows?: { gages?: readonly Row[]; stock?: readonly Row[] };
};

type Row = Readonly<Record<string, unknown>>;
const attemptsMax = 20;

/**
 * Appends to a stream that is not a traveler's: with the rows it changes, or with the transaction
 * that it is part of, or not at all.
 */
export async function recordEvents(
  actor: Actor,
  happening: Happening,
  within?: Tx,
): Promise<{ stream: string; seq: number; hash: string }> {
  const stream = streamOf(happening.kind, happening.stream, actor.site);
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const ask = { ...askNothing, people: [actor.id], streams: [stream] };
    const loaded = await loadForCommand(actor.site, ask, within);
    const said = entryOf(actor, stream, happening, loaded);
    const from = headOf(loaded, stream);
    const { sealed, head } = chained(from, [said.entry]);
    const decision = {
      streams: [{ id: stream, kind: happening.kind, from, to: head }],
      guards: [],
      entries: sealed,
      cards: said.cards,
      texts: (happening.texts ?? []).map((text) => ({ sha256: sha256Hex(text), text })),
      rows: happening.rows ?? {},
      proofs: [],
      receipts: [],
      facts: [],
      enrolled: [],
      device: null,
    };
    const written = await append(actor.site, decision, within);
    if (written.ok) return { stream, seq: head.seq, hash: head.hash ?? "" };
    if (written.error !== "moved" && written.error !== "collides")
      throw new Error(`${happening.type}: ${written.error}`);
  }
  throw new Error(`${happening.type}: the stream kept moving`);
}

function entryOf(actor: Actor, stream: string, happening: Happening, loaded: Loaded) {
  const { timeZone, shifts } = loaded.site;
  const recordedAt = (actor.via === "seed" ? happening.recordedAt : undefined) ?? loaded.now;
  const occurredAt = happening.at ?? recordedAt;
  const person = loaded.people[actor.id];
  const named = person ? cardOn(person, dateIn(timeZone, recordedAt)) : null;
  return {
    cards: named?.isNew ? [named.card] : [],
    entry: {
      ...outsideTravelers,
      stream,
      kind: happening.kind,
      type: happening.type,
      typeVersion: 1,
      site: actor.site,
      command: null,
      person: person?.id ?? null,
      card: named?.card.hash ?? null,
      second: null,
      device: actor.device?.id ?? null,
      station: actor.device?.station ?? null,
      shift: shiftAt(shifts, timeZone, occurredAt),
      occurredAt,
      clock: null,
      recordedAt,
      body: happening.body,
    },
  };
}

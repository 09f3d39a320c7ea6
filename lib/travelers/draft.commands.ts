import "server-only";
import type { InstructionContent } from "#lib/instructions/schema";
import type { Canonical } from "#lib/kit/canonical";
import { sha256Hex } from "#lib/kit/canonical";
import { dateIn, type Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Decision, Guard } from "#lib/record/append.commands";
import { cardOn, type SealedCard } from "#lib/record/cards.rules";
import { chained, type EntryDraft, type Head, outsideTravelers } from "#lib/record/chain.rules";
import type { HappeningType } from "#lib/record/happenings.schema";
import { headOf, type Loaded } from "#lib/record/load.queries";
import type { SealedEntry, StreamKind } from "#lib/record/schema";
import { shiftAt } from "#lib/record/shifts.rules";
import { streamOf } from "#lib/record/streams.rules";
import { type Act, travelerContext } from "./acts.rules.ts";
import { changedRows, type Rows, rowsTogether } from "./changed-rows.rules.ts";
import { keptCommand, keptFacts } from "./decided.rules.ts";
import type { EventBody, EventType, RecordedEvent, TravelerEvent } from "./events.schema.ts";
import { evolve } from "./evolve.rules.ts";
import type { Reached } from "./facts.queries.ts";
import type { Facts } from "./facts.schema.ts";
import { isStored, keptPart } from "./kept-facts.commands.ts";
import type { Row } from "./projection.rules.ts";
import type { CommandVerdict } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";
import type { Moment } from "./tablet-clock.rules.ts";

type Touched = { kind: StreamKind; from: Head; to: Head };

/** Who and when, as every entry of one act says it. Nobody is named who has not proven to be there. */
export type Saying = {
  act: Pick<Act, "device" | "clock"> & { command: { id: string } };
  actor: Actor | null;
  second: string | null;
  at: Instant;
  recordedAt: Instant;
  /** Between when and when it was done; not said where the server's own clock was there. */
  moment?: Moment;
};

/** What the rules were asked on; null where they weren't asked. */
export type DecidedOn = { facts: Facts; seq: number } | null;

/**
 * One append in the making: commands are decided one after another on the state that the one before
 * left, and all of them are written by one statement.
 */
export class Draft {
  /** As it was read; what this draft itself changes of the plant is changed here too. */
  loaded: Loaded;
  readonly before: TravelerState | null;
  state: TravelerState | null;
  /** What the traveler is pinned to, once it is known. */
  content: InstructionContent | null = null;
  readonly verdicts: CommandVerdict[] = [];
  readonly receipts: Decision["receipts"][number][] = [];
  device: Decision["device"] = null;
  /** What has been said of the tablet's clock by the acts before this one. */
  toldSkew: number | null = null;
  /** Two tablets with one key: nothing more of this one is decided. */
  isForked = false;
  private readonly streams = new Map<string, Touched>();
  private readonly guards = new Map<string, Guard>();
  private readonly cards = new Map<string, SealedCard>();
  /** The hash of a person's card on a day, once it is known. */
  private readonly named = new Map<string, string>();
  private readonly entries: SealedEntry[] = [];
  private readonly texts = new Map<string, string>();
  private readonly facts = new Map<string, string>();
  private readonly gages = new Map<string, Row>();
  private readonly others = new Map<
    string,
    { before: TravelerState | null; after: TravelerState }
  >();
  private readonly proofs = new Map<string, Decision["proofs"][number]>();

  constructor(loaded: Loaded) {
    this.loaded = loaded;
    this.before = loaded.traveler?.state ?? null;
    this.toldSkew = loaded.meanwhile?.toldSkew ?? null;
    this.isForked = loaded.meanwhile?.isForked ?? false;
    this.state = this.before;
  }

  get isEmpty(): boolean {
    return this.entries.length === 0 && this.receipts.length === 0 && !this.device;
  }

  /** Appends to the traveler's stream, and folds what happened into its state. */
  tell(
    traveler: string,
    content: InstructionContent,
    events: readonly TravelerEvent[],
    said: Saying,
  ): { events: RecordedEvent[]; head: Head } {
    const { id: command } = said.act.command;
    const person = this.personOf(said);
    const { second } = said;
    const recorded: RecordedEvent[] = [];
    let head = this.headOf(traveler, "traveler");
    let state = this.stateOf(traveler);
    for (const event of events) {
      const happened = { ...event, seq: head.seq + 1, person, second, at: said.at, command };
      state = evolve(state, happened);
      const context = travelerContext(state, content, event);
      head = this.add("traveler", traveler, { ...context, ...this.line(said), ...typed(event) });
      recorded.push(happened);
    }
    this.reach(traveler, state);
    return { events: recorded, head };
  }

  /** The traveler's head and the other travelers, as the acts before this one have left them. */
  reached(): Reached {
    const others = new Map(this.loaded.others.map((other) => [other.state.id, other]));
    for (const [id, { after }] of this.others) {
      const { seq, hash } = this.headOf(id, "traveler");
      others.set(id, { state: after, seq, head: hash ?? "" });
    }
    const own = this.state ? this.headOf(this.state.id, "traveler").hash : null;
    return { head: own ?? "", others: [...others.values()] };
  }

  /** Every traveler that this changes, as it will be. */
  get states(): TravelerState[] {
    const others = [...this.others.values()].map(({ after }) => after);
    return this.state ? [this.state, ...others] : others;
  }

  private isOwn(traveler: string): boolean {
    return this.state === null || this.state.id === traveler;
  }

  private loadedOther(traveler: string) {
    return this.loaded.others.find(({ state }) => state.id === traveler) ?? null;
  }

  /** One that has no state yet is split off: it goes on from this traveler's. */
  private stateOf(traveler: string): TravelerState | null {
    if (this.isOwn(traveler)) return this.state;
    return this.others.get(traveler)?.after ?? this.loadedOther(traveler)?.state ?? this.state;
  }

  private reach(traveler: string, state: TravelerState | null): void {
    if (this.isOwn(traveler)) this.state = state;
    else if (state) {
      const known = this.others.get(traveler)?.before ?? this.loadedOther(traveler)?.state;
      this.others.set(traveler, { before: known ?? null, after: state });
    }
  }

  /** Appends to the stream of something that is not a traveler. */
  report(
    kind: StreamKind,
    stream: string,
    type: HappeningType | EventType,
    body: Canonical,
    said: Saying,
  ): Head {
    const entry = { ...outsideTravelers, ...this.line(said), type, typeVersion: 1, body };
    return this.add(kind, stream, entry);
  }

  /** Out of use for the whole plant: the gage's own record, its row, and whatever is decided after this. */
  quarantine(of: EventBody<"gage.quarantined">, said: Saying): void {
    const gage = this.loaded.gages.find(({ id }) => id === of.gage);
    if (!gage) throw new Error("a gage that was not asked for");
    const changes = { status: { before: gage.status, after: "quarantined" } };
    const body = { code: gage.code, changes, reason: of.reason, traveler: this.state?.id ?? null };
    this.report("gage", gage.id, "gage.quarantined", body, said);
    const now = { ...gage, status: "quarantined" as const };
    this.gages.set(gage.id, {
      id: now.id,
      site_id: this.loaded.site.id,
      code: now.code,
      type: now.type,
      name: now.name,
      unit: now.unit,
      calibrated_min: now.calibratedMin,
      calibrated_max: now.calibratedMax,
      resolution: now.resolution,
      uncertainty: now.uncertainty,
      calibration_due_on: now.calibrationDueOn,
      status: now.status,
    });
    const gages = this.loaded.gages.map((one) => (one.id === now.id ? now : one));
    this.loaded = { ...this.loaded, gages };
  }

  /** Where something is reported that has no traveler: with the tablet it came from, or the person. */
  reportRefusal(event: TravelerEvent, act: Act, said: Saying): Head {
    const stream = act.device
      ? ({ kind: "device", id: act.device.id } as const)
      : ({
          kind: "person",
          id: streamOf("person", act.person, this.loaded.site.id),
        } as const);
    return this.report(stream.kind, stream.id, event.type, event.body as Canonical, said);
  }

  /** A repeat with the same content, by the same person and tablet, gets the first verdict again. */
  isAnswered(act: Act): boolean {
    const receipt = this.receiptOf(act);
    if (!receipt || !isSame(receipt, act)) return false;
    this.verdicts.push(receipt.verdict as CommandVerdict);
    return true;
  }

  /** Its id was used for something else; whose, and what it said, is nobody else's business. */
  isUsed(act: Act): boolean {
    const receipt = this.receiptOf(act);
    return receipt !== undefined && !isSame(receipt, act);
  }

  answer(act: Act, recordedAt: Instant, verdict: CommandVerdict, on: DecidedOn): void {
    this.verdicts.push(verdict);
    const { said, words } = keptCommand(act.command);
    // Whoever is turned away before the rules leaves no words behind, only their hash.
    if (on) this.keepTexts(words.map(({ text }) => text));
    this.receipts.push({
      said,
      facts: on && keptFacts(on.facts, (part) => this.keepFact(part)),
      decidedAt: on?.seq ?? null,
      command: act.command.id,
      traveler: act.traveler,
      person: act.person,
      device: act.device?.id ?? null,
      contentSha256: act.contentSha256,
      verdict,
      recordedAt,
    });
  }

  /** Without a receipt: the id, or the tablet, is somebody else's. */
  answerOnly(verdict: CommandVerdict): void {
    this.verdicts.push(verdict);
  }

  hold(guards: readonly Guard[]): void {
    for (const guard of guards) this.guards.set(guard.id, guard);
  }

  keepTexts(texts: readonly string[]): void {
    for (const text of texts) this.texts.set(sha256Hex(text), text);
  }

  use(proof: Decision["proofs"][number]): void {
    this.proofs.set(proof.id, proof);
  }

  /** Everything to be written. A stream that is written to needs no guard besides. */
  decision(): Decision {
    return {
      streams: [...this.streams].map(([id, { kind, from, to }]) => ({ id, kind, from, to })),
      guards: [...this.guards.values()].filter(({ id }) => !this.streams.has(id)),
      entries: this.entries,
      cards: [...this.cards.values()],
      texts: [...this.texts].map(([sha256, text]) => ({ sha256, text })),
      rows: this.rows(),
      proofs: [...this.proofs.values()],
      receipts: this.receipts,
      facts: [...this.facts]
        .filter(([sha256]) => !isStored(this.loaded.site.id, sha256))
        .map(([sha256, text]) => ({ sha256, text })),
      enrolled: [...this.guards.values()].flatMap(({ id, kind }) =>
        kind === "device" ? [id] : [],
      ),
      device: this.device,
    };
  }

  private rows(): Rows {
    const { content, state } = this;
    const gages: Rows = this.gages.size === 0 ? {} : { gages: [...this.gages.values()] };
    if (!state || !content) return gages;
    const own = changedRows(this.before, state, content);
    const others = [...this.others.values()].map(({ before, after }) =>
      changedRows(before, after, content),
    );
    return rowsTogether([own, ...others, gages]);
  }

  private keepFact(part: unknown): string {
    const { sha256, text } = keptPart(part);
    this.facts.set(sha256, text);
    return sha256;
  }

  private receiptOf(act: Act) {
    const is = ({ command }: { command: string }) => command === act.command.id;
    return this.loaded.receipts.find(is) ?? this.receipts.find(is);
  }

  private headOf(stream: string, kind: StreamKind): Head {
    const touched = this.streams.get(stream);
    if (touched) return touched.to;
    if (kind !== "traveler") return headOf(this.loaded, stream);
    const found = this.isOwn(stream) ? this.loaded.traveler : this.loadedOther(stream);
    return { seq: found?.seq ?? 0, hash: found?.head || null };
  }

  private add(kind: StreamKind, stream: string, entry: Omit<EntryDraft, "stream" | "kind">): Head {
    const from = this.headOf(stream, kind);
    const { sealed, head } = chained(from, [{ ...entry, stream, kind }]);
    this.entries.push(...sealed);
    this.streams.set(stream, { kind, from: this.streams.get(stream)?.from ?? from, to: head });
    return head;
  }

  private personOf(said: Saying): string | null {
    return (said.actor && this.loaded.people[said.actor.id]?.id) ?? null;
  }

  private line(said: Saying) {
    const { act, at, recordedAt } = said;
    const { site } = this.loaded;
    const person = this.personOf(said);
    const card = person ? this.cardOf(person, recordedAt) : null;
    return {
      site: site.id,
      command: act.command.id,
      person,
      card,
      second: said.second,
      device: act.device?.id ?? null,
      station: act.device?.station ?? null,
      shift: shiftAt(site.shifts, site.timeZone, at),
      occurredAt: at,
      clock: act.clock && {
        wall: act.clock.wall,
        skew: act.clock.skew,
        lastServerContact: act.clock.lastServerContact,
        ...(said.moment && { earliest: said.moment.earliest, latest: said.moment.latest }),
        ...(said.moment?.jumpMs && { jumpMs: said.moment.jumpMs }),
      },
      recordedAt,
    };
  }

  private cardOf(person: string, recordedAt: Instant): string | null {
    const known = this.loaded.people[person];
    if (!known) return null;
    const day = dateIn(this.loaded.site.timeZone, recordedAt);
    const named = this.named.get(`${person}/${day}`);
    if (named) return named;
    const { card, isNew } = cardOn(known, day);
    if (isNew) this.cards.set(person, card);
    this.named.set(`${person}/${day}`, card.hash);
    return card.hash;
  }
}

const isSame = (
  receipt: { contentSha256: string; person: string; device: string | null },
  act: Act,
): boolean =>
  receipt.contentSha256 === act.contentSha256 &&
  receipt.person === act.person &&
  receipt.device === (act.device?.id ?? null);

const typed = (event: TravelerEvent) => ({
  type: event.type,
  typeVersion: 1,
  body: event.body as Canonical,
});

import "server-only";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { append, type Decision } from "#lib/record/append.commands";
import {
  askNothing,
  guardOf,
  type Loaded,
  type LoadedPerson,
  loadForCommand,
} from "#lib/record/load.queries";
import { streamOf } from "#lib/record/streams.rules";
import { type Act, hashOf } from "./acts.rules.ts";
import { type Applied, applyActs, retryLater } from "./apply.commands.ts";
import { sealIn, secondIn } from "./auth.rules.ts";
import { rowsTogether } from "./changed-rows.rules.ts";
import { contentOf, knownContents } from "./contents.queries.ts";
import { Draft } from "./draft.commands.ts";
import { holdsNul, type ReadEnvelope, readEnvelope } from "./envelopes.rules.ts";
import type { Facts, VerificationFacts } from "./facts.schema.ts";
import { rememberPlace } from "./places.commands.ts";
import type { Refusal } from "./refusal.schema.ts";
import { releaseTraveler } from "./rules.ts";
import { batchSchema, type Command, type CommandVerdict } from "./schema.ts";

/** The person behind a grant at the moment of an act, or null: lib/boundary's `readGrant` and `actorOfGrant`. */
export type ActorOfGrant = (grant: string, device: Actor, at: Instant) => Actor | null;

type Readable = Extract<ReadEnvelope, { ok: true }>;

/**
 * A tablet's batch, in order, with a verdict for each command. What the database can't take now is to
 * be sent again, and everything after it too: the tablet's own count must arrive in order.
 */
export async function applyEnvelopes(
  device: Actor,
  raw: unknown,
  actorOfGrant: ActorOfGrant,
  heardAt: Instant = instant(Date.now()),
): Promise<Pick<Applied, "verdicts" | "people">> {
  const { commands, clock = null } = batchSchema.parse(raw);
  const read = commands.map(readEnvelope);
  const sent = { clock, heardAt };
  const verdicts: CommandVerdict[] = [];
  const people: Record<string, LoadedPerson> = {};
  for (const group of groups(read)) {
    const [first] = group;
    if (first && !first.ok) {
      if (first.envelope?.device === device.id) await rememberPlace(device, placeOf(first));
      verdicts.push({ id: first.id, verdict: "malformed", problem: first.problem });
      continue;
    }
    const acts = group.filter((one) => one.ok).map((one) => actOf(device, one, sent, actorOfGrant));
    const applied = await applyActs(device.site, acts[0]?.traveler ?? "", acts);
    verdicts.push(...applied.verdicts);
    Object.assign(people, applied.people);
    if (applied.isWaiting) break;
  }
  const waiting = read.slice(verdicts.length).map((one) => retryLater(idOf(one)));
  return { verdicts: [...verdicts, ...waiting], people };
}

/** Consecutive commands of one traveler belong together; one that can't be read stands alone. */
function groups(read: readonly ReadEnvelope[]): ReadEnvelope[][] {
  const all: ReadEnvelope[][] = [];
  for (const one of read) {
    const last = all.at(-1)?.[0];
    const isSame = last?.ok && one.ok && last.envelope.traveler === one.envelope.traveler;
    if (isSame) all.at(-1)?.push(one);
    else all.push([one]);
  }
  return all;
}

const idOf = (one: ReadEnvelope): string => (one.ok ? one.envelope.id : one.id);

const placeOf = (one: ReadEnvelope) => ({
  seq: one.envelope?.deviceSeq ?? 0,
  prev: one.envelope?.devicePrev ?? null,
  hash: one.sha256,
});

function actOf(
  device: Actor,
  { envelope, command, sha256, text }: Readable,
  sent: Act["sent"],
  of: ActorOfGrant,
): Act {
  const { auth } = envelope;
  return {
    command,
    traveler: envelope.traveler,
    isForeign: envelope.device !== device.id,
    contentSha256: sha256,
    person: envelope.person,
    actorAt: (at) => of(auth.grant, device, at),
    proof: auth.proof ?? null,
    second: secondIn(auth),
    sealed: sealIn(auth),
    device: device.device,
    session: null,
    clock: envelope.at,
    sent,
    knewAt: envelope.expects.asOf ?? envelope.at.lastServerContact,
    isReleased: false,
    text,
    at: null,
    recordedAt: null,
    place: placeOf({ ok: true, envelope, command, sha256, text }),
    qms: undefined,
    verification: null,
  };
}

export type DirectCommand = {
  command: Command;
  /** When it was done; now, where it isn't said. */
  at?: Instant;
  /** The seed's simulated clock; of nobody else it is taken. */
  recordedAt?: Instant;
  /** Signature's proof, and the co-signer with theirs. */
  proof?: string;
  second?: { person: string; proof: string };
  /** What the QMS said, where the caller is the one who asked it. */
  qms?: Facts["qms"];
  /** What the caller found in a sealed box. */
  verification?: VerificationFacts;
};

/** A command from the desk, a connector or the seed: same rules, same record, same receipts. */
export async function applyCommand(
  actor: Actor,
  { traveler, ...input }: DirectCommand & { traveler: string },
): Promise<CommandVerdict> {
  const [verdict] = await applyCommands(actor, traveler, [input]);
  if (!verdict) throw new Error("a command without a verdict");
  return verdict;
}

/** Several of one traveler, decided in order and written together; a verdict for each. */
export async function applyCommands(
  actor: Actor,
  traveler: string,
  inputs: readonly DirectCommand[],
): Promise<CommandVerdict[]> {
  const said = inputs.map((input) => ({ ...input, command: normal(input.command) }));
  const readable = said.filter(({ command }) => !holdsNul(command));
  const acts = readable.map((input) => directAct(actor, traveler, input));
  const verdicts = acts.length > 0 ? (await applyActs(actor.site, traveler, acts)).verdicts : [];
  const next = verdicts.values();
  return said.flatMap(({ command }) =>
    holdsNul(command)
      ? { id: command.id, verdict: "malformed", problem: "not_canonical" }
      : (next.next().value ?? []),
  );
}

const normal = (command: Command): Command =>
  JSON.parse(JSON.stringify(command).normalize("NFC")) as Command;

function directAct(actor: Actor, traveler: string, input: DirectCommand): Act {
  const { command } = input;
  const { proof = null, second = null } = input;
  return {
    command,
    traveler,
    isForeign: false,
    contentSha256: hashOf({ traveler, command, proof, second }),
    person: actor.id,
    actorAt: () => actor,
    proof,
    second,
    sealed: null,
    device: actor.device,
    session: actor.session,
    clock: null,
    sent: null,
    knewAt: null,
    isReleased: false,
    text: null,
    at: input.at ?? null,
    recordedAt: actor.via === "seed" ? (input.recordedAt ?? null) : null,
    place: null,
    qms: input.qms,
    verification: input.verification ?? null,
  };
}

export type Release = {
  /** The order's number. */
  workOrder: string;
  contentSha256: string;
  units: { serials: readonly string[] } | { lot: string; quantity: string };
  at?: Instant;
  /** The seed's simulated clock. */
  recordedAt?: Instant;
};

export type Released = {
  id: string;
  serial: string | null;
  lot: string | null;
  quantity: string;
};

const releasesMax = 5;

/** The traveler of a unit of an order on an instruction: named by them, so that it is released once. */
export const travelerIdOf = (order: string, instruction: string, unit: string): string =>
  derivedId(order, `${instruction}/${unit}`);

/** Releases all of them to the floor, or none. Those that were released before are left as they are. */
export async function releaseTravelers(
  actor: Actor,
  release: Release,
): Promise<Result<Released[], Refusal>> {
  for (let attempt = 1; attempt <= releasesMax; attempt += 1) {
    const ask = {
      ...askNothing,
      order: release.workOrder,
      content: release.contentSha256,
      people: [actor.id],
      streams: [actor.site],
    };
    const first = await loadForCommand(actor.site, { ...ask, known: knownContents() });
    if (!first.revision || !first.order) return refused("traveler_not_released");
    if (!["approved", "effective"].includes(first.revision.status)) {
      return refused("revision_withdrawn");
    }
    const units = unitsOf(first, release);
    const instruction = streamOf("instruction", first.revision.instruction, actor.site);
    const streams = [...ask.streams, instruction, ...units.map(({ id }) => id)];
    const loaded = await loadForCommand(actor.site, { ...ask, streams, known: knownContents() });
    const fresh = units.filter(({ id }) => !loaded.streams[id]);
    if (fresh.length === 0) return ok(units);
    if (await areReleased(actor, release, loaded, fresh, instruction)) return ok(units);
  }
  throw new Error(`order ${release.workOrder} kept changing while it was released`);
}

const refused = (code: Refusal["code"]): Result<never, Refusal> => err({ code, params: {} });

function unitsOf({ order, revision }: Loaded, { units }: Release): Released[] {
  const id = (unit: string) => travelerIdOf(order?.id ?? "", revision?.instruction ?? "", unit);
  if ("lot" in units) {
    return [{ id: id(units.lot), serial: null, lot: units.lot, quantity: units.quantity }];
  }
  return units.serials.map((serial) => ({ id: id(serial), serial, lot: null, quantity: "1" }));
}

/** False if somebody was faster: then it is read again. */
async function areReleased(
  actor: Actor,
  release: Release,
  loaded: Loaded,
  units: readonly Released[],
  instruction: string,
): Promise<boolean> {
  const { revision, order } = loaded;
  if (!revision || !order) return false;
  const content = contentOf(revision.contentSha256, loaded.content);
  const recordedAt = (actor.via === "seed" ? release.recordedAt : undefined) ?? loaded.now;
  const decisions = units.map(({ id, ...unit }) => {
    const draft = new Draft({ ...loaded, traveler: null });
    draft.content = content;
    const event = releaseTraveler({
      id,
      site: actor.site,
      workOrder: order.number,
      unit,
      instruction: revision.instruction,
      content,
      contentSha256: revision.contentSha256,
    });
    const at = release.at ?? recordedAt;
    draft.tell(id, content, [event], {
      act: { command: { id: derivedId(id, "release") }, device: actor.device, clock: null },
      actor,
      second: null,
      at,
      recordedAt,
    });
    draft.hold([
      guardOf(loaded, "site", actor.site),
      guardOf(loaded, "order", order.id),
      guardOf(loaded, "instruction", instruction),
    ]);
    return draft.decision();
  });
  const written = await append(actor.site, together(decisions));
  if (written.ok) return true;
  if (written.error === "unavailable") throw new Error("the database can't now");
  return false;
}

function together(decisions: readonly Decision[]): Decision {
  return {
    streams: decisions.flatMap(({ streams }) => streams),
    guards: decisions[0]?.guards ?? [],
    entries: decisions.flatMap(({ entries }) => entries),
    cards: decisions[0]?.cards ?? [],
    texts: [],
    rows: rowsTogether(decisions.map(({ rows }) => rows)),
    proofs: [],
    receipts: [],
    facts: [],
    enrolled: [],
    device: null,
  };
}

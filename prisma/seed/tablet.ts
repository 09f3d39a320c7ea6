import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { actorOfSeed } from "#lib/boundary/actor";
import { inTransaction } from "#lib/db/client";
import type { Role } from "#lib/instructions/schema";
import { type Instant, millis, plusMinutes } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { askNothing, loadForCommand } from "#lib/record/load.queries";
import { type Act, hashOf } from "#lib/travelers/acts.rules";
import { applyActs } from "#lib/travelers/apply.commands";
import { knownContents } from "#lib/travelers/contents.queries";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import { evolve } from "#lib/travelers/evolve.rules";
import { gather } from "#lib/travelers/facts.queries";
import type { Facts } from "#lib/travelers/facts.schema";
import type { Refusal } from "#lib/travelers/refusal.schema";
import { decide } from "#lib/travelers/rules";
import type { Command } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import type { Job, ProofRow, Tablet } from "./job.ts";
import { type DemoPerson, demoPeople, demoQualifications } from "./people.ts";
import { demoGages, demoLots, type demoSites, demoStations, serialsOf } from "./plant.ts";
import { deviceId } from "./reference.ts";
import { personId } from "./staff.ts";

type Site = (typeof demoSites)[keyof typeof demoSites];

/** No batch of a tablet is longer. */
const batchMax = 50;

/** Everything of the plant that may matter to a unit, read once: the tablet's packet. */
export async function tabletFor(site: Site, unit: string, traveler: string): Promise<Tablet> {
  const stock = [...demoLots, ...serialsOf(unit)];
  const ask = {
    ...askNothing,
    traveler,
    known: knownContents(),
    people: demoPeople.map(personId),
    gageTypes: [...new Set(demoGages.map(({ type }) => type))],
    stock: stock.map(({ part, serial = null, lot = null }) => ({ part, serial, lot })),
    parts: [...new Set(stock.map(({ part }) => part))],
    qualifications: demoQualifications.map(({ code }) => code),
  };
  return { known: await loadForCommand(site.id, ask), kept: [] };
}

/** A person of the plant, or the connector that brings the QMS's word. */
export type Doer = { id: string; name: string; roles: readonly Role[] };
export const doer = (person: DemoPerson): Doer => ({ ...person, id: personId(person) });

export type Deed = {
  command: Command;
  person: Doer;
  /** Null: at the desk. */
  workCenter: string | null;
  second?: Doer | undefined;
  /** What the person signs, where the act is signed. */
  signs?: string | undefined;
  /** What the QMS answered to whoever asks it in this act. */
  qms?: Facts["qms"];
  /** Done without a network. */
  away?: Away | undefined;
  /** Its place in the tablet's own chain. */
  place?: Act["place"] | undefined;
  /** Instead of a proof: the box that the signature was sealed in. */
  sealed?: Facts["sealed"] | undefined;
};

/** How long a tablet had no network: from the server's last answer to the sending of what was kept. */
export type Away = { since: Instant; back: Instant };

/**
 * Decides as the tablet does, by the same rules on what it knows, and keeps the act until a batch is
 * sent. The refusal, where the rules refuse: then nothing is kept.
 */
export function deedAt(job: Job, deed: Deed): { job: Job } | { refusal: Refusal } {
  const { act, actor, proof } = actOf(job, deed);
  const events = decidedHere(job, act, actor, proof);
  if (!Array.isArray(events)) return { refusal: events };
  job.tablet.kept.push({ act, events, proofs: proof ? [proof] : [] });
  return { job: { ...job, state: events.reduce<TravelerState>(evolve, job.state) } };
}

/** What only the server can decide, such as a split: it alone knows the other lots. */
export async function deedThere(job: Job, deed: Deed): Promise<Job> {
  await send(job);
  const { act } = actOf(job, deed);
  const { verdicts } = await applyActs(job.site.id, job.state.id, [act]);
  const [verdict] = verdicts;
  if (verdict?.verdict !== "applied") {
    throw new Error(`${job.kit.unit} ${act.command.type}: ${JSON.stringify(verdict)}`);
  }
  return { ...job, state: verdict.events.reduce<TravelerState>(evolve, job.state) };
}

function actOf(job: Job, deed: Deed): { act: Act; actor: Actor; proof: ProofRow | null } {
  const at = job.clock.now();
  const { command, person, second } = deed;
  const actor = actorFor(job, deed);
  const signer = second ?? person;
  const proof: ProofRow | null =
    deed.signs === undefined || deed.sealed
      ? null
      : {
          id: job.clock.newId(),
          person: signer.id,
          device: actor.device?.id ?? "",
          command: command.id,
          contentSha256: deed.signs,
          method: "badge_pin",
          at,
        };
  const act: Act = {
    command,
    traveler: job.state.id,
    isForeign: false,
    contentSha256: hashOf({ traveler: job.state.id, command, proof: proof?.id ?? null }),
    person: actor.id,
    actorAt: () => actor,
    proof: second ? null : (proof?.id ?? null),
    second: second && proof ? { person: second.id, proof: proof.id } : null,
    device: actor.device,
    session: null,
    ...whenDone(deed.away ?? null, at, actor.device?.id ?? ""),
    isReleased: false,
    text: null,
    place: deed.place ?? null,
    qms: deed.qms ?? null,
    sealed: deed.sealed ?? null,
    verification: null,
  };
  return { act, actor, proof };
}

type When = Pick<Act, "clock" | "sent" | "knewAt" | "at" | "recordedAt">;

/** Without a network by the tablet's own clock, which is right, and heard of when the network is back. */
function whenDone(away: Away | null, at: Instant, bootId: string): When {
  if (!away) return { clock: null, sent: null, knewAt: null, at, recordedAt: at };
  const { since, back } = away;
  const read = (wall: Instant) => ({ wall, monotonic: millis(wall) - millis(since), bootId });
  const known = { lastServerContact: since, skew: 0, uncertainty: 100, step: 0 };
  return {
    clock: { ...read(at), ...known },
    sent: { clock: read(back), heardAt: back },
    knewAt: since,
    at: null,
    recordedAt: back,
  };
}

function decidedHere(
  job: Job,
  act: Act,
  actor: Actor,
  proof: ProofRow | null,
): RecordedEvent[] | Refusal {
  const { state, content, tablet } = job;
  const at = job.clock.now();
  const expiresAt = plusMinutes(at, 5);
  const proofs = proof ? [{ ...proof, createdAt: at, expiresAt, usedAt: null }] : [];
  // Units of the seed are no lots: no other traveler's history comes into what is decided.
  const reached = { others: [], head: "" };
  const { facts } = gather(
    { ...tablet.known, proofs },
    {
      act,
      actor,
      at,
      recordedAt: act.recordedAt ?? at,
      asked: null,
      state,
      content,
      qms: act.qms ?? null,
      reached,
    },
  );
  const ruling = decide(state, act.command, facts);
  if (!ruling.ok) return ruling.error;
  const second = act.second?.person ?? null;
  const person = tablet.known.people[actor.id]?.id ?? null;
  return ruling.value.events.map((event, index) => ({
    ...event,
    seq: state.seq + index + 1,
    person,
    second,
    at,
    command: act.command.id,
  }));
}

function actorFor({ site }: Job, { person, workCenter }: Deed): Actor {
  const stations = demoStations[site.code] ?? [];
  const station = stations.find((of) => of.workCenter === workCenter) ?? stations[0];
  const code = station?.code ?? "";
  const device =
    workCenter === null
      ? null
      : { id: deviceId(site, code), station: code, workCenter: station?.workCenter ?? "" };
  return actorOfSeed(site.id, { ...person, device });
}

/** Hands over what is kept, in batches of one tablet each. The server decides all of it again and has to agree. */
export async function send(job: Job): Promise<void> {
  const { site, state, tablet } = job;
  while (tablet.kept.length > 0) {
    const device = tablet.kept[0]?.act.device?.id;
    const other = tablet.kept.findIndex(({ act }) => act.device?.id !== device);
    const batch = tablet.kept.splice(0, Math.min(batchMax, other < 0 ? batchMax : other));
    await storeProofs(
      site,
      batch.flatMap(({ proofs }) => proofs),
    );
    const acts = batch.map(({ act }) => act);
    const { verdicts } = await applyActs(site.id, state.id, acts);
    for (const [index, { act, events }] of batch.entries()) {
      const verdict = verdicts[index];
      if (verdict?.verdict === "applied" && isDeepStrictEqual(plain(verdict.events), plain(events)))
        continue;
      const said = JSON.stringify({ verdict, here: events });
      throw new Error(`${job.kit.unit} ${act.command.type}: the server says otherwise: ${said}`);
    }
  }
}

export const isFull = ({ kept }: Tablet): boolean => kept.length >= batchMax;
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

// What POST /api/sign leaves behind once badge and PIN were right: the seed has no keypad to type them on.
async function storeProofs(site: Site, proofs: readonly ProofRow[]): Promise<void> {
  if (proofs.length === 0) return;
  const rows = proofs.map(({ id, person, device, command, contentSha256, method, at }) => ({
    id,
    siteId: site.id,
    personId: person,
    deviceId: device,
    commandId: command,
    contentSha256,
    method,
    createdAt: new Date(at),
    expiresAt: new Date(plusMinutes(at, 5)),
  }));
  await inTransaction((tx) => tx.signProof.createMany({ data: rows }), site.id).catch(again);

  // A machine that does other things too may not come to it in time; the ids are the same.
  async function again(): Promise<void> {
    await pause(1_000);
    const data = { data: rows, skipDuplicates: true };
    await inTransaction((tx) => tx.signProof.createMany(data), site.id);
  }
}

import type { Facts, PersonFacts, ProofFacts, SealedFacts } from "#lib/travelers/facts.schema";
import { onlineOnly } from "#lib/travelers/online-only.rules";
import type { Refusal } from "#lib/travelers/refusal.schema";
import type {
  Command,
  CommandBody,
  CommandType,
  CommandVerdict,
  Envelope,
} from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { keptClock } from "#lib/travelers/tablet-clock.rules";
import { type Core, clockNow, type OpenTraveler, refreshCounts, type SignedIn } from "./core.ts";
import { isTaken, type LocalOutcome } from "./memory.ts";
import { fetchPacket, showStored } from "./packets.ts";
import {
  type Act,
  type Clock,
  clockSaid,
  correctedAt,
  decideHere,
  enqueue,
  newCommandId,
  waitingCommands,
} from "./queue.ts";
import { type RuleBook, ruleBook } from "./rules-part.ts";
import type { FloorPerson } from "./wire.schema.ts";

/**
 * `silence`: the server alone may decide this and does not answer. Nothing was recorded. `waits`: it is written down
 * and goes to the server by itself; nobody knows yet what becomes of it, and it is not to be asked for again.
 */
export type ActOutcome =
  | { kind: "done" }
  | { kind: "refused"; refusal: { code: string; params: Readonly<Record<string, string>> } }
  | { kind: "silence" }
  | { kind: "waits" };

export type Signature = {
  /** The proof's command id: the act must be sent under it. */
  commandId: string;
  contentSha256: string;
  proof: string;
  method: "badge_pin" | "pin";
  person: FloorPerson;
};

/** What the server opens or checks later, and what it is to the rules: a box sealed to a key, or a passkey's answer. */
export type Seal = { commandId: string; sealed: string } & SealedFacts;

export type ActExtras = {
  /** The signed-in person's own proof. */
  signature?: Signature;
  /** The signed-in person's, without a network: for the server to open or to check. */
  seal?: Seal;
  /** Whose the seal is, where it is somebody else's at the same tablet. */
  beside?: FloorPerson;
  /** Somebody else's at the same tablet. */
  second?: Signature;
  blobs?: readonly string[];
};

/** Refusals that are evidence by themselves; a tap out of order is not. */
const RECORDED =
  /^(not_qualified|apprentice_|trainer_not_|gage_|component_|record_|tools_|buyoff_|signer_|disposition_|design_authority)/;

const ANSWER_PATIENCE_MS = 30_000;
/** Once the connection is found gone: an answer that was only lost is asked for again within this. */
const SILENT_PATIENCE_MS = 4_000;

export type Acts = {
  act: <T extends CommandType>(
    type: T,
    body: CommandBody<T>,
    extras?: ActExtras,
  ) => Promise<ActOutcome>;
  /** What the rules would say to it now; nothing of it is done. Null: nothing stands in its way. */
  foretell: <T extends CommandType>(
    type: T,
    body: CommandBody<T>,
    extras: ActExtras,
  ) => Promise<Refusal | null>;
  /** What the server alone decides, on a unit that needn't be open. */
  actOn: <T extends CommandType>(
    state: TravelerState,
    type: T,
    body: CommandBody<T>,
  ) => Promise<ActOutcome>;
  /** True when somebody stands before the screen and waits for exactly this answer. */
  heard: (verdict: CommandVerdict) => boolean;
  /** The connection is gone: nobody is kept standing before an answer that won't come. */
  unheard: () => void;
};

export function makeActs(core: Core): Acts {
  // One act at a time: the next is decided on the state that the one before has left.
  let turn: Promise<unknown> = Promise.resolve();
  const answers = makeAnswers();

  const perform = async (act: Omit<Act, "auth" | "person">, extras: ActExtras) => {
    const { open, signedIn, session } = core.view();
    if (open === null || signedIn === null || session === null)
      throw new Error("nobody is at work");
    const isSilent = onlineOnly.has(act.command.type) && !core.view().online;
    if (isSilent) return { kind: "silence" } as const;
    if (await isAsked(core, open.state.id, act.command.type)) return askedAlready;
    const whole = { ...act, ...saidBy(signedIn, open, extras) };
    const first = await attempt(core, whole, extras);
    const refusal = first.local?.ok === false ? first.local.refusal : null;
    if (refusal !== null) {
      await recordRefused(core, whole, extras, refusal);
      return { kind: "refused", refusal: asFarAsKnown(core, refusal) } as const;
    }
    if (!(await isWritten(core, session.device.id, whole, first))) return noRoom;
    const answer = first.local === null ? answers.to(act.command.id) : null;
    await showStored(core, first.state.id);
    await refreshCounts(core);
    core.wake();
    return answer === null ? ({ kind: "done" } as const) : answer;
  };

  const askServer = async (state: TravelerState, command: Command): Promise<ActOutcome> => {
    const { signedIn, session, online } = core.view();
    if (signedIn === null || session === null) throw new Error("nobody is at work");
    if (!online) return { kind: "silence" };
    if (await isAsked(core, state.id, command.type)) return askedAlready;
    const act = { command, person: signedIn.person.id, auth: authOf(signedIn, {}) };
    const decided = { state, local: null, clock: await clockNow(core) };
    if (!(await isWritten(core, session.device.id, act, decided))) return noRoom;
    const answer = answers.to(command.id);
    await refreshCounts(core);
    core.wake();
    return answer;
  };
  const inTurn = (acting: () => Promise<ActOutcome>): Promise<ActOutcome> => {
    const mine = turn.then(acting);
    turn = mine.catch(() => undefined);
    return mine;
  };

  return {
    actOn: (state, type, body) => {
      const command = { id: newCommandId(core.nowMs()), type, body } as Command;
      return inTurn(() => askServer(state, command));
    },
    act: (type, body, extras = {}) => {
      const commandId = signedUnder(extras) ?? newCommandId(core.nowMs());
      const command = { id: commandId, type, body } as Command;
      return inTurn(() => perform({ command, blobs: extras.blobs ?? [] }, extras));
    },
    foretell: (type, body, extras) => foretold(core, type, body, extras),
    heard: answers.heard,
    unheard: answers.unheard,
  };
}

/** Those who stand before the screen and wait for what the server says to one act each. */
function makeAnswers() {
  const listeners = new Map<
    string,
    Pick<Acts, "unheard"> & { told: (of: CommandVerdict) => void }
  >();
  const to = (commandId: string) =>
    new Promise<ActOutcome>((resolve) => {
      const end = (outcome: ActOutcome) => {
        clearTimeout(patience);
        // Whoever stood here was told that it waits: what the server says later is for somebody to see.
        listeners.delete(commandId);
        resolve(outcome);
      };
      const waits = () => end({ kind: "waits" });
      let patience = setTimeout(waits, ANSWER_PATIENCE_MS);
      let isShort = false;
      listeners.set(commandId, {
        told: (verdict) => end(outcomeOf(verdict)),
        unheard: () => {
          if (isShort) return;
          isShort = true;
          clearTimeout(patience);
          patience = setTimeout(waits, SILENT_PATIENCE_MS);
        },
      });
    });
  return {
    to,
    heard: (verdict: CommandVerdict): boolean => {
      const listener = listeners.get(verdict.id);
      listener?.told(verdict);
      return listener !== undefined;
    },
    unheard: () => {
      for (const listener of listeners.values()) listener.unheard();
    },
  };
}

async function foretold<T extends CommandType>(
  core: Core,
  type: T,
  body: CommandBody<T>,
  extras: ActExtras,
): Promise<Refusal | null> {
  const id = signedUnder(extras) ?? newCommandId(core.nowMs());
  const command = { id, type, body } as Command;
  const { open, signedIn } = core.view();
  if (open === null || signedIn === null) throw new Error("nobody is at work");
  const { local } = await attempt(core, { command, ...saidBy(signedIn, open, extras) }, extras);
  return local?.ok === false ? local.refusal : null;
}

/** The id that a signature was given for: the act goes under no other. */
const signedUnder = ({ second, signature, seal }: ActExtras): string | undefined =>
  second?.commandId ?? signature?.commandId ?? seal?.commandId;

const givenWith = (signedIn: SignedIn, extras: ActExtras): Pick<Act, "auth" | "seal"> => ({
  auth: authOf(signedIn, extras),
  ...(extras.seal && { seal: extras.seal.sealed }),
});

/** Nothing was recorded: the disk did not take it. What was typed stays where it is. */
export const noRoom: ActOutcome = { kind: "refused", refusal: { code: "memory_full", params: {} } };

/** What the server alone decides is asked for once: under a new id the same would be done twice. */
const askedAlready: ActOutcome = {
  kind: "refused",
  refusal: { code: "asked_already", params: {} },
};

async function isAsked(core: Core, traveler: string, type: CommandType): Promise<boolean> {
  if (!onlineOnly.has(type)) return false;
  const waiting = await waitingCommands(core.db);
  return waiting.some(({ envelope: of }) => of.traveler === traveler && of.type === type);
}

const isWritten = (
  core: Core,
  device: string,
  act: Act,
  { state, local, clock }: Awaited<ReturnType<typeof attempt>>,
): Promise<boolean> => isTaken(() => enqueue(core.db, device, state, act, local, clock));

/** What the server could not even read was not done. */
function outcomeOf(verdict: CommandVerdict): ActOutcome {
  if (verdict.verdict === "recorded_not_applied") {
    return { kind: "refused", refusal: verdict.refusal };
  }
  return verdict.verdict === "malformed"
    ? { kind: "refused", refusal: { code: "not_decided", params: {} } }
    : { kind: "done" };
}

const saidBy = (signedIn: SignedIn, { packet }: OpenTraveler, extras: ActExtras) => ({
  person: signedIn.person.id,
  asOf: packet.serverTime,
  ...givenWith(signedIn, extras),
});

const factsOf = (
  seal: Seal,
): { sha256: string; key: string } | { sha256: string; passkey: string } =>
  "passkey" in seal
    ? { sha256: seal.sha256, passkey: seal.passkey }
    : { sha256: seal.sha256, key: seal.key };

function saidOf({ seal, beside }: ActExtras): Partial<Envelope["auth"]> {
  if (seal === undefined) return {};
  const facts = factsOf(seal);
  if (beside === undefined) return "passkey" in facts ? { asserted: facts } : { sealed: facts };
  const person = beside.id;
  return "passkey" in facts
    ? { secondAsserted: { person, ...facts } }
    : { secondSealed: { person, ...facts } };
}

function authOf(signedIn: SignedIn, extras: ActExtras): Envelope["auth"] {
  const { signature, second } = extras;
  return {
    grant: signedIn.grant,
    ...saidOf(extras),
    ...(signature === undefined ? {} : { proof: signature.proof }),
    ...(second === undefined ? {} : { second: { person: second.person.id, proof: second.proof } }),
  };
}

/**
 * Decides; what this tablet has not heard of yet is looked up once before it is refused. The clock that it
 * was decided by is the one that the server is told: read again later, a timer would have run longer there.
 */
async function attempt(core: Core, act: Act, extras: ActExtras) {
  const rules = await ruleBook.bring();
  const decideNow = async () => {
    const { open } = core.view();
    if (open === null) throw new Error("no traveler is open");
    const clock = await clockNow(core);
    const facts = factsFor(rules, core, clock, open, act.command, extras);
    const local = decideHere(rules, open.state, act, facts);
    return { state: open.state, local, clock };
  };
  const first = await decideNow();
  if (!isUnheardOf(first.local) || !core.view().online) return first;
  const answer = await fetchPacket(core, first.state.id);
  if (answer.kind !== "ok") return first;
  await showStored(core, first.state.id);
  const again = await decideNow();
  // Still unheard of: this tablet holds a part of the plant only, the server knows what it is.
  return isUnheardOf(again.local) ? { ...again, local: null } : again;
}

const UNHEARD_OF = /^(gage|component)_unknown$/;

const isUnheardOf = (local: LocalOutcome): boolean =>
  local?.ok === false && UNHEARD_OF.test(local.refusal.code);

/** Without a network the tablet knows a part of the plant, as it was: it doesn't say of the plant what it can't know. */
function asFarAsKnown(
  core: Core,
  { code, params }: Refusal,
): Omit<Refusal, "code"> & { code: string } {
  const what = params.item || params.gage || "";
  const isUnsure = !core.view().online && UNHEARD_OF.test(code) && what !== "";
  return isUnsure ? { code: "unheard_of", params: { what } } : { code, params };
}

/**
 * Under the refused command's own id and with what identified the signer: the proof is good for that id
 * alone, so that the record names whoever was refused and not whoever happens to be signed in.
 */
async function recordRefused(
  core: Core,
  act: Act,
  extras: ActExtras,
  refusal: Refusal,
): Promise<void> {
  const { open, session } = core.view();
  if (!RECORDED.test(refusal.code) || open === null || session === null) return;
  const body = { command: act.command.type, refusal: refusal.code, params: { ...refusal.params } };
  const command: Command = { id: act.command.id, type: "recordRefusedAttempt", body };
  const asOf = open.packet.serverTime;
  const note: Act = { command, person: act.person, auth: act.auth, asOf };
  const rules = await ruleBook.bring();
  const clock = await clockNow(core);
  const facts = factsFor(rules, core, clock, open, command, extras);
  const local = decideHere(rules, open.state, note, facts);
  if (local?.ok !== true) return;
  const decided = { state: open.state, local, clock };
  if (!(await isWritten(core, session.device.id, note, decided))) return;
  await showStored(core, open.state.id);
  await refreshCounts(core);
  core.wake();
}

export const personFacts = (person: FloorPerson): PersonFacts => ({
  id: person.id,
  name: person.name,
  roles: person.roles,
  active: true,
  qualifications: person.qualifications.map(({ code, validFrom, validUntil }) => ({
    code,
    validFrom: validFrom ?? "1970-01-01",
    validUntil,
  })),
  stamps: person.stamps,
  trainers: person.trainers ?? [],
});

const proofFacts = (signature: Signature, device: string): ProofFacts => ({
  id: signature.proof,
  person: signature.person.id,
  device,
  command: signature.commandId,
  contentSha256: signature.contentSha256,
  method: signature.method,
});

function factsFor(
  { factsNeeded, gagesNow, timesByTablet }: RuleBook,
  core: Core,
  clock: Clock,
  { packet, state }: OpenTraveler,
  command: Command,
  extras: ActExtras,
): Facts {
  const { signedIn, session } = core.view();
  if (signedIn === null || session === null) throw new Error("nobody is at work");
  const needed = factsNeeded(command, state, packet.content);
  const at = correctedAt(clock);
  const { signature, second, seal } = extras;
  const beside = second?.person ?? extras.beside;
  return {
    content: packet.content,
    revisionStatus: packet.revisionStatus,
    site: packet.site,
    policy: packet.policy,
    at,
    recordedAt: at,
    ...(timesByTablet(command) && {
      tabletClock: keptClock(session.device.id, clockSaid(clock)),
    }),
    person: personFacts(signedIn.person),
    second: beside === undefined ? null : personFacts(beside),
    proof: signature === undefined ? null : proofFacts(signature, session.device.id),
    secondProof: second === undefined ? null : proofFacts(second, session.device.id),
    ...(seal && { sealed: { ...factsOf(seal), ...(extras.beside && { second: true }) } }),
    device: {
      id: session.device.id,
      station: session.station.code,
      workCenter: session.station.workCenter,
    },
    gages: gagesNow(packet.gages, packet.state, state).filter(
      ({ type, code }) => needed.gageTypes.includes(type) || needed.gageCodes.includes(code),
    ),
    stock: packet.stock.filter(
      ({ part, serial, lot }) =>
        needed.parts.includes(part) ||
        needed.stock.some((of) => of.part === part && of.serial === serial && of.lot === lot),
    ),
    holders: packet.holders.filter(({ qualification }) =>
      needed.qualifications.includes(qualification),
    ),
    qualificationRules: packet.qualificationRules.filter(({ code }) =>
      needed.qualifications.includes(code),
    ),
    clocks: packet.clocks.filter(({ lot }) => needed.lots.includes(lot)),
    // Only the server knows of other travelers: what needs them is decided there.
    others: [],
    lot: null,
    outerHolds: packet.outerHolds,
    qms: null,
    blobsMissing: [],
  };
}

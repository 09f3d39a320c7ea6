import type { InstructionContent } from "#lib/instructions/schema";
import { ok } from "#lib/kit/result";
import { amendReading } from "./amendments.rules.ts";
import { checkInTraveler, checkOutTraveler, endCheckOut } from "./checkouts.rules.ts";
import { acceptTraveler, cancelTraveler, completeTraveler } from "./completion.rules.ts";
import { installComponent, removeComponent } from "./components.rules.ts";
import { closeDefect, logDefect, updateDefect, withdrawDefect } from "./defects.rules.ts";
import {
  deferStep,
  departSequence,
  failStep,
  markStepNotApplicable,
  pauseStep,
  resumeStep,
  skipStep,
} from "./departures.rules.ts";
import { linkQmsRecord, receiveDisposition, scrapTraveler } from "./dispositions.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { Facts } from "./facts.schema.ts";
import { selectGage } from "./gages.rules.ts";
import { placeHold, releaseHold } from "./holds.rules.ts";
import { accountQuantity, assignSerials, mergeTravelers, splitTraveler } from "./lots.rules.ts";
import { heldAsThen } from "./meanwhile.rules.ts";
import { attachMeasurementRecord } from "./measurement-records.rules.ts";
import {
  acknowledgeInspection,
  addNote,
  attachPhoto,
  callInspection,
  noteHandover,
  recordRefusedAttempt,
  requestAssistance,
  reviewSignals,
  viewRecordForAudit,
} from "./notes.rules.ts";
import { verifyBuyoff } from "./offline-signing.rules.ts";
import { permissions } from "./permissions.rules.ts";
import { mayAccept } from "./proof.rules.ts";
import { quarantineGage } from "./quarantine.rules.ts";
import { acceptReadingOutOfProcessLimit, recordReading } from "./readings.rules.ts";
import { completeRework, startRework } from "./rework.rules.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse } from "./ruling.rules.ts";
import type { Command, CommandType } from "./schema.ts";
import { declineBuyoff, signBuyoff, voidBuyoff } from "./signing.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { completeStep, presentStep, reopenStep, startStep } from "./steps.rules.ts";
import { cosignStep, superviseStep } from "./supervision.rules.ts";
import { readClock, startBatchClock, startTimer, stopTimer } from "./timing.rules.ts";
import { transferTools } from "./tool-transfers.rules.ts";
import { grantWaiver, requestWaiver, revokeWaiver } from "./waivers.rules.ts";
import { passWitness } from "./witness.rules.ts";

export type Release = {
  id: string;
  site: string;
  workOrder: string;
  unit: { serial: string | null; lot: string | null; quantity: string };
  /** The instruction's id; number and revision stand in the content. */
  instruction: string;
  content: InstructionContent;
  contentSha256: string;
};

/** The first entry of a traveler: the unit, the order and the revision that it stays on. */
export function releaseTraveler(of: Release): TravelerEvent {
  return {
    type: "traveler.released",
    body: {
      traveler: of.id,
      site: of.site,
      workOrder: of.workOrder,
      part: { number: of.content.part.number, revision: of.content.part.revision },
      unit: of.unit,
      revision: {
        instruction: of.instruction,
        number: of.content.number,
        revision: of.content.revision,
        contentSha256: of.contentSha256,
      },
      operations: of.content.operations.map(({ id, number, steps }) => ({
        id,
        number,
        steps: steps.map((step) => step.id),
      })),
    },
  };
}

/**
 * When a command is possible: "work" while the traveler is open and nothing holds it; "on_hold" also
 * then, because it records or makes safe; "ended" even after scrapping or cancelling.
 */
type Stage = "work" | "on_hold" | "ended";
type Rule<T extends CommandType> = readonly [Stage, (of: Case<T>) => Ruling];

/** Null: on the wire, but its rules come later. */
const rules: { readonly [T in CommandType]: Rule<T> | null } = {
  splitTraveler: ["on_hold", splitTraveler],
  mergeTravelers: ["work", mergeTravelers],
  accountQuantity: ["work", accountQuantity],
  assignSerials: ["on_hold", assignSerials],
  completeTraveler: ["work", completeTraveler],
  acceptTraveler: ["on_hold", acceptTraveler],
  cancelTraveler: ["on_hold", cancelTraveler],
  scrapTraveler: ["on_hold", scrapTraveler],
  checkOutTraveler: ["on_hold", checkOutTraveler],
  checkInTraveler: ["ended", checkInTraveler],
  endCheckOut: ["on_hold", endCheckOut],

  presentStep: ["on_hold", presentStep],
  startStep: ["work", startStep],
  pauseStep: ["on_hold", pauseStep],
  resumeStep: ["work", resumeStep],
  completeStep: ["work", completeStep],
  failStep: ["work", failStep],
  skipStep: ["work", skipStep],
  markStepNotApplicable: ["work", markStepNotApplicable],
  deferStep: ["work", deferStep],
  reopenStep: ["work", reopenStep],
  departSequence: ["work", departSequence],
  superviseStep: ["work", superviseStep],
  cosignStep: ["work", cosignStep],

  recordReading: ["work", recordReading],
  amendReading: ["on_hold", amendReading],
  acceptReadingOutOfProcessLimit: ["work", acceptReadingOutOfProcessLimit],
  attachMeasurementRecord: ["work", attachMeasurementRecord],
  attachPhoto: ["ended", attachPhoto],
  addNote: ["ended", addNote],

  installComponent: ["work", installComponent],
  removeComponent: ["on_hold", removeComponent],
  selectGage: ["work", selectGage],
  quarantineGage: ["ended", quarantineGage],
  startBatchClock: ["work", startBatchClock],
  startTimer: ["work", startTimer],
  stopTimer: ["on_hold", stopTimer],
  readClock: ["work", readClock],
  transferTools: ["on_hold", transferTools],

  callInspection: ["on_hold", callInspection],
  acknowledgeInspection: ["on_hold", acknowledgeInspection],
  requestAssistance: ["on_hold", requestAssistance],
  noteHandover: ["on_hold", noteHandover],

  signBuyoff: ["work", signBuyoff],
  passWitness: ["work", passWitness],
  verifyBuyoff: ["ended", verifyBuyoff],
  declineBuyoff: ["on_hold", declineBuyoff],
  voidBuyoff: ["on_hold", voidBuyoff],

  logDefect: ["on_hold", logDefect],
  updateDefect: ["ended", updateDefect],
  withdrawDefect: ["ended", withdrawDefect],
  closeDefect: ["ended", closeDefect],
  linkQmsRecord: ["ended", linkQmsRecord],
  receiveDisposition: ["ended", receiveDisposition],

  placeHold: ["on_hold", placeHold],
  releaseHold: ["ended", releaseHold],
  startRework: ["work", startRework],
  completeRework: ["work", completeRework],

  requestWaiver: ["on_hold", requestWaiver],
  grantWaiver: ["on_hold", grantWaiver],
  revokeWaiver: ["on_hold", revokeWaiver],
  reviewSignals: ["ended", reviewSignals],
  changeRevision: null,
  proposeRedline: null,
  approveRedline: null,
  dropRedline: null,
  attachPaperEvidence: null,
  viewRecordForAudit: ["ended", viewRecordForAudit],
  recordRefusedAttempt: ["ended", recordRefusedAttempt],
};

/** Acts by which whoever is signed in accepts work or verifies it. */
const acceptances: ReadonlySet<CommandType> = new Set<CommandType>([
  "acceptTraveler",
  "acceptReadingOutOfProcessLimit",
  "closeDefect",
  "completeRework",
]);

/**
 * The rule book: what a command leads to. Pure, and the same on the tablet and on the server. An
 * accepted command gives at least one event. What a command makes and doesn't name (a reading, an
 * installation, a note, a buyoff) carries the command's own id.
 */
export function decide(now: TravelerState | null, command: Command, facts: Facts): Ruling {
  if (!now) return refuse("traveler_not_released");
  const state = heldAsThen(now, facts.meanwhile);
  const { content, person } = facts;
  if (content.number !== state.revision.number || content.revision !== state.revision.revision) {
    throw new TypeError(`${content.number} rev ${content.revision} isn't this traveler's`);
  }
  const found = rules[command.type];
  if (!found) return refuse("command_not_available", { command: command.type });
  if (!person.active) return refuse("person_not_active", { person: person.name });
  const allowed = permissions[command.type];
  if (!allowed.some((role) => person.roles.includes(role))) {
    return refuse("not_permitted", { role: allowed.join(", ") });
  }
  const independent = acceptances.has(command.type) ? mayAccept(person) : ok(true);
  if (!independent.ok) return independent;
  const [stage, rule] = found as Rule<CommandType>;
  const closed = closedFor(stage, state, facts);
  if (closed) return closed;
  const of = { state, content, facts, command, body: command.body };
  return rule(of as unknown as Case<CommandType>);
}

function closedFor(stage: Stage, state: TravelerState, facts: Facts): Ruling | null {
  const { status } = state;
  const isOver = status === "scrapped" || status === "cancelled";
  if (stage === "ended") return null;
  if (isOver) return refuse("traveler_not_open", { status });
  if (stage === "on_hold") return null;
  if (status === "complete" || status === "accepted") {
    return refuse("traveler_not_open", { status });
  }
  if (facts.revisionStatus === "withdrawn") {
    return refuse("revision_withdrawn", { revision: state.revision.revision });
  }
  if (facts.meanwhile?.isSuperseded) {
    return refuse("revision_superseded", { revision: state.revision.revision });
  }
  const own = state.holds.find(({ scope, released }) => scope.kind === "traveler" && !released);
  const outer = facts.outerHolds[0];
  if (own) {
    return refuse("on_hold", { reason: own.reason, owner: own.owner, scope: "traveler" });
  }
  return outer
    ? refuse("on_hold", { reason: outer.reason, owner: outer.owner, scope: outer.scope })
    : null;
}

/** Is there a rule for it in this version? What has none is refused as not available, whoever asks. */
export const isAvailable = (type: CommandType): boolean => rules[type] !== null;

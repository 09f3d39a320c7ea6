import type { Role } from "#lib/instructions/schema";
import type { CommandType } from "./schema.ts";

const floor: readonly Role[] = ["operator", "inspector", "supervisor", "quality"];
const everybodyWorking: readonly Role[] = [...floor, "manufacturing_engineer"];
const leads: readonly Role[] = ["supervisor", "quality"];
const quality: readonly Role[] = ["quality"];
const connector: readonly Role[] = ["integrator"];

/**
 * Who may attempt a command. Whether it is allowed for this traveler, now, is for the rules; what a
 * signature needs stands in its requirement, so that signing itself is open to every signer's role.
 */
export const permissions: Readonly<Record<CommandType, readonly Role[]>> = {
  splitTraveler: leads,
  mergeTravelers: leads,
  accountQuantity: leads,
  assignSerials: leads,
  completeTraveler: floor,
  acceptTraveler: quality,
  /** Another system may end what nobody has begun. */
  cancelTraveler: [...leads, ...connector],
  scrapTraveler: ["inspector", "quality"],
  checkOutTraveler: floor,
  checkInTraveler: floor,
  endCheckOut: leads,

  presentStep: everybodyWorking,
  startStep: floor,
  pauseStep: floor,
  resumeStep: floor,
  completeStep: floor,
  failStep: floor,
  /** Approved by the role that the revision names, or by quality: whoever acts, or a second person. */
  skipStep: everybodyWorking,
  markStepNotApplicable: everybodyWorking,
  deferStep: everybodyWorking,
  reopenStep: floor,
  departSequence: everybodyWorking,
  superviseStep: floor,
  cosignStep: floor,

  recordReading: floor,
  amendReading: floor,
  acceptReadingOutOfProcessLimit: everybodyWorking,
  attachMeasurementRecord: floor,
  attachPhoto: everybodyWorking,
  addNote: [...everybodyWorking, "customer"],

  installComponent: floor,
  removeComponent: floor,
  selectGage: floor,
  quarantineGage: floor,
  startBatchClock: floor,
  startTimer: floor,
  stopTimer: floor,
  readClock: floor,
  transferTools: floor,

  callInspection: floor,
  acknowledgeInspection: ["inspector", "quality", "customer"],
  requestAssistance: floor,
  noteHandover: floor,

  signBuyoff: [...everybodyWorking, "customer"],
  passWitness: floor,
  /** Nobody verifies a signature but the server, which has opened the box. */
  verifyBuyoff: connector,
  declineBuyoff: [...everybodyWorking, "customer"],
  voidBuyoff: quality,

  logDefect: [...everybodyWorking, "customer"],
  updateDefect: everybodyWorking,
  withdrawDefect: quality,
  closeDefect: ["inspector", "quality"],
  linkQmsRecord: connector,
  /** By hand by quality, otherwise by a connector: never by who does or accepts the work. */
  receiveDisposition: ["quality", "integrator"],

  placeHold: [...everybodyWorking, "customer"],
  releaseHold: ["supervisor", "quality", "manufacturing_engineer", "customer"],
  startRework: ["supervisor", "quality", "manufacturing_engineer"],
  completeRework: ["inspector", "supervisor", "quality"],

  /** Signed by a lead, and granted by quality: whoever acts, or a second person. */
  requestWaiver: floor,
  grantWaiver: floor,
  revokeWaiver: leads,
  reviewSignals: quality,
  changeRevision: ["manufacturing_engineer", "quality"],
  proposeRedline: ["manufacturing_engineer", "quality"],
  approveRedline: ["manufacturing_engineer", "quality"],
  dropRedline: ["manufacturing_engineer", "quality"],
  attachPaperEvidence: leads,
  viewRecordForAudit: ["supervisor", "quality", "manufacturing_engineer", "customer"],
  recordRefusedAttempt: [...everybodyWorking, "customer"],
};

import type { Role } from "#lib/instructions/schema";
import { isAvailable } from "#lib/travelers/rules";
import type { CommandType } from "#lib/travelers/schema";
import { type Permission, permissions, rolesFor } from "./permissions.ts";

/** In the order in which the table shows them. */
export const nouns = [
  "traveler",
  "step",
  "reading",
  "component",
  "gage",
  "clock",
  "help",
  "buyoff",
  "defect",
  "hold",
  "rework",
  "waiver",
  "revision",
  "stock",
  "order",
  "people",
  "station",
  "feed",
  "record",
] as const;
export type Noun = (typeof nouns)[number];

/**
 * What decides beside the role: the rules of the unit (open, not on hold, in sequence, complete), a
 * qualification that the step asks for, role and qualification and stamp that a signature's requirement
 * names, the role that the instruction names, a lead's or quality's signature beside, the function that owns the hold, the QMS, or that it has
 * to be somebody else than who worked on it or asked for it.
 */
export const deciders = [
  "rules",
  "qualification",
  "requirement",
  "instruction",
  "owner",
  "qms",
  "lead",
  "quality",
  "another",
] as const;
export type Decider = (typeof deciders)[number];

type About = readonly [Noun, ...Decider[]];

/** A permission without its place in the table does not compile. */
const about: Readonly<Record<Permission, About>> = {
  "traveler.read": ["traveler"],
  "traveler.release": ["traveler"],
  completeTraveler: ["traveler", "rules"],
  acceptTraveler: ["traveler", "rules", "another"],
  splitTraveler: ["traveler", "rules"],
  mergeTravelers: ["traveler", "rules"],
  accountQuantity: ["traveler", "rules"],
  assignSerials: ["traveler", "rules"],
  cancelTraveler: ["traveler", "rules"],
  scrapTraveler: ["traveler", "rules", "qms"],

  presentStep: ["step"],
  startStep: ["step", "rules", "qualification"],
  pauseStep: ["step", "rules"],
  resumeStep: ["step", "rules"],
  completeStep: ["step", "rules", "qualification"],
  failStep: ["step", "rules"],
  skipStep: ["step", "rules", "instruction"],
  markStepNotApplicable: ["step", "rules", "instruction"],
  deferStep: ["step", "rules", "instruction"],
  reopenStep: ["step", "rules"],
  departSequence: ["step", "rules", "instruction"],
  superviseStep: ["step", "rules", "qualification", "another"],
  cosignStep: ["step", "rules", "qualification", "another"],

  recordReading: ["reading", "rules", "qualification"],
  amendReading: ["reading", "rules"],
  acceptReadingOutOfProcessLimit: ["reading", "rules", "instruction", "another"],
  attachMeasurementRecord: ["reading", "rules", "qualification"],
  attachPhoto: ["reading", "rules"],
  addNote: ["reading"],

  installComponent: ["component", "rules", "qualification"],
  removeComponent: ["component", "rules"],

  "gage.read": ["gage"],
  "gage.manage": ["gage"],
  selectGage: ["gage", "rules"],
  quarantineGage: ["gage"],

  startBatchClock: ["clock", "rules", "qualification"],
  startTimer: ["clock", "rules", "qualification"],
  stopTimer: ["clock", "rules"],
  readClock: ["clock"],
  transferTools: ["clock", "rules"],

  checkOutTraveler: ["help"],
  checkInTraveler: ["help"],
  endCheckOut: ["help", "rules"],
  callInspection: ["help"],
  acknowledgeInspection: ["help"],
  requestAssistance: ["help"],
  noteHandover: ["help"],

  signBuyoff: ["buyoff", "rules", "requirement", "another"],
  passWitness: ["buyoff", "rules"],
  verifyBuyoff: ["buyoff", "rules"],
  declineBuyoff: ["buyoff", "rules", "requirement"],
  voidBuyoff: ["buyoff", "rules"],
  "offline_signing.decide": ["buyoff"],

  "defect.read": ["defect"],
  logDefect: ["defect"],
  updateDefect: ["defect", "rules"],
  withdrawDefect: ["defect", "rules"],
  closeDefect: ["defect", "rules", "qms", "another"],
  linkQmsRecord: ["defect", "qms"],
  receiveDisposition: ["defect", "qms"],

  placeHold: ["hold"],
  releaseHold: ["hold", "owner", "qms"],
  "plant_hold.place": ["hold"],
  "plant_hold.release": ["hold", "owner"],

  startRework: ["rework", "rules", "qms"],
  completeRework: ["rework", "rules"],

  requestWaiver: ["waiver", "rules", "lead"],
  grantWaiver: ["waiver", "rules", "quality", "another"],
  revokeWaiver: ["waiver"],

  changeRevision: ["revision", "rules"],
  proposeRedline: ["revision", "rules"],
  approveRedline: ["revision", "rules", "another"],
  dropRedline: ["revision", "rules"],
  attachPaperEvidence: ["revision"],

  "stock.read": ["stock"],
  "stock.manage": ["stock"],
  "stock.hold": ["stock"],
  "stock.release": ["stock"],

  "order.manage": ["order"],
  "order.messages": ["order"],

  "desk.enter": ["people"],
  "people.read": ["people"],
  "people.manage": ["people", "another"],
  "pin.reset": ["people", "another"],
  "stamp.issue": ["people", "another"],
  "qualification.manage": ["people", "another"],

  "station.manage": ["station"],
  "device.enrol": ["station"],
  "device.revoke": ["station"],

  "feed.read": ["feed"],
  "feed.manage": ["feed"],
  "feed.approve": ["feed", "another"],

  "record.verify": ["record"],
  viewRecordForAudit: ["record"],
  reviewSignals: ["record"],
  recordRefusedAttempt: ["record"],
};

export type PermissionRow = {
  permission: Permission;
  noun: Noun;
  roles: readonly Role[];
  deciders: readonly Decider[];
  /** False: known to the record, and nobody can do it in this version. */
  isAvailable: boolean;
};

/** Every permission and command, by noun: who may attempt it, straight from what the boundary asks. */
export const permissionTable: readonly PermissionRow[] = (
  Object.entries(about) as [Permission, About][]
)
  .map(([permission, [noun, ...deciding]]) => ({
    permission,
    noun,
    roles: rolesFor(permission),
    deciders: deciding,
    isAvailable: Object.hasOwn(permissions, permission) || isAvailable(permission as CommandType),
  }))
  .toSorted((a, b) => nouns.indexOf(a.noun) - nouns.indexOf(b.noun));

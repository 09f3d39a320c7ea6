import type { HappeningType } from "#lib/record/happenings.schema";
import type { EventType } from "#lib/travelers/schema";
import { type EventName, eventNames, extraData } from "./data.schema.ts";

/** What the entries of a traveler are called outside. A second name: an event that follows from the first. */
export const namesOf = {
  "traveler.released": ["order.released"],
  "traveler.split": ["order.split"],
  "traveler.split_off": ["order.split"],
  "traveler.merged": ["order.merged"],
  "traveler.merged_into": ["order.merged"],
  "traveler.completed": ["order.completed"],
  "traveler.accepted": ["order.accepted"],
  "traveler.cancelled": ["order.closed_short"],
  "traveler.scrapped": ["unit.scrapped"],
  "traveler.serials_assigned": ["unit.serials_assigned"],
  "quantity.scrapped": ["unit.scrapped"],
  "quantity.accounted": ["unit.quantity_adjusted"],
  "step.presented": ["step.presented"],
  "step.started": ["step.started", "order.started"],
  "step.paused": ["step.paused"],
  "step.resumed": ["step.resumed"],
  "step.completed": ["step.completed"],
  "step.implausibly_fast": ["step.implausibly_fast"],
  "step.failed": ["step.failed"],
  "step.skipped": ["step.skipped"],
  "step.marked_not_applicable": ["step.skipped"],
  "step.deferred": ["step.deferred"],
  "step.reopened": ["step.reopened"],
  "step.supervised": ["step.supervised"],
  "step.cosigned": ["step.cosigned"],
  "sequence.departed": ["step.out_of_sequence"],
  "entry.late": ["entry.late"],
  "witness.passed": ["witness.passed"],
  "note.added": ["note.added"],
  "handover.noted": ["handover.noted"],
  "inspection.called": ["inspection.called"],
  "inspection.acknowledged": ["inspection.acknowledged"],
  "assistance.requested": ["operator.assistance_requested"],
  "timer.started": ["timer.started"],
  "timer.stopped": ["timer.stopped"],
  "batch_clock.started": ["batch_clock.started"],
  "batch_clock.exceeded": ["batch_clock.exceeded"],
  "tools.transferred": ["tools.transferred"],
  "reading.recorded": ["measurement.recorded", "measurement.out_of_tolerance"],
  "reading.amended": ["measurement.corrected", "measurement.out_of_tolerance"],
  "reading.rejudged": ["measurement.rejudged", "measurement.out_of_tolerance"],
  "reading.accepted_out_of_process_limit": ["measurement.accepted_out_of_process_limit"],
  "component.installed": ["material.installed"],
  "component.removed": ["material.removed"],
  "gage.selected": ["tool.used"],
  "gage.quarantined": ["gage.status_changed"],
  "photo.attached": ["evidence.attached"],
  "measurement_record.attached": ["evidence.attached"],
  "paper_evidence.attached": ["paper.transcribed"],
  "buyoff.signed": ["step.signed_off", "step.cosigned"],
  "buyoff.declined": ["signature.declined"],
  "buyoff.voided": ["signature.voided"],
  "buyoff.verified": ["signature.verified"],
  "buyoff.rejected": ["signature.rejected"],
  "defect.logged": ["defect.logged"],
  "defect.updated": ["defect.amended"],
  "defect.withdrawn": ["defect.withdrawn"],
  "defect.closed": ["defect.closed"],
  "qms_record.linked": ["qms_record.linked"],
  "disposition.received": ["disposition.received"],
  "hold.placed": ["hold.placed"],
  "hold.released": ["hold.released"],
  "rework.started": ["rework.started"],
  "rework.completed": ["rework.completed"],
  "qualification.used": ["qualification.used"],
  "waiver.requested": ["qualification.override_requested"],
  "waiver.granted": ["qualification.override"],
  "waiver.revoked": ["qualification.override_revoked"],
  "revision.changed_for_traveler": ["revision.migrated"],
  "redline.proposed": ["redline.proposed"],
  "redline.approved": ["redline.approved"],
  "redline.dropped": ["redline.dropped"],
  "attempt.refused": ["command.refused"],
  "command.not_applied": ["command.refused"],
  "record.viewed_for_audit": ["record.viewed_for_audit"],
  "signal.reviewed": ["signal.reviewed"],
  "clock.skewed": ["clock.skew_detected"],
} as const satisfies Record<EventType, readonly EventName[]>;

/** The same of what happens to gages, revisions, the site's holds and signatures outside of a traveler. */
export const plantNamesOf = {
  "gage.created": ["gage.status_changed"],
  "gage.changed": ["gage.status_changed"],
  "gage.calibrated": ["gage.status_changed"],
  "gage.out_of_tolerance": ["gage.found_out_of_tolerance"],
  "plant_hold.placed": ["hold.placed"],
  "plant_hold.released": ["hold.released"],
  "revision.made_effective": ["revision.made_effective"],
  "signing.refused": ["signature.rejected"],
} as const satisfies Partial<Record<HappeningType, readonly EventName[]>>;

const people = "personal data, mastered by the QMS or HR";
const signIn = "the security log of the plant";
const settings = "settings of the plant";
const used = "mastered by the QMS or HR; what was used goes back to it";
const erp = "mastered by the ERP; `material.installed` says what was used";
const mes = "mastered by the MES or ERP; `order.released` is of each unit's release";
const feed = "how this feed itself is sent";
const unnamed = "the entry doesn't name the lot, only its row does";

/** Why nothing of an entry goes out, for every entry that has no event. */
export const withoutEvent: Readonly<
  Record<Exclude<HappeningType, keyof typeof plantNamesOf>, string>
> = {
  "person.created": people,
  "person.changed": people,
  "person.deactivated": people,
  "role.given": people,
  "role.withdrawn": people,
  "badge.issued": signIn,
  "badge.withdrawn": signIn,
  "pin.set": signIn,
  "pin_reset.asked": signIn,
  "pin_reset.approved": signIn,
  "password.set": signIn,
  "authenticator.shown": signIn,
  "desk.signed_in": signIn,
  "sign_in.accepted": signIn,
  "sign_in.refused": signIn,
  "qualification.given": used,
  "qualification.renewed": used,
  "qualification.withdrawn": used,
  "stamp.issued": "each acceptance names its stamp",
  "stamp.withdrawn": "each acceptance names its stamp",
  "trainer.named": "each supervised step names its trainer",
  "trainer.ended": "each supervised step names its trainer",
  "site.opened": settings,
  "site.changed": settings,
  "station.created": settings,
  "station.changed": settings,
  "enrolment_code.made": settings,
  "qualification.created": settings,
  "qualification.changed": settings,
  "import.done": "what came in has entries of its own",
  "token.made": signIn,
  "token.revoked": signIn,
  "device.enrolled": settings,
  "device.revoked": settings,
  "device.gap": signIn,
  "gage.quarantined": "told by the unit's own entry of the same act, with its readings",
  "order.released": mes,
  "order.created": mes,
  "order.changed": mes,
  "order.message": mes,
  "order.unreadable": mes,
  "order.settled": mes,
  "stock.received": erp,
  "stock.changed": erp,
  "stock.held": unnamed,
  "stock.released": unnamed,
  "connector.saved": feed,
  "connector.resumed": feed,
  "rule.drafted": feed,
  "rule.changed": feed,
  "rule.tested": feed,
  "rule.approved": feed,
  "rule.retired": feed,
  "document.let_go": feed,
  "document.rejected": feed,
  "delivery.retried": feed,
  "delivery.edited": feed,
  "delivery.linked": feed,
  "delivery.discard_asked": feed,
  "delivery.discard_refused": feed,
  "delivery.discarded": feed,
};

/** Planned for the catalogue; nothing in today's record leads to it. */
export const notYet: Readonly<Record<string, string>> = {
  "revision.submitted": "instructions are not written and approved here yet",
  "revision.approved": "instructions are not written and approved here yet",
  "revision.superseded": "instructions are not written and approved here yet",
  "revision.withdrawn": "instructions are not written and approved here yet",
  "training.acknowledged": "nobody acknowledges a revision here yet",
  "andon.raised": "a call for help is `operator.assistance_requested`",
  "fai.started": "first article inspection is not here yet",
  "fai.completed": "first article inspection is not here yet",
  "record.exported": "evidence packs are not here yet",
  "integration.delivered": "deliveries have rows with their attempts and no entries yet",
  "integration.failed": "deliveries have rows with their attempts and no entries yet",
  "integration.reconciled": "reconciliation is not here yet",
  "audit.checkpoint": "checkpoints are not here yet",
};

/**
 * When each event comes, and who uses it: N = NCR, C = CAPA, T = training, A = audit and evidence,
 * M = MES/ERP, F = first article inspection.
 */
export const about: Readonly<Record<EventName, { when: string; consumers: string }>> = {
  "order.released": { when: "a unit or lot is released to the floor", consumers: "M A F" },
  "order.started": { when: "the first step of a unit is started", consumers: "M A" },
  "order.split": { when: "a lot is split: once of each side", consumers: "M A" },
  "order.merged": { when: "lots are merged: once of each side", consumers: "M A" },
  "order.completed": { when: "nothing of a unit is open any more", consumers: "M A" },
  "order.accepted": { when: "quality accepts a completed unit", consumers: "M A" },
  "order.closed_short": { when: "a unit or lot is cancelled", consumers: "M A" },
  "unit.scrapped": { when: "a unit, or pieces of a lot, are scrapped", consumers: "M N A" },
  "unit.quantity_adjusted": { when: "a lot's pieces are accounted for", consumers: "M N A" },
  "unit.serials_assigned": { when: "pieces of a lot are given serials", consumers: "M A" },
  "step.presented": { when: "a step is shown to somebody", consumers: "A T" },
  "step.started": { when: "a step is started", consumers: "M C" },
  "step.paused": { when: "work on a step is interrupted", consumers: "M C" },
  "step.resumed": { when: "work on it goes on", consumers: "M C" },
  "step.completed": { when: "everything that a step asks for is there", consumers: "A M" },
  "step.implausibly_fast": { when: "a step took less than it plausibly can", consumers: "C" },
  "step.failed": { when: "a step can't be done as it says", consumers: "N C" },
  "step.skipped": { when: "a step is skipped, or does not apply", consumers: "N A C" },
  "step.deferred": { when: "a step is left to a later operation", consumers: "N A C" },
  "step.out_of_sequence": { when: "a step may be done before its turn", consumers: "N A C" },
  "step.reopened": { when: "a completed step is opened again", consumers: "A N" },
  "step.supervised": { when: "a trainer is at the unit for an apprentice", consumers: "A T" },
  "entry.late": { when: "something is recorded later than it was done", consumers: "N A C" },
  "witness.passed": { when: "an invited witness did not come in time", consumers: "A" },
  "note.added": { when: "a note is written", consumers: "A" },
  "handover.noted": { when: "a shift hands over", consumers: "A" },
  "inspection.called": { when: "an inspector is called", consumers: "M" },
  "inspection.acknowledged": { when: "the inspector answers or arrives", consumers: "M" },
  "operator.assistance_requested": { when: "somebody asks for help", consumers: "C M" },
  "timer.started": { when: "a timer is started", consumers: "A" },
  "timer.stopped": { when: "a timer is stopped", consumers: "A C" },
  "batch_clock.started": { when: "a mixed batch is started or joined", consumers: "A" },
  "batch_clock.exceeded": { when: "a mix was older than it may be", consumers: "N A C" },
  "tools.transferred": { when: "tools leave a unit or come to it", consumers: "A" },
  "measurement.recorded": { when: "a value is recorded", consumers: "A N F C" },
  "measurement.corrected": { when: "a recorded value is corrected", consumers: "A N C" },
  "measurement.rejudged": { when: "limits were derived again", consumers: "A N C" },
  "measurement.out_of_tolerance": {
    when: "a value is recorded, corrected or judged again, and beyond an engineering limit",
    consumers: "N C",
  },
  "measurement.accepted_out_of_process_limit": {
    when: "a value beyond a process limit is accepted",
    consumers: "A C",
  },
  "material.installed": { when: "a component is built in", consumers: "A M F" },
  "material.removed": { when: "a component is taken out", consumers: "A M F" },
  "tool.used": { when: "a gage is chosen for an operation", consumers: "N C" },
  "gage.status_changed": {
    when: "a gage is entered, changed, calibrated or quarantined",
    consumers: "N C",
  },
  "gage.found_out_of_tolerance": { when: "a certificate finds a gage out", consumers: "N C" },
  "evidence.attached": { when: "a photo or a measurement record is attached", consumers: "N A" },
  "paper.transcribed": { when: "paper is transcribed", consumers: "A" },
  "step.signed_off": { when: "an operator signs", consumers: "A T M" },
  "step.cosigned": {
    when: "anybody else accepts, or a trainer signs under an apprentice's attempt",
    consumers: "A T",
  },
  "signature.declined": { when: "somebody says no instead of signing", consumers: "A N" },
  "signature.voided": { when: "a signature no longer counts", consumers: "A N" },
  "signature.verified": { when: "an offline signature is verified", consumers: "A" },
  "signature.rejected": { when: "credentials or an offline signature fail", consumers: "A T" },
  "defect.logged": { when: "a departure is found", consumers: "N C" },
  "defect.amended": { when: "more is known of it", consumers: "N A" },
  "defect.withdrawn": { when: "it is none", consumers: "N A" },
  "defect.closed": { when: "what was decided is done and verified", consumers: "N A" },
  "qms_record.linked": { when: "the QMS's record or its status is known", consumers: "N A" },
  "disposition.received": { when: "the QMS has decided", consumers: "M A" },
  "hold.placed": { when: "work is stopped", consumers: "N M A" },
  "hold.released": { when: "it may go on", consumers: "N M A" },
  "rework.started": { when: "rework is started", consumers: "N C M" },
  "rework.completed": { when: "it is done and bought off again", consumers: "N C M" },
  "qualification.used": { when: "a step asks something of a person", consumers: "T A" },
  "qualification.override": { when: "a qualification is waived", consumers: "T N A" },
  "qualification.override_requested": { when: "somebody asks to waive one", consumers: "T A" },
  "qualification.override_revoked": { when: "the waiver ends", consumers: "T A" },
  "revision.made_effective": { when: "a revision becomes effective", consumers: "A T C" },
  "revision.migrated": { when: "a unit goes on under another revision", consumers: "A N" },
  "redline.proposed": { when: "a change for this unit alone is proposed", consumers: "A" },
  "redline.approved": { when: "it is approved", consumers: "A T" },
  "redline.dropped": { when: "it is dropped", consumers: "A" },
  "command.refused": { when: "the rules say no", consumers: "A C" },
  "record.viewed_for_audit": { when: "a record is viewed for an audit", consumers: "A" },
  "signal.reviewed": { when: "quality has looked at departures", consumers: "A C" },
  "clock.skew_detected": { when: "a tablet's clock is off", consumers: "A" },
};

/** The entries that an event comes from. */
const entriesOf = (name: EventName): string[] =>
  [...Object.entries(namesOf), ...Object.entries(plantNamesOf)].flatMap(([entry, names]) =>
    (names as readonly EventName[]).includes(name) ? [entry] : [],
  );

const members = (name: EventName): string =>
  Object.entries(extraData[name])
    .map(([member, schema]) => {
      const isOptional =
        (schema as { _zod: { def: { type: string } } })._zod.def.type === "optional";
      return `\`${member}\`${isOptional ? "?" : ""}`;
    })
    .join(" ");

const rows = (cells: readonly (readonly string[])[]): string =>
  cells.map((row) => `| ${row.join(" | ")} |`).join("\n");

/** The catalogue as docs/feed.md shows it. */
export const catalogueTable = (): string =>
  [
    rows([
      ["Event", "When", "From the entry", "Data beside `context`", "For"],
      ["---", "---", "---", "---", "---"],
      ...eventNames.map((name) => [
        `\`${name}\``,
        about[name].when,
        [...new Set(entriesOf(name))].map((entry) => `\`${entry}\``).join(", "),
        members(name) || "—",
        about[name].consumers,
      ]),
    ]),
    "",
    "Entries without an event:",
    "",
    rows([
      ["Entry", "Why nothing of it goes out"],
      ["---", "---"],
      ...Object.entries(withoutEvent).map(([entry, why]) => [`\`${entry}\``, why]),
    ]),
    "",
    "In the plan of the catalogue, and not sent yet:",
    "",
    rows([
      ["Event", "Why not"],
      ["---", "---"],
      ...Object.entries(notYet).map(([name, why]) => [`\`${name}\``, why]),
    ]),
  ].join("\n");

import "server-only";
import { isKept } from "#lib/blobs/queries";
import { derivedId } from "#lib/kit/ids";
import { err } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { give, type Outcome } from "#lib/travelers/desk.commands";
import type { AcceptBeyondForm, ReviewForm } from "#lib/travelers/signals.schema";
import type {
  ActOnTraveler,
  CloseDefectForm,
  CompleteReworkForm,
  DispositionForm,
  LogDefectForm,
  ReleaseHoldByHandForm,
  ReleaseHoldForm,
  StartReworkForm,
} from "./schema.ts";

const orNull = (text: string): string | null => (text === "" ? null : text);

export const logDefect = (actor: Actor, form: LogDefectForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "logDefect",
    body: {
      defect: derivedId(form.command, "defect"),
      code: form.code,
      severity: form.severity,
      quantity: form.quantity,
      step: orNull(form.step),
      field: null,
      position: null,
      reading: null,
      location: orNull(form.location),
      comment: orNull(form.comment),
    },
  });

export const releaseHold = (actor: Actor, form: ReleaseHoldForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "releaseHold",
    body: { hold: form.hold, comment: form.comment, byHand: null },
  });

/** A hash that names nothing is no evidence: the document is there before the act that relies on it. */
const withDocument = async (actor: Actor, sha256: string, act: () => Outcome): Outcome =>
  (await isKept(actor, sha256)) ? act() : err({ code: "document_unknown", params: {} });

export const releaseHoldByHand = (actor: Actor, form: ReleaseHoldByHandForm): Outcome =>
  withDocument(actor, form.evidence, () =>
    give(actor, form.traveler, {
      id: form.command,
      type: "releaseHold",
      body: {
        hold: form.hold,
        comment: form.comment,
        byHand: { ncr: form.ncr, evidence: form.evidence },
      },
    }),
  );

export const enterDisposition = (actor: Actor, form: DispositionForm): Outcome =>
  withDocument(actor, form.evidence, () =>
    give(actor, form.traveler, {
      id: form.command,
      type: "receiveDisposition",
      body: {
        defect: form.defect,
        from: "hand",
        ncr: form.ncr,
        dispositions: form.dispositions.map((of) => ({
          decision: of.decision,
          quantity: of.quantity,
          designAuthority: orNull(of.designAuthority),
          concession: orNull(of.concession),
        })),
        evidence: form.evidence,
        reason: form.reason,
      },
    }),
  );

export const startRework = (actor: Actor, form: StartReworkForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "startRework",
    body: { rework: derivedId(form.command, "rework"), defect: form.defect, steps: form.steps },
  });

export const completeRework = (actor: Actor, form: CompleteReworkForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "completeRework",
    body: { rework: form.rework },
  });

export const closeDefect = (actor: Actor, form: CloseDefectForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "closeDefect",
    body: { defect: form.defect, verification: form.verification },
  });

export const acceptTraveler = (actor: Actor, form: ActOnTraveler): Outcome =>
  give(actor, form.traveler, { id: form.command, type: "acceptTraveler", body: {} });

/** Beyond a process limit and within the drawing: the role that the revision names accepts it, with a reason. */
export const acceptBeyondLimit = (actor: Actor, form: AcceptBeyondForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "acceptReadingOutOfProcessLimit",
    body: { reading: form.reading, reason: form.reason },
  });

/** What departed from the plan or was turned away has been looked at, and what was found. */
export const reviewSignals = (actor: Actor, form: ReviewForm): Outcome =>
  give(actor, form.traveler, {
    id: form.command,
    type: "reviewSignals",
    body: { signals: form.signals, note: form.note },
  });

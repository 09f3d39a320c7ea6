import type { BuyoffRequirement } from "#lib/instructions/schema";
import type { EventBody } from "#lib/travelers/events.schema";
import { photoBlob } from "./evidence.rules.ts";
import {
  characteristicRef,
  coveredBy,
  defectCode,
  fieldIn,
  fieldRef,
  gageRef,
  gageTypeOf,
  holdReason,
  known,
  limitsOf,
  maybeWords,
  ncrOf,
  type Of,
  performersOf,
  personOf,
  stepIn,
  stepRef,
  wordsOf,
} from "./refs.rules.ts";
import { type Telling, told } from "./telling.rules.ts";
import { pieces, unitCode } from "./units.rules.ts";

/** A production step's performers: who may not accept it. */
function performers(of: Of, covers: readonly { step: string; attempt: number }[]) {
  const people = covers
    .filter(({ step }) => stepIn(of.content, step)?.work === "production")
    .flatMap(({ step, attempt }) => performersOf(of.state, step, attempt));
  return [...new Set(people)].map((person) => personOf(of, person));
}

const signature = (body: EventBody<"buyoff.signed">, of: Of) =>
  known({
    signatureId: body.buyoff,
    operationId: body.operation,
    requirementId: body.requirement,
    type: body.type as BuyoffRequirement["type"],
    meaning: body.meaning.en,
    signer: personOf(of, body.signer),
    stamp: body.stamp,
    method: body.method,
    recordHash: body.contentSha256,
    covers: coveredBy(of, body.covers),
  });

/** What the hold stops: the unit, an operation or step by its number. */
function scopeOf(of: Of, scope: EventBody<"hold.placed">["scope"]) {
  if (scope.kind === "traveler") {
    const { serial, lot } = of.state.unit;
    return known({ kind: scope.kind, subject: serial ?? lot });
  }
  const number =
    scope.kind === "operation"
      ? of.content.operations.find(({ id }) => id === scope.operation)?.number
      : stepIn(of.content, scope.step)?.number;
  return known({ kind: scope.kind, subject: number });
}

function logged(body: EventBody<"defect.logged">, of: Of) {
  const { measured } = body;
  const reading = of.state.readings.find(({ id }) => id === body.reading);
  const field = fieldIn(of.content, body.field ?? reading?.field ?? null);
  const unit = measured?.unit ? unitCode(measured.unit) : null;
  return known({
    defectId: body.defect,
    code: defectCode(of, body.code),
    severity: body.severity,
    quantityAffected: pieces(body.quantity),
    description: maybeWords(of, body.comment),
    location: body.location,
    position: body.position,
    field: field && fieldRef(of, field.id),
    characteristic: characteristicRef(of, measured?.characteristic),
    readingId: body.reading,
    requirement: known({
      text: stepIn(of.content, body.step)?.text.en,
      limits: measured && limitsOf(measured.limits),
      unit: measured?.limits ? unit : null,
    }),
    actual: measured && known({ value: measured.value, unit }),
    gage: measured?.gage ? gageRef(measured.gage, gageTypeOf(field)) : null,
    containment: of.facts.act.flatMap((event) =>
      event.type === "hold.placed" && event.body.defect === body.defect
        ? [
            {
              holdId: event.body.hold,
              scope: scopeOf(of, event.body.scope),
              reason: holdReason(of, event.body.reason),
            },
          ]
        : [],
    ),
    photos: of.state.photos
      .filter(({ defect }) => defect === body.defect)
      .map((photo) => ({ ...photoBlob(of, photo), capturedAt: photo.at })),
  });
}

const codeOfDefect = (of: Of, defect: string) => {
  const found = of.state.defects.find(({ id }) => id === defect);
  return found ? defectCode(of, found.code) : null;
};

const waiverIn = (of: Of, waiver: string) => of.state.waivers.find(({ id }) => id === waiver);

/** Who may have whose qualification waived, and on what it rested. */
const qualificationsIn = (used: EventBody<"qualification.used">["qualifications"]) =>
  used.map(({ code, validUntil, result, waiver, trainer, source }) =>
    known({
      code,
      validUntil,
      result,
      waiverId: waiver,
      trainerId: trainer,
      sourceSystem: source?.system,
      sourceAsOf: source?.asOf,
    }),
  );
/** What was asked of the person in the same act. */
export const qualificationsInAct = (of: Pick<Of, "facts">) =>
  of.facts.act.flatMap((event) =>
    event.type === "qualification.used" ? qualificationsIn(event.body.qualifications) : [],
  );

/** The kinds of signal by the sequence of their entries. */
const signalsOf = (of: Of, signals: readonly number[]) =>
  signals.map((seq) => {
    const found = of.state.signals.find((signal) => signal.seq === seq);
    return known({ seq, kind: found?.kind, stepId: found?.step });
  });

/** Signatures, defects, holds, rework and whatever a quality engineer decides. */
export const qualityTelling: Telling<
  | "buyoff.signed"
  | "buyoff.declined"
  | "buyoff.voided"
  | "buyoff.verified"
  | "buyoff.rejected"
  | "step.cosigned"
  | "defect.logged"
  | "defect.updated"
  | "defect.withdrawn"
  | "defect.closed"
  | "qms_record.linked"
  | "disposition.received"
  | "hold.placed"
  | "hold.released"
  | "rework.started"
  | "rework.completed"
  | "qualification.used"
  | "waiver.requested"
  | "waiver.granted"
  | "waiver.revoked"
  | "revision.changed_for_traveler"
  | "redline.proposed"
  | "redline.approved"
  | "redline.dropped"
  | "record.viewed_for_audit"
  | "signal.reviewed"
  | "clock.skewed"
  | "revision.superseded_in_use"
> = {
  "buyoff.signed": (body, of) =>
    body.type === "operator"
      ? [told("step.signed_off", signature(body, of))]
      : [
          told("step.cosigned", {
            kind: "acceptance",
            ...signature(body, of),
            performers: performers(of, body.covers),
          }),
        ],
  "step.cosigned": (body, of) => {
    const covers = [{ step: body.step, attempt: body.attempt }];
    return [
      told("step.cosigned", {
        kind: "trainer",
        signer: personOf(of, body.trainer),
        recordHash: body.contentSha256,
        covers: coveredBy(of, covers),
        performers: performers(of, covers),
      }),
    ];
  },
  "buyoff.declined": (body, of) => [
    told("signature.declined", {
      signatureId: body.buyoff,
      operationId: body.operation,
      requirementId: body.requirement,
      type: body.type as BuyoffRequirement["type"],
      meaning: body.meaning.en,
      signer: personOf(of, body.signer),
      reason: wordsOf(of, body.reason),
    }),
  ],
  "buyoff.voided": (body, of) => [
    told(
      "signature.voided",
      known({
        signatureId: body.buyoff,
        cause: body.cause,
        reason: maybeWords(of, body.reason),
      }),
    ),
  ],
  // Other systems hear of it when it counts.
  "buyoff.verified": ({ buyoff, waits }) =>
    waits ? [] : [told("signature.verified", { signatureId: buyoff })],
  "buyoff.rejected": (body) => [
    told("signature.rejected", { signatureId: body.buyoff, cause: body.cause }),
  ],

  "defect.logged": (body, of) => [told("defect.logged", logged(body, of))],
  "defect.updated": (body, of) => [
    told(
      "defect.amended",
      known({
        defectId: body.defect,
        code: codeOfDefect(of, body.defect),
        severity: body.severity,
        quantityAffected: body.quantity === undefined ? null : pieces(body.quantity),
        location: body.location,
        description: maybeWords(of, body.comment),
      }),
    ),
  ],
  "defect.withdrawn": (body, of) => [
    told(
      "defect.withdrawn",
      known({
        defectId: body.defect,
        code: codeOfDefect(of, body.defect),
        reason: wordsOf(of, body.reason),
      }),
    ),
  ],
  "defect.closed": (body, of) => [
    told(
      "defect.closed",
      known({
        defectId: body.defect,
        code: codeOfDefect(of, body.defect),
        verification: wordsOf(of, body.verification),
      }),
    ),
  ],
  "qms_record.linked": ({ defect, ...record }) => [
    told("qms_record.linked", { defectId: defect, ...record }),
  ],
  "disposition.received": (body, of) => [
    told(
      "disposition.received",
      known({
        defectId: body.defect,
        from: body.from,
        ncrNumber: body.ncr,
        dispositions: body.dispositions.map((one) => known(one)),
        evidence: body.evidence,
        reason: maybeWords(of, body.reason),
      }),
    ),
  ],
  "hold.placed": (body, of) => [
    told(
      "hold.placed",
      known({
        holdId: body.hold,
        scope: scopeOf(of, body.scope),
        reason: holdReason(of, body.reason),
        owner: body.owner,
        defectId: body.defect,
        comment: maybeWords(of, body.comment),
        byRule: body.byRule,
      }),
    ),
  ],
  "hold.released": (body, of) => {
    const hold = of.state.holds.find(({ id }) => id === body.hold);
    return [
      told(
        "hold.released",
        known({
          holdId: body.hold,
          scope: hold && scopeOf(of, hold.scope),
          basis: body.basis,
          comment: wordsOf(of, body.comment),
          defectId: hold?.defect,
          ncrNumber: body.ncr,
          evidence: body.evidence,
        }),
      ),
    ];
  },
  "rework.started": (body, of) => [
    told(
      "rework.started",
      known({
        reworkId: body.rework,
        defectId: body.defect,
        label: body.label,
        loop: of.state.reworks.filter(({ defect }) => defect === body.defect).length,
        ncrNumber: ncrOf(of.state, body.defect),
        steps: body.steps.map(({ step, attempt, positions }) =>
          known({ ...stepRef(of, step, attempt), positions }),
        ),
        voidedReadingIds: body.voids.readings,
        voidedSignatureIds: body.voids.buyoffs,
      }),
    ),
  ],
  "rework.completed": (body, of) => [
    told(
      "rework.completed",
      known({
        reworkId: body.rework,
        defectId: body.defect,
        label: of.state.reworks.find(({ id }) => id === body.rework)?.label,
      }),
    ),
  ],

  "qualification.used": (body) => [
    told("qualification.used", { qualifications: qualificationsIn(body.qualifications) }),
  ],
  "waiver.requested": (body, of) => [
    told("qualification.override_requested", {
      waiverId: body.waiver,
      person: personOf(of, body.person),
      qualification: body.qualification,
      reason: wordsOf(of, body.reason),
      validUntil: body.validUntil,
      requestedBy: personOf(of, body.by),
      recordHash: body.contentSha256,
    }),
  ],
  "waiver.granted": (body, of) => {
    const waiver = waiverIn(of, body.waiver);
    if (!waiver) throw new TypeError(`no entry asks for waiver ${body.waiver}`);
    return [
      told("qualification.override", {
        waiverId: body.waiver,
        person: personOf(of, waiver.person),
        qualification: waiver.qualification,
        reason: wordsOf(of, waiver.reason),
        validUntil: waiver.validUntil,
        requestedBy: personOf(of, waiver.requestedBy),
        grantedBy: personOf(of, body.by),
        recordHash: body.contentSha256,
      }),
    ];
  },
  "waiver.revoked": (body, of) => [
    told("qualification.override_revoked", {
      waiverId: body.waiver,
      reason: wordsOf(of, body.reason),
    }),
  ],

  "revision.changed_for_traveler": (body, of) => [
    told("revision.migrated", {
      fromContentHash: body.from,
      toContentHash: body.to,
      reason: wordsOf(of, body.reason),
    }),
  ],
  "redline.proposed": (body, of) => [
    told("redline.proposed", { redlineId: body.redline, text: wordsOf(of, body.text) }),
  ],
  "redline.approved": (body) => [told("redline.approved", { redlineId: body.redline })],
  "redline.dropped": (body, of) => [
    told("redline.dropped", { redlineId: body.redline, reason: wordsOf(of, body.reason) }),
  ],
  "record.viewed_for_audit": (body, of) => [
    told("record.viewed_for_audit", { purpose: wordsOf(of, body.purpose) }),
  ],
  "signal.reviewed": (body, of) => [
    told("signal.reviewed", {
      signals: signalsOf(of, body.signals),
      note: wordsOf(of, body.note),
    }),
  ],
  "clock.skewed": (body) => [told("clock.skew_detected", known(body))],
  "revision.superseded_in_use": (body) => [told("revision.superseded_in_use", body)],
};

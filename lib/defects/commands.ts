import "server-only";
import { isKept } from "#lib/blobs/queries";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { applyCommand } from "#lib/travelers/commands";
import type { Command } from "#lib/travelers/schema";
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

export type NotApplied = { code: string; params: Readonly<Record<string, string>> };
type Outcome = Promise<Result<{ seq: number }, NotApplied>>;

/** The desk gives its commands to the same rules as a tablet does, and has the same answers. */
async function give(actor: Actor, traveler: string, command: Command): Outcome {
  const verdict = await applyCommand(actor, { traveler, command });
  switch (verdict.verdict) {
    case "applied":
      return ok({ seq: verdict.seq });
    case "recorded_not_applied":
      return err(verdict.refusal);
    case "retry_later":
      return err({ code: "retry_later", params: {} });
    case "malformed":
      throw new TypeError(`the desk sent ${command.type} wrong: ${verdict.problem}`);
  }
}

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

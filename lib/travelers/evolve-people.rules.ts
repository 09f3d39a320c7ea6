import type { RecordedEvent } from "./events.schema.ts";
import { doer } from "./evolve-work.rules.ts";
import type { TravelerState, Waiver } from "./state.schema.ts";

/** Who may do what here although they lack a qualification: by a waiver, or under a trainer. */
export function evolvePeople(state: TravelerState, event: RecordedEvent): TravelerState {
  const withWaiver = (id: string, change: Partial<Waiver>): TravelerState => ({
    ...state,
    waivers: state.waivers.map((of) => (of.id === id ? { ...of, ...change } : of)),
  });
  switch (event.type) {
    case "waiver.requested": {
      const { waiver, by, contentSha256: _, ...body } = event.body;
      const requested = {
        id: waiver,
        ...body,
        requestedBy: by,
        requestedAt: event.at,
        grantedBy: null,
        grantedAt: null,
        revoked: null,
      };
      return { ...state, waivers: [...state.waivers, requested] };
    }
    case "waiver.granted":
      return withWaiver(event.body.waiver, { grantedBy: event.body.by, grantedAt: event.at });
    case "waiver.revoked": {
      const { waiver, reason } = event.body;
      return withWaiver(waiver, { revoked: { person: doer(event), at: event.at, reason } });
    }
    case "step.supervised": {
      const { step, attempt, trainer, qualifications } = event.body;
      const supervision = {
        step,
        attempt,
        apprentice: doer(event),
        trainer,
        qualifications,
        at: event.at,
        cosigned: null,
      };
      return { ...state, supervisions: [...state.supervisions, supervision] };
    }
    case "step.cosigned": {
      const { step, attempt, trainer, contentSha256 } = event.body;
      const cosigned = { at: event.at, contentSha256 };
      return {
        ...state,
        supervisions: state.supervisions.map((of) =>
          of.step === step && of.attempt === attempt && of.trainer === trainer
            ? { ...of, cosigned }
            : of,
        ),
      };
    }
    default:
      return state;
  }
}

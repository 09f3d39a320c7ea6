import { type Instant, plusMinutes } from "#lib/kit/time";
import type { RecordedEvent } from "./events.schema.ts";
import type { PlantPolicy } from "./facts.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { Checkout, TravelerState } from "./state.schema.ts";

/** A shift, where the plant says nothing else. */
const checkOutMinutes = 480;

export const checkOutMinutesOf = (policy: PlantPolicy): number =>
  policy.checkOutMinutes ?? checkOutMinutes;

/**
 * The check-out that stands at this time of the server. It says who has the unit with them and keeps
 * nobody from working: a defect, a hold or a gage put aside must never wait for a tablet.
 */
export function standingCheckout(
  { checkout }: Pick<TravelerState, "checkout">,
  now: Instant,
): Checkout | null {
  return checkout !== undefined && now < checkout.until ? checkout : null;
}

/** A unit goes to one tablet at a time. Another one takes it over, knowing from which, and says why. */
export function checkOutTraveler({ state, facts, body }: Case<"checkOutTraveler">): Ruling {
  const { device, recordedAt, policy } = facts;
  if (device === null) return refuse("checkout_needs_tablet");
  if (state.status === "complete" || state.status === "accepted") {
    return refuse("traveler_not_open", { status: state.status });
  }
  const standing = standingCheckout(state, recordedAt);
  const other = standing?.device === device.id ? null : standing;
  const takeOver = other === null ? null : (body.takeOver ?? null);
  if (other !== null && takeOver?.from !== other.device) {
    const { tablet, station, at, until } = other;
    return refuse("checked_out_elsewhere", { tablet, station, since: at, until });
  }
  const checkout = {
    device: device.id,
    tablet: device.name ?? device.station,
    station: device.station,
    until: plusMinutes(recordedAt, checkOutMinutesOf(policy)),
    from: takeOver?.from ?? null,
    reason: takeOver === null ? null : textHash(takeOver.reason),
  };
  const texts = takeOver === null ? [] : [takeOver.reason];
  return rule([{ type: "traveler.checked_out", body: checkout }], texts);
}

/** By the tablet that has it, also when its time is over. */
export function checkInTraveler({ state, facts }: Case<"checkInTraveler">): Ruling {
  const { device } = facts;
  if (device === null || state.checkout?.device !== device.id) {
    return refuse("not_checked_out_here");
  }
  return rule([{ type: "traveler.checked_in", body: { device: device.id } }]);
}

/** Where the tablet can't give it back: by somebody who leads, with a reason that the tablet is told. */
export function endCheckOut({ state, body }: Case<"endCheckOut">): Ruling {
  const { device } = body;
  if (state.checkout?.device !== device) return refuse("not_checked_out_there");
  const reason = textHash(body.reason);
  return rule([{ type: "traveler.checked_in", body: { device, reason } }], [body.reason]);
}

/** What is finished or ended is with nobody any more. */
export function evolveCheckout(state: TravelerState, event: RecordedEvent): TravelerState {
  switch (event.type) {
    case "traveler.checked_out":
      return {
        ...withoutCheckout(state),
        checkout: { ...event.body, person: event.person, at: event.at },
      };
    case "traveler.checked_in": {
      const { device, reason } = event.body;
      const rest = withoutCheckout(state);
      if (reason === undefined) return rest;
      return { ...rest, checkoutEnded: { device, person: event.person, at: event.at, reason } };
    }
    case "traveler.completed":
    case "traveler.cancelled":
    case "traveler.scrapped":
    case "traveler.merged_into":
      return withoutCheckout(state);
    default:
      return state;
  }
}

/** The members are not there at all, as in units that were never checked out. */
export function withoutCheckout(state: TravelerState): TravelerState {
  if (state.checkout === undefined && state.checkoutEnded === undefined) return state;
  const { checkout: _, checkoutEnded: __, ...rest } = state;
  return rest;
}

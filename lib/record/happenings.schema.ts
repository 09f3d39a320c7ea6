import type { StreamKind } from "./schema.ts";

/**
 * What happens to anything but a traveler, by the kind of stream it stands in. A type that is not here
 * can't be recorded, and each one here has its place in the catalogue of events (`lib/catalogue`).
 */
export const happeningTypes = {
  person: [
    "person.created",
    "person.changed",
    "person.deactivated",
    "role.given",
    "role.withdrawn",
    "badge.issued",
    "badge.withdrawn",
    "pin.set",
    "pin_reset.asked",
    "pin_reset.approved",
    "password.set",
    "authenticator.shown",
    "desk.signed_in",
    "qualification.given",
    "qualification.renewed",
    "qualification.withdrawn",
    "stamp.issued",
    "stamp.withdrawn",
    "trainer.named",
    "trainer.ended",
  ],
  /** By the seed alone, until instructions are written and approved here. */
  instruction: ["revision.made_effective"],
  site: [
    "site.opened",
    "site.changed",
    "station.created",
    "station.changed",
    "enrolment_code.made",
    "qualification.created",
    "qualification.changed",
    "plant_hold.placed",
    "plant_hold.released",
    "import.done",
    "order.unreadable",
    "token.made",
    "token.revoked",
  ],
  gage: [
    "gage.created",
    "gage.changed",
    "gage.calibrated",
    "gage.out_of_tolerance",
    "gage.quarantined",
  ],
  order: ["order.released", "order.created", "order.changed", "order.message", "order.settled"],
  lot: ["stock.received", "stock.changed", "stock.held", "stock.released"],
  device: [
    "device.enrolled",
    "device.revoked",
    "device.gap",
    "sign_in.accepted",
    "sign_in.refused",
    "signing.refused",
  ],
  feed: [
    "connector.saved",
    "connector.resumed",
    "rule.drafted",
    "rule.changed",
    "rule.tested",
    "rule.approved",
    "rule.retired",
    "document.let_go",
    "document.rejected",
    "delivery.retried",
    "delivery.edited",
    "delivery.linked",
    "delivery.discard_asked",
    "delivery.discard_refused",
    "delivery.discarded",
  ],
} as const satisfies Partial<Record<StreamKind, readonly string[]>>;

export type HappeningType = (typeof happeningTypes)[keyof typeof happeningTypes][number];

import type { DeliveryState } from "./delivery.rules.ts";

/** What a reader of the monitor asks for. */
export const messageGroups = ["stopped", "waiting", "done", "ended", "all"] as const;
export type MessageGroup = (typeof messageGroups)[number];

const groupOf: Readonly<Record<DeliveryState, Exclude<MessageGroup, "all">>> = {
  parked: "stopped",
  dead: "stopped",
  pending: "waiting",
  gated: "waiting",
  sending: "waiting",
  outcome_unknown: "waiting",
  delivered: "done",
  verified: "done",
  tracking: "done",
  closed: "done",
  cancelled: "ended",
  superseded: "ended",
};

/** The states that a group shows; null for all of them. */
export const statesOf = (group: MessageGroup): readonly DeliveryState[] | null =>
  group === "all"
    ? null
    : (Object.keys(groupOf) as DeliveryState[]).filter((state) => groupOf[state] === group);

/** Whose oldest message has waited for so long has a backlog that somebody should know of. */
export const backlogAlarmMinutes = 10;

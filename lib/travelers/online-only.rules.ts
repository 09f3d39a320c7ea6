import type { CommandType } from "./schema.ts";

/** Decided by the server alone: they need facts fetched at that moment. */
export const onlineOnly: ReadonlySet<CommandType> = new Set<CommandType>([
  "splitTraveler",
  "mergeTravelers",
  "requestWaiver",
  "grantWaiver",
  "revokeWaiver",
  "reviewSignals",
  "assignSerials",
  "completeTraveler",
  "checkOutTraveler",
  "checkInTraveler",
  "endCheckOut",
  "acceptTraveler",
  "releaseHold",
  "passWitness",
  "startRework",
  "receiveDisposition",
  "acceptReadingOutOfProcessLimit",
]);

import { type Preset, qmsStatuses } from "./rest/schema.ts";
import { textsIn } from "./rest/shape.rules.ts";
import type { ConnectorConfig } from "./schema.ts";

/** What a system can do for us, and with it what we may promise of it. */
export type Capabilities = {
  /** What keeps a second record or event from counting: their key is ours, we search first, the receiver compares ids. */
  dedupe: "upsert" | "search" | "event_id" | "file_name" | "none";
  /** After a lost answer: looked up, or simply sent again because a repeat is known as one. */
  unknownOutcome: "looked_up" | "sent_again" | "for_a_person";
  attachments: "after_create" | "none";
  /** Messages on their way to it at once, of all workers together. */
  atOnce: number;
  statusFeed: "poll" | "webhook" | "poll_and_webhook" | "none";
  /** Of one attachment, or of one event. */
  bytesMax: number;
  /** What happens to what is larger: it waits for a person, or goes as a reference. */
  larger: "parked" | "reference";
  /** Nothing of theirs is ever written over: whatever we add is a row of its own. */
  concurrency: "adds_only" | "none";
  /** What its mapping can tell of a record, in our words; a merged one answers with another id. */
  tells: readonly (typeof qmsStatuses)[number][];
  /** What its ready configuration was tried against; null: it is the plant's own. */
  triedAgainst: "system" | "simulator" | null;
};

/** Tried against the system itself; of the others only a simulator of its documented behavior was there. */
export const isVerified = (preset: Preset): boolean =>
  preset === "request-tracker" || preset === "qms-sandbox";

/** Where nothing else is said. */
export const atOnceUsual = 8;

export function capabilitiesOf(config: ConnectorConfig): Capabilities {
  const { atOnce = atOnceUsual } = config;
  if (config.kind === "rest") {
    const hooked = config.webhookSubject !== null;
    const polled = config.changes !== null;
    return {
      dedupe: config.dedupe,
      unknownOutcome: config.dedupe === "none" ? "for_a_person" : "looked_up",
      attachments: "after_create",
      atOnce,
      statusFeed:
        hooked && polled ? "poll_and_webhook" : hooked ? "webhook" : polled ? "poll" : "none",
      bytesMax: config.attachmentBytesMax,
      larger: "parked",
      concurrency: "adds_only",
      tells: toldBy(config.record),
      triedAgainst:
        config.preset === undefined ? null : isVerified(config.preset) ? "system" : "simulator",
    };
  }
  const drops = config.kind === "folder" || config.kind === "s3" || config.kind === "sftp";
  return {
    dedupe: drops ? "file_name" : "event_id",
    unknownOutcome: "sent_again",
    attachments: "none",
    atOnce,
    statusFeed: "none",
    bytesMax: config.eventBytesMax,
    larger: config.overflow === "reference" ? "reference" : "parked",
    concurrency: "none",
    tells: [],
    triedAgainst: null,
  };
}

function toldBy(record: string): Capabilities["tells"] {
  const said = textsIn(record);
  return qmsStatuses.filter((status) => said.has(status));
}

import type { ConnectorConfig } from "./schema.ts";

/** What a system can do for us, and with it what we may promise of it. */
export type Capabilities = {
  /** What keeps a second record or event from counting: their key is ours, we search first, the receiver compares ids. */
  dedupe: "upsert" | "search" | "event_id" | "file_name" | "none";
  /** After a lost answer: looked up, or simply sent again because a repeat is known as one. */
  unknownOutcome: "looked_up" | "sent_again" | "for_a_person";
  attachments: "after_create" | "none";
  statusFeed: "poll" | "webhook" | "poll_and_webhook" | "none";
  /** Of one attachment, or of one event. */
  bytesMax: number;
  /** What happens to what is larger: it waits for a person, or goes as a reference. */
  larger: "parked" | "reference";
};

export function capabilitiesOf(config: ConnectorConfig): Capabilities {
  if (config.kind === "rest") {
    const hooked = config.webhookSubject !== null;
    const polled = config.changes !== null;
    return {
      dedupe: config.dedupe,
      unknownOutcome: config.dedupe === "none" ? "for_a_person" : "looked_up",
      attachments: "after_create",
      statusFeed:
        hooked && polled ? "poll_and_webhook" : hooked ? "webhook" : polled ? "poll" : "none",
      bytesMax: config.attachmentBytesMax,
      larger: "parked",
    };
  }
  const drops = config.kind === "folder" || config.kind === "s3" || config.kind === "sftp";
  return {
    dedupe: drops ? "file_name" : "event_id",
    unknownOutcome: "sent_again",
    attachments: "none",
    statusFeed: "none",
    bytesMax: config.eventBytesMax,
    larger: config.overflow === "reference" ? "reference" : "parked",
  };
}

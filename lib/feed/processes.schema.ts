import * as z from "zod/mini";

/**
 * What a plant's other systems do with what happened here: the processes of feed.md. One path leads from
 * each process of a site to its system, except for EVENTS, which any number may hear.
 */
export const feedProcesses = [
  "NCR",
  "DEVIATION",
  "CAPA_CANDIDATE",
  "TRAINING_USAGE",
  "AUDIT_EVIDENCE",
  "INSPECTION_RESULT",
  "CONFORMANCE_SIGNAL",
  "MES_CONFIRM",
  "HOLD_NOTICE",
  /** The events themselves, to a message bus or a webhook. */
  "EVENTS",
] as const;
export type FeedProcess = (typeof feedProcesses)[number];

const ofConfig = z.object({ process: z.enum(feedProcesses) });

/** What a connector is for, whatever kind it is; null: whatever it is given. */
export function processOfConfig(config: unknown): FeedProcess | null {
  const parsed = ofConfig.safeParse(config);
  return parsed.success ? parsed.data.process : null;
}

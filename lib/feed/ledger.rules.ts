import type { CloudEvent } from "#lib/catalogue/data.schema";
import type { KnownRecord, RecordOfLot, Routed } from "./routing.rules.ts";

/** Records by their correlation, in memory: what a dry run opens, and nobody sends. */
export type Ledger = {
  latest(correlation: string): Promise<KnownRecord | null>;
  ofLot(at: { stream: string }): Promise<readonly RecordOfLot[]>;
  /** Takes in what came of an event, as the router writes it. */
  keep(routed: Routed, event: CloudEvent): void;
};

export function aLedger(): Ledger {
  const records = new Map<string, KnownRecord>();
  return {
    latest: async (correlation) => records.get(correlation) ?? null,
    ofLot: async ({ stream }) =>
      [...records].flatMap(([correlation, record]) =>
        record.stream === stream && record.state !== "cancelled"
          ? [{ ...record, correlation }]
          : [],
      ),
    keep: (routed, event) => {
      if (routed.outcome !== "matched") return;
      for (const [correlation, record] of records) {
        if (record.externalKey === routed.cancels)
          records.set(correlation, { ...record, state: "cancelled", isUntouched: false });
      }
      const [delivery] = routed.deliveries;
      if (delivery?.operation !== "create" || delivery.correlation === null) return;
      const before = records.get(delivery.correlation);
      records.set(delivery.correlation, {
        externalKey: delivery.externalKey,
        connector: delivery.connector,
        stream: event.data.context.integrity.stream,
        defect: delivery.defect,
        openedAt: event.recordedtime,
        state: delivery.state,
        status: null,
        // In what has happened it was sent long ago: a later withdrawal is told.
        isUntouched: false,
        number: null,
        recurrence: before ? before.recurrence + 1 : 0,
      });
    },
  };
}

import "server-only";
import { direct } from "#lib/db/direct";
import { breakerPolicy } from "./breaker.rules.ts";
import { atOnceUsual } from "./connectors/capabilities.rules.ts";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";

/** A delivery on loan to this worker, until the lease ends or somebody else takes a higher fence. */
export type Claim = {
  id: string;
  site: string;
  connector: string;
  process: FeedProcess;
  /** Null for an event that is not about a traveler, and with it the defect. */
  traveler: string | null;
  defect: string | null;
  orderingKey: string;
  externalKey: string;
  operation: DeliveryOperation;
  /** As it was found: `sending` means that whoever had it before never came back. */
  found: DeliveryState;
  state: DeliveryState;
  attempts: number;
  lookups: number;
  payload: unknown;
  externalId: string | null;
  fence: string;
  /** How long the system's answers are waited for by now; null: as configured. */
  patienceMs: number | null;
  /** It tries whether the system answers again, and has waited for so long; null: it is no such try. */
  probedAfterMs: number | null;
  /** Of a comment or photo: the NCR that it belongs to, by its create. */
  parent: { externalId: string | null; state: DeliveryState } | null;
  /**
   * It was accepted before and only sent again by a person: what people have changed there since is theirs, and not
   * compared with what was sent. That is the reconciliation's to show.
   */
  isLookedAtAgain: boolean;
  /** When it happened that this tells of: its codes are looked up as they were then. */
  eventAt: Date;
};

/** Systems that answer as configured, and those that have become slower: nobody waits behind these. */
export type Lane = "usual" | "slow";

/**
 * Takes what is due, skipping what another worker is taking. Of one ordering key only the head: nothing
 * overtakes what is before it. A photo keeps back nobody, because its bytes may come hours later or be
 * refused, and a withdrawal must not wait for them. What is parked or dead with its record made does
 * not either: it waits for a person, the record is there. To one system no more go at once than it takes; of one
 * that has not answered for a while only one: the others follow when that one has an answer. Of what is due, what its
 * rule calls more urgent goes first.
 */
export const claimDue = (
  leaseMs: number,
  limit: number,
  lane: Lane | null = null,
): Promise<Claim[]> =>
  direct<Claim>(
    {
      name: "claim_deliveries",
      text: "select * from claim_deliveries($1::int, $2::int, $3, $4::int, $5::int)",
    },
    [String(leaseMs), String(limit), lane, String(breakerPolicy.failuresMax), String(atOnceUsual)],
  );

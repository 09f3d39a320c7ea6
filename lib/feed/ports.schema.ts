import type { Actor } from "#lib/people/schema";
import type { Facts } from "#lib/travelers/facts.schema";
import type { Command, CommandVerdict } from "#lib/travelers/schema";

/** What the feed needs of the rest of the product, and is given by whoever starts it. */
export type FeedPorts = {
  /** The address under which people find a traveler: it stands in every NCR. */
  origin: string;
  actorOf(site: string, connector: string, name: string): Actor;
  /** A rule that does something here: by its own id. */
  actorOfRule(site: string, rule: string, name: string): Actor;
  applyCommand(
    actor: Actor,
    input: { traveler: string; command: Command; qms?: Facts["qms"] },
  ): Promise<CommandVerdict>;
  /** Several of one traveler, decided in order and written together; a verdict for each. */
  applyCommands(
    actor: Actor,
    traveler: string,
    inputs: readonly { command: Command; qms?: Facts["qms"] }[],
  ): Promise<CommandVerdict[]>;
  /** Null while the bytes have not come from the tablet. */
  readBlob(site: string, connector: string, sha256: string): Promise<Uint8Array | null>;
  now(): number;
  /** In [0, 1): spreads retries. */
  random(): number;
  log: {
    info(what: object, message: string): void;
    warn(what: object, message: string): void;
    error(what: object, message: string): void;
  };
};

export type FeedPace = {
  leaseMs: number;
  /** Deliveries that one worker has on their way at once. */
  atOnce: number;
};

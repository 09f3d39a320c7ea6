import type { Role } from "#lib/instructions/schema";

/** Who acts, and where. Only lib/boundary/actor.ts makes one; queries and commands demand it. */
export type Actor = {
  /** The person, or the connector's or seed's own id. */
  readonly id: string;
  readonly name: string;
  readonly site: string;
  readonly roles: readonly Role[];
  readonly via: "grant" | "session" | "token" | "connector" | "seed" | "device";
  /** The enrolled tablet, when the act is done at one. */
  readonly device: {
    readonly id: string;
    readonly station: string;
    readonly workCenter: string;
    /** What it is called at its station. */
    readonly name?: string;
  } | null;
  /** When the sign-in at a tablet was granted. */
  readonly grantedAt?: string;
  /** The session of the desk, when the act is done in one. */
  readonly session: string | null;
  readonly __proven: unique symbol;
};

/** A person as the record names them; entries hold the hash of its canonical JSON. */
export type PersonCard = {
  person: string;
  version: number;
  name: string;
  employeeNumber: string;
  stamps: readonly string[];
};

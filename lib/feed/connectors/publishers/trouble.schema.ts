/** Why something was not taken by its receiver. */
export type Trouble =
  /** Certainly not there: no connection, or it says so itself. */
  | "not_sent"
  /** Not this one. */
  | "rejected"
  /** Nothing of ours until a person has put something right: a credential, a queue, a topic. */
  | "shut"
  /** Not now. */
  | "later";

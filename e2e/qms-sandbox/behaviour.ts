/** How this server misbehaves, on purpose, so that a client can be tried against it. */
export const modes = {
  ok: "Answers as documented",
  slow: "Waits before it does the work",
  "503": "Answers 503 and does nothing",
  hang: "Takes the request and never answers; does nothing",
  drop: "Cuts the connection; does nothing",
  "commit-then-drop": "Does the work, then cuts the connection without an answer",
  "commit-then-hang": "Does the work, then never answers",
  reject: "Answers 422 with a reason",
  "ignore-field": "Answers as documented but leaves out named fields",
  truncate: "Keeps half of each file and says that it was done",
  "403": "Answers 403, as to somebody without permission on this",
  "429": "Answers 429 with Retry-After",
  "401": "Answers 401, as with an expired token",
  html: "Answers 200 with a sign-in page",
} as const;
export type Mode = keyof typeof modes;

export const scopes = ["all", "create", "comment", "attachment", "write", "read"] as const;
export type Scope = (typeof scopes)[number];

export type Behaviour = {
  mode: Mode;
  /** Which requests it applies to. */
  scope: Scope;
  /** Only requests whose address holds this, such as one record's number; null: whatever it is. */
  address: string | null;
  /** How many more requests it applies to; null until it is changed. */
  remaining: number | null;
  delay_ms: number;
  retry_after: string;
  reason: string;
  ignored_fields: string[];
  /** Defect codes that are not in its list: a record with one is answered 400, whatever the mode. */
  refused_codes: string[];
  /** A new record is found by a search only so long after it was made. */
  search_lag_ms: number;
  /** What its clock was set to, and it goes on from there; null: it shows the time of day. */
  clock: string | null;
};

const good: Behaviour = {
  mode: "ok",
  scope: "all",
  address: null,
  remaining: null,
  delay_ms: 3000,
  retry_after: "2",
  reason: "field 'defect_code' is not in the list",
  ignored_fields: ["requirement"],
  refused_codes: [],
  search_lag_ms: 0,
  clock: null,
};

export class BehaviourSwitch {
  private current: Behaviour = { ...good };
  private clockSetAt = 0;

  get(): Behaviour {
    return this.current;
  }

  /** What is not named goes back to its default. Returns what was wrong, or null. */
  set(wanted: Record<string, unknown>): string | null {
    const next = { ...good, ...wanted } as Behaviour;
    if (!Object.hasOwn(modes, next.mode)) return `mode: one of ${Object.keys(modes).join(", ")}`;
    if (!scopes.includes(next.scope)) return `scope: one of ${scopes.join(", ")}`;
    if (next.address !== null && typeof next.address !== "string")
      return "address: a part of an address or null";
    if (!Number.isFinite(next.delay_ms) || !Number.isFinite(next.search_lag_ms))
      return "delay_ms and search_lag_ms: numbers";
    if (next.remaining !== null && !Number.isInteger(next.remaining))
      return "remaining: a whole number or null";
    if (!Array.isArray(next.ignored_fields)) return "ignored_fields: a list of names";
    if (!Array.isArray(next.refused_codes)) return "refused_codes: a list of codes";
    if (next.clock !== null && !Number.isFinite(Date.parse(next.clock)))
      return "clock: a time or null";
    this.current = next;
    this.clockSetAt = performance.now();
    return null;
  }

  /** What its clock shows. */
  now(): Date {
    const { clock } = this.current;
    if (clock === null) return new Date();
    return new Date(Date.parse(clock) + performance.now() - this.clockSetAt);
  }

  /** The behaviour for this request, counting it. */
  take(kind: "create" | "comment" | "attachment" | "patch" | "read", asked: string): Behaviour {
    const { scope, address, remaining } = this.current;
    const isMeant = scope === "all" || scope === kind || (scope === "write" && kind !== "read");
    const applies = isMeant && (address === null || asked.includes(address));
    if (!applies || this.current.mode === "ok" || remaining === 0)
      return { ...this.current, mode: "ok" };
    if (remaining !== null) this.current = { ...this.current, remaining: remaining - 1 };
    return this.current;
  }
}

import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";
import { ncrDraft, ncrUpdate } from "./schema.ts";

export type DeadLetterRefusal = {
  code:
    | "delivery_not_stopped"
    | "delivery_is_there"
    | "discard_asked_already"
    | "discard_not_asked"
    | "discard_by_the_same"
    | "delivery_makes_no_record"
    | "record_not_found"
    | "record_unreachable"
    | "record_is_anothers"
    | "delivery_not_editable"
    | "payload_not_right"
    | "payload_about_something_else"
    | "nothing_changed";
  params: Readonly<Record<string, string>>;
};

const no = (code: DeadLetterRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<DeadLetterRefusal>({ code, params });

/** What a decision about a stopped delivery depends on. */
export type Stopped = {
  state: DeliveryState;
  operation: DeliveryOperation;
  process: FeedProcess;
  externalId: string | null;
  discardAskedBy: string | null;
};

const isStopped = ({ state }: Stopped): boolean => state === "parked" || state === "dead";

export function mayAskDiscard(of: Stopped): Result<null, DeadLetterRefusal> {
  if (!isStopped(of)) return no("delivery_not_stopped");
  // What the other system has can't be made unsent: it is voided there.
  if (of.externalId !== null) return no("delivery_is_there");
  return of.discardAskedBy === null ? ok(null) : no("discard_asked_already");
}

export function mayDecideDiscard(of: Stopped, by: string): Result<null, DeadLetterRefusal> {
  if (!isStopped(of)) return no("delivery_not_stopped");
  if (of.discardAskedBy === null) return no("discard_not_asked");
  return of.discardAskedBy === by ? no("discard_by_the_same") : ok(null);
}

export function mayLink(of: Stopped): Result<null, DeadLetterRefusal> {
  if (!isStopped(of)) return no("delivery_not_stopped");
  if (of.operation !== "create") return no("delivery_makes_no_record");
  return of.externalId === null ? ok(null) : no("delivery_is_there");
}

/** What can be sent changed: what a person reads there. An event and a photo are what they are. */
const schemaOf = ({ operation, process }: Stopped) =>
  process !== "NCR"
    ? null
    : operation === "create"
      ? ncrDraft
      : operation === "update"
        ? ncrUpdate
        : null;

export const isEditable = (of: Stopped): boolean =>
  isStopped(of) && of.externalId === null && schemaOf(of) !== null;

/**
 * The payload as changed. Which entry of which unit it is about does not change: that would be another
 * message under this one's key.
 */
export function edited(
  of: Stopped,
  before: unknown,
  text: string,
): Result<Record<string, unknown>, DeadLetterRefusal> {
  if (!isStopped(of)) return no("delivery_not_stopped");
  if (of.externalId !== null) return no("delivery_is_there");
  const schema = schemaOf(of);
  if (schema === null) return no("delivery_not_editable");
  const asked: unknown = JSON.parse(text);
  const read = schema.safeParse(asked);
  if (!read.success) {
    const members = [...new Set(read.error.issues.map(({ path }) => path.join(".")))];
    return no("payload_not_right", { members: members.slice(0, 8).join(", ") });
  }
  const was = before as { entry?: unknown; defect?: { id?: unknown } };
  const is = read.data as { entry: unknown; defect?: { id?: unknown } };
  // Canonical: the database keeps no order of members.
  const textOf = (value: unknown) => canonicalJson((value ?? null) as Canonical);
  const isSame = (one: unknown, other: unknown) => textOf(one) === textOf(other);
  if (!isSame(was.entry, is.entry) || !isSame(was.defect?.id, is.defect?.id))
    return no("payload_about_something_else");
  if (isSame(before, asked)) return no("nothing_changed");
  const unknown = Object.keys(asked as object).filter((member) => !Object.hasOwn(was, member));
  if (unknown.length > 0) return no("payload_not_right", { members: unknown.join(", ") });
  return ok(asked as Record<string, unknown>);
}

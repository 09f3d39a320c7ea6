import { hashOf } from "./acts.rules.ts";
import { type Command, type Envelope, envelopeSchema, parseBody } from "./schema.ts";

export type ReadEnvelope =
  | { ok: true; envelope: Envelope; command: Command; sha256: string }
  /** `envelope` where at least that could be read: the tablet's count goes on. */
  | { ok: false; id: string; problem: string; envelope: Envelope | null; sha256: string };

/** One command as it was sent. Each is read by itself: a broken one doesn't lose its neighbors. */
export function readEnvelope(raw: unknown): ReadEnvelope {
  const id = idOf(raw);
  const sha256 = sha256Of(raw);
  const parsed = envelopeSchema.safeParse(raw);
  if (sha256 === null)
    return { ok: false, id, problem: "not_canonical", envelope: null, sha256: "" };
  if (!parsed.success) return { ok: false, id, problem: "envelope", envelope: null, sha256 };
  const envelope = parsed.data;
  const command = parseBody(envelope.type, envelope.body);
  if (!command) return { ok: false, id, problem: "body", envelope, sha256 };
  return { ok: true, envelope, command: { id, ...command } as Command, sha256 };
}

function idOf(raw: unknown): string {
  const id = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : null;
  return typeof id === "string" ? id : "";
}

/** Null for what has no canonical text, or holds a character that the database can't keep. */
function sha256Of(raw: unknown): string | null {
  try {
    return holdsNul(raw) ? null : hashOf(raw);
  } catch {
    return null;
  }
}

export function holdsNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\u0000");
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsNul);
}

import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { protocols } from "./protocol.rules.ts";
import { type Command, type Envelope, envelopeSchema, parseBody } from "./schema.ts";

export type ProtocolRefusal = {
  code: "protocol_too_old" | "protocol_too_new";
  params: Record<string, string>;
};

/** Which protocols are taken stands in the answer: a tablet whose page is another one keeps all it has. */
export function protocolRefused(protocol: number): ProtocolRefusal | null {
  const { oldest, newest } = protocols;
  if (protocol >= oldest && protocol <= newest) return null;
  const params = { protocol: String(protocol), oldest: String(oldest), newest: String(newest) };
  return { code: protocol < oldest ? "protocol_too_old" : "protocol_too_new", params };
}

export type ReadEnvelope =
  | { ok: true; envelope: Envelope; command: Command; sha256: string; text: string }
  /** `envelope` where at least that could be read: the tablet's count goes on. */
  | { ok: false; id: string; problem: string; envelope: Envelope | null; sha256: string };

/** One command as it was sent. Each is read by itself: a broken one doesn't lose its neighbors. */
export function readEnvelope(raw: unknown): ReadEnvelope {
  const id = idOf(raw);
  const text = textOf(raw);
  const sha256 = text === null ? null : sha256Hex(text);
  const parsed = envelopeSchema.safeParse(raw);
  if (text === null || sha256 === null)
    return { ok: false, id, problem: "not_canonical", envelope: null, sha256: "" };
  if (!parsed.success) return { ok: false, id, problem: "envelope", envelope: null, sha256 };
  const envelope = parsed.data;
  const command = parseBody(envelope.type, envelope.body);
  if (!command) return { ok: false, id, problem: "body", envelope, sha256 };
  return { ok: true, envelope, command: { id, ...command } as Command, sha256, text };
}

function idOf(raw: unknown): string {
  const id = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : null;
  return typeof id === "string" ? id : "";
}

/** Null for what has no canonical text, or holds a character that the database can't keep. */
function textOf(raw: unknown): string | null {
  try {
    return holdsNul(raw) ? null : canonicalJson(raw as Canonical);
  } catch {
    return null;
  }
}

export function holdsNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\u0000");
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsNul);
}

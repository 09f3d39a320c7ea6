/** What a scanner read, by our own labels. Anything else is plain text: a serial, an order, a gage's code. */
export type Scan =
  | { kind: "badge"; text: string; badge: string }
  | { kind: "gage"; text: string; code: string }
  | { kind: "component"; text: string; part: string; serial: string | null; lot: string | null }
  | { kind: "traveler"; text: string; id: string }
  | { kind: "plain"; text: string };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Exact or not at all: a label with a part missing is plain text, never a near match. */
export function parseScan(raw: string): Scan {
  const text = raw.trim();
  const parts = text.split("~");
  const [label, first = "", second = "", third = ""] = parts;
  if (parts.some((part) => part === "")) return { kind: "plain", text };
  if (label === "BDG" && parts.length === 3) return { kind: "badge", text, badge: first };
  if (label === "GAG" && parts.length === 2) return { kind: "gage", text, code: first };
  if (label === "CMP" && parts.length === 4) {
    if (second === "S") return { kind: "component", text, part: first, serial: third, lot: null };
    if (second === "L") return { kind: "component", text, part: first, serial: null, lot: third };
  }
  if (label === "TRV" && parts.length === 2 && UUID.test(first.toLowerCase())) {
    return { kind: "traveler", text, id: first.toLowerCase() };
  }
  return { kind: "plain", text };
}

export type Keystroke = { key: string; atMs: number };
export type Wedge = { typed: string; lastAtMs: number };

/** No person types this fast; every wedge reader does. */
const SCANNER_GAP_MS = 60;
const SCAN_LENGTH_MIN = 4;

export const emptyWedge: Wedge = { typed: "", lastAtMs: 0 };

/**
 * A keyboard-wedge reader types its label and Enter. One keystroke in, what is gathered so far out;
 * `scanned` when the label is complete. Slow keys start over, so that a person's typing is never taken
 * for a label.
 */
export function wedge(before: Wedge, stroke: Keystroke): { wedge: Wedge; scanned: string | null } {
  const isFast = before.typed !== "" && stroke.atMs - before.lastAtMs <= SCANNER_GAP_MS;
  if (stroke.key === "Enter") {
    const complete = isFast && before.typed.length >= SCAN_LENGTH_MIN;
    return { wedge: emptyWedge, scanned: complete ? before.typed : null };
  }
  if (stroke.key.length !== 1) return { wedge: before, scanned: null };
  const typed = isFast ? before.typed + stroke.key : stroke.key;
  return { wedge: { typed, lastAtMs: stroke.atMs }, scanned: null };
}

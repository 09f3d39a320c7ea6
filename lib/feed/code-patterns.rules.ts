/**
 * How a family of codes is written: text as it stands, and fields in braces. In a pattern a field has a
 * class (`#` digits, `@` letters, `*` both) and, if it is so long and no longer, a length: WO-{number#6}.
 * In a format a field is written as it was (`{number}`), or as a number without leading zeros
 * (`{number#}`), or filled up with zeros (`{number#12}`). It is no regular expression: a field takes all it
 * can, nothing is tried twice, and one walk along the text decides.
 */
type Class = "#" | "@" | "*";
type Field = { name: string; of: Class | null; length: number | null };
type Piece = string | Field;

const piecesOf = (text: string): Piece[] | null => {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const opens = text.indexOf("{", at);
    if (opens === -1) {
      pieces.push(text.slice(at));
      break;
    }
    const closes = text.indexOf("}", opens);
    const field = closes === -1 ? null : fieldOf(text.slice(opens + 1, closes));
    if (!field) return null;
    if (opens > at) pieces.push(text.slice(at, opens));
    pieces.push(field);
    at = closes + 1;
  }
  return pieces.some((piece) => typeof piece === "string" && piece.includes("}")) ? null : pieces;
};

function fieldOf(text: string): Field | null {
  const [, name, of, length] = /^([a-z]{1,20})([#@*])?(\d{1,2})?$/.exec(text) ?? [];
  if (name === undefined || (length !== undefined && (of === undefined || Number(length) === 0)))
    return null;
  return { name, of: (of as Class | undefined) ?? null, length: length ? Number(length) : null };
}

export const isPattern = (text: string): boolean => text.includes("{") || text.includes("}");

const belongs: Readonly<Record<Class, (letter: string) => boolean>> = {
  "#": (letter) => letter >= "0" && letter <= "9",
  "@": (letter) => (letter >= "A" && letter <= "Z") || (letter >= "a" && letter <= "z"),
  "*": (letter) => belongs["#"](letter) || belongs["@"](letter),
};

/** What is wrong with a pattern and its format, or null. Codes are keys of `desk.form`. */
export function patternProblem(
  from: string,
  to: string,
): { column: "from" | "to"; code: string } | null {
  const [pattern, format] = [piecesOf(from), piecesOf(to)];
  const fields = (pattern ?? []).filter((piece) => typeof piece !== "string");
  const isRead = fields.length > 0 && fields.every(({ of }) => of !== null);
  if (!pattern || !isRead) return { column: "from", code: "pattern_unreadable" };
  if (new Set(fields.map(({ name }) => name)).size < fields.length)
    return { column: "from", code: "pattern_unreadable" };
  // A field without an end takes what the next piece may begin with: where one ends and the other begins is anybody's guess.
  const isGuess = pattern.some((piece, place) => {
    const next = pattern[place + 1];
    if (typeof piece === "string" || piece.of === null || piece.length !== null) return false;
    if (next === undefined) return false;
    return typeof next === "string" ? belongs[piece.of](next[0] ?? "") : true;
  });
  if (isGuess) return { column: "from", code: "pattern_ambiguous" };
  const written = (format ?? []).filter((piece) => typeof piece !== "string");
  const isWhole =
    format !== null &&
    written.every(({ name, of }) => {
      const read = fields.find((field) => field.name === name);
      return read !== undefined && (of === null || (of === "#" && read.of === "#"));
    });
  if (!isWhole) return { column: "to", code: "format_unreadable" };
  // Two orders must not become one: every field of the pattern stands in what is made of it.
  return fields.every(({ name }) => written.some((of) => of.name === name))
    ? null
    : { column: "to", code: "format_drops_a_field" };
}

/** The code in the other form; null: it is not written so, or doesn't fit. */
export function rewritten(from: string, to: string, code: string): string | null {
  const [pattern, format] = [piecesOf(from), piecesOf(to)];
  if (!pattern || !format) return null;
  const read = readBy(pattern, code);
  if (!read) return null;
  let made = "";
  for (const piece of format) {
    const said = typeof piece === "string" ? piece : written(piece, read.get(piece.name) ?? "");
    if (said === null) return null;
    made += said;
  }
  return made;
}

function readBy(pattern: readonly Piece[], code: string): Map<string, string> | null {
  const read = new Map<string, string>();
  let at = 0;
  for (const piece of pattern) {
    if (typeof piece === "string") {
      if (!code.startsWith(piece, at)) return null;
      at += piece.length;
      continue;
    }
    const belongsHere = belongs[piece.of ?? "*"];
    const most = piece.length ?? code.length;
    let end = at;
    while (end < code.length && end - at < most && belongsHere(code[end] ?? "")) end += 1;
    if (end === at || (piece.length !== null && end - at < piece.length)) return null;
    read.set(piece.name, code.slice(at, end));
    at = end;
  }
  return at === code.length ? read : null;
}

function written({ of, length }: Field, text: string): string | null {
  if (of === null) return text;
  const digits = text.replace(/^0+(?=\d)/, "");
  if (length === null) return digits;
  return digits.length > length ? null : digits.padStart(length, "0");
}

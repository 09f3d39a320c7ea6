import { add, DECIMAL, multiply, rounded } from "#lib/kit/decimal";
import { type Instant, millis } from "#lib/kit/time";
import { type CodeKind, patternKinds } from "./code-kinds.schema.ts";
import { isPattern, rewritten } from "./code-patterns.rules.ts";
import { canonicalOf } from "./crosswalk-lines.rules.ts";
import type { CodeMissing, CodeUsed, CrosswalkLine, CrosswalkList } from "./crosswalks.schema.ts";

export type Coded = { ok: true; used: CodeUsed } | { ok: false; missing: CodeMissing };

/** What holds at that time: from its first moment on, up to and without its last. */
export const holdsAt = (
  { validFrom, validTo }: Pick<CrosswalkLine, "validFrom" | "validTo">,
  at: Instant,
): boolean =>
  (validFrom === null || millis(validFrom) <= millis(at)) &&
  (validTo === null || millis(at) < millis(validTo));

/**
 * What a code is called in the other system, for something that happened at `at`. `lists` go from the
 * nearest to the widest: the site's before the company's, and of each the one for this system before the
 * one for all. The first that says something of the code decides; where none does, the nearest list says
 * what becomes of it, and without any list the delivery waits for a person.
 */
export function codeIn(
  kind: CodeKind,
  code: string,
  lists: readonly CrosswalkList[],
  at: Instant,
): Coded {
  for (const list of lists) {
    const found = lineFor(
      kind,
      code,
      list.lines.filter((line) => holdsAt(line, at)),
    );
    if (found === "several") break;
    if (found) return used(kind, code, list, "mapped", found);
  }
  const [nearest] = lists;
  if (nearest?.onMissing === "default" && nearest.defaultCode !== null)
    return used(kind, code, nearest, "default", { ...plain, to: nearest.defaultCode });
  return { ok: false, missing: { kind, code, fails: nearest?.onMissing === "fail" } };
}

const plain = { factor: null, addend: null, places: null };

function used(
  kind: CodeKind,
  code: string,
  list: CrosswalkList,
  how: CodeUsed["how"],
  { to, factor, addend, places }: Pick<CrosswalkLine, "to" | "factor" | "addend" | "places">,
): Coded {
  const found = {
    kind,
    code,
    how,
    to,
    factor,
    addend,
    places,
    list: list.id,
    version: list.version,
  };
  return { ok: true, used: found };
}

/** The code's own line goes before a pattern. Patterns that don't agree say nothing: nobody guesses. */
function lineFor(
  kind: CodeKind,
  code: string,
  lines: readonly CrosswalkLine[],
): CrosswalkLine | "several" | null {
  const canonical = canonicalOf(kind, code);
  const own = lines.find((line) => canonicalOf(kind, line.from) === canonical);
  if (own && !isPattern(own.from)) return own;
  if (!patternKinds.has(kind)) return null;
  const made = lines.flatMap((line) => {
    const to = isPattern(line.from) ? rewritten(line.from, line.to, code.trim()) : null;
    return to === null ? [] : [{ ...line, to }];
  });
  const [first] = made;
  if (first === undefined) return null;
  return new Set(made.map(({ to }) => to)).size === 1 ? first : "several";
}

/** A value in the other system's unit: exactly, or to as many places as its line says. Null: it is no number. */
export function converted(
  value: string,
  { factor, addend, places }: Pick<CodeUsed, "factor" | "addend" | "places">,
): string | null {
  if (!DECIMAL.test(value)) return null;
  const exact = add(multiply(value, factor ?? "1"), addend ?? "0");
  return places === null ? exact : rounded(exact, places);
}

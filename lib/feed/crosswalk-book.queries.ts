import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Instant } from "#lib/kit/time";
import { type CodeKind, patternKinds } from "./code-kinds.schema.ts";
import type { Codes } from "./connectors/rest/mapping.rules.ts";
import { canonicalOf } from "./crosswalk-lines.rules.ts";
import { codeIn } from "./crosswalks.rules.ts";
import type { CodeMissing, CodeUsed, CrosswalkList, OnMissing } from "./crosswalks.schema.ts";
import { serialsOfMessage } from "./serials.queries.ts";

/** For whom a code is looked up: a site's connector; and for which message, where it is for one. */
export type Asking = { site: string; connector: string; delivery?: string };

/** What the lists say of one code, the nearest list first: of this site before the company's. */
export async function listsFor(
  { site, connector }: Asking,
  kind: CodeKind,
  code: string,
): Promise<CrosswalkList[]> {
  const canonical = { canonical: canonicalOf(kind, code) };
  const patterns = patternKinds.has(kind) ? [{ fromCode: { contains: "{" } }] : [];
  const rows = await forSite(site).crosswalk.findMany({
    where: {
      kind,
      AND: [
        { OR: [{ siteId: site }, { siteId: null }] },
        { OR: [{ connector }, { connector: null }] },
      ],
    },
    select: {
      id: true,
      siteId: true,
      connector: true,
      version: true,
      onMissing: true,
      defaultCode: true,
      lines: { where: { leftIn: null, OR: [canonical, ...patterns] }, select: lineColumns },
    },
  });
  const distance = (of: { siteId: string | null; connector: string | null }) =>
    (of.siteId === null ? 2 : 0) + (of.connector === null ? 1 : 0);
  return rows
    .toSorted((a, b) => distance(a) - distance(b))
    .map(({ siteId: _, connector: __, onMissing, lines, ...list }) => ({
      ...list,
      onMissing: onMissing as OnMissing,
      lines: lines.map(lineShown),
    }));
}

export const lineColumns = {
  fromCode: true,
  toCode: true,
  label: true,
  factor: true,
  addend: true,
  places: true,
  validFrom: true,
  validTo: true,
} as const;

type LineColumns = {
  fromCode: string;
  toCode: string;
  label: string | null;
  factor: string | null;
  addend: string | null;
  places: number | null;
  validFrom: Date | null;
  validTo: Date | null;
};
export const lineShown = ({ fromCode, toCode, validFrom, validTo, ...line }: LineColumns) => ({
  from: fromCode,
  to: toCode,
  label: line.label,
  factor: line.factor,
  addend: line.addend,
  places: line.places,
  validFrom: validFrom?.toISOString() ?? null,
  validTo: validTo?.toISOString() ?? null,
});

/** The lists, of which each code is asked for once: for those that are sent together. */
export function listsKept(): typeof listsFor {
  const asked = new Map<string, Promise<CrosswalkList[]>>();
  return ({ site, connector }, kind, code) => {
    const key = JSON.stringify([site, connector, kind, code]);
    const known = asked.get(key) ?? listsFor({ site, connector }, kind, code);
    asked.set(key, known);
    return known;
  };
}

/** Codes, and what was made of each that was asked for. */
export type Book = Codes & {
  used(): CodeUsed[];
  missing(): CodeMissing[];
  /** Those that were looked up since this was asked last. */
  news(): CodeUsed[];
};

/**
 * The crosswalks as they were at `at`. `sent`: what a delivery in doubt has been sent with already; a list
 * that was mended since must not make another record of it.
 */
export function bookAt(
  asking: Asking,
  at: () => Instant,
  sent: readonly CodeUsed[] = [],
  lists = listsFor,
): Book {
  const used = new Map<string, CodeUsed>();
  const missing = new Map<string, CodeMissing>();
  let told = 0;
  return {
    find: async (kind, code) => {
      const key = `${kind}/${code}`;
      const known = used.get(key) ?? sent.find((of) => of.kind === kind && of.code === code);
      if (known) return { ok: true, used: known };
      const found = codeIn(kind, code, await lists(asking, kind, code), at());
      if (found.ok) used.set(key, found.used);
      else missing.set(key, found.missing);
      return found;
    },
    ...(asking.delivery === undefined
      ? {}
      : { serials: () => serialsOfMessage(asking.site, asking.delivery ?? "") }),
    used: () => [...used.values()],
    missing: () => [...missing.values()],
    news: () => {
      const fresh = [...used.values()].slice(told);
      told = used.size;
      return fresh;
    },
  };
}

/** What a delivery was sent with, from its own rows. */
export async function codesOfDelivery(id: string): Promise<CodeUsed[]> {
  const rows = await db.deliveryCode.findMany({
    where: { deliveryId: id, how: { not: "missing" } },
  });
  return rows.flatMap(({ kind, code, how, toCode, factor, addend, places, ...of }) =>
    toCode === null || of.listId === null || of.listVersion === null
      ? []
      : [
          {
            kind: kind as CodeKind,
            code,
            how: how as CodeUsed["how"],
            to: toCode,
            factor,
            addend,
            places,
            list: of.listId,
            version: of.listVersion,
          },
        ],
  );
}

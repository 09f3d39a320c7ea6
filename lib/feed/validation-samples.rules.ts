import type { CodeKind } from "./code-kinds.schema.ts";
import { type NcrDraft, type NcrUpdate, ncrDraft } from "./schema.ts";

/** A photo of one pixel (PNG): small enough for everybody, and whole. */
export const samplePhoto = {
  name: "buyoff-validation.png",
  mediaType: "image/png",
  base64:
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=",
} as const;

const says = "Test record of a validation run. Nothing is wrong with any part: do not act on it.";

/**
 * A message of the plant as a test record: it says what it is in its title and its words, and it is on no unit and no
 * order of ours where no crosswalk has to know them. Null: it is no draft of a record.
 */
export function testDraft(
  real: unknown,
  of: { name: string; link: string; kinds: readonly CodeKind[] },
): NcrDraft | null {
  const read = ncrDraft.safeParse(real);
  if (!read.success) return null;
  const draft = read.data;
  const keeps = (kind: CodeKind) => of.kinds.includes(kind);
  return {
    ...draft,
    title: `TEST ${of.name}: ${draft.title}`.slice(0, 100),
    order: keeps("order") ? draft.order : `TEST-${of.name}`,
    unit: keeps("serial_format") || keeps("lot_format") ? draft.unit : `TEST-${of.name}`,
    defect: { ...draft.defect, comment: says },
    link: of.link,
  };
}

export const testUpdate = (draft: NcrDraft, at: string): NcrUpdate => ({
  v: 1,
  process: "NCR",
  event: "defect.updated",
  entry: draft.entry,
  by: "Validation run",
  at,
  text: says,
});

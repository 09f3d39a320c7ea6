import type { Shot } from "#components/desk/photo-viewer";
import type { InstructionContent, Localized } from "#lib/instructions/schema";
import { decimalIn, inLocale, type Locale } from "#lib/messages/locales";
import type { PersonName } from "#lib/record/history.queries";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import type { TravelerRecord } from "#lib/travelers/history.queries";
import { holdReasonLabel } from "#lib/travelers/holds.rules";
import type { Photo } from "#lib/travelers/state.schema";

/** What turns the record's ids and hashes into words, for one reader. */
export type RecordWords = {
  locale: Locale;
  zone: string;
  people: Readonly<Record<string, PersonName>>;
  texts: Readonly<Record<string, string | null>>;
  policy: PlantPolicy;
  /** The lots that pieces came from or went to. */
  lots: Readonly<Record<string, string>>;
  /** What a lot that was split off marks as its parent's. */
  parent: string | null;
  shots: ReadonlyMap<string, Shot>;
  /** Numbers of the steps, by their ids. */
  steps: ReadonlyMap<string, string>;
  /** What the author calls a field, by its id. */
  fields: ReadonlyMap<string, Localized>;
  /** A customer reads that there is a defect; its page is not theirs, so nothing leads there. */
  opensDefects: boolean;
};

export function recordWords(
  record: TravelerRecord,
  reader: { locale: Locale; opensDefects: boolean },
): RecordWords {
  const { timeZone: zone, people, texts, policy, lots, parent, state, content } = record;
  const words = { ...reader, zone, people, texts, policy, lots, parent: parent?.unit ?? null };
  const codes = new Map(state.defects.map(({ id, code }) => [id, code]));
  const shots = state.photos.map((photo) => {
    const defect = photo.defect === null ? null : (codes.get(photo.defect) ?? null);
    return [photo.id, shotOf(photo, content, defect, words)] as const;
  });
  const all = content.operations.flatMap((operation) => operation.steps);
  const steps = new Map(all.map(({ id, number }) => [id, number]));
  const fields = all.flatMap((step) => step.fields.map(({ id, label }) => [id, label] as const));
  return { ...words, shots: new Map(shots), steps, fields: new Map(fields) };
}

function shotOf(
  { id, sha256, person, at, position, ...photo }: Photo,
  content: InstructionContent,
  defect: string | null,
  { people, locale }: Pick<RecordWords, "people" | "locale">,
): Shot {
  const step = content.operations.flatMap(({ steps }) => steps).find((of) => of.id === photo.step);
  const field = step?.fields.find((of) => of.id === photo.field);
  const label = field?.label ?? step?.title;
  return {
    id,
    sha256,
    at,
    defect,
    step: step?.number ?? null,
    label: label ? inLocale(label, locale) : null,
    position: (field?.positions.length ?? 0) > 1 ? position : null,
    person: people[person]?.name ?? null,
  };
}

/** The shots of these photos, in the order in which they are given. */
export const shotsOf = (words: RecordWords, photos: readonly Photo[]): Shot[] =>
  photos.flatMap(({ id }) => words.shots.get(id) ?? []);

export const said = (words: RecordWords, of: Localized): string => inLocale(of, words.locale);

/** A measured value as the reader writes it; what was never a number stays as it was typed. */
export const valueIn = (words: RecordWords, value: string, unit: string | null): string =>
  unit === null ? value : `${decimalIn(value, words.locale)} ${unit}`;

/** Who it was; an id that nobody here bears is another system or a rule. */
export const nameOf = (words: RecordWords, person: string | null): string | null =>
  person === null ? null : (words.people[person]?.name ?? null);

export function defectLabel(words: RecordWords, code: string): string {
  const known = words.policy.defectCodes.find((of) => of.code === code);
  return known ? inLocale(known.label, words.locale) : "";
}

export function holdLabel(words: RecordWords, reason: string): string {
  const known = holdReasonLabel(words.policy, reason);
  return known ? inLocale(known, words.locale) : reason;
}

import type { Canonical } from "#lib/kit/canonical";

export type Changes = Readonly<Record<string, { before: Canonical; after: Canonical }>>;

/** What differs, value by value, as the record keeps it. Empty: nothing was changed. */
export function changesIn<T extends Readonly<Record<string, Canonical>>>(
  before: T,
  after: Partial<T>,
): Changes {
  const names = Object.keys(after).filter(
    (name) => after[name] !== undefined && after[name] !== before[name],
  );
  return Object.fromEntries(
    names.map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]),
  );
}

import { expect, type Page } from "@playwright/test";
import type { DecisionRow } from "#lib/offline/memory";

/** What the tablet had decided itself, beside what the server answered. */
async function decisionsOf(page: Page): Promise<DecisionRow[]> {
  return page.evaluate(
    () =>
      new Promise<never[]>((resolve, reject) => {
        const opening = indexedDB.open("buyoff");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("decisions").objectStore("decisions").getAll();
          all.onerror = () => reject(all.error);
          all.onsuccess = () => resolve(all.result as never[]);
        };
      }),
  );
}

/**
 * One rule book: whatever the tablet decided, the server decided alike, event by event. Gives the number
 * of commands compared, so that a run that compared none can't pass for a good one.
 */
export async function expectSameDecisions(page: Page): Promise<number> {
  const rows = await decisionsOf(page);
  const compared = rows.filter(({ local, verdict }) => local !== null && verdict !== null);
  const differences = compared.flatMap(({ local, verdict, type, commandId }) => {
    const here = local?.ok ? local.events.map(plain) : { refused: local?.refusal.code };
    const there =
      verdict?.verdict === "applied"
        ? verdict.events.map(plain)
        : { refused: verdict?.verdict === "recorded_not_applied" ? verdict.refusal.code : verdict };
    return sorted(here) === sorted(there) ? [] : [{ commandId, type, here, there }];
  });
  expect(differences).toEqual([]);
  return compared.length;
}

// Sequence and time are the server's to give; what happened is the rules'.
const plain = ({ type, body }: { type: string; body: unknown }) => ({ type, body });

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
      : inner,
  );

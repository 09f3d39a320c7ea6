import type { Facts, GageFacts } from "./facts.schema.ts";
import { suitableLike } from "./gages.rules.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { Reading, TravelerState } from "./state.schema.ts";

/** What was measured here with a gage: what its drop, or its next calibration, puts in doubt. */
const readingsWith = (state: TravelerState, gage: string): Reading[] =>
  state.readings.filter((reading) => reading.gage?.id === gage);

/**
 * Dropped, or doubted: out of use in the whole plant from this moment on. Possible whatever became of the
 * traveler, because it makes safe; what was measured with it here is named in the same entry.
 */
export function quarantineGage({ state, facts, body }: Case<"quarantineGage">): Ruling {
  const gage = facts.gages.find(({ code }) => code === body.gage);
  if (!gage) return refuse("gage_unknown", { gage: body.gage, suitable: "" });
  if (gage.status !== "in_service") {
    // Only of a gage that was in use here is another one wanted.
    const wasHere = state.gages.some(({ code }) => code === gage.code);
    const suitable = wasHere ? insteadOf(facts, gage.code) : "";
    return refuse("gage_not_in_service", { gage: gage.code, status: gage.status, suitable });
  }
  const readings = readingsWith(state, gage.id).map(({ id }) => id);
  const quarantined = { gage: gage.id, code: gage.code, reason: textHash(body.reason), readings };
  return rule([{ type: "gage.quarantined", body: quarantined }], [body.reason]);
}

/** The gages as a tablet knows them, with what it put aside itself since it last heard of the plant. */
export function gagesNow(
  gages: readonly GageFacts[],
  confirmed: TravelerState,
  now: TravelerState,
): readonly GageFacts[] {
  const news = (now.quarantines ?? []).slice(confirmed.quarantines?.length ?? 0);
  return news.length === 0
    ? gages
    : gages.map((gage) =>
        news.some((one) => one.gage === gage.id) ? { ...gage, status: "quarantined" } : gage,
      );
}

/** Another gage of the type that is in service and in date; "" for none. */
function insteadOf(facts: Pick<Facts, "gages" | "site" | "at">, code: string): string {
  const type = facts.gages.find((gage) => gage.code === code)?.type;
  return suitableLike(facts, (gage) => gage.type === type, code);
}

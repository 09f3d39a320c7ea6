import type { Canonical } from "#lib/kit/canonical";
import { textHash } from "./ruling.rules.ts";
import type { CommandBody } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

/** What the second person confirms by badge and PIN; its canonicalSha256 is what the proof names. */
export function amendmentContent(
  state: TravelerState,
  body: CommandBody<"amendReading">,
): Canonical {
  const reading = state.readings.find(({ id }) => id === body.reading);
  return {
    traveler: state.id,
    reading: body.reading,
    from: reading?.value ?? null,
    to: body.value,
    reason: textHash(body.reason),
    evidence: body.evidence,
  };
}

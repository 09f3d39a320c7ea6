/** No answer is waited for longer, however slow the system has become. */
export const patienceMaxMs = 120_000;

/** A worker that waits so long has to have the delivery for longer than that. */
export const patienceMarginMs = 10_000;

/**
 * How long the next answer is waited for, after one that took `tookMs`. A wait that ended without an answer doubles
 * it; an answer within a quarter of it halves it, down to what is configured. What takes between the two is as slow
 * as expected.
 */
export function patienceAfter(
  patienceMs: number,
  configuredMs: number,
  { tookMs, isAnswered }: { tookMs: number; isAnswered: boolean },
): number {
  if (!isAnswered && tookMs >= patienceMs)
    return Math.max(configuredMs, Math.min(patienceMaxMs, patienceMs * 2));
  if (isAnswered && tookMs < patienceMs / 4)
    return Math.max(configuredMs, Math.floor(patienceMs / 2));
  return patienceMs;
}

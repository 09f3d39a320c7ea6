import type { Keystroke } from "#lib/kit/barcode";
import type { Locale } from "#lib/messages/locales";

declare global {
  /** Ends the ear of `wake` and gives what it heard; there from the page's own HTML on. */
  var buyoffHeard: (() => Keystroke[]) | undefined;
}

/** Where a tablet notes which screen it showed last; the page's own script reads it. */
export const FIRST_SCREEN_KEY = "buyoff-first-screen";

/** What the reader typed before the page had an ear of its own; once. */
export function heardEarly(): Keystroke[] {
  const heard = window.buyoffHeard?.() ?? [];
  window.buyoffHeard = undefined;
  return heard;
}

/** The screen that the next start is likely to come to: where it is the lock screen, its words stand at once. */
export function noteFirstScreen(locked: Locale | null): void {
  if (locked === null) localStorage.removeItem(FIRST_SCREEN_KEY);
  else localStorage.setItem(FIRST_SCREEN_KEY, `lock-${locked}`);
}

import type { Keystroke } from "#lib/kit/barcode";
import { THEME_KEY } from "#lib/kit/theme";
import { FIRST_SCREEN_KEY } from "./waking.ts";

/**
 * Runs in the page's own HTML, before any script of it is here: the paper of this tablet, the screen it showed
 * last, and an ear for the reader. Its own text is put into the page, so it names nothing from outside itself.
 */
function wake(themeKey: string, firstScreenKey: string): void {
  const { dataset } = document.documentElement;
  try {
    const theme = localStorage.getItem(themeKey);
    if (theme === "light" || theme === "dark") dataset.theme = theme;
    dataset.first = localStorage.getItem(firstScreenKey) ?? "";
  } catch {
    // A browser that keeps nothing for us: the mark alone.
  }
  const heard: Keystroke[] = [];
  const hear = ({ key, timeStamp }: KeyboardEvent) => {
    heard.push({ key, atMs: timeStamp });
    // More than any label has: of a page that never comes to life nothing is gathered.
    if (heard.length > 200) heard.shift();
  };
  addEventListener("keydown", hear, true);
  window.buyoffHeard = () => {
    removeEventListener("keydown", hear, true);
    return heard.splice(0);
  };
}
export const wakingScript = `(${wake.toString()})("${THEME_KEY}", "${FIRST_SCREEN_KEY}")`;

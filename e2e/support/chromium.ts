import { type Browser, chromium } from "@playwright/test";
import { systemBrowser } from "#lib/setup/browser";

/** A ten-inch tablet lying on a bench. */
export const tabletSize = {
  viewport: { width: 1180, height: 820 },
  hasTouch: true,
  locale: "en-US",
  timezoneId: "America/Chicago",
  reducedMotion: "reduce",
} as const;

const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const found = systemBrowser();

/** Debian's Chromium or Playwright's own, which talks to nobody of itself. */
export const launchOptions = {
  ...(found !== undefined && { executablePath: found }),
  args: [...quiet, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
};

/** For programs that are no test. */
export const aBrowser = (): Promise<Browser> => chromium.launch(launchOptions);

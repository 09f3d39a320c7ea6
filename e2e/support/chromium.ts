import { existsSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";

const systemChromium = "/usr/bin/chromium";

/** A ten-inch tablet lying on a bench, as in the configuration of the journeys. */
export const tabletSize = {
  viewport: { width: 1180, height: 820 },
  hasTouch: true,
  locale: "en-US",
  timezoneId: "America/Chicago",
  reducedMotion: "reduce",
} as const;

/** Debian's Chromium or Playwright's own, for programs that are no test. */
export const aBrowser = (): Promise<Browser> =>
  chromium.launch({
    ...(existsSync(systemChromium) && { executablePath: systemChromium }),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });

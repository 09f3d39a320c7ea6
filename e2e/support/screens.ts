import type { Page } from "@playwright/test";
import { expect, expectAccessible } from "../fixtures.ts";

/** Looks at every screen on the way, and says at the end what any of them lacks: one run shows it all. */
export function screensOf(page: Page) {
  const offences: string[] = [];
  return {
    look: async (name: string): Promise<void> => {
      await expectAccessible(page).catch((found: Error) =>
        offences.push(`${name}: ${found.message}`),
      );
    },
    expectNoOffence: (): void => expect(offences).toEqual([]),
  };
}

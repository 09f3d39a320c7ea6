import { type CDPSession, expect, type Page } from "@playwright/test";
import { isLocked } from "./offline.ts";
import { Player } from "./player.ts";
import { run } from "./run.ts";

/** Browsers know passkeys under a name, and no number is one. */
const named = run.origin.replace("127.0.0.1", "localhost");

/** A security key in the tablet's port, with a finger on it: Chromium's own (WebAuthn L3, 11.3). */
export async function aSecurityKey(page: Page) {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "usb",
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verifies: (isUserVerified: boolean) =>
      session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    /** As if a copy of it had not been used since. */
    countsFrom: async (signCount: number) => {
      const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
      await session.send("WebAuthn.clearCredentials", { authenticatorId });
      for (const credential of credentials) {
        const again = { ...credential, signCount };
        await session.send("WebAuthn.addCredential", { authenticatorId, credential: again });
      }
    },
  };
}

/** Signed in at a tablet that reached the plant by its name. */
export async function atTheTablet(page: Page, name: string): Promise<Player> {
  const player = new Player(page, run.origin);
  await player.meet();
  await page.goto(`${named}/floor?idle=3600`);
  await page.getByRole("button", { name: "ASM-1" }).click();
  await isLocked(page);
  await player.signIn(name);
  return player;
}

export const passkeys = (page: Page) => page.getByRole("dialog").last();

export async function openPasskeys(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `${name}:` }).click();
  await page.getByRole("button", { name: "Passkeys and security keys" }).click();
}

/** Badge and PIN say whose it is; then the key is asked. */
export async function confirmAs(player: Player, name: string): Promise<void> {
  await player.scan(player.badgeOf(name).badge);
  await player.pin(name);
  await passkeys(player.page).getByRole("button", { name: "Confirm" }).click();
}

export async function enrolKey(player: Player, name: string): Promise<void> {
  const { page } = player;
  await openPasskeys(page, name);
  await passkeys(page).getByRole("button", { name: "Enroll one" }).click();
  await passkeys(page).getByRole("button", { name: "Security key" }).click();
  await passkeys(page).getByRole("button", { name: "Next: badge and PIN" }).click();
  await confirmAs(player, name);
  await expect(passkeys(page).getByRole("listitem").last()).toContainText("Security key");
}

import "server-only";
import { db } from "#lib/db/client";
import type { HeldPasskey } from "./passkeys.schema.ts";

/** Those that somebody can sign with, the oldest first: a tablet asks for no other. */
export async function passkeysHeld(person: string): Promise<HeldPasskey[]> {
  const rows = await db.passkey.findMany({
    where: { personId: person, withdrawnAt: null },
    select: { id: true, name: true, credentialId: true, transports: true },
    orderBy: { enrolledAt: "asc" },
  });
  return rows.map(({ credentialId: credential, ...row }) => ({ ...row, credential }));
}

export type PasskeyLine = { id: string; name: string; enrolledAt: Date; withdrawnAt: Date | null };

/** What was ever enrolled by somebody, the newest first. */
export const passkeysOf = (person: string): Promise<PasskeyLine[]> =>
  db.passkey.findMany({
    where: { personId: person },
    select: { id: true, name: true, enrolledAt: true, withdrawnAt: true },
    orderBy: { enrolledAt: "desc" },
  });
